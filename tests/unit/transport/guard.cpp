// tests/unit/transport/guard.cpp - which hosts and origins may come in
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/transport/guard.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

BOOST_AUTO_TEST_SUITE(transport_guard)

using mcpawl::detail::guard;
using mcpawl::http::request_head;

namespace {

guard const strict{{"mcp.example", "other.example:8443"},
                   {"https://app.example", "https://port.example:443", "app://*"},
                   false};

bool host(std::string_view name) {
  return !strict.refusal(request_head::make("POST", "/mcp", {{"Host", name}}));
}

bool origin(std::string_view from, std::string_view host = "mcp.example") {
  return !strict.refusal(request_head::make("POST", "/mcp", {{"Host", host}, {"Origin", from}}));
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_host_is_one_of_ours_or_of_loopback) {
  for (auto name : {"mcp.example", "MCP.example", "mcp.example:1", "other.example:8443", "localhost",
                    "127.0.0.1:8080", "[::1]:80"})
    BOOST_TEST(host(name), name);
  for (auto name : {"", "evil.example", "mcp.example.evil", "xmcp.example", "other.example",
                    "other.example:844", "mcp.example:", "mcp.example:x", "mcp.example:123456",
                    "mcp.example, evil", "user@mcp.example", "[::1", "127.0.0.2"})
    BOOST_TEST(!host(name), name);
  BOOST_TEST(strict.refusal(request_head::make("POST", "/mcp")).has_value());
}

BOOST_AUTO_TEST_CASE(any_host_still_has_to_be_one) {
  guard const open{{}, {}, true};
  BOOST_TEST(!open.refusal(request_head::make("POST", "/mcp", {{"Host", "evil.example"}})));
  BOOST_TEST(open.refusal(request_head::make("POST", "/mcp", {{"Host", "a/b"}})).has_value());
}

BOOST_AUTO_TEST_CASE(an_origin_is_the_host_itself_or_was_allowed) {
  for (auto from : {"https://app.example", "https://mcp.example", "http://mcp.example",
                    "https://port.example", "app://anything"})
    BOOST_TEST(origin(from), from);
  for (auto from : {"null", "", "https://app.example.evil", "https://app.example:8443", "http://app.example",
                    "ftp://mcp.example", "https://mcp.example:8443", "app://", "https://*", "mcp.example"})
    BOOST_TEST(!origin(from), from);
}

BOOST_AUTO_TEST_CASE(loopback_pages_reach_loopback_names_only) {
  BOOST_TEST(origin("http://localhost:3000", "127.0.0.1:8080"));
  BOOST_TEST(!origin("http://localhost:3000"));
  BOOST_TEST(!origin("https://evil.example", "localhost"));
}

BOOST_AUTO_TEST_CASE(a_repeated_origin_is_refused_and_a_path_for_every_page_asks_for_none) {
  auto const twice = request_head::make(
      "POST", "/mcp",
      {{"Host", "mcp.example"}, {"Origin", "https://app.example"}, {"Origin", "https://app.example"}});
  BOOST_TEST(strict.refusal(twice).has_value());
  auto const foreign =
      request_head::make("GET", "/metadata", {{"Host", "mcp.example"}, {"Origin", "https://evil.example"}});
  BOOST_TEST(!strict.refusal(foreign, true));
  auto const rebound =
      request_head::make("GET", "/metadata", {{"Host", "evil.example"}, {"Origin", "https://evil.example"}});
  BOOST_TEST(strict.refusal(rebound, true).has_value());
}

BOOST_AUTO_TEST_CASE(a_wildcard_is_for_the_schemes_of_apps) {
  for (auto text : {"https://a", "http://a:80", "app://*", "vscode-webview://*"})
    BOOST_TEST(guard::is_origin(text), text);
  for (auto text : {"", "a", "://a", "https://", "https://*", "HTTP://*", "https://*.example", "https://a/b"})
    BOOST_TEST(!guard::is_origin(text), text);
}

BOOST_AUTO_TEST_SUITE_END()
