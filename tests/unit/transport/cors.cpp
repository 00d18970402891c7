// tests/unit/transport/cors.cpp - what pages of allowed origins are told, and what every page is
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/transport/cors.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

BOOST_AUTO_TEST_SUITE(transport_cors)

using namespace mcpawl;
using namespace mcpawl::detail;
using mcpawl::http::request_head;

namespace {

bool says(http::response const& r, std::string_view field) {
  return r.fields().find(std::string(field) + "\r\n") != std::string_view::npos;
}
bool names(http::response const& r, std::string_view field) {
  return r.fields().find(field) != std::string_view::npos;
}

request_head asking(std::string_view headers) {
  return request_head::make("OPTIONS", "/mcp",
                            {{"Origin", "https://app.example"},
                             {"Access-Control-Request-Method", "POST"},
                             {"Access-Control-Request-Headers", headers}});
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_preflight_has_one_origin_and_one_method) {
  BOOST_TEST(is_preflight(asking("")));
  BOOST_TEST(!is_preflight(request_head::make("OPTIONS", "/mcp")));
  BOOST_TEST(!is_preflight(request_head::make("OPTIONS", "/mcp", {{"Origin", "https://app.example"}})));
  BOOST_TEST(!is_preflight(request_head::make(
      "POST", "/mcp", {{"Origin", "https://app.example"}, {"Access-Control-Request-Method", "POST"}})));
  BOOST_TEST(!is_preflight(request_head::make("OPTIONS", "/mcp",
                                              {{"Origin", "https://app.example"},
                                               {"Origin", "https://evil.example"},
                                               {"Access-Control-Request-Method", "POST"}})));
}

BOOST_AUTO_TEST_CASE(the_page_that_asked_may_read_and_nothing_is_said_to_who_is_no_page) {
  http::response answer(200);
  allow_reading(answer, request_head::make("POST", "/mcp"));
  BOOST_TEST(answer.fields().empty());
  allow_reading(answer, request_head::make("POST", "/mcp", {{"Origin", "https://app.example"}}));
  BOOST_TEST(says(answer, "Access-Control-Allow-Origin: https://app.example"));
  BOOST_TEST(says(answer, "Vary: Origin"));
  BOOST_TEST(!names(answer, "Credentials"));
}

BOOST_AUTO_TEST_CASE(requested_headers_are_allowed_where_they_mirror_arguments) {
  auto const allowed = [](std::string_view requested) {
    auto const r = preflight_response(asking(requested), {"X-More"});
    std::string_view const all = r.fields();
    std::string_view const name = "Access-Control-Allow-Headers: ";
    auto const at = all.find(name) + name.size();
    return std::string(all.substr(at, all.find("\r\n", at) - at));
  };
  std::string const always = allowed("");
  BOOST_TEST(always.find("Authorization") != std::string::npos);
  BOOST_TEST(always.ends_with("X-More"));
  BOOST_TEST(allowed("mcp-param-a") == always + ", mcp-param-a");
  BOOST_TEST(allowed("x-other , MCP-Param-B,mcp-param-c") == always + ", MCP-Param-B, mcp-param-c");
  for (std::string_view const none :
       {"mcp-param-", "mcp-param-a b", "x-mcp-param-a", ",,", "mcp-param-\xc3\xa4"})
    BOOST_TEST(allowed(none) == always, none);
}

BOOST_AUTO_TEST_CASE(a_private_address_is_opened_only_to_who_asks_for_it) {
  BOOST_TEST(!names(preflight_response(asking("")), "Private-Network"));
  auto const asked = request_head::make("OPTIONS", "/mcp",
                                        {{"Origin", "https://app.example"},
                                         {"Access-Control-Request-Method", "POST"},
                                         {"Access-Control-Request-Private-Network", "true"}});
  BOOST_TEST(says(preflight_response(asked), "Access-Control-Allow-Private-Network: true"));
}

BOOST_AUTO_TEST_CASE(a_path_for_every_page_names_no_origin) {
  auto const r = preflight_response_to_any_origin();
  BOOST_TEST(r.status() == 204);
  BOOST_TEST(says(r, "Access-Control-Allow-Origin: *"));
  BOOST_TEST(!names(r, "Credentials"));
  BOOST_TEST(says(r, "Access-Control-Allow-Methods: GET, POST"));
}

BOOST_AUTO_TEST_SUITE_END()
