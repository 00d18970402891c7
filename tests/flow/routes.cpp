// tests/flow/routes.cpp - paths of the user's own beside the endpoint, where nobody is authenticated
// SPDX-License-Identifier: BSL-1.0
#include "../support/running.hpp"

#include <mcpawl/http/exchange.hpp>
#include <mcpawl/mcpawl.hpp>

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace flow_routes {

using support::loopback_client;

namespace {

namespace http = mcpawl::http;

/** Lets nobody in, and answers /login itself. */
struct strict {
  using identity_type = std::string;
  static constexpr std::string_view policy_name = "strict";
  mcpawl::auth_result<std::string> authenticate(http::request_head const&) {
    return mcpawl::denial(401, "missing_token", "nobody may");
  }
  std::string principal(std::string const& who) const { return who; }
  mcpawl::public_route route_of(http::request_head const& head) const {
    return head.path() == "/login" ? mcpawl::public_route::same_origin : mcpawl::public_route::none;
  }
  mcpawl::task<> serve_unauthenticated(http::exchange& ex) { return ex.respond(http::response(204)); }
};

mcpawl::task<> echo(http::exchange& ex) {
  auto const body = co_await ex.read_body(16);
  http::response made(body ? 201 : 413);
  made.body("text/plain", std::string(body ? *body : "too large"));
  co_await ex.respond(std::move(made));
}

mcpawl::http_options with_routes() {
  mcpawl::http_options options;
  options.routes = {
      {"GET", "/version", [] { return "1.4"; }},
      {"GET", "/asked", [](http::request_head const& head) { return std::string(head.query()); }},
      {"POST", "/hook", echo},
      {"DELETE", "/hook", [] { return mcpawl::route_answer("gone", "text/html", 410); }},
      {"HEAD", "/own", [] { return mcpawl::route_answer("", "text/plain", 204); }},
      {"GET", "/own", [] { return "own"; }},
      {"GET", "/burst", []() -> std::string { throw std::runtime_error("private words"); }}};
  return options;
}

struct scene {
  mcpawl::server<strict> srv{{"routes", "1"}, strict{}};
  support::running<mcpawl::server<strict>> running{srv, with_routes()};
  loopback_client client{running.port()};
};

std::string errors_of(mcpawl::http_options options) {
  mcpawl::server<strict> srv{{"routes", "1"}, strict{}};
  options.port = 0;
  options.log = mcpawl::logger::none();
  try {
    mcpawl::http_server service(srv, std::move(options));
    return {};
  } catch (mcpawl::configuration_error const& e) {
    return e.what();
  }
}

}  // namespace

}  // namespace flow_routes

BOOST_FIXTURE_TEST_SUITE(flow_routes, scene)

BOOST_AUTO_TEST_CASE(a_route_is_answered_without_a_token_and_nothing_else_is) {
  auto const version = client.request("GET", "/version");
  BOOST_TEST(version.status == 200);
  BOOST_TEST(version.body == "1.4");
  BOOST_TEST(version.field("content-type") == "text/plain; charset=utf-8");
  BOOST_TEST(client.request("GET", "/asked?a=b").body == "a=b");
  BOOST_TEST(client.request("POST", "/hook", {}, "knock").body == "knock");
  BOOST_TEST(client.request("POST", "/hook", {}, std::string(17, 'x')).status == 413);
  loopback_client other{running.port()};
  for (auto const* path :
       {"/mcp", "/", "/version/", "/Version", "//version", "/versio%6e", "/version/x", "/mcp?/version"})
    BOOST_TEST(other.request("GET", path).status == 401, path);
}

BOOST_AUTO_TEST_CASE(other_methods_learn_which_there_are) {
  auto const refused = client.request("PUT", "/version");
  BOOST_TEST(refused.status == 405);
  BOOST_TEST(refused.field("allow") == "GET, HEAD");
  BOOST_TEST(client.request("GET", "/hook").field("allow") == "POST, DELETE");
  BOOST_TEST(client.request("POST", "/own").field("allow") == "HEAD, GET");
  BOOST_TEST(client.request("DELETE", "/hook").status == 410);
  client.send_request("HEAD", "/version", {});
  auto const head = client.read_head();
  BOOST_TEST(head.status == 200);
  BOOST_TEST(head.field("content-length") == "3");
}

BOOST_AUTO_TEST_CASE(host_and_origin_are_checked_before_and_an_exception_stays_inside) {
  BOOST_TEST(client.request("GET", "/version", {{"Host", "evil.example"}}).status == 403);
  BOOST_TEST(client.request("GET", "/version", {{"Origin", "https://evil.example"}}).status == 403);
  auto const burst = client.request("GET", "/burst");
  BOOST_TEST(burst.status == 500);
  BOOST_TEST(burst.body.find("private") == std::string::npos);
  BOOST_TEST(running.log.text().find("private words") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(every_route_that_cannot_be_is_listed_at_the_start) {
  mcpawl::http_options options;
  options.sse_path = "/sse";
  auto const f = [] { return "x"; };
  options.routes = {{"GET", "/mcp", f},   {"GET", "/mcp/", f},
                    {"GET", "/sse", f},   {"POST", "/sse/messages", f},
                    {"GET", "/login", f}, {"GET", "/.well-known/oauth-protected-resource/x", f},
                    {"get", "/a", f},     {"", "/b", f},
                    {"OPTIONS", "/c", f}, {"GET", "d", f},
                    {"GET", "/e?f", f},   {"GET", std::string("/g\r\nh"), f},
                    {"GET", "/i", f},     {"GET", "/i", f},
                    {"POST", "/i", f}};
  auto const all = errors_of(options);
  BOOST_TEST(all.find("13 errors") != std::string::npos, all);
  for (auto const* words :
       {"\"GET /mcp/\" is the endpoint", "belongs to sse_path", "belongs to the policy strict",
        "look for how to log in", "\"GET /i\" is there twice"})
    BOOST_TEST(all.find(words) != std::string::npos, all);
}

BOOST_AUTO_TEST_SUITE_END()
