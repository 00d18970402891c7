// tests/unit/mcp/call/call_details.cpp - traces, levels of messages, suggestions: the small parts, alone
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/mcp/call/completion.hpp>
#include <mcpawl/mcp/types/message_level.hpp>
#include <mcpawl/mcp/types/trace_context.hpp>

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(mcp_call_details)

namespace {

std::string const parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

mcpawl::trace_context trace(std::string const& meta) {
  auto const parsed = boost::json::parse(meta);
  return mcpawl::trace_context::from(&parsed.as_object());
}

std::string written(mcpawl::completion const& c) {
  std::string out;
  c.append_member(out);
  return out;
}

}  // namespace

// W3C Trace Context, section 3.2.2
BOOST_AUTO_TEST_CASE(a_traceparent_is_taken_only_if_it_is_one) {
  BOOST_TEST(mcpawl::trace_context::is_traceparent(parent));
  BOOST_TEST(
      mcpawl::trace_context::is_traceparent("cc" + parent.substr(2) + "-what-the-future-will-be-like"));
  std::string const zeros(32, '0');
  std::vector<std::string> const bad_ones{"",
                                          "00",
                                          parent.substr(1),
                                          parent + "0",
                                          parent + "-00",
                                          "ff" + parent.substr(2),
                                          "cc" + parent.substr(2) + ".00",
                                          "00-" + zeros + parent.substr(35),
                                          parent.substr(0, 36) + "0000000000000000-01",
                                          "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                                          std::string(55, '-')};
  for (auto const& bad : bad_ones) BOOST_TEST(!mcpawl::trace_context::is_traceparent(bad), bad);
}

BOOST_AUTO_TEST_CASE(what_could_not_stand_in_a_header_counts_as_not_sent) {
  BOOST_TEST(mcpawl::trace_context::from(nullptr).empty());
  auto const good = trace(R"({"traceparent":")" + parent + R"(","tracestate":"a=1","baggage":"b=2"})");
  BOOST_TEST(good.traceparent == parent);
  BOOST_TEST(good.tracestate == "a=1");
  BOOST_TEST(good.baggage == "b=2");
  BOOST_TEST(trace(R"({"tracestate":"a=1"})").tracestate.empty());  // of no trace
  BOOST_TEST(trace(R"({"traceparent":["x"],"baggage":"a\r\nEvil: yes"})").empty());
  BOOST_TEST(trace(R"({"baggage":")" + std::string(8193, 'a') + "\"}").empty());
}

BOOST_AUTO_TEST_CASE(levels_have_names_and_an_order) {
  for (std::string const name :
       {"debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"})
    BOOST_TEST(to_string(*mcpawl::parse_message_level(name)) == name);
  for (auto bad : {"", "Debug", "warn", "off"}) BOOST_TEST(!mcpawl::parse_message_level(bad));
  BOOST_TEST((mcpawl::message_level::notice > mcpawl::message_level::info));
}

BOOST_AUTO_TEST_CASE(a_hundred_suggestions_are_sent_and_the_rest_is_counted) {
  std::vector<std::string> const many(101, "x");
  BOOST_TEST(written({{"a"}}) == R"("completion":{"values":["a"],"hasMore":false})");
  auto const parsed = boost::json::parse("{" + written(many) + "}").at("completion");
  BOOST_TEST(parsed.at("values").as_array().size() == 100U);
  BOOST_TEST(parsed.at("total").to_number<int>() == 101);
  BOOST_TEST(parsed.at("hasMore") == true);
  mcpawl::completion some({"a"});
  some.total = 7;
  BOOST_TEST(written(some) == R"("completion":{"values":["a"],"total":7,"hasMore":true})");
}

BOOST_AUTO_TEST_CASE(words_are_found_by_their_beginning) {
  auto const found = mcpawl::completion::of({"Alpha", "alps", "beta", "AL"}, "aL");
  BOOST_TEST(found.values == (std::vector<std::string>{"Alpha", "alps", "AL"}),
             boost::test_tools::per_element());
  BOOST_TEST(mcpawl::completion::of({"a"}, "").values.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
