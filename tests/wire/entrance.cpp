// tests/wire/entrance.cpp - hosts, origins, preflights, paths: what is decided before a message is read
#include "fixture.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(wire_entrance)

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
  for (std::string const path :
       {"/", "/mcp/", "/mcp/x", "/MCP", "/.well-known/oauth-protected-resource", "/mc%70"}) {
    BOOST_TEST(t.request("POST", path, {{"X-User", "alice"}}).status == 404, path);
    BOOST_TEST(t.request("POST", path).status == 401, path);
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
