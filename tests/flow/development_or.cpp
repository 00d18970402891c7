// tests/flow/development_or.cpp - one program, with a login in production and without one on its developer's machine
// SPDX-License-Identifier: BSL-1.0
#include "../support/running.hpp"

#include <mcpawl/auth/development_or.hpp>
#include <mcpawl/auth/linked_app.hpp>
#include <mcpawl/mcpawl.hpp>
#include <mcpawl/test/fake_access_server.hpp>

#include <boost/test/unit_test.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace flow_development_or {

using support::fields;
using support::http_reply;
using support::json_of;
using support::loopback_client;

namespace {

using program = mcpawl::server<mcpawl::development_or<mcpawl::access_jwt>>;
using environment = std::map<std::string, std::string>;

template <class Server>
void add_tools(Server& srv) {
  srv.tool("whoami", "Say who is calling.", [](mcpawl::access_identity const& who) { return who->email; });
  srv.tool("draw", "For some.", [] { return "a picture"; }).allow([](auto const& who) {
    return who->in_group("artists");
  });
}

mcpawl::settings settings_of(environment values) {
  return mcpawl::settings([all = std::move(values)](std::string const& name) {
    auto const found = all.find(name);
    return found == all.end() ? std::optional<std::string>() : std::optional<std::string>(found->second);
  });
}

/** What `main` of the program does. */
program start(environment values) {
  program srv{{"inventory", "1.0"},
              mcpawl::development_or<mcpawl::access_jwt>::from_env(settings_of(std::move(values)))};
  add_tools(srv);
  return srv;
}

environment const alice{
    {"MCPAWL_DEVELOPMENT_IDENTITY", R"({"email":"alice@example.com","groups":["artists"]})"}};

http_reply call(loopback_client& client, std::string const& tool, fields with = {}) {
  std::string const body =
      R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":")" + tool +
      R"(","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}})";
  for (auto const& [name, value] : fields{{"Content-Type", "application/json"},
                                          {"Accept", "application/json, text/event-stream"},
                                          {"MCP-Protocol-Version", "2026-07-28"},
                                          {"Mcp-Method", "tools/call"},
                                          {"Mcp-Name", tool}})
    with.emplace_back(name, value);
  return client.request("POST", "/mcp", with, body);
}

std::string text_of(http_reply const& reply) {
  return std::string(json_of(reply).at("result").at("content").at(0).at("text").as_string());
}

std::size_t count(std::string const& text, std::string_view words) {
  std::size_t n = 0;
  for (std::size_t at = text.find(words); at != std::string::npos; at = text.find(words, at + 1)) ++n;
  return n;
}

/** Why the program does not serve at this address. */
std::string refusal_at(program const& srv, std::string address, mcpawl::trusted_proxies proxies = {}) {
  try {
    mcpawl::http_server<program> const http(
        srv, {.address = std::move(address), .port = 0, .proxies = std::move(proxies)});
  } catch (mcpawl::configuration_error const& e) {
    return e.what();
  }
  return "it serves";
}

}  // namespace

}  // namespace flow_development_or

BOOST_AUTO_TEST_SUITE(flow_development_or_suite)

using namespace flow_development_or;

BOOST_AUTO_TEST_CASE(with_a_development_identity_every_call_is_that_callers) {
  auto const srv = start(alice);
  support::running server{srv};
  loopback_client client{server.port()};
  BOOST_TEST(text_of(call(client, "whoami")) == "alice@example.com");
  BOOST_TEST(text_of(call(client, "draw")) == "a picture");
  // what a request says of its caller does not matter
  BOOST_TEST(text_of(call(client, "whoami",
                          {{"Authorization", "Bearer x"}, {"Cf-Emulator-Email", "bob@example.com"}})) ==
             "alice@example.com");
}

BOOST_AUTO_TEST_CASE(the_same_program_in_production_wants_a_token_of_access) {
  std::string const aud = "f70ff985a9b5cd1e";
  mcpawl::test::fake_access_server access{aud};
  auto const srv = start({{"TEAM_DOMAIN", access.team_domain()}, {"POLICY_AUD", aud}});
  support::running server{srv};
  loopback_client client{server.port()};
  BOOST_TEST(call(client, "whoami").status == 401);
  // nothing that a request has turns development on
  for (auto const* name :
       {"MCPAWL_DEVELOPMENT_IDENTITY", "Mcpawl-Development-Identity", "X-Mcpawl-Development-Identity"})
    BOOST_TEST(call(client, "whoami", {{name, "alice@example.com"}}).status == 401);
  std::string const token = access->sign(access->user("bob@example.com"));
  fields const with{{"Cf-Access-Jwt-Assertion", token}, {"X-Forwarded-For", "192.0.2.1"}};
  BOOST_TEST(text_of(call(client, "whoami", with)) == "bob@example.com");
  BOOST_TEST(json_of(call(client, "draw", with)).as_object().contains("error"));
  BOOST_TEST(count(server.log.text(), "loopback_only") == 0U);
}

BOOST_AUTO_TEST_CASE(each_start_in_development_is_in_the_log_once) {
  auto const srv = start(alice);
  for (int i = 0; i != 2; ++i) {
    support::running server{srv, {.threads = 2}};
    loopback_client client{server.port()};
    BOOST_TEST(call(client, "whoami").status == 200);
    BOOST_TEST(count(server.log.text(), "loopback_only") == 1U);
    BOOST_TEST(count(server.log.text(),
                     "loopback_only reason=\"MCPAWL_DEVELOPMENT_IDENTITY lets every "
                     "caller in without a login, as alice@example.com\"") == 1U,
               server.log.text());
  }
}

BOOST_AUTO_TEST_CASE(in_development_it_starts_on_loopback_only) {
  auto const srv = start(alice);
  for (auto const* address :
       {"0.0.0.0", "::", "192.168.1.7", "10.0.0.1", "fe80::1", "::ffff:127.0.0.1", "8.8.8.8"}) {
    std::string const why = refusal_at(srv, address);
    BOOST_TEST(why.find("can be reached by other machines; it must be 127.0.0.1 or ::1") != std::string::npos,
               why);
    BOOST_TEST(why.find("MCPAWL_DEVELOPMENT_IDENTITY") != std::string::npos, why);
  }
  BOOST_TEST(refusal_at(srv, "127.0.0.1") == "it serves");
  BOOST_TEST(refusal_at(srv, "127.0.0.1", {.peers = {"127.0.0.1"}, .proxy_protocol = true})
                 .find("proxies hand on what other machines send") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(linked_app_around_it_starts_on_loopback_only_too) {
  mcpawl::server srv{
      {"inventory", "1.0"},
      mcpawl::linked_app{mcpawl::development_or<mcpawl::access_jwt>::from_env(settings_of(alice))}};
  add_tools(srv);
  BOOST_CHECK_THROW(mcpawl::http_server<decltype(srv)>(srv, {.address = "0.0.0.0", .port = 0}),
                    mcpawl::configuration_error);
  support::running server{srv};
  loopback_client client{server.port()};
  BOOST_TEST(text_of(call(client, "whoami")) == "alice@example.com");
  BOOST_TEST(call(client, "whoami", {{"Host", "rebound.example"}}).status == 403);
}

BOOST_AUTO_TEST_CASE(in_development_other_names_and_proxies_get_403) {
  auto const srv = start(alice);
  mcpawl::http_options options;
  options.allowed_hosts = {"mcp.example.com"};  // of production, in the program itself
  support::running server{srv, options};
  std::vector<fields> const refused{{{"Host", "rebound.example"}},      {{"Host", "mcp.example.com"}},
                                    {{"X-Forwarded-For", "192.0.2.1"}}, {{"Cf-Connecting-Ip", "192.0.2.1"}},
                                    {{"Cf-Access-Jwt-Assertion", "x"}}, {{"Origin", "https://evil.example"}}};
  for (auto const& with : refused) {
    loopback_client client{server.port()};
    auto const reply = call(client, "whoami", with);
    BOOST_TEST(reply.status == 403, with[0].first << ": " << with[0].second);
    BOOST_TEST(reply.body.find("alice") == std::string::npos);
  }
  loopback_client client{server.port()};
  BOOST_TEST(text_of(call(client, "whoami", {{"Host", "localhost"}})) == "alice@example.com");
}

BOOST_AUTO_TEST_SUITE_END()
