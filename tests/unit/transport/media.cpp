// tests/unit/transport/media.cpp - reading Content-Type and Accept
#include <mcpawl/transport/streamable_http.hpp>

#include <boost/test/unit_test.hpp>

#include <string_view>

BOOST_AUTO_TEST_SUITE(transport_media)

using mcpawl::detail::accepts;
using mcpawl::detail::is_json;

BOOST_AUTO_TEST_CASE(json_is_recognised_with_parameters_and_in_any_case) {
  for (auto type :
       {"application/json", "APPLICATION/Json", "application/json; charset=utf-8", "application/json ;x=y"})
    BOOST_TEST(is_json(type), type);
  for (auto type : {"", "text/json", "application/json-rpc", "application/jsonx", "application/ json",
                    "xapplication/json"})
    BOOST_TEST(!is_json(type), type);
}

BOOST_AUTO_TEST_CASE(accept_lists_types_and_ranges) {
  for (auto accept : {"text/event-stream", "application/json, text/event-stream",
                      "a/b,Text/Event-Stream;q=0.5", "*/*", "text/*", " , */* "})
    BOOST_TEST(accepts(accept, "text/event-stream"), accept);
  for (auto accept :
       {"", ",", "application/json", "text/plain", "application/*", "text/event-streams", "/*", "text"})
    BOOST_TEST(!accepts(accept, "text/event-stream"), accept);
}

BOOST_AUTO_TEST_CASE(the_type_that_is_named_first_is_preferred) {
  using mcpawl::detail::accept_rank;
  auto const rank = [](char const* accept, char const* type) { return accept_rank(accept, type); };
  BOOST_TEST(rank("text/event-stream, application/json", "text/event-stream") == 0U);
  BOOST_TEST(rank("text/event-stream, application/json", "application/json") == 1U);
  BOOST_TEST(rank("a/b, text/*, application/json", "application/json") == 2U);
  BOOST_TEST(rank("*/*", "application/json") == rank("*/*", "text/event-stream"));
  BOOST_TEST(rank("a/b", "application/json") == std::string_view::npos);
}

BOOST_AUTO_TEST_SUITE_END()
