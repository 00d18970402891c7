// tests/unit/transport/media.cpp - reading Accept
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/transport/media.hpp>

#include <boost/test/unit_test.hpp>

#include <initializer_list>
#include <string_view>

BOOST_AUTO_TEST_SUITE(transport_media)

using mcpawl::detail::accepted_types;
using mcpawl::detail::names_media_type;
using mcpawl::http::request_head;

namespace {

accepted_types accepted(std::string_view accept) {
  return accepted_types::of(request_head::make("POST", "/mcp", {{"Host", "a"}, {"Accept", accept}}));
}

}  // namespace

BOOST_AUTO_TEST_CASE(accept_lists_types_and_ranges) {
  for (auto accept : {"text/event-stream", "application/json, text/event-stream",
                      "a/b,Text/Event-Stream;q=0.5", "*/*", "text/*", " , */* ", "text/event-stream;a=b;q=1"})
    BOOST_TEST(accepted(accept).takes_events(), accept);
  for (auto accept : {"", ",", "application/json", "text/plain", "application/*", "text/event-streams", "/*",
                      "text", "text/event-stream;q=0", "text/event-stream; Q=0.000", "*/*; a=b ; q=0.0"})
    BOOST_TEST(!accepted(accept).takes_events(), accept);
  BOOST_TEST(accepted_types::of(request_head::make("POST", "/mcp")).takes_events());
}

BOOST_AUTO_TEST_CASE(the_type_that_is_named_first_is_preferred) {
  for (auto accept : {"text/event-stream, application/json", "text/event-stream",
                      "a/b, text/*, application/json", "application/json;q=0, text/event-stream"})
    BOOST_TEST(accepted(accept).prefers_events(), accept);
  for (auto accept : {"application/json, text/event-stream", "*/*", "application/json", "a/b", "",
                      "application/*, text/*", "text/event-stream;q=0, application/json"})
    BOOST_TEST(!accepted(accept).prefers_events(), accept);
}

BOOST_AUTO_TEST_CASE(several_fields_are_one_list) {
  auto const head = [](std::string_view one, std::string_view other) {
    return request_head::make("POST", "/mcp", {{"Accept", one}, {"Host", "a"}, {"accept", other}});
  };
  BOOST_TEST(accepted_types::of(head("application/json", "text/event-stream")).takes_events());
  BOOST_TEST(!accepted_types::of(head("application/json", "text/event-stream")).prefers_events());
  BOOST_TEST(accepted_types::of(head("text/event-stream", "application/json")).prefers_events());
}

BOOST_AUTO_TEST_CASE(a_type_is_named_by_itself_alone) {
  for (auto accept : {"text/html", "a/b, TEXT/HTML;q=0.9, */*", "text/html;level=1"})
    BOOST_TEST(names_media_type(accept, "text/html"), accept);
  for (auto accept : {"", "*/*", "text/*", "text/htmlx", "application/xhtml+xml"})
    BOOST_TEST(!names_media_type(accept, "text/html"), accept);
}

BOOST_AUTO_TEST_SUITE_END()
