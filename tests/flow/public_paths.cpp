// tests/flow/public_paths.cpp - a policy that answers some paths itself, before anybody is authenticated
// SPDX-License-Identifier: BSL-1.0
#include "../support/running.hpp"

#include <mcpawl/http/exchange.hpp>
#include <mcpawl/mcpawl.hpp>

#include <boost/test/unit_test.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace flow_public_paths {

using support::fields;
using support::http_reply;
using support::loopback_client;

namespace {

namespace http = mcpawl::http;
using mcpawl::public_route;
using mcpawl::task;

/** Lets nobody in; /open echoes for every page, /form for its own, /mute does not answer, /burst throws. */
struct policy_under_test {
  using identity_type = std::string;

  task<mcpawl::auth_result<std::string>> authenticate(http::request_head const&) {
    co_return mcpawl::denial(401, "missing_token", "nobody may");
  }
  std::string principal(std::string const& who) const { return who; }

  public_route route_of(http::request_head const& head) const {
    auto const path = head.path();
    if (path == "/open" || path == "/mute" || path == "/burst") return public_route::any_origin;
    return path == "/form" ? public_route::same_origin : public_route::none;
  }
  task<> serve_unauthenticated(http::exchange& ex) {
    auto const path = ex.head().path();
    if (path == "/mute") co_return;
    if (path == "/burst") throw std::runtime_error("private words");
    auto const body = co_await ex.read_body(64);
    http::response answer(body ? 201 : 413);
    if (path == "/open") mcpawl::http::allow_any_origin(answer);
    std::string text(ex.head().method());
    if (body) text.append(1, ' ').append(*body);
    answer.body("text/plain", std::move(text));
    co_await ex.respond(std::move(answer));
  }
};

struct scene {
  mcpawl::server<policy_under_test> srv{{"flow", "1"}, policy_under_test{}};
  support::running<mcpawl::server<policy_under_test>> running{srv};
  loopback_client client{running.port()};

  http_reply ask(std::string_view method, std::string_view path, fields with = {},
                 std::string_view body = {}) {
    return client.request(method, path, with, body);
  }
};

fields const foreign = {{"Origin", "https://app.example"}};
fields const foreign_preflight = {{"Origin", "https://app.example"},
                                  {"Access-Control-Request-Method", "POST"},
                                  {"Access-Control-Request-Headers", "mcp-protocol-version"}};

}  // namespace

}  // namespace flow_public_paths

BOOST_FIXTURE_TEST_SUITE(flow_public_paths, scene)

BOOST_AUTO_TEST_CASE(what_is_the_policys_own_needs_no_token_and_the_rest_does) {
  BOOST_TEST(ask("GET", "/open").status == 201);
  BOOST_TEST(ask("GET", "/form").status == 201);
  for (auto const* path : {"/mcp", "/", "/open/", "/open/x", "/OPEN", "//open", "/op%65n", "/mcp?/open"})
    BOOST_TEST(ask("GET", path).status == 401, path);
}

BOOST_AUTO_TEST_CASE(easy_to_miss_23_the_protocol_version_of_a_client_does_not_matter) {
  for (std::string const version : {"2025-03-26", "2026-07-28", "1900-01-01", "nonsense", ""}) {
    auto const reply = ask("GET", "/open", {{"MCP-Protocol-Version", version}});
    BOOST_TEST(reply.status == 201, version);
    BOOST_TEST(reply.body == "GET ");
  }
}

BOOST_AUTO_TEST_CASE(bodies_are_read_and_any_method_is_answered) {
  auto const posted = ask("POST", "/open", {}, "a=b");
  BOOST_TEST(posted.status == 201);
  BOOST_TEST(posted.body == "POST a=b");
  BOOST_TEST(ask("DELETE", "/open?x=y").body == "DELETE ");
  loopback_client other{running.port()};
  BOOST_TEST(other.request("POST", "/open", {}, std::string(65, 'x')).status == 413);
}

BOOST_AUTO_TEST_CASE(every_page_may_use_what_is_for_any_page) {
  auto const asked = ask("OPTIONS", "/open", foreign_preflight);
  BOOST_TEST(asked.status == 204);
  BOOST_TEST(asked.field("access-control-allow-origin") == "*");
  BOOST_TEST(!asked.has("access-control-allow-credentials"));
  BOOST_TEST(asked.field("access-control-allow-headers").find("Mcp-Protocol-Version") !=
             std::string_view::npos);
  auto const read = ask("GET", "/open", foreign);
  BOOST_TEST(read.status == 201);
  BOOST_TEST(read.field("access-control-allow-origin") == "*");
}

BOOST_AUTO_TEST_CASE(foreign_pages_may_use_nothing_else) {
  for (auto const* path : {"/form", "/mcp", "/open/"}) {
    BOOST_TEST(ask("OPTIONS", path, foreign_preflight).status == 403, path);
    BOOST_TEST(ask("POST", path, foreign).status == 403, path);
    BOOST_TEST(!ask("POST", path, foreign).has("access-control-allow-origin"), path);
  }
  BOOST_TEST(
      ask("POST", "/form", {{"Origin", "http://127.0.0.1:" + std::to_string(running.port())}}).status == 201);
}

BOOST_AUTO_TEST_CASE(a_foreign_host_is_refused_everywhere) {
  for (auto const* path : {"/open", "/form"}) {
    auto const reply = ask("GET", path, {{"Host", "evil.example"}});
    BOOST_TEST(reply.status == 403, path);
  }
}

BOOST_AUTO_TEST_CASE(a_policy_that_fails_shows_nothing_of_it) {
  loopback_client mute{running.port()};
  BOOST_TEST(mute.request("GET", "/mute", {}, {}).status == 500);
  loopback_client burst{running.port()};
  auto const reply = burst.request("GET", "/burst", {}, {});
  BOOST_TEST(reply.status == 500);
  BOOST_TEST(reply.body.find("private words") == std::string::npos);
  BOOST_TEST(ask("GET", "/open").status == 201);
}

BOOST_AUTO_TEST_SUITE_END()
