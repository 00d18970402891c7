// tests/wire/host_guard.cpp - hosts, origins, preflights, paths: what is decided before a message is read
// SPDX-License-Identifier: BSL-1.0
#include "fixture.hpp"

#include <mcpawl/core/configuration_error.hpp>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(wire_host_guard)

using namespace wire;

namespace {

http_reply list(talk& t, fields with) {
  for (auto& field : headers("tools/list")) with.push_back(field);
  return t.post(stateless("tools/list"), with);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_foreign_host_is_refused_and_the_names_of_loopback_are_not) {
  talk t;
  for (std::string const host :
       {"evil.example", "evil.example:80", "localhost.evil.example", "127.0.0.1.evil.example",
        "127.0.0.1@evil.example", "localhost:", "localhost:x", "[::1", "127.0.0.2"})
    BOOST_TEST(list(t, {{"Host", host}}).status / 100 == 4, host);
  for (std::string const host :
       {"localhost", "LOCALHOST:1", "127.0.0.1", "127.0.0.1:9999", "[::1]", "[::1]:80"})
    BOOST_TEST(list(t, {{"Host", host}}).status == 200, host);
}

BOOST_AUTO_TEST_CASE(a_foreign_origin_is_403_and_our_own_is_not) {
  talk t;
  for (std::string const origin :
       {"http://evil.example", "https://evil.example:8080", "null", "", "http://localhost.evil.example",
        "http://127.0.0.1.evil.example", "http://localhost@evil.example", "file://localhost",
        "http://evil.example/localhost", "http://[::1].evil.example"}) {
    auto const reply = list(t, {{"Origin", origin}});
    BOOST_TEST(reply.status == 403, origin);
    BOOST_TEST(!reply.has("access-control-allow-origin"));
    BOOST_TEST(!json_of(reply).as_object().contains("id"));
  }
  for (std::string const origin : {"http://localhost:5173", "http://127.0.0.1", "https://[::1]:8443"}) {
    auto const reply = list(t, {{"Origin", origin}});
    BOOST_TEST(reply.status == 200, origin);
    BOOST_TEST(reply.field("access-control-allow-origin") == origin);
  }
  BOOST_TEST(list(t, {{"Origin", "http://localhost"}, {"Origin", "http://localhost"}}).status / 100 == 4);
}

BOOST_AUTO_TEST_CASE(origin_and_host_are_checked_before_authentication_and_for_every_method) {
  talk t;
  for (std::string const method : {"GET", "POST", "DELETE", "OPTIONS"})
    BOOST_TEST(t.request(method, "/mcp", {{"Origin", "http://evil.example"}}).status == 403);
}

BOOST_AUTO_TEST_CASE(allowed_hosts_and_origins_come_in) {
  mcpawl::http_options options;
  options.allowed_hosts = {"mcp.example.com", "other.example.com:8443"};
  options.allowed_origins = {"https://app.example.com"};
  talk t{options};
  BOOST_TEST(list(t, {{"Host", "mcp.example.com"}}).status == 200);
  BOOST_TEST(list(t, {{"Host", "MCP.example.com:443"}}).status == 200);
  BOOST_TEST(list(t, {{"Host", "other.example.com:8443"}}).status == 200);
  BOOST_TEST(list(t, {{"Host", "other.example.com"}}).status == 403);
  BOOST_TEST(list(t, {{"Host", "mcp.example.com"}, {"Origin", "https://mcp.example.com"}}).status == 200);
  BOOST_TEST(list(t, {{"Host", "mcp.example.com"}, {"Origin", "https://app.example.com"}}).status == 200);
  BOOST_TEST(list(t, {{"Host", "mcp.example.com"}, {"Origin", "http://app.example.com"}}).status == 403);
  BOOST_TEST(list(t, {{"Host", "mcp.example.com"}, {"Origin", "http://localhost"}}).status == 403);
}

BOOST_AUTO_TEST_CASE(a_preflight_is_answered_before_authentication) {
  talk t;
  auto const reply = t.request("OPTIONS", "/mcp",
                               {{"Origin", "http://localhost:5173"},
                                {"Access-Control-Request-Method", "POST"},
                                {"Access-Control-Request-Headers", "authorization,mcp-protocol-version"}});
  BOOST_TEST(reply.status == 204);
  BOOST_TEST(reply.field("access-control-allow-origin") == "http://localhost:5173");
  BOOST_TEST(reply.field("access-control-allow-methods").find("POST") != std::string_view::npos);
  for (std::string const name :
       {"Authorization", "Content-Type", "Mcp-Protocol-Version", "Mcp-Method", "Mcp-Name", "Mcp-Session-Id"})
    BOOST_TEST(reply.field("access-control-allow-headers").find(name) != std::string_view::npos);
  BOOST_TEST(t.request("OPTIONS", "/mcp").status == 401);  // no page asks: like any other request
}

BOOST_AUTO_TEST_CASE(a_preflight_allows_the_headers_that_mirror_arguments) {
  talk t;
  auto const allowed = [&t](fields with) {
    with.emplace_back("Origin", "http://localhost:5173");
    with.emplace_back("Access-Control-Request-Method", "POST");
    return std::string(t.request("OPTIONS", "/mcp", with).field("access-control-allow-headers"));
  };
  fields const usual{{"Access-Control-Request-Headers", "authorization,content-type"}};
  std::string const always = allowed(usual);
  BOOST_TEST(allowed({{"Access-Control-Request-Headers", "content-type,mcp-param-region"}}) ==
             always + ", mcp-param-region");
  BOOST_TEST(allowed({{"Access-Control-Request-Headers", " Mcp-Param-A ,, MCP-PARAM-b!"},
                      {"Access-Control-Request-Headers", "mcp-param-c"}}) ==
             always + ", Mcp-Param-A, MCP-PARAM-b!, mcp-param-c");
  for (std::string const others : {"mcp-param-", "mcp-param", "x-mcp-param-a", "cf-access-jwt-assertion",
                                   "cookie", "mcp-param-a b", "mcp-param-a;b", "*", "mcp-paramx-a"})
    BOOST_TEST(allowed({{"Access-Control-Request-Headers", others}}) == always, others);
  auto const foreign = t.request("OPTIONS", "/mcp",
                                 {{"Origin", "http://evil.example"},
                                  {"Access-Control-Request-Method", "POST"},
                                  {"Access-Control-Request-Headers", "mcp-param-region"}});
  BOOST_TEST(foreign.status == 403);
  BOOST_TEST(!foreign.has("access-control-allow-headers"));
}

BOOST_AUTO_TEST_CASE(pages_may_send_the_headers_that_were_allowed) {
  mcpawl::http_options options;
  options.allowed_headers = {"X-Api-Key", "traceparent"};
  talk t{options};
  auto const reply = t.request("OPTIONS", "/mcp",
                               {{"Origin", "http://localhost"},
                                {"Access-Control-Request-Method", "POST"},
                                {"Access-Control-Request-Headers", "x-api-key"}});
  BOOST_TEST(reply.field("access-control-allow-headers").ends_with(", X-Api-Key, traceparent"));
  options.allowed_headers = {"X Api Key"};
  BOOST_CHECK_THROW(talk{options}, mcpawl::configuration_error);
}

BOOST_AUTO_TEST_CASE(origins_are_allowed_as_browsers_write_them) {
  mcpawl::http_options options;
  options.allowed_origins = {"https://app.example.com:443", "http://app.example.com:80",
                             "https://app.example.com:8443", "vscode-webview://*", "app://obsidian.md"};
  talk t{options};
  for (std::string const origin :
       {"https://app.example.com", "http://app.example.com", "https://APP.example.com:8443",
        "vscode-webview://0a1b2c3d-uuid", "app://obsidian.md"})
    BOOST_TEST(list(t, {{"Origin", origin}}).status == 200, origin);
  for (std::string const origin :
       {"https://app.example.com:80", "https://app.example.com:444", "vscode-webview:", "vscode-webview://",
        "http://vscode-webview.example", "vscode-webviewx://a", "app://other", "chrome-extension://abc",
        "https://app.example.com.evil.example"})
    BOOST_TEST(list(t, {{"Origin", origin}}).status == 403, origin);
  // a wildcard names no web site, here or in a list of them
  for (std::string const origin : {"*", "https://*", "http://*", "HTTPS://*", "https://*.example.com",
                                   "app://*.md", "https://app.example.com/", "null", "://*"}) {
    options.allowed_origins = {origin};
    BOOST_CHECK_THROW(talk{options}, mcpawl::configuration_error);
  }
}

BOOST_AUTO_TEST_CASE(a_public_page_with_an_allowed_origin_may_reach_a_private_address) {
  mcpawl::http_options options;
  options.allowed_origins = {"https://app.example.com"};
  talk t{options};
  fields with{{"Origin", "https://app.example.com"}, {"Access-Control-Request-Method", "POST"}};
  BOOST_TEST(!t.request("OPTIONS", "/mcp", with).has("access-control-allow-private-network"));
  with.emplace_back("Access-Control-Request-Private-Network", "true");
  BOOST_TEST(t.request("OPTIONS", "/mcp", with).field("access-control-allow-private-network") == "true");
  with.front().second = "https://evil.example";
  auto const foreign = t.request("OPTIONS", "/mcp", with);
  BOOST_TEST(foreign.status == 403);
  BOOST_TEST(!foreign.has("access-control-allow-private-network"));
}

BOOST_AUTO_TEST_CASE(a_refusal_says_which_setting_would_allow_it) {
  talk t;
  auto const says = [&t](fields const& with) {
    auto const reply = list(t, with);
    BOOST_TEST(reply.status == 403);
    return std::string(json_of(reply).at("error").at("message").as_string());
  };
  BOOST_TEST(says({{"Host", "evil.example"}}).find("allowed hosts") != std::string::npos);
  BOOST_TEST(says({{"Origin", "https://app.example.com"}}).find("allowed origins") != std::string::npos);
  BOOST_TEST(says({{"Origin", "null"}}).find("without an origin") != std::string::npos);
  BOOST_TEST(says({{"Origin", "http://localhost"}, {"Origin", "http://localhost"}}) == "Origin is repeated");
}

BOOST_AUTO_TEST_CASE(a_browser_gets_a_page_that_says_what_to_do) {
  talk t;
  std::string const accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
  auto const page = t.request("GET", "/mcp", {{"X-User", "alice"}, {"Accept", accept}});
  BOOST_TEST(page.status == 405);
  BOOST_TEST(page.field("allow") == "POST");
  BOOST_TEST(page.field("content-type") == "text/html; charset=utf-8");
  BOOST_TEST(page.body.find("This is an MCP server") != std::string::npos);
  BOOST_TEST(page.field("content-security-policy").find("default-src 'none'") != std::string_view::npos);
  BOOST_TEST(page.field("content-security-policy").find("frame-ancestors 'none'") != std::string_view::npos);
  BOOST_TEST(page.field("x-content-type-options") == "nosniff");
  BOOST_TEST(page.field("cache-control") == "no-store");
  BOOST_TEST(t.request("HEAD", "/mcp", {{"X-User", "alice"}, {"Accept", accept}}).field("content-type") ==
             "text/html; charset=utf-8");
  // who has not logged in sees the same page, and programs the same status as ever
  auto const stranger = t.request("GET", "/mcp?x=<script>", {{"Accept", accept}});
  BOOST_TEST(stranger.status == 401);
  BOOST_TEST(stranger.body == page.body);
  // a caller who is refused for good is not told to try
  BOOST_TEST(t.request("GET", "/mcp", {{"X-User", "mallory"}, {"Accept", accept}}).field("content-type") ==
             "application/json");
  for (fields const& program : {fields{{"Accept", "text/event-stream"}}, fields{{"Accept", "*/*"}}, fields{},
                                fields{{"Accept", "text/html, text/event-stream"}},
                                fields{{"Accept", "application/json, text/event-stream"}},
                                fields{{"Accept", accept}, {"MCP-Protocol-Version", "2025-11-25"}}}) {
    auto with = program;
    with.emplace_back("X-User", "alice");
    auto const reply = t.request("GET", "/mcp", with);
    BOOST_TEST(reply.status == 405);
    BOOST_TEST(reply.field("content-type") == "application/json");
  }
  BOOST_TEST(t.request("GET", "/", {{"X-User", "alice"}, {"Accept", accept}}).status == 404);
  BOOST_TEST(t.request("GET", "/mcp", {{"Origin", "http://evil.example"}, {"Accept", accept}}).status == 403);
}

BOOST_AUTO_TEST_CASE(a_denial_is_readable_by_the_page_that_caused_it) {
  talk t;
  auto const reply = t.request("POST", "/mcp", {{"Origin", "http://localhost"}});
  BOOST_TEST(reply.status == 401);
  BOOST_TEST(reply.field("access-control-allow-origin") == "http://localhost");
  auto const bad = t.request("POST", "/mcp", {{"X-User", "mallory"}});
  BOOST_TEST(bad.status == 403);
  BOOST_TEST(bad.body == R"({"error":"invalid_token"})");
  BOOST_TEST(t.server.log.text().find("it is mallory") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(other_paths_are_404_for_those_who_may_come_in) {
  talk t;
  for (std::string const path : {"/", "/mcp//", "//mcp", "/mcp/x", "/mcp/.", "/MCP",
                                 "/.well-known/oauth-protected-resource", "/mc%70"}) {
    auto const reply = t.request("POST", path, {{"X-User", "alice"}});
    BOOST_TEST(reply.status == 404, path);
    BOOST_TEST(json_of(reply).at("error").at("message") == "nothing here: the endpoint is /mcp");
    BOOST_TEST(t.request("POST", path).status == 401, path);
  }
}

BOOST_AUTO_TEST_CASE(a_slash_at_the_end_of_the_path_does_not_matter) {
  fields with = headers("tools/list");
  with.emplace_back("Content-Type", "application/json");
  fields known = with;
  known.emplace_back("X-User", "alice");
  for (std::string const path : {"/mcp", "/mcp/", "/a/b/", "/"}) {
    mcpawl::http_options options;
    options.path = path;
    talk t{options};
    std::string const bare = path.size() > 1 && path.ends_with('/') ? path.substr(0, path.size() - 1) : path;
    for (std::string const& asked : {bare, bare == "/" ? bare : bare + "/"}) {
      BOOST_TEST(t.request("POST", asked, known, stateless("tools/list")).status == 200, path + " " + asked);
      BOOST_TEST(t.request("POST", asked, with, stateless("tools/list")).status == 401, path + " " + asked);
    }
    BOOST_TEST(t.request("POST", bare + "//", known, stateless("tools/list")).status == 404, path);
  }
}

BOOST_AUTO_TEST_CASE(a_refused_caller_keeps_the_connection) {
  talk t;
  for (int i = 0; i != 3; ++i)
    BOOST_TEST(
        t.request("POST", "/mcp", {{"Content-Type", "application/json"}}, stateless("tools/list")).status ==
        401);
  BOOST_TEST(list(t, {}).status == 200);
}

BOOST_AUTO_TEST_SUITE_END()
