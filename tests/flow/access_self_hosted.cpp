// tests/flow/access_self_hosted.cpp - a whole server behind a stand-in for Access: what the guide's demo does
// wrong is right here
// SPDX-License-Identifier: BSL-1.0
#include "../support/running.hpp"

#include <mcpawl/mcpawl.hpp>
#include <mcpawl/test/fake_access_server.hpp>
#include <mcpawl/test/manual_clock.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

namespace flow_access_self_hosted {

using namespace std::chrono_literals;
using mcpawl::test::certs_fault;
using mcpawl::test::forgery;
using support::fields;
using support::http_reply;
using support::json_of;
using support::loopback_client;

namespace {

constexpr std::string_view aud = "4714c1358e65fe4b408ad6d432a5f878f08194bdb4752441fd56faefa9b2b6f2";

struct scene {
  mcpawl::test::fake_access_server access{std::string(aud)};
  mcpawl::server<mcpawl::access_jwt> srv{{"flow", "1"}, mcpawl::access_jwt{options()}};

  mcpawl::access_options options() {
    mcpawl::key_timing timing;
    timing.cool_down = 200ms;
    timing.first_backoff = 20ms;
    timing.max_backoff = 100ms;
    timing.fetch_timeout = 300ms;
    return {.team_domain = access.team_domain(), .audiences = {std::string(aud)}, .timing = timing};
  }

  scene() {
    srv.tool("whoami", "Say who is calling.", [](mcpawl::access_identity const& who) { return who->email; });
    srv.tool("draw", "For some.", [] { return "a picture"; }).allow([](auto const& who) {
      return who->email == "alice@example.com";
    });
  }

  std::string token_of(std::string const& email) { return access->sign(access->user(email)); }
};

http_reply post(loopback_client& client, std::string const& token, std::string_view body, fields with = {}) {
  if (!token.empty()) with.emplace_back("Cf-Access-Jwt-Assertion", token);
  with.emplace_back("Content-Type", "application/json");
  with.emplace_back("Accept", "application/json, text/event-stream");
  return client.request("POST", "/mcp", with, body);
}

constexpr std::string_view meta =
    R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}})";

http_reply call(loopback_client& client, std::string const& token, std::string const& tool) {
  std::string const body = R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":")" + tool +
                           "\"," + std::string(meta) + "}}";
  return post(client, token, body,
              {{"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", "tools/call"}, {"Mcp-Name", tool}});
}

std::string text_of(http_reply const& reply) {
  return std::string(json_of(reply).at("result").at("content").at(0).at("text").as_string());
}

}  // namespace

}  // namespace flow_access_self_hosted

BOOST_FIXTURE_TEST_SUITE(flow_access_self_hosted, scene)

BOOST_AUTO_TEST_CASE(bug_1_keys_are_fetched_once_and_not_on_every_request) {
  support::running server{srv};
  loopback_client client{server.port()};
  for (int i = 0; i != 20; ++i)
    BOOST_TEST(text_of(call(client, token_of("alice@example.com"), "whoami")) == "alice@example.com");
  BOOST_TEST(access.fetches() == 1);
  BOOST_TEST(access.strays() == 0);
}

BOOST_AUTO_TEST_CASE(bug_2_the_identity_reaches_tools_and_decides_what_is_listed) {
  support::running server{srv};
  loopback_client client{server.port()};
  BOOST_TEST(text_of(call(client, token_of("alice@example.com"), "draw")) == "a picture");
  auto const refused = json_of(call(client, token_of("bob@example.com"), "draw"));
  BOOST_TEST(refused.at("error").at("code").to_number<int>() == -32602);
  auto const list = [&](std::string const& email) {
    std::string const body =
        R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":{)" + std::string(meta) + "}}";
    auto const reply = post(client, token_of(email), body,
                            {{"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", "tools/list"}});
    return json_of(reply).at("result").at("tools").as_array().size();
  };
  BOOST_TEST(list("alice@example.com") == 2U);
  BOOST_TEST(list("bob@example.com") == 1U);
}

BOOST_AUTO_TEST_CASE(bug_3_a_session_is_bound_to_the_user_who_opened_it) {
  support::running server{srv};
  loopback_client client{server.port()};
  std::string const hello =
      R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"x","version":"1"}}})";
  auto const opened = post(client, token_of("alice@example.com"), hello);
  std::string const session{opened.field("mcp-session-id")};
  BOOST_TEST_REQUIRE(!session.empty());
  std::string const ping = R"({"jsonrpc":"2.0","id":2,"method":"ping"})";
  BOOST_TEST(post(client, token_of("alice@example.com"), ping, {{"Mcp-Session-Id", session}}).status == 200);
  BOOST_TEST(post(client, token_of("mallory@example.com"), ping, {{"Mcp-Session-Id", session}}).status ==
             404);
  // another token of the same user is the same user
  BOOST_TEST(post(client, access->sign(access->user("alice@example.com").claim("identity_nonce", "other")),
                  ping, {{"Mcp-Session-Id", session}})
                 .status == 200);
}

BOOST_AUTO_TEST_CASE(bug_4_an_outage_is_503_and_keys_that_were_fetched_go_on_serving) {
  access.fault(certs_fault::down);
  support::running server{srv};
  loopback_client client{server.port()};
  auto const refused = call(client, token_of("alice@example.com"), "whoami");
  BOOST_TEST(refused.status == 503);
  BOOST_TEST(!refused.field("retry-after").empty());
  BOOST_TEST(refused.body == R"({"error":"keys_unavailable"})");
  access.fault(certs_fault::none);
  for (int i = 0; i != 200 && call(client, token_of("alice@example.com"), "whoami").status != 200; ++i)
    std::this_thread::sleep_for(10ms);
  BOOST_TEST(call(client, token_of("alice@example.com"), "whoami").status == 200);
  for (auto fault : {certs_fault::down, certs_fault::hang, certs_fault::html, certs_fault::empty_set,
                     certs_fault::redirect}) {
    access.fault(fault);
    BOOST_TEST(call(client, token_of("alice@example.com"), "whoami").status == 200);
  }
}

BOOST_AUTO_TEST_CASE(bug_5_settings_that_cannot_work_stop_the_server_at_its_start_with_all_errors) {
  ::setenv("TEAM_DOMAIN", "<Add-Team-Domain>", 1);
  ::unsetenv("POLICY_AUD");
  try {
    mcpawl::access_jwt::from_env();
    BOOST_ERROR("it was accepted");
  } catch (mcpawl::configuration_error const& e) {
    BOOST_TEST(e.errors().size() == 2U);
    BOOST_TEST(std::string(e.what()).find("TEAM_DOMAIN") != std::string::npos);
    BOOST_TEST(std::string(e.what()).find("POLICY_AUD") != std::string::npos);
  }
  ::unsetenv("TEAM_DOMAIN");
}

BOOST_AUTO_TEST_CASE(every_forgery_gets_the_same_answer_and_its_own_line_in_the_log) {
  support::running server{srv};
  loopback_client client{server.port()};
  BOOST_TEST(call(client, token_of("alice@example.com"), "whoami").status == 200);
  for (auto how :
       {forgery::other_key, forgery::altered_payload, forgery::alg_none, forgery::hs256_with_certificate,
        forgery::unknown_kid, forgery::expired, forgery::not_yet_valid, forgery::wrong_audience,
        forgery::wrong_issuer, forgery::organization}) {
    std::string const token = access->forge(how, "alice@example.com");
    auto const reply = call(client, token, "whoami");
    BOOST_TEST(reply.status == 403);
    BOOST_TEST(reply.body == R"({"error":"invalid_token"})");
    BOOST_TEST(server.log.text().find(token) == std::string::npos);
  }
  BOOST_TEST(call(client, "", "whoami").status == 401);
  BOOST_TEST(call(client, token_of("alice@example.com"), "whoami").status == 200);
}

BOOST_AUTO_TEST_CASE(a_rotated_key_is_known_at_its_first_use_on_every_thread) {
  mcpawl::http_options options;
  options.threads = 3;
  support::running server{srv, options};
  std::vector<std::unique_ptr<loopback_client>> clients;
  for (int i = 0; i != 12; ++i) clients.push_back(std::make_unique<loopback_client>(server.port()));
  for (auto& client : clients)
    BOOST_TEST(call(*client, token_of("alice@example.com"), "whoami").status == 200);
  std::string const before = token_of("alice@example.com");
  access->rotate();
  for (auto& client : clients) {
    BOOST_TEST(call(*client, token_of("alice@example.com"), "whoami").status == 200);
    BOOST_TEST(call(*client, before, "whoami").status == 200);
  }
  BOOST_TEST(access.fetches() == 2);
}

BOOST_AUTO_TEST_SUITE_END()
