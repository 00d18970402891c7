// tests/unit/mcp/types/trace_context.cpp - of a trace only what may be sent on
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/mcp/types/trace_context.hpp>

#include <boost/json/object.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

namespace mcp_trace_context {
namespace {

using namespace mcpawl;

std::string const good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

trace_context from(std::string const& parent, std::string const& state = {},
                   std::string const& baggage = {}) {
  boost::json::object meta;
  meta["traceparent"] = parent;
  if (!state.empty()) meta["tracestate"] = state;
  if (!baggage.empty()) meta["baggage"] = baggage;
  return trace_context::from(&meta);
}

}  // namespace
}  // namespace mcp_trace_context

BOOST_AUTO_TEST_SUITE(mcp_trace_context)

BOOST_AUTO_TEST_CASE(without_meta_there_is_no_trace) {
  boost::json::object const none;
  BOOST_TEST(trace_context::from(nullptr).empty());
  BOOST_TEST(trace_context::from(&none).empty());
}

BOOST_AUTO_TEST_CASE(a_parent_has_its_form) {
  BOOST_TEST(from(good).traceparent == good);
  BOOST_TEST(from("01" + good.substr(2) + "-more").traceparent.size() == 60u);
  std::string const zeros(32, '0');
  for (std::string const& wrong :
       {std::string(), good.substr(1), good + "-more", "ff" + good.substr(2), "01" + good.substr(2) + "more",
        "00-" + zeros + good.substr(35), good.substr(0, 36) + zeros.substr(0, 16) + "-01",
        good.substr(0, 54) + "G", "00_" + good.substr(3),
        "00-0AF7651916cd43dd8448eb211c80319c" + good.substr(35)})
    BOOST_TEST(from(wrong).traceparent.empty(), wrong);
}

BOOST_AUTO_TEST_CASE(a_state_goes_with_its_parent_and_baggage_alone) {
  BOOST_TEST(from(good, "a=b", "c=d").tracestate == "a=b");
  auto const orphan = from("x", "a=b", "c=d");
  BOOST_TEST(orphan.tracestate.empty());
  BOOST_TEST(orphan.baggage == "c=d");
  BOOST_TEST(!orphan.empty());
}

BOOST_AUTO_TEST_CASE(what_may_not_stand_in_a_header_or_is_too_long_counts_as_not_sent) {
  BOOST_TEST(from(good, std::string(4096, 'a')).tracestate.size() == 4096u);
  BOOST_TEST(from(good, std::string(4097, 'a')).tracestate.empty());
  BOOST_TEST(from(good, "", std::string(8192, 'a')).baggage.size() == 8192u);
  BOOST_TEST(from(good, "", std::string(8193, 'a')).baggage.empty());
  for (std::string const& bad :
       {std::string("a\r\nb"), std::string("a\x7f"), std::string("\xc3\xa4"), std::string(1, '\0')})
    BOOST_TEST(from(good, "", bad).baggage.empty());
  boost::json::object meta;
  meta["baggage"] = 7;
  BOOST_TEST(trace_context::from(&meta).empty());
}

BOOST_AUTO_TEST_SUITE_END()
