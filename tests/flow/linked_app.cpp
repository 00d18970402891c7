// tests/flow/linked_app.cpp - a tool calls another application in its caller's name, from the assertion to
// the response
// SPDX-License-Identifier: BSL-1.0
#include "../support/running.hpp"

#include <mcpawl/auth/downstream.hpp>
#include <mcpawl/auth/linked_app.hpp>
#include <mcpawl/mcpawl.hpp>
#include <mcpawl/test/fake_access_server.hpp>
#include <mcpawl/test/plain_http_server.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using support::fields;
using support::http_reply;
using support::json_of;
using support::loopback_client;

namespace flow_linked_app_types {

struct target {
  std::string url;
};

}  // namespace flow_linked_app_types

namespace flow_linked_app {
namespace {

using flow_linked_app_types::target;

constexpr char const* aud = "aud-of-this-application";

/** An application behind Access, with what Access does before it: in come callers whose token is one of the
    application that it is linked with. */
struct wiki {
  explicit wiki(mcpawl::test::fake_access& of) : access(of) {
    mcpawl::access_expectation linked(access.issuer(), std::vector<std::string>(1, aud));
    verifier.emplace(linked);
    verifier->use(
        std::make_shared<mcpawl::jose::jwk_set const>(mcpawl::jose::parse_jwk_set(access.certs()).value()));
    server.serve([this](mcpawl::test::plain_request const& request) { return answer(request); });
  }
  ~wiki() { server.stop(); }

  mcpawl::test::plain_answer answer(mcpawl::test::plain_request const& request) {
    std::lock_guard const lock(mutex);
    ++requests;
    if (request.path() == "/moved") {
      auto moved = mcpawl::test::answer_with(302, "text/plain", "");
      moved.fields.emplace_back("Location", elsewhere);
      return moved;
    }
    trace = request.field("traceparent");
    auto const who = verifier->verify(request.field("cf-access-token"), mcpawl::clock::system().wall());
    if (!who) return mcpawl::test::answer_with(403, "text/plain", "Access: no");
    return mcpawl::test::answer_with(200, "text/plain", "hello " + (*who)->email);
  }

  std::string seen_trace() {
    std::lock_guard const lock(mutex);
    return trace;
  }

  mcpawl::test::fake_access& access;
  std::optional<mcpawl::access_verifier> verifier;
  std::mutex mutex;
  std::atomic<int> requests{0};
  std::string trace, elsewhere;
  mcpawl::test::plain_http_server server;
};

struct ask_the_wiki {
  mcpawl::downstream apps;
  mcpawl::task<std::string> operator()(mcpawl::context& ctx, target const& at,
                                       mcpawl::linked_token const& token,
                                       mcpawl::access_identity const& who) const {
    mcpawl::http::fetch_request request(mcpawl::http::origin_url::parse(at.url).value());
    auto const answer = co_await apps.ask(token, std::move(request), ctx.trace());
    if (!answer) throw mcpawl::tool_error(answer.error().message());
    co_return who->email + ": " + std::to_string(answer->status) + ' ' + answer->body;
  }
};

struct scene {
  mcpawl::test::fake_access_server access{aud};
  wiki there{*access}, elsewhere{*access};
  mcpawl::server<mcpawl::linked_app<mcpawl::access_jwt>> srv{
      {"flow", "1"},
      mcpawl::linked_app{mcpawl::access_jwt{
          mcpawl::access_options{.team_domain = access.team_domain(), .audiences = {aud}}}}};

  scene() {
    mcpawl::downstream apps({there.server.origin()}, *mcpawl::http::tls_trust::system());
    there.elsewhere = elsewhere.server.origin() + "/";
    srv.tool("ask", "Ask the wiki.", ask_the_wiki{apps});
    srv.tool("whoami", "x", [](mcpawl::access_identity const& who) { return who->email; });
    srv.tool("admin", "x", [] { return "done"; }).allow([](auto const& who) {
      return who->email == "alice@example.com";
    });
    srv.tool("admin_too", "x", [] { return "done"; }).allow([](mcpawl::access_identity const& who) {
      return who->email == "alice@example.com";
    });
  }
  std::string token_of(std::string const& email) { return access->sign(access->user(email)); }
};

http_reply call(loopback_client& client, std::string const& token, std::string const& tool,
                std::string const& arguments = "{}") {
  fields with;
  if (!token.empty()) with.emplace_back("Cf-Access-Jwt-Assertion", token);
  with.emplace_back("Content-Type", "application/json");
  with.emplace_back("Accept", "application/json, text/event-stream");
  with.emplace_back("MCP-Protocol-Version", "2026-07-28");
  with.emplace_back("Mcp-Method", "tools/call");
  with.emplace_back("Mcp-Name", tool);
  return client.request(
      "POST", "/mcp", with,
      R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":")" + tool + R"(","arguments":)" +
          arguments +
          R"(,"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}}})");
}
std::string text_of(http_reply const& reply) {
  auto const json = json_of(reply);
  auto const* const result = json.as_object().if_contains("result");
  return result == nullptr ? reply.body : std::string(result->at("content").at(0).at("text").as_string());
}
std::string at(std::string const& url) { return R"({"url":")" + url + "\"}"; }

}  // namespace

}  // namespace flow_linked_app

BOOST_FIXTURE_TEST_SUITE(flow_linked_app, scene)

BOOST_AUTO_TEST_CASE(the_application_sees_who_is_calling) {
  support::running server{srv};
  loopback_client client{server.port()};
  std::string const page = there.server.origin() + "/page";
  for (char const* who : {"alice@example.com", "bob@example.com"}) {
    std::string const email = who;
    BOOST_TEST(text_of(call(client, token_of(email), "ask", at(page))) == email + ": 200 hello " + email);
  }
  BOOST_TEST(there.seen_trace() == "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  BOOST_TEST(text_of(call(client, token_of("bob@example.com"), "whoami")) == "bob@example.com");
}

BOOST_AUTO_TEST_CASE(nobody_else_gets_the_token) {
  support::running server{srv};
  loopback_client client{server.port()};
  std::string const token = token_of("alice@example.com"), host = there.server.origin().substr(7);
  for (std::string const& url :
       {elsewhere.server.origin() + "/", "https://" + host + "/", "http://localhost" + host.substr(9) + "/",
        "http://127.1" + host.substr(9) + "/"})
    BOOST_TEST(text_of(call(client, token, "ask", at(url))) ==
               "not an application that callers' tokens may be sent to");
  BOOST_TEST(text_of(call(client, token, "ask", at(there.server.origin() + "/moved"))) ==
             "alice@example.com: 302 ");
  BOOST_TEST(elsewhere.requests == 0);
  BOOST_TEST(there.requests == 1);
}

BOOST_AUTO_TEST_CASE(the_policy_is_the_same) {
  support::running server{srv};
  loopback_client client{server.port()};
  BOOST_TEST(call(client, "", "whoami").status == 401);
  BOOST_TEST(call(client, "a.b.c", "whoami").status == 403);
  for (char const* tool : {"admin", "admin_too"}) {
    BOOST_TEST(text_of(call(client, token_of("alice@example.com"), tool)) == "done");
    auto const hidden = json_of(call(client, token_of("bob@example.com"), tool));
    BOOST_TEST(hidden.as_object().contains("error"));
  }
}

BOOST_AUTO_TEST_CASE(the_token_is_in_no_log_and_no_answer) {
  std::string const token = token_of("alice@example.com");
  std::string answers, log;
  {
    support::running server{srv};
    loopback_client client{server.port()};
    for (std::string const& url : {there.server.origin() + "/", there.server.origin() + "/moved",
                                   elsewhere.server.origin() + "/", std::string("nonsense")})
      answers += call(client, token, "ask", at(url)).body;
    log = server.log.text();
  }
  BOOST_TEST(answers.find("hello alice@example.com") != std::string::npos);
  std::string const signature = token.substr(token.rfind('.') + 1);
  BOOST_TEST((answers + log).find(signature) == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
