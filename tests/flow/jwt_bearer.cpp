// tests/flow/jwt_bearer.cpp - a whole server for access tokens of a fake issuer, from the metadata to the
// tool
// SPDX-License-Identifier: BSL-1.0
#include "../support/running.hpp"

#include <mcpawl/auth/jwt_bearer.hpp>
#include <mcpawl/mcpawl.hpp>
#include <mcpawl/test/fake_issuer.hpp>

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using mcpawl::test::access_token;
using mcpawl::test::certs_fault;
using support::fields;
using support::http_reply;
using support::json_of;
using support::loopback_client;

namespace flow_jwt_bearer_types {

struct staff {
  std::string department;
  int level = 1;
};

}  // namespace flow_jwt_bearer_types

namespace flow_jwt_bearer {
namespace {

using flow_jwt_bearer_types::staff;
using policy_under_test = mcpawl::jwt_bearer<staff>;
using identity = mcpawl::bearer_identity<staff>;

constexpr char const* audience = "https://mcp.example.com/mcp";
constexpr char const* metadata_url = "https://mcp.example.com/.well-known/oauth-protected-resource/mcp";

struct scene {
  mcpawl::test::fake_issuer issuer{audience};
  mcpawl::server<policy_under_test> srv{{"flow", "1"}, policy_under_test{options()}};

  mcpawl::bearer_options options() {
    mcpawl::key_timing timing;
    timing.cool_down = 200ms;
    timing.first_backoff = 20ms;
    timing.max_backoff = 100ms;
    return {.public_url = "https://mcp.example.com",
            .issuer = issuer.name(),
            .audiences = {audience},
            .required_scopes = {"files:read"},
            .offered_scopes = {"files:write"},
            .resource_name = "Files",
            .timing = timing};
  }

  scene() {
    srv.tool("whoami", "Say who is calling.", [](identity const& who) {
      return who->subject + " of " + who->claims.department + ' ' + std::to_string(who->claims.level);
    });
    srv.tool("grow", "For who asks for it.", [] { return "grown"; }).requires_scope("files:write");
    srv.tool("wipe", "For some.", [] { return "wiped"; }).allow(mcpawl::requires_scope("files:write"));
  }

  access_token alice() const { return issuer.token("alice", "files:read").claim("department", "sales"); }
  std::string good() const { return issuer.sign(alice()); }
};

mcpawl::http_options reached_by_name() {
  mcpawl::http_options options;
  options.allowed_hosts = {"mcp.example.com"};
  return options;
}

http_reply call(loopback_client& client, std::string const& tool, fields with) {
  std::string const body =
      R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":")" + tool +
      R"(","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}})";
  with.emplace_back("Content-Type", "application/json");
  with.emplace_back("Accept", "application/json, text/event-stream");
  with.emplace_back("MCP-Protocol-Version", "2026-07-28");
  with.emplace_back("Mcp-Method", "tools/call");
  with.emplace_back("Mcp-Name", tool);
  return client.request("POST", "/mcp", with, body);
}
http_reply call(loopback_client& client, std::string const& tool, std::string const& token) {
  fields with;
  with.emplace_back("Authorization", "Bearer " + token);
  return call(client, tool, std::move(with));
}

std::string text_of(http_reply const& reply) {
  auto const json = json_of(reply);
  auto const* result = json.as_object().if_contains("result");
  if (result == nullptr) return reply.body;
  return std::string(result->at("content").at(0).at("text").as_string());
}

std::string const invalid_token = std::string(R"(Bearer error="invalid_token", scope="files:read", )") +
                                  "resource_metadata=\"" + metadata_url + '"';

}  // namespace

}  // namespace flow_jwt_bearer

BOOST_FIXTURE_TEST_SUITE(flow_jwt_bearer, scene)

BOOST_AUTO_TEST_CASE(a_good_token_reaches_the_tool_with_its_claims) {
  support::running server{srv};
  loopback_client client{server.port()};
  BOOST_TEST(text_of(call(client, "whoami", good())) == "alice of sales 1");
  BOOST_TEST(text_of(call(client, "whoami", issuer.sign(alice().claim("level", 7)))) == "alice of sales 7");
  BOOST_TEST(issuer.fetches() == 1);
}

BOOST_AUTO_TEST_CASE(the_shapes_of_tokens_that_issuers_make_are_understood) {
  support::running server{srv};
  loopback_client client{server.port()};
  auto const scopes = [&](char const* name, std::string const& json) {
    return issuer.sign(
        issuer.token("alice").claim("department", "sales").claim(name, boost::json::parse(json)));
  };
  BOOST_TEST(call(client, "whoami", scopes("scp", R"(["files:read","x"])")).status == 200);
  BOOST_TEST(call(client, "whoami", scopes("scp", R"("x files:read")")).status == 200);
  BOOST_TEST(call(client, "whoami", scopes("scope", R"(" files:read  ")")).status == 200);
  BOOST_TEST(call(client, "whoami", issuer.sign(alice().header("typ", "at+jwt"))).status == 200);
  BOOST_TEST(call(client, "whoami", issuer.sign(alice().header("typ", "application/AT+JWT"))).status == 200);
  boost::json::array both{"another", audience};
  BOOST_TEST(call(client, "whoami", issuer.sign(alice().claim("aud", both))).status == 200);
  auto const nested = boost::json::parse(R"({"realm_access":{"roles":["a"]}})");
  BOOST_TEST(call(client, "whoami", issuer.sign(alice().claim("more", nested))).status == 200);
}

BOOST_AUTO_TEST_CASE(without_a_token_a_client_learns_where_to_log_in) {
  support::running server{srv, reached_by_name()};
  loopback_client client{server.port()};
  auto const refused = call(client, "whoami", fields{});
  BOOST_TEST(refused.status == 401);
  BOOST_TEST(refused.body == R"({"error":"missing_token"})");
  BOOST_TEST(refused.field("www-authenticate") ==
             std::string("Bearer scope=\"files:read\", resource_metadata=\"") + metadata_url + '"');
  for (auto const* path :
       {"/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp"}) {
    auto const reply =
        client.request("GET", path, {{"Host", "mcp.example.com"}, {"Origin", "https://app.example"}});
    BOOST_TEST(reply.status == 200);
    BOOST_TEST(reply.field("content-type") == "application/json");
    BOOST_TEST(reply.field("access-control-allow-origin") == "*");
    BOOST_TEST(boost::json::serialize(json_of(reply)) ==
               R"({"resource":"https://mcp.example.com/mcp","authorization_servers":[")" + issuer.name() +
                   R"("],"scopes_supported":["files:read","files:write"],)" +
                   R"("bearer_methods_supported":["header"],"resource_name":"Files"})");
    BOOST_TEST(client.request("HEAD", path).status == 200);
    BOOST_TEST(client.request("POST", path, {}, "{}").status == 405);
  }
  for (auto const* path :
       {"/.well-known/oauth-protected-resource/", "/.well-known/oauth-protected-resource/x",
        "/.well-known/oauth-protected-resource/mcp/x", "/.well-known/openid-configuration"})
    BOOST_TEST(client.request("GET", path).status == 401, path);
}

BOOST_AUTO_TEST_CASE(every_bad_token_gets_the_same_answer_and_its_own_line_in_the_log) {
  support::running server{srv};
  loopback_client client{server.port()};
  BOOST_TEST(call(client, "whoami", good()).status == 200);
  auto const stranger = mcpawl::test::signing_key::generate();
  auto const key = issuer.current_key();
  auto const now = mcpawl::clock::system().wall();
  std::string const text = alice().signing_input("RS256", key.kid());
  struct row {
    std::string token;
    char const* logged;
  };
  std::vector<row> rows;
  auto const add = [&](std::string token, char const* logged) { rows.push_back({std::move(token), logged}); };
  add(issuer.sign(alice().claim("aud", "https://mcp.example.com")), "audience");
  add(issuer.sign(alice().claim("aud", "https://mcp.example.com/mcp/")), "audience");
  add(issuer.sign(alice().without("aud")), "aud");
  add(issuer.sign(alice().claim("iss", issuer.name() + "/")), "issuer");
  add(issuer.sign(alice().claim("iss", "https://evil.example")), "issuer");
  add(issuer.sign(alice().expires_at(now - 3)), "expired");
  add(issuer.sign(alice().without("exp")), "exp");
  add(issuer.sign(alice().claim("nbf", now + 90)), "not yet valid");
  add(issuer.sign(alice().without("sub")), "names no subject");
  add(issuer.sign(alice().claim("sub", "")), "names no subject");
  add(issuer.sign(alice().without("department")), "/department is required");
  add(issuer.sign(alice().claim("department", 7)), "/department expected a string");
  add(issuer.sign(alice().claim("scope", 7)), "a claim has the wrong type");
  add(issuer.sign(alice().header("typ", "logout+jwt")), "typ");
  add(alice().sign_none(key.kid()) + "AAAA", "alg");
  add(alice().sign_none(key.kid()), "not three parts");
  add(alice().sign_hs256(key.certificate(), key.kid()), "alg");
  add(alice().sign(stranger, key.kid()), "signature");
  add(issuer.sign(alice().header("alg", "RS512")), "alg");
  add(good() + "x", "signature");
  add(text + ".AAAA", "signature");
  add("opaque-token", "reason=");
  add("=", "holds no bearer token");
  add("with space", "holds no bearer token");
  for (auto const& [token, logged] : rows) {
    auto const reply = call(client, "whoami", token);
    BOOST_TEST(reply.status == 401, logged);
    BOOST_TEST(reply.body == R"({"error":"invalid_token"})");
    BOOST_TEST(reply.field("www-authenticate") == invalid_token);
    std::string const log = server.log.text();
    auto const last = log.rfind("caller_denied");
    BOOST_REQUIRE(last != std::string::npos);
    BOOST_TEST(log.find(logged, last) != std::string::npos, log.substr(last) << " should have " << logged);
    if (token.size() > 20) BOOST_TEST(log.find(token) == std::string::npos);
  }
  BOOST_TEST(call(client, "whoami", alice().sign(stranger)).status ==
             401);  // costs a fetch: nobody knows its kid
  BOOST_TEST(issuer.fetches() == 2);
  BOOST_TEST(call(client, "whoami", good()).status == 200);
}

BOOST_AUTO_TEST_CASE(algorithms_are_those_of_the_options) {
  auto only_es256 = options();
  only_es256.algorithms = {mcpawl::jose::algorithm::es256};
  mcpawl::server<policy_under_test> other{{"flow", "1"}, policy_under_test{only_es256}};
  support::running server{other};
  loopback_client client{server.port()};
  // the issuer's only key is for RS256: there is nothing to verify with
  auto const reply = call(client, "whoami", good());
  BOOST_TEST(reply.status == 503);
  BOOST_TEST(reply.body == R"({"error":"keys_unavailable"})");
  BOOST_TEST(server.log.text().find("none of the published keys is for an algorithm") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_type_may_be_required) {
  auto typed = options();
  typed.required_type = "at+jwt";
  mcpawl::server<policy_under_test> other{{"flow", "1"}, policy_under_test{typed}};
  other.tool("hello", "Say hello.", [] { return "hello"; });
  support::running server{other};
  loopback_client client{server.port()};
  BOOST_TEST(call(client, "hello", issuer.sign(alice().header("typ", "at+jwt"))).status == 200);
  BOOST_TEST(call(client, "hello", good()).status == 401);
}

BOOST_AUTO_TEST_CASE(a_missing_scope_is_403_and_named) {
  support::running server{srv};
  loopback_client client{server.port()};
  for (auto const* scope : {"", "files", "files:reader", "FILES:READ", "xfiles:read"}) {
    auto const reply = call(client, "whoami", issuer.sign(alice().claim("scope", scope)));
    BOOST_TEST(reply.status == 403, scope);
    BOOST_TEST(reply.body == R"({"error":"insufficient_scope"})");
    BOOST_TEST(
        reply.field("www-authenticate") ==
        std::string("Bearer error=\"insufficient_scope\", scope=\"files:read\", resource_metadata=\"") +
            metadata_url + '"');
  }
  BOOST_TEST(call(client, "whoami", issuer.sign(alice().without("scope"))).status == 403);
}

BOOST_AUTO_TEST_CASE(a_tool_may_ask_for_more_scopes) {
  support::running server{srv};
  loopback_client client{server.port()};
  BOOST_TEST(text_of(call(client, "wipe", issuer.sign(alice().claim("scope", "files:read files:write")))) ==
             "wiped");
  BOOST_TEST(json_of(call(client, "wipe", good())).at("error").at("code").to_number<int>() == -32602);
}

BOOST_AUTO_TEST_CASE(a_tool_is_refused_until_the_client_asks_for_its_scope) {
  support::running server{srv};
  loopback_client client{server.port()};
  auto const refused = call(client, "grow", issuer.sign(alice().claim("scope", "email files:read")));
  BOOST_TEST(refused.status == 403);
  BOOST_TEST(
      refused.field("www-authenticate") ==
      std::string(
          R"(Bearer error="insufficient_scope", scope="files:read files:write", resource_metadata=")") +
          metadata_url +
          R"(", error_description="The tool grow needs the scope files:write, which this access token does )" +
          R"(not have: authorize again and ask for it")");
  BOOST_TEST(json_of(refused).at("error").as_string() == "insufficient_scope");
  for (auto const* name : {"scope", "scp"})
    BOOST_TEST(text_of(call(client, "grow", issuer.sign(alice().claim(name, "files:read files:write")))) ==
               "grown");
  auto const list =
      issuer.sign(alice().without("scope").claim("scp", boost::json::array{"files:write", "files:read"}));
  BOOST_TEST(text_of(call(client, "grow", list)) == "grown");
  BOOST_TEST(server.log.text().find("scope_missing principal=\"bearer " + issuer.name() +
                                    " alice\" tool=grow scope=files:write") != std::string::npos,
             server.log.text());
}

BOOST_AUTO_TEST_CASE(a_token_anywhere_else_does_not_count) {
  support::running server{srv};
  loopback_client client{server.port()};
  auto const post = [&](std::string const& target, fields with, std::string const& body = "{}") {
    with.emplace_back("Content-Type", "application/json");
    return client.request("POST", target, with, body);
  };
  BOOST_TEST(post("/mcp?access_token=" + good(), {}).status == 401);
  BOOST_TEST(post("/mcp", {{"Cookie", "access_token=" + good()}}).status == 401);
  BOOST_TEST(post("/mcp", {{"Authorization", good()}}).status == 401);
  BOOST_TEST(post("/mcp", {{"Authorization", "Basic " + good()}}).status == 401);
  BOOST_TEST(post("/mcp", {{"Authorization", "Bearer"}}).status == 401);
  BOOST_TEST(post("/mcp", {{"Authorization", "Bearer\t" + good()}}).status == 401);
  BOOST_TEST(post("/mcp", {{"X-Authorization", "Bearer " + good()}}).status == 401);
  BOOST_TEST(post("/mcp", {{"Cf-Access-Jwt-Assertion", good()}}).status == 401);
  BOOST_TEST(post("/mcp", {}, "access_token=" + good()).status == 401);
  std::string const both = "Bearer " + good();
  for (auto const& reply : {post("/mcp", {{"Authorization", both}, {"Authorization", both}}),
                            post("/mcp", {{"Authorization", both + ", " + both}}),
                            post("/mcp?access_token=x", {{"Authorization", both}}),
                            post("/mcp?a=b&acc%65ss_token=x", {{"Authorization", both}})}) {
    BOOST_TEST(reply.status == 400);
    BOOST_TEST(reply.body == R"({"error":"invalid_request"})");
    BOOST_TEST(reply.field("www-authenticate").find("error=\"invalid_request\"") != std::string_view::npos);
  }
  BOOST_TEST(call(client, "whoami", fields{{"Authorization", "bEARER   " + good()}}).status == 200);
}

BOOST_AUTO_TEST_CASE(a_rotated_key_is_known_at_its_first_use_on_every_thread) {
  mcpawl::http_options several;
  several.threads = 3;
  support::running server{srv, several};
  std::vector<std::unique_ptr<loopback_client>> clients;
  for (int i = 0; i != 9; ++i) clients.push_back(std::make_unique<loopback_client>(server.port()));
  for (auto& client : clients) BOOST_TEST(call(*client, "whoami", good()).status == 200);
  std::string const before = good();
  issuer.rotate();
  for (auto& client : clients) {
    BOOST_TEST(call(*client, "whoami", good()).status == 200);
    BOOST_TEST(call(*client, "whoami", before).status == 200);
  }
  BOOST_TEST(issuer.fetches() == 2);
  issuer.rotate();  // withdraws the first key
  std::this_thread::sleep_for(250ms);
  for (auto& client : clients) BOOST_TEST(call(*client, "whoami", good()).status == 200);
  BOOST_TEST(call(*clients.front(), "whoami", before).status == 401);
}

BOOST_AUTO_TEST_CASE(an_outage_is_503_and_ends_by_itself) {
  issuer.metadata(std::nullopt);
  support::running server{srv};
  loopback_client client{server.port()};
  auto const refused = call(client, "whoami", good());
  BOOST_TEST(refused.status == 503);
  BOOST_TEST(!refused.field("retry-after").empty());
  BOOST_TEST(refused.field("www-authenticate").empty());
  BOOST_TEST(client.request("GET", "/.well-known/oauth-protected-resource").status == 200);
  issuer.metadata(R"({"issuer":"https://evil.example","jwks_uri":")" + issuer.keys_url() + "\"}");
  std::this_thread::sleep_for(150ms);
  BOOST_TEST(call(client, "whoami", good()).status == 503);
  issuer.metadata(issuer.good_metadata());
  for (int i = 0; i != 1000 && call(client, "whoami", good()).status != 200; ++i)
    std::this_thread::sleep_for(10ms);
  BOOST_TEST(call(client, "whoami", good()).status == 200);
  issuer.metadata(std::nullopt);
  issuer.fault(certs_fault::hang);
  BOOST_TEST(call(client, "whoami", good()).status == 200);
}

BOOST_AUTO_TEST_CASE(a_session_is_bound_to_the_subject) {
  support::running server{srv};
  loopback_client client{server.port()};
  auto const post = [&](std::string const& token, std::string_view body, fields with = {}) {
    with.emplace_back("Authorization", "Bearer " + token);
    with.emplace_back("Content-Type", "application/json");
    with.emplace_back("Accept", "application/json, text/event-stream");
    return client.request("POST", "/mcp", with, body);
  };
  auto const opened = post(
      good(),
      R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"x","version":"1"}}})");
  std::string const session{opened.field("mcp-session-id")};
  BOOST_TEST_REQUIRE(!session.empty());
  std::string const ping = R"({"jsonrpc":"2.0","id":2,"method":"ping"})";
  BOOST_TEST(post(issuer.sign(alice().claim("jti", "2")), ping, {{"Mcp-Session-Id", session}}).status == 200);
  BOOST_TEST(post(issuer.sign(alice().claim("sub", "bob")), ping, {{"Mcp-Session-Id", session}}).status ==
             404);
}

BOOST_AUTO_TEST_CASE(the_public_path_may_differ_from_the_servers_own) {
  mcpawl::bearer_options const behind{.public_url = "https://example.com/tools/mcp",
                                      .issuer = issuer.name(),
                                      .audiences = {audience},
                                      .keys_url = issuer.keys_url()};
  mcpawl::server<policy_under_test> other{{"flow", "1"}, policy_under_test{behind}};
  support::running server{other};
  loopback_client client{server.port()};
  auto const refused = call(client, "whoami", fields{});
  BOOST_TEST(
      refused.field("www-authenticate") ==
      "Bearer resource_metadata=\"https://example.com/.well-known/oauth-protected-resource/tools/mcp\"");
  for (auto const* path :
       {"/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp",
        "/.well-known/oauth-protected-resource/tools/mcp"}) {
    auto const reply = client.request("GET", path);
    BOOST_TEST(reply.status == 200, path);
    BOOST_TEST(json_of(reply).at("resource").as_string() == "https://example.com/tools/mcp");
  }
}

BOOST_AUTO_TEST_SUITE_END()
