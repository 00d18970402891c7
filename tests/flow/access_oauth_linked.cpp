// tests/flow/access_oauth_linked.cpp - tools call another application with the tokens of Access that grants
// hold
// SPDX-License-Identifier: BSL-1.0
#include "../support/saas.hpp"

#include <mcpawl/auth/downstream.hpp>
#include <mcpawl/auth/linked_app.hpp>
#include <mcpawl/test/plain_http_server.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(flow_access_oauth_linked)

using namespace std::chrono_literals;
using mcpawl::test::oidc_endpoint;
using mcpawl::test::oidc_fault;
using support::http_reply;
using support::json_of;

namespace {

using linked_saas = support::basic_saas<mcpawl::linked_app<mcpawl::access_oauth>>;

/** An application that keeps what it is shown. */
struct wiki {
  wiki() {
    server.serve([this](mcpawl::test::plain_request const& request) {
      std::lock_guard const lock(mutex);
      shown.emplace_back(request.field("authorization"));
      if (!request.field("cf-access-token").empty()) shown.emplace_back("a second credential");
      return mcpawl::test::answer_with(200, "text/plain", "page");
    });
  }
  ~wiki() { server.stop(); }

  /** What it was shown since the last look. */
  std::vector<std::string> taken() {
    std::lock_guard const lock(mutex);
    return std::exchange(shown, {});
  }

  mcpawl::test::plain_http_server server;
  std::mutex mutex;
  std::vector<std::string> shown;
};

struct ask_the_wiki {
  mcpawl::downstream apps;
  mcpawl::http::origin_url page;
  mcpawl::task<std::string> operator()(mcpawl::linked_token const& token,
                                       mcpawl::access_identity const& who) const {
    mcpawl::http::fetch_request request(page);
    auto const answer = co_await apps.ask(token, std::move(request));
    if (!answer) throw mcpawl::tool_error(answer.error().message());
    co_return who->email + ": " + answer->body;
  }
};

std::string text_of(http_reply const& reply) {
  if (reply.status != 200) return std::to_string(reply.status);
  return std::string(json_of(reply).at("result").at("content").at(0).at("text").as_string());
}

struct scene {
  explicit scene(void (*adjust)(mcpawl::access_oauth_options&) = nullptr, bool rotates = true)
      : saas(adjust, rotates, [this](auto& srv) {
          mcpawl::downstream apps({there.server.origin()}, *mcpawl::http::tls_trust::system());
          auto page = mcpawl::http::origin_url::parse(there.server.origin() + "/page").value();
          srv.tool("ask", "Ask the wiki.", ask_the_wiki{std::move(apps), std::move(page)});
        }) {}

  std::string ask(std::string const& token) { return text_of(saas.call("ask", token)); }
  int refreshes() { return saas.access()->counts().refreshes; }

  static constexpr auto longer_than_tokens_of_access = 301s;

  wiki there;
  linked_saas saas;
  std::string client = saas.registered();
};

/** Access goes on taking a refresh token when the response to it was lost. */
struct lasting_scene : scene {
  lasting_scene() : scene(nullptr, false) {}
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_token_that_is_fresh_is_passed_as_it_is, scene) {
  auto const alice = saas.logged_in(client);
  saas.access()->sign_in_as("bob@example.com");
  auto const bob = saas.logged_in(client);
  BOOST_TEST(ask(alice.access) == "alice@example.com: page");
  BOOST_TEST(ask(alice.access) == "alice@example.com: page");
  BOOST_TEST(ask(bob.access) == "bob@example.com: page");
  auto const shown = there.taken();
  BOOST_REQUIRE(shown.size() == 3u);
  BOOST_TEST(shown[0] == shown[1]);
  BOOST_TEST(shown[0] != shown[2]);
  for (auto const& each : shown) {
    BOOST_TEST(each.starts_with("Bearer eyJ"));  // a token of Access, not ours
    BOOST_TEST(saas.log().find(each.substr(7)) == std::string::npos);
  }
  BOOST_TEST(refreshes() == 0);
}

BOOST_FIXTURE_TEST_CASE(a_token_that_is_stale_is_refreshed_once_for_all_calls, scene) {
  auto const tokens = saas.logged_in(client);
  (void)ask(tokens.access);
  std::string const old = there.taken().at(0);
  saas.clock.advance(longer_than_tokens_of_access);
  std::vector<std::string> told(8);
  {
    std::vector<std::jthread> callers;
    for (auto& each : told) callers.emplace_back([&] { each = ask(tokens.access); });
  }
  for (auto const& each : told) BOOST_TEST(each == "alice@example.com: page");
  BOOST_TEST(refreshes() == 1);
  auto const shown = there.taken();
  BOOST_TEST(shown.size() == 8u);
  BOOST_TEST(std::set<std::string>(shown.begin(), shown.end()).size() == 1u);
  BOOST_TEST(shown.at(0) != old);
  // the grant has the refresh token that Access gave with it
  auto const next = linked_saas::tokens_of(saas.refresh(client, tokens.refresh));
  BOOST_TEST(ask(next.access) == "alice@example.com: page");
}

BOOST_FIXTURE_TEST_CASE(a_token_about_to_expire_is_refreshed_before_it_does, scene) {
  auto const tokens = saas.logged_in(client);
  saas.clock.advance(299s);
  BOOST_TEST(ask(tokens.access) == "alice@example.com: page");
  BOOST_TEST(refreshes() == 1);
  BOOST_TEST(ask(tokens.access) == "alice@example.com: page");
  BOOST_TEST(refreshes() == 1);
}

BOOST_FIXTURE_TEST_CASE(an_outage_of_access_ends_nothing, lasting_scene) {
  auto const tokens = saas.logged_in(client);
  saas.clock.advance(longer_than_tokens_of_access);
  for (auto const fault : {oidc_fault::server_error, oidc_fault::unavailable, oidc_fault::html,
                           oidc_fault::truncated, oidc_fault::bad_json}) {
    saas.access()->fail(oidc_endpoint::token, fault);
    BOOST_TEST(ask(tokens.access) == "login service not available", static_cast<int>(fault));
    BOOST_TEST(text_of(saas.call("secret_plan", tokens.access)) == "plan");
  }
  BOOST_TEST(there.taken().empty());
  saas.access()->fail(oidc_endpoint::token, oidc_fault::none);
  BOOST_TEST(ask(tokens.access) == "alice@example.com: page");
}

BOOST_FIXTURE_TEST_CASE(somebody_whom_access_refuses_is_out, scene) {
  auto const tokens = saas.logged_in(client);
  saas.access()->sign_in_as("bob@example.com");
  auto const bob = saas.logged_in(client);
  saas.clock.advance(longer_than_tokens_of_access);
  saas.access()->block("alice@example.com");
  BOOST_TEST(ask(tokens.access) == "login refused or ended upstream");
  BOOST_TEST(saas.whoami(tokens.access) == "401");
  BOOST_TEST(saas.refresh(client, tokens.refresh).status == 400);
  BOOST_TEST(ask(bob.access) == "bob@example.com: page");
  BOOST_TEST(there.taken().size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_call_that_needs_a_scope_is_refused_as_without_linked_apps) {
  linked_saas s([](mcpawl::access_oauth_options& options) { options.scopes = {{.name = "write"}}; }, true,
                [](auto& srv) { srv.tool("grow", "Grow.", [] { return "grown"; }).requires_scope("write"); });
  std::string const client = s.registered();
  auto const refused = s.call("grow", s.logged_in(client).access);
  BOOST_TEST(refused.status == 403);
  BOOST_TEST(refused.field("www-authenticate").find(R"(scope="write")") != std::string_view::npos);
  BOOST_TEST(s.call("grow", s.logged_in(client, {{"scope", "write"}}).access).status == 200);
}

BOOST_AUTO_TEST_CASE(without_a_refresh_token_a_token_is_good_to_its_end) {
  scene s([](mcpawl::access_oauth_options& options) { options.upstream.scopes = "openid email"; });
  auto const tokens = s.saas.logged_in(s.client);
  s.saas.clock.advance(299s);
  BOOST_TEST(s.ask(tokens.access) == "alice@example.com: page");
  s.saas.clock.advance(2s);
  BOOST_TEST(s.ask(tokens.access) == "login refused or ended upstream");
  BOOST_TEST(s.saas.whoami(tokens.access) == "alice@example.com through a client");
  BOOST_TEST(s.refreshes() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
