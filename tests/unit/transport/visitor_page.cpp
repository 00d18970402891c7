// tests/unit/transport/visitor_page.cpp - a browser is shown a page, and no client of MCP is taken for one
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/transport/visitor_page.hpp>

#include <boost/test/unit_test.hpp>

#include <string_view>
#include <utility>

BOOST_AUTO_TEST_SUITE(transport_visitor_page)

using namespace mcpawl;
using namespace mcpawl::detail;
using mcpawl::http::request_head;

constexpr std::string_view of_a_browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

BOOST_AUTO_TEST_CASE(a_browser_asks_for_html) {
  for (auto method : {"GET", "HEAD"})
    BOOST_TEST(is_visit(request_head::make(method, "/mcp", {{"Accept", of_a_browser}})), method);
  for (auto method : {"POST", "DELETE", "OPTIONS"})
    BOOST_TEST(!is_visit(request_head::make(method, "/mcp", {{"Accept", of_a_browser}})), method);
}

BOOST_AUTO_TEST_CASE(who_says_nothing_or_anything_of_mcp_is_no_browser) {
  BOOST_TEST(!is_visit(request_head::make("GET", "/mcp")));
  BOOST_TEST(!is_visit(request_head::make("GET", "/mcp", {{"Accept", "*/*"}})));
  BOOST_TEST(!is_visit(request_head::make("GET", "/mcp", {{"Accept", "text/event-stream"}})));
  BOOST_TEST(!is_visit(
      request_head::make("GET", "/mcp", {{"Accept", "text/html"}, {"Accept", "text/event-stream"}})));
  BOOST_TEST(
      !is_visit(request_head::make("GET", "/mcp", {{"Accept", "text/html"}, {"Mcp-Session-Id", "a"}})));
  BOOST_TEST(!is_visit(
      request_head::make("GET", "/mcp", {{"Accept", "text/html"}, {"MCP-Protocol-Version", "2025-06-18"}})));
}

BOOST_AUTO_TEST_CASE(the_page_runs_nothing_and_may_not_be_framed) {
  auto const page = visitor_page(http::response(200));
  BOOST_TEST(page.fields().find("default-src 'none'") != std::string_view::npos);
  BOOST_TEST(page.fields().find("frame-ancestors 'none'") != std::string_view::npos);
  BOOST_TEST(page.fields().find("Vary: Accept\r\n") != std::string_view::npos);
  BOOST_TEST(page.body().find("<script") == std::string_view::npos);
}

BOOST_AUTO_TEST_SUITE_END()
