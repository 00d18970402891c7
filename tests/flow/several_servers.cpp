// tests/flow/several_servers.cpp - servers of different policies behind the same listeners, and those that cannot be together
// SPDX-License-Identifier: BSL-1.0
#include "../support/becomes_true.hpp"
#include "../support/prometheus_text.hpp"
#include "../support/running.hpp"
#include "../support/temporary_folder.hpp"
#include "../support/waiting_tool.hpp"

#include <mcpawl/auth/access_oauth.hpp>
#include <mcpawl/auth/jwt_bearer.hpp>
#include <mcpawl/auth/linked_app.hpp>
#include <mcpawl/auth/static_bearer.hpp>
#include <mcpawl/crypto/digest.hpp>
#include <mcpawl/mcpawl.hpp>
#include <mcpawl/observe/prometheus.hpp>
#include <mcpawl/store/memory_store.hpp>
#include <mcpawl/test/fake_access_server.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <sys/stat.h>

#include <chrono>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace flow_several {

using namespace std::chrono_literals;
using support::fields;
using support::http_reply;
using support::json_of;
using support::loopback_client;
using several = std::vector<mcpawl::http_endpoint>;

namespace {

constexpr std::string_view aud = "4714c1358e65fe4b408ad6d432a5f878f08194bdb4752441fd56faefa9b2b6f2";
std::string const ci_token(40, 'c'), new_token(40, 'n');

std::string entry(std::string const& name, std::string_view token) {
  std::string line = name + ' ';
  for (unsigned char const c : mcpawl::detail::sha256(token)) {
    line += "0123456789abcdef"[c >> 4];
    line += "0123456789abcdef"[c & 15];
  }
  return line + '\n';
}
void write(std::string const& path, std::string const& text) {
  std::ofstream(path) << text;
  ::chmod(path.c_str(), 0600);
}

fields bearer(std::string const& token) {
  if (token.empty()) return {};
  return {{"Authorization", "Bearer " + token}};
}

http_reply call(std::uint16_t port, std::string const& path, fields with = {},
                std::string const& tool = "who") {
  with.emplace_back("Content-Type", "application/json");
  with.emplace_back("Accept", "application/json, text/event-stream");
  with.emplace_back("MCP-Protocol-Version", "2026-07-28");
  with.emplace_back("Mcp-Method", "tools/call");
  with.emplace_back("Mcp-Name", tool);
  return loopback_client(port).request(
      "POST", path, with,
      R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":")" + tool +
          R"(","arguments":{},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}})");
}
std::string text_of(http_reply const& reply) {
  auto const json = json_of(reply);
  auto const* result = json.as_object().if_contains("result");
  if (result == nullptr) return reply.body;
  return std::string(result->at("content").at(0).at("text").as_string());
}

http_reply post(std::uint16_t port, std::string const& path, std::string const& session,
                std::string const& body) {
  fields with{{"Content-Type", "application/json"}, {"Accept", "application/json, text/event-stream"}};
  if (!session.empty()) with.emplace_back("Mcp-Session-Id", session);
  return loopback_client(port).request("POST", path, with, body);
}
std::string open_session(std::uint16_t port, std::string const& path) {
  auto const reply = post(
      port, path, {},
      R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}})");
  BOOST_TEST(reply.status == 200);
  return std::string(reply.field("mcp-session-id"));
}
int ping(std::uint16_t port, std::string const& path, std::string const& session) {
  return post(port, path, session, R"({"jsonrpc":"2.0","id":2,"method":"ping"})").status;
}

/** One server for people, one for programs, one for everybody. */
struct scene {
  temporary_folder folder;
  std::string const list = folder.file("tokens");
  mcpawl::test::fake_access_server access{std::string(aud)};
  mcpawl::server<mcpawl::access_jwt> people{
      {"people", "1"},
      mcpawl::access_jwt({.team_domain = access.team_domain(), .audiences = {std::string(aud)}})};
  mcpawl::server<mcpawl::static_bearer> programs{{"programs", "1"}, tokens(list)};
  mcpawl::server<> everybody{{"everybody", "1"}};

  scene() {
    people.tool("who", "", [](mcpawl::access_identity const& who) { return "person " + who->email; });
    programs.tool("who", "",
                  [](mcpawl::static_bearer_identity const& who) { return "program " + who->name; });
    programs.tool("wait", "", support::wait);
    everybody.tool("who", "", [] { return "anybody"; });
    everybody.tool("wait", "", support::wait);
  }

  static mcpawl::static_bearer tokens(std::string const& file) {
    write(file, entry("ci", ci_token));
    return mcpawl::static_bearer(mcpawl::static_bearer_options{.file = file});
  }
  several all() const { return {{"/people/mcp", people}, {"/programs/mcp", programs}, {"/mcp", everybody}}; }
  fields person() { return {{"Cf-Access-Jwt-Assertion", access->sign(access->user("alice@example.com"))}}; }
};

/** Everything that is wrong with servers, in lines. */
std::string errors_of(several const& servers, mcpawl::http_options options = {}) {
  options.port = 0;
  options.log = mcpawl::logger::none();
  try {
    mcpawl::http_server http(servers, std::move(options));
    return {};
  } catch (mcpawl::configuration_error const& e) {
    return e.what();
  }
}
bool holds(std::string_view text, std::string_view words) {
  return text.find(words) != std::string_view::npos;
}

mcpawl::jwt_bearer<> tokens_for(std::string const& public_url, std::string const& audience) {
  return mcpawl::jwt_bearer<>(mcpawl::bearer_options{.public_url = public_url,
                                                     .issuer = "http://127.0.0.1:9",
                                                     .audiences = {audience},
                                                     .resource_name = audience});
}

mcpawl::access_oauth login() {
  auto const url = [](std::string const& text) { return mcpawl::http::origin_url::parse(text).value(); };
  mcpawl::access_oauth_options made;
  made.public_url = "https://mcp.example.com";
  made.upstream.at = {.issuer = "http://127.0.0.1:9",
                      .authorization = url("http://127.0.0.1:9/authorize"),
                      .token = url("http://127.0.0.1:9/token"),
                      .jwks = url("http://127.0.0.1:9/keys")};
  made.upstream.client_id = "client";
  made.upstream.client_secret = mcpawl::secret{std::string("a-secret")};
  made.cookie_keys.emplace_back(std::string("a-key-of-32-bytes-for-tests-only"));
  made.server_name = "Flow Server";
  made.operator_name = "Example Inc.";
  made.operator_url = "https://example.com";
  return mcpawl::access_oauth(std::move(made), std::make_shared<mcpawl::memory_store>());
}

/** Answers /login, and does not say so. */
struct secretive {
  using identity_type = std::string;
  static constexpr std::string_view policy_name = "secretive";
  mcpawl::auth_result<std::string> authenticate(mcpawl::http::request_head const&) {
    return std::string("x");
  }
  std::string principal(std::string const& who) const { return who; }
  mcpawl::public_route route_of(mcpawl::http::request_head const& head) const {
    return head.path() == "/login" ? mcpawl::public_route::same_origin : mcpawl::public_route::none;
  }
  mcpawl::task<> serve_unauthenticated(mcpawl::http::exchange&) { co_return; }
};

}  // namespace

}  // namespace flow_several

BOOST_FIXTURE_TEST_SUITE(flow_several, scene)

BOOST_AUTO_TEST_CASE(each_server_lets_in_whom_its_own_policy_knows) {
  support::running<several> server(all());
  auto const port = server.port();
  BOOST_TEST(text_of(call(port, "/people/mcp", person())) == "person alice@example.com");
  BOOST_TEST(text_of(call(port, "/programs/mcp", bearer(ci_token))) == "program ci");
  BOOST_TEST(text_of(call(port, "/programs/mcp/", bearer(ci_token))) == "program ci");
  BOOST_TEST(text_of(call(port, "/mcp")) == "anybody");
  BOOST_TEST(call(port, "/people/mcp", bearer(ci_token)).status == 401);
  BOOST_TEST(call(port, "/programs/mcp", person()).status == 401);
  auto crossed = bearer(access->sign(access->user("alice@example.com")));
  BOOST_TEST(call(port, "/programs/mcp", crossed).status == 401);
  BOOST_TEST(call(port, "/people/mcp").status == 401);
  BOOST_TEST(call(port, "/programs/mcp").status == 401);
  std::string const log = server.log.text();
  for (auto const* words : {"endpoint=/people/mcp", "endpoint=/programs/mcp", "/people/mcp policy=access_jwt",
                            "/programs/mcp policy=static_bearer", "/mcp policy=none"})
    BOOST_TEST(holds(log, words), words << " is not in " << log);
}

BOOST_AUTO_TEST_CASE(a_path_that_no_server_has_is_404_and_no_policy_is_asked) {
  support::running<several> server(all());
  loopback_client client{server.port()};
  for (auto const* path : {"/", "/people", "/people/mcp/x", "/People/mcp", "//mcp", "/people%2fmcp", "/sse",
                           "/.well-known/oauth-protected-resource", "/people/mcp//"}) {
    auto const reply = client.request("POST", path, {{"Content-Type", "application/json"}}, "{}");
    BOOST_TEST(reply.status == 404, path);
    // nobody learns where the servers are
    BOOST_TEST(!holds(reply.body, "programs"), path);
  }
  BOOST_TEST(!holds(server.log.text(), "caller_denied"));
  BOOST_TEST(client.request("POST", "/", {{"Host", "evil.example"}}, "{}").status == 403);
}

BOOST_AUTO_TEST_CASE(routes_are_common_and_origins_may_be_a_servers_own) {
  mcpawl::http_options options;
  options.routes = {{"GET", "/version", [] { return "1.4"; }}};
  options.allowed_origins = {"https://all.example"};
  several servers{{"/people/mcp", people, {.allowed_origins = {"https://people.example"}}},
                  {"/mcp", everybody}};
  support::running<several> server(servers, options);
  BOOST_TEST(loopback_client(server.port()).request("GET", "/version").body == "1.4");
  auto const from = [&](std::string const& path, std::string const& origin, fields with) {
    with.emplace_back("Origin", origin);
    return call(server.port(), path, std::move(with)).status;
  };
  BOOST_TEST(from("/people/mcp", "https://people.example", person()) == 200);
  BOOST_TEST(from("/mcp", "https://people.example", {}) == 403);
  BOOST_TEST(from("/people/mcp", "https://all.example", person()) == 200);
  BOOST_TEST(from("/mcp", "https://all.example", {}) == 200);
  BOOST_TEST(from("/people/mcp", "https://evil.example", person()) == 403);
}

BOOST_AUTO_TEST_CASE(a_session_of_one_server_does_not_open_in_another) {
  mcpawl::server_options keys;
  keys.keys.emplace_back(std::string("a-key-of-32-bytes-for-tests-only"));
  mcpawl::server<> one{{"one", "1"}, {}, keys}, two{{"two", "1"}, {}, keys};
  support::running<several> server(several{{"/one/mcp", one}, {"/two/mcp", two}});
  auto const port = server.port();
  std::string const first = open_session(port, "/one/mcp"), second = open_session(port, "/two/mcp");
  BOOST_TEST(ping(port, "/one/mcp", first) == 200);
  BOOST_TEST(ping(port, "/two/mcp", second) == 200);
  BOOST_TEST(ping(port, "/two/mcp", first) == 404);
  BOOST_TEST(ping(port, "/one/mcp", second) == 404);
  // nor does one end there
  loopback_client client{port};
  BOOST_TEST(client.request("DELETE", "/two/mcp", {{"Mcp-Session-Id", first}}).status == 404);
  BOOST_TEST(ping(port, "/one/mcp", first) == 200);
}

BOOST_AUTO_TEST_CASE(each_server_has_its_own_event_streams_of_2024) {
  several servers{{"/mcp", everybody, {.sse_path = "/sse"}},
                  {"/programs/mcp", programs, {.sse_path = "/programs/sse"}}};
  support::running<several> server(servers);
  loopback_client open{server.port()};
  open.send_request("GET", "/sse", {{"Accept", "text/event-stream"}});
  BOOST_TEST(open.read_head().status == 200);
  loopback_client client{server.port()};
  BOOST_TEST(client.request("GET", "/programs/sse", {{"Accept", "text/event-stream"}}).status == 401);
  BOOST_TEST(client.request("POST", "/programs/sse/messages?sessionId=x", {}, "{}").status == 401);
  BOOST_TEST(client.request("POST", "/sse/messages?sessionId=x", {{"Content-Type", "application/json"}}, "{}")
                 .status == 404);
}

BOOST_AUTO_TEST_CASE(bounds_of_a_caller_are_each_servers_own) {
  mcpawl::server<mcpawl::static_bearer> few{{"few", "1"}, tokens(list)};
  few.tool("wait", "", support::wait);
  mcpawl::limits bounds;
  bounds.max_calls = 1;
  several servers{{"/few/mcp", few, {.bounds = bounds}}, {"/programs/mcp", programs}};
  support::running<several> server(servers);
  fields with = support::wait_fields;
  with.emplace_back("Authorization", "Bearer " + ci_token);
  loopback_client busy{server.port()};
  busy.send_request("POST", "/few/mcp", with, support::wait_call(2'000));
  BOOST_TEST(busy.read_head().status == 200);
  auto const call_more = [&](std::string const& path) {
    return loopback_client(server.port()).request("POST", path, with, support::wait_call(10)).status;
  };
  BOOST_TEST(call_more("/few/mcp") == 429);
  BOOST_TEST(call_more("/programs/mcp") == 200);
}

BOOST_AUTO_TEST_CASE(calls_of_all_servers_are_finished_before_the_process_stops) {
  auto server = std::make_unique<support::running<several>>(all());
  loopback_client first{server->port()}, second{server->port()};
  fields with = support::wait_fields;
  with.emplace_back("Authorization", "Bearer " + ci_token);
  first.send_request("POST", "/programs/mcp", with, support::wait_call(300));
  second.send_request("POST", "/mcp", support::wait_fields, support::wait_call(300));
  std::this_thread::sleep_for(50ms);
  server.reset();
  for (auto* each : {&first, &second}) BOOST_TEST(holds(each->read_reply().body, "waited"));
}

BOOST_AUTO_TEST_CASE(a_reload_reaches_the_policies_of_all_servers) {
  support::running<several> server(all());
  auto const port = server.port();
  BOOST_TEST(call(port, "/programs/mcp", bearer(new_token)).status == 401);
  write(list, entry("new", new_token));
  BOOST_TEST(server.service().reload().empty());
  BOOST_TEST(text_of(call(port, "/programs/mcp", bearer(new_token))) == "program new");
  BOOST_TEST(call(port, "/programs/mcp", bearer(ci_token)).status == 401);
  write(list, "rubbish\n");
  BOOST_TEST(!server.service().reload().empty());
  BOOST_TEST(call(port, "/programs/mcp", bearer(new_token)).status == 200);
}

BOOST_AUTO_TEST_CASE(probes_and_metrics_are_common_and_routes_tell_servers_apart) {
  mcpawl::prometheus metrics;
  mcpawl::http_options options;
  options.observers = {&metrics};
  options.admin = mcpawl::admin_options{.port = 0};
  options.threads = 2;
  support::running<several> server(all(), options);
  auto const port = server.port();
  loopback_client admin{server.service().admin_port()};
  // no keys were had until somebody asked
  call(port, "/people/mcp", person());
  BOOST_TEST(support::becomes_true([&] { return admin.request("GET", "/readyz").status == 200; }));
  call(port, "/programs/mcp", bearer(ci_token));
  call(port, "/mcp");
  call(port, "/nowhere");
  open_session(port, "/mcp");
  loopback_client kept{port};
  kept.request("PUT", "/mcp");
  auto const read = [&] { return support::prometheus_text(admin.request("GET", "/metrics").body); };
  auto const requests = [](std::string const& route, std::string const& method, std::string const& status) {
    return "http_server_request_duration_seconds_count{http_request_method=\"" + method +
           "\",http_response_status_code=\"" + status + "\",http_route=\"" + route + "\"}";
  };
  BOOST_TEST(support::becomes_true([&] { return read().has(requests("/mcp", "PUT", "405")); }));
  auto const page = read();
  BOOST_TEST(page.at(requests("/people/mcp", "POST", "200")) == 1);
  BOOST_TEST(page.at(requests("/programs/mcp", "POST", "200")) == 1);
  BOOST_TEST(page.at(requests("/mcp", "POST", "200")) == 2);
  BOOST_TEST(page.at(requests("_other", "POST", "404")) == 1);
  BOOST_TEST(page.at("mcpawl_sessions") == 1);
  BOOST_TEST(page.at("mcpawl_state{state=\"ready\"}") == 3);
  // what is common is told once
  BOOST_TEST(page.at("mcpawl_loop_lag_seconds{thread=\"1\"}") >= 0);
  BOOST_TEST(!page.has("mcpawl_loop_lag_seconds{thread=\"2\"}"));
  double open = 0;
  for (auto const* state : {"idle", "busy", "handshake"})
    open += page.at("mcpawl_connections{state=\"" + std::string(state) + "\"}");
  BOOST_TEST(open == 1);
}

BOOST_AUTO_TEST_CASE(readyz_says_which_policy_has_no_keys) {
  mcpawl::server<mcpawl::access_jwt> keyless{
      {"keyless", "1"},
      mcpawl::access_jwt({.team_domain = "http://127.0.0.1:9", .audiences = {std::string(aud)}})};
  mcpawl::http_options options;
  options.admin = mcpawl::admin_options{.port = 0};
  support::running<several> server(several{{"/mcp", everybody}, {"/keyless/mcp", keyless}}, options);
  auto const reply = loopback_client(server.service().admin_port()).request("GET", "/readyz");
  BOOST_TEST(reply.status == 503);
  BOOST_TEST(holds(reply.body, "the policy of /keyless/mcp cannot decide yet"), reply.body);
  BOOST_TEST(text_of(call(server.port(), "/mcp")) == "anybody");
}

BOOST_AUTO_TEST_CASE(the_metadata_of_a_resource_is_behind_its_own_endpoint) {
  mcpawl::server<mcpawl::jwt_bearer<>> a{{"a", "1"}, tokens_for("https://mcp.example.com", "a")},
      b{{"b", "1"}, tokens_for("https://mcp.example.com", "b")};
  mcpawl::http_options options;
  options.allowed_hosts = {"mcp.example.com"};
  support::running<several> server(several{{"/a/mcp", a}, {"/b/mcp", b}}, options);
  std::string const known = "/.well-known/oauth-protected-resource";
  loopback_client client{server.port()};
  for (std::string const name : {"a", "b"}) {
    auto const reply = client.request("GET", known + "/" + name + "/mcp");
    BOOST_REQUIRE(reply.status == 200);
    BOOST_TEST(json_of(reply).at("resource").as_string() == "https://mcp.example.com/" + name + "/mcp");
    BOOST_TEST(json_of(reply).at("resource_name").as_string() == name);
    auto const denied = call(server.port(), "/" + name + "/mcp");
    BOOST_TEST(denied.status == 401);
    BOOST_TEST(holds(denied.field("www-authenticate"), known + "/" + name + "/mcp\""),
               denied.field("www-authenticate"));
  }
  BOOST_TEST(client.request("GET", known).status == 404);
}

BOOST_AUTO_TEST_CASE(they_run_on_an_executor_of_the_users) {
  boost::asio::io_context io(1);
  mcpawl::http_options options{.port = 0, .executor = io.get_executor()};
  options.log = mcpawl::logger::none();
  mcpawl::http_server http({{"/programs/mcp", programs}, {"/mcp", everybody}}, options);
  BOOST_TEST(http.urls().size() == 2u);
  BOOST_TEST(http.urls().back() == "http://127.0.0.1:" + std::to_string(http.port()) + "/mcp");
  boost::asio::co_spawn(io, http.serve(), boost::asio::detached);
  std::thread running([&] { io.run(); });
  BOOST_TEST(text_of(call(http.port(), "/programs/mcp", bearer(ci_token))) == "program ci");
  BOOST_TEST(text_of(call(http.port(), "/mcp")) == "anybody");
  http.stop();
  running.join();
  BOOST_TEST(http.finished());
}

BOOST_AUTO_TEST_CASE(servers_that_cannot_be_together_are_all_named_at_the_start) {
  mcpawl::server<> again{{"everybody", "2"}};
  mcpawl::server first{{"first", "1"}, login()};
  mcpawl::server second{{"second", "1"}, mcpawl::linked_app{login()}};
  mcpawl::server<secretive> quiet{{"quiet", "1"}, secretive()};
  mcpawl::http_options options;
  options.sse_path = "/sse";
  options.routes = {{"GET", "/token", [] { return "x"; }}, {"GET", "/b/mcp", [] { return "x"; }}};
  several const servers{{"/a/mcp", everybody, {.sse_path = "/c"}},
                        {"/b/mcp/", again},
                        {"/b/mcp", first},
                        {"/c", second, {.allowed_origins = {"nothing"}}},
                        {"d", quiet}};
  std::string const wrong = errors_of(servers, options);
  for (auto const* words :
       {"/a/mcp and /b/mcp/ are both called \"everybody\"",
        "\"everybody\" and \"first\" would both answer /b/mcp:",
        "\"everybody\" and \"second\" would both answer /c:",
        "\"first\" and \"second\" would both answer /.well-known/oauth-authorization-server, ",
        "/authorize, /callback, /register, /revoke, /token: give them other paths, or processes of their own",
        "/c: allowed origin \"nothing\"", "d: path \"d\" must start with /",
        "the policy secretive of d answers paths itself and does not list them",
        "\"GET /token\" belongs to the policy access_oauth", "\"GET /b/mcp\" is an endpoint",
        "path and sse_path are each server's own"})
    BOOST_TEST(holds(wrong, words), words << " is not in " << wrong);
  BOOST_TEST(holds(errors_of({}), "there must be a server"));
  // each alone is right
  BOOST_TEST(errors_of({{"/b/mcp", first}}) == "");
  BOOST_TEST(errors_of({{"/b/mcp", first}, {"/a/mcp", everybody}, {"/programs/mcp", programs}}) == "");
  BOOST_TEST(errors_of({{"/mcp", quiet}}) == "");
}

BOOST_AUTO_TEST_CASE(what_a_tool_got_wrong_names_its_server) {
  everybody.tool("who", "", [] { return "twice"; });
  BOOST_TEST(holds(errors_of(all()), "/mcp: "));
}

BOOST_AUTO_TEST_SUITE_END()
