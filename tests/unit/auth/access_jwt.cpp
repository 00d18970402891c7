// tests/unit/auth/access_jwt.cpp - the policy: who gets in, who does not, and what the certs endpoint has to
// say
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/auth/access_jwt.hpp>

#include "../keys/loopback_fixture.hpp"

#include <mcpawl/keys/key_source.hpp>
#include <mcpawl/test/manual_clock.hpp>

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <variant>

namespace auth_access_jwt {
namespace {

using namespace mcpawl;
using namespace std::chrono_literals;
using namespace loopback_fixture;
using http::field_view;
using http::request_head;
using test::certs_fault;
using test::forgery;

using answer = auth_result<access_identity>;

constexpr char const* name = "Cf-Access-Jwt-Assertion";

request_head with(std::string_view token) { return request_head::make("POST", "/mcp", {{name, token}}); }

struct fixture {
  watched_server server;
  journal log;
  test::manual_clock clock{mcpawl::clock::system().wall()};
  boost::asio::io_context context{1};

  access_options options() {
    return {.team_domain = server.team_domain(), .audiences = {aud}, .timing = quiet(), .time = &clock};
  }
  /** The same with what `change` does to them. */
  template <class Change>
  access_options options_with(Change change) {
    access_options made = options();
    change(made);
    return made;
  }
  void attach(access_jwt& policy) { policy.attach(auth_environment{context.get_executor(), log.logger()}); }
  /** A policy whose keys are there. */
  access_jwt ready(access_options from) {
    access_jwt policy(std::move(from));
    attach(policy);
    run_until(context, [&] { return policy.source().generation() != 0; });
    return policy;
  }
  access_jwt ready() { return ready(options()); }

  answer ask(access_jwt& policy, request_head const& head) {
    return run(context, decision_of(policy.authenticate(head)));
  }
  /** The decision, if it is there without waiting. */
  static std::optional<answer> at_once(access_jwt& policy, std::string const& token) {
    auto const head = with(token);
    auto asked = policy.authenticate(head);
    auto* const now = std::get_if<answer>(&asked);
    return now ? std::optional<answer>(std::move(*now)) : std::nullopt;
  }
  answer ask(access_jwt& policy, std::string const& token) { return ask(policy, with(token)); }

  std::string alice() { return server->sign(server->user("alice@example.com")); }

  void denied(answer const& got, int status, std::string_view code, std::string_view reason) {
    BOOST_REQUIRE(got.has_error());
    auto const why = got.error();
    BOOST_TEST(why.status == status);
    BOOST_TEST(why.code == code);
    BOOST_TEST(why.www_authenticate == "");
    BOOST_TEST(why.log_reason.find(reason) != std::string::npos, why.log_reason);
    BOOST_TEST((status == 503) == (why.retry_after >= 1s));
  }
};

}  // namespace

}  // namespace auth_access_jwt

BOOST_FIXTURE_TEST_SUITE(auth_access_jwt, fixture)

BOOST_AUTO_TEST_CASE(a_good_token_gets_in_with_the_current_and_the_previous_key) {
  auto policy = ready();
  auto const who = ask(policy, alice());
  BOOST_REQUIRE(who.has_value());
  BOOST_TEST((*who)->email == "alice@example.com");
  BOOST_TEST(policy.principal(*who) == "access-user " + server.team_domain() + ' ' + (*who)->subject);
  auto const older = server->user("bob@example.com").sign(server->previous_key());
  BOOST_TEST(ask(policy, older).has_value());
}

BOOST_AUTO_TEST_CASE(each_refusal_has_its_status_its_code_and_its_reason) {
  auto policy = ready();
  auto const missing = [&](request_head const& head) {
    denied(ask(policy, head), 401, "missing_token", "no token");
  };
  missing(request_head::make("POST", "/mcp"));
  missing(with(""));
  missing(request_head::make("POST", "/mcp", {{"Cookie", "CF_Authorization=" + alice()}}));
  missing(request_head::make("POST", "/mcp", {{"Authorization", "Bearer " + alice()}}));
  missing(request_head::make("POST", "/mcp?token=" + alice()));
  missing(request_head::make("GET", "/mcp", {{"Cf-Access-Authenticated-User-Email", "admin@example.com"}}));

  auto const invalid = [&](std::string const& token, std::string_view reason) {
    denied(ask(policy, token), 403, "invalid_token", reason);
  };
  invalid("garbage", "three parts");
  invalid("Bearer " + alice(), "authentication scheme");
  invalid(alice() + ',' + alice(), "more than one token");
  invalid(server->forge(forgery::other_key), "signature is wrong");
  invalid(server->forge(forgery::altered_payload), "signature is wrong");
  invalid(server->forge(forgery::alg_none), "three parts");
  invalid(server->forge(forgery::hs256_with_certificate), "algorithm unknown");
  invalid(server->forge(forgery::unknown_kid), "no key of that kid");
  invalid(server->forge(forgery::expired), "expired");
  invalid(server->forge(forgery::not_yet_valid), "not yet valid");
  invalid(server->forge(forgery::wrong_audience), "wrong audience");
  invalid(server->forge(forgery::wrong_issuer), "wrong issuer");
  invalid(server->forge(forgery::organization), "not an application token");
  invalid(server->sign(server->service("robot.access")), "service tokens are not allowed");
  denied(ask(policy, request_head::make("POST", "/mcp", {{name, alice()}, {name, alice()}})), 403,
         "invalid_token", "more than one token");
}

BOOST_AUTO_TEST_CASE(the_log_names_the_key_and_never_the_token) {
  auto policy = ready();
  auto const token = server->forge(forgery::other_key);
  auto const got = ask(policy, token);
  auto const reason = got.error().log_reason;
  BOOST_TEST(reason.find(server->current_key().kid()) != std::string::npos);
  for (auto const& part :
       {token.substr(0, 20), token.substr(token.find('.') + 1, 20), token.substr(token.size() - 20)})
    BOOST_TEST(reason.find(part) == std::string::npos);
}

BOOST_AUTO_TEST_CASE(other_fields_of_access_change_nothing) {
  auto policy = ready();
  auto const head = request_head::make("POST", "/mcp",
                                       {{"Cf-Access-Authenticated-User-Email", "admin@example.com"},
                                        {name, alice()},
                                        {"Cf-Access-Token", "x.y.z"}});
  BOOST_TEST((*ask(policy, head))->email == "alice@example.com");
}

BOOST_AUTO_TEST_CASE(service_tokens_get_in_where_they_are_allowed) {
  auto policy = ready(options_with([](access_options& o) { o.service_tokens = true; }));
  auto const who = ask(policy, server->sign(server->service("robot.access")));
  BOOST_REQUIRE(who.has_value());
  BOOST_TEST(policy.principal(*who) == "access-service " + server.team_domain() + " robot.access");
}

BOOST_AUTO_TEST_CASE(the_cookie_counts_where_it_is_accepted) {
  auto policy = ready(options_with([](access_options& o) { o.cookie = true; }));
  auto const cookie = "CF_Authorization=" + alice();
  BOOST_TEST(ask(policy, request_head::make("GET", "/mcp", {{"Cookie", cookie}})).has_value());
  auto const bob = server->sign(server->user("bob@example.com"));
  denied(ask(policy, request_head::make("GET", "/mcp", {{"Cookie", cookie}, {name, bob}})), 403,
         "invalid_token", "different tokens");
  denied(ask(policy, request_head::make("GET", "/mcp", {{"Cookie", cookie + "; " + cookie}})), 403,
         "invalid_token", "more than one cookie");
}

BOOST_AUTO_TEST_CASE(five_requests_cost_one_fetch) {
  auto policy = ready();
  for (int i = 0; i != 5; ++i) BOOST_TEST(ask(policy, alice()).has_value());
  BOOST_TEST(server.fetches() == 1);
  BOOST_TEST(server.strays() == 0);
}

BOOST_AUTO_TEST_CASE(two_users_never_share_a_principal) {
  auto policy = ready();
  auto const one = ask(policy, alice());
  auto const again = ask(policy, server->sign(server->user("alice@example.com").claim("country", "DE")));
  auto const other = ask(policy, server->sign(server->user("mallory@example.com")));
  BOOST_TEST(policy.principal(*one) == policy.principal(*again));
  BOOST_TEST(policy.principal(*one) != policy.principal(*other));
}

BOOST_AUTO_TEST_CASE(a_cold_outage_is_unavailable_and_not_a_bad_token) {
  server.fault(certs_fault::down);
  access_jwt policy(options());
  attach(policy);
  run_until(context, [&] { return policy.source().failing(); });
  for (int i = 0; i != 20; ++i)
    denied(ask(policy, alice()), 503, "keys_unavailable", "no keys were fetched yet");
  BOOST_TEST(server.fetches() == 1);
  denied(ask(policy, request_head::make("POST", "/mcp")), 401, "missing_token", "no token");

  server.fault(certs_fault::none);
  clock.advance(1s);
  BOOST_TEST(ask(policy, alice()).has_value());
  BOOST_TEST(server.fetches() == 2);
}

BOOST_AUTO_TEST_CASE(retry_after_is_the_time_until_the_next_attempt) {
  server.fault(certs_fault::error_with_keys);
  auto slow = quiet();
  slow.first_backoff = 17'500ms;
  access_jwt policy(options_with([&](access_options& o) { o.timing = slow; }));
  attach(policy);
  run_until(context, [&] { return policy.source().failing(); });
  BOOST_CHECK(ask(policy, alice()).error().retry_after == 18s);
}

BOOST_AUTO_TEST_CASE(the_first_requests_wait_for_the_first_fetch) {
  server.fault(certs_fault::slow);
  access_jwt policy(options());
  attach(policy);
  auto const head = with(alice());
  std::array<std::optional<answer>, 40> answers;
  for (auto& one : answers) start(context, decision_of(policy.authenticate(head)), one);
  run_until(context, [&] {
    for (auto const& one : answers)
      if (!one) return false;
    return true;
  });
  for (auto const& one : answers) BOOST_TEST(one->has_value());
  BOOST_TEST(server.fetches() == 1);
}

BOOST_AUTO_TEST_CASE(an_outage_does_not_touch_those_whose_key_is_known) {
  auto policy = ready();
  for (auto fault : {certs_fault::down, certs_fault::html, certs_fault::error_with_keys}) {
    server.fault(fault);
    clock.advance(10min);
    BOOST_TEST(ask(policy, alice()).has_value());
    run_until(context, [&] { return policy.source().failing(); });
    BOOST_TEST(ask(policy, alice()).has_value());
  }
  // nobody can know whether a key that is not here was published meanwhile
  denied(ask(policy, server->forge(forgery::unknown_kid)), 503, "keys_unavailable", "no key of that kid");
  denied(ask(policy, server->forge(forgery::other_key)), 403, "invalid_token", "signature is wrong");
}

BOOST_AUTO_TEST_CASE(keys_are_given_up_after_a_day_without_a_fetch) {
  auto policy = ready();
  server.fault(certs_fault::down);
  auto token = server->user("alice@example.com").expires_at(clock.wall() + 7 * 86'400);
  auto const text = server->sign(token.claim("iat", clock.wall()).claim("nbf", clock.wall()));
  clock.advance(24h - 1ms);
  BOOST_TEST(at_once(policy, text).value().has_value());
  clock.advance(1ms);
  BOOST_TEST(!at_once(policy, text).has_value());
  denied(ask(policy, text), 503, "keys_unavailable", "too old");
  server.fault(certs_fault::none);
  clock.advance(1min);
  BOOST_TEST(ask(policy, text).has_value());
}

BOOST_AUTO_TEST_CASE(a_new_key_is_found_without_a_restart) {
  auto policy = ready();
  server->rotate();
  BOOST_TEST(ask(policy, alice()).has_value());
  BOOST_TEST(server.fetches() == 2);
  server->rotate();
  denied(ask(policy, alice()), 403, "invalid_token", "no key of that kid");
  BOOST_TEST(server.fetches() == 2);
  clock.advance(30s);
  BOOST_TEST(ask(policy, alice()).has_value());
  BOOST_TEST(server.fetches() == 3);
}

BOOST_AUTO_TEST_CASE(a_withdrawn_key_is_dead_after_the_next_fetch) {
  auto policy = ready();
  auto const old = server->user("alice@example.com").sign(server->previous_key());
  BOOST_TEST(ask(policy, old).has_value());
  server->rotate();
  BOOST_TEST(ask(policy, alice()).has_value());
  denied(ask(policy, old), 403, "invalid_token", "no key of that kid");
}

BOOST_AUTO_TEST_CASE(a_flood_of_forged_kids_costs_one_fetch_and_nobody_waits) {
  auto policy = ready(options_with([](access_options& o) { o.timing = hasty(); }));
  server.fault(certs_fault::hang);
  auto const stranger = server->stranger_key();
  auto const kid = [](int i) { return "kid-" + std::to_string(i); };
  auto const first = with(server->user("mallory@example.com").sign(stranger, kid(0)));
  std::optional<answer> hanging;
  start(context, decision_of(policy.authenticate(first)), hanging);
  run_until(context, [&] { return server.fetches() == 2; });
  BOOST_TEST(ask(policy, alice()).has_value());
  BOOST_TEST(!hanging.has_value());  // the good one was not behind it

  run_until(context, [&] { return hanging.has_value(); });
  server.fault(certs_fault::none);
  clock.advance(1s);  // the renewal after the failure
  BOOST_TEST(ask(policy, alice()).has_value());
  run_until(context, [&] { return !policy.source().failing(); });
  auto const before = server.fetches();
  auto token = server->user("mallory@example.com").sign(stranger, "x");
  auto const rest = token.substr(token.find('.'));
  for (int i = 1; i != 300; ++i) {
    auto const head = test::base64url(R"({"alg":"RS256","typ":"JWT","kid":")" + kid(i) + "\"}");
    denied(ask(policy, head + rest), 403, "invalid_token", "no key of that kid");
  }
  BOOST_TEST(server.fetches() == before);
}

BOOST_AUTO_TEST_CASE(an_accepted_token_dies_with_its_expiry) {
  auto policy = ready();
  auto const text = server->sign(server->user("alice@example.com").claim("exp", clock.wall() + 10));
  BOOST_TEST(ask(policy, text).has_value());
  clock.advance(9s);
  BOOST_TEST(ask(policy, text).has_value());
  clock.advance(1s);
  denied(ask(policy, text), 403, "invalid_token", "expired");
}

BOOST_AUTO_TEST_CASE(a_jump_of_the_wall_clock_moves_claims_and_nothing_else) {
  auto policy = ready();
  auto const text = alice();
  clock.jump(clock.wall() + 10 * 86'400);
  denied(ask(policy, text), 403, "invalid_token", "expired");
  clock.jump(clock.wall() - 20 * 86'400);
  denied(ask(policy, text), 403, "invalid_token", "");
  BOOST_TEST(server.fetches() == 1);
}

BOOST_AUTO_TEST_CASE(a_challenge_is_sent_only_where_it_was_asked_for) {
  auto const url = "https://mcp.example.com/.well-known/oauth-protected-resource/mcp";
  auto challenging = options();
  challenging.challenge = true;
  auto plain = ready(challenging);
  challenging.resource_metadata = url;
  auto full = ready(challenging);
  auto const nothing = request_head::make("POST", "/mcp");
  BOOST_TEST(ask(plain, nothing).error().www_authenticate == "Bearer");
  BOOST_TEST(ask(plain, "garbage").error().www_authenticate == "Bearer error=\"invalid_token\"");
  BOOST_TEST(ask(plain, "garbage").error().status == 401);
  BOOST_TEST(ask(full, nothing).error().www_authenticate ==
             "Bearer resource_metadata=\"https://mcp.example.com/.well-known/oauth-protected-resource/mcp\"");
  BOOST_TEST(ask(full, "garbage").error().www_authenticate ==
             "Bearer error=\"invalid_token\", "
             "resource_metadata=\"https://mcp.example.com/.well-known/oauth-protected-resource/mcp\"");
}

BOOST_AUTO_TEST_CASE(nobody_needs_to_attach_it) {
  access_jwt policy(options());
  BOOST_TEST(!at_once(policy, alice()).has_value());
  BOOST_TEST(ask(policy, alice()).has_value());
  BOOST_TEST(at_once(policy, alice()).value().has_value());
}

BOOST_AUTO_TEST_CASE(it_waits_only_where_newer_keys_might_change_the_decision) {
  auto policy = ready();
  denied(at_once(policy, "garbage").value(), 403, "invalid_token", "");
  denied(at_once(policy, server->forge(forgery::other_key)).value(), 403, "invalid_token",
         "signature is wrong");
  auto const nothing = request_head::make("POST", "/mcp");
  auto const asked = policy.authenticate(nothing);
  denied(std::get<answer>(asked), 401, "missing_token", "");
  BOOST_TEST(!at_once(policy, server->forge(forgery::unknown_kid)).has_value());
}

BOOST_AUTO_TEST_CASE(copies_share_the_keys) {
  auto policy = ready();
  access_jwt copy(policy);
  boost::asio::io_context other(1);
  copy.attach(auth_environment{other.get_executor(), log.logger()});
  auto const head = with(alice());
  BOOST_TEST(run(other, decision_of(copy.authenticate(head))).has_value());
  BOOST_TEST(server.fetches() == 1);
}

BOOST_AUTO_TEST_CASE(a_policy_may_go_while_somebody_waits_for_it) {
  server.fault(certs_fault::hang);
  auto policy = std::make_unique<access_jwt>(options());
  attach(*policy);
  auto const head = with(alice());
  std::optional<answer> waiting;
  start(context, decision_of(policy->authenticate(head)), waiting);
  run_until(context, [&] { return server.fetches() == 1; });
  policy.reset();
  run_until(context, [&] { return waiting.has_value(); });
  denied(*waiting, 503, "keys_unavailable", "stopping");
}

BOOST_AUTO_TEST_CASE(a_server_may_stop_in_the_middle_and_start_again) {
  server.fault(certs_fault::hang);
  access_jwt policy(options());
  auto const head = with(alice());
  std::optional<answer> waiting;
  {
    boost::asio::io_context mortal(1);
    policy.attach(auth_environment{mortal.get_executor(), log.logger()});
    start(mortal, decision_of(policy.authenticate(head)), waiting);
    run_until(mortal, [&] { return server.fetches() == 1; });
  }
  BOOST_TEST(!waiting.has_value());
  server.fault(certs_fault::none);
  attach(policy);
  BOOST_TEST(ask(policy, alice()).has_value());
}

BOOST_AUTO_TEST_CASE(two_threads_verify_while_keys_are_renewed) {
  auto fast = quiet();
  fast.cool_down = 1ms;
  fast.refresh = 5ms;
  access_jwt const origin(options_with([&](access_options& o) {
    o.timing = fast;
    o.time = &mcpawl::clock::system();
  }));
  std::atomic<int> accepted{0};
  std::array<std::string, 3> const tokens{alice(),
                                          server->user("bob@example.com").sign(server->previous_key()),
                                          server->forge(forgery::unknown_kid)};
  auto const work = [&] {
    boost::asio::io_context own(1);
    access_jwt mine(origin);
    mine.attach(auth_environment{own.get_executor(), logger::none()});
    for (int i = 0; i != 30; ++i)
      for (auto const& token : tokens) {
        auto const head = with(token);
        std::optional<answer> got;
        start(own, decision_of(mine.authenticate(head)), got);
        auto const end = std::chrono::steady_clock::now() + 10s;
        while (!got && std::chrono::steady_clock::now() < end) own.run_one_for(5ms);
        accepted += got && got->has_value();
      }
  };
  std::thread one(work);
  std::thread two(work);
  one.join();
  two.join();
  BOOST_TEST(accepted == 2 * 30 * 2);
}

BOOST_AUTO_TEST_CASE(settings_that_cannot_work_never_become_a_policy) {
  BOOST_CHECK_THROW(access_jwt(access_options{.team_domain = "<Add-Team-Domain>", .audiences = {""}}),
                    configuration_error);
  auto const nothing = [](std::string const&) { return std::optional<std::string>(); };
  BOOST_CHECK_EXCEPTION(access_jwt::from_env(settings(nothing)), configuration_error,
                        [](auto const& e) { return e.errors().size() == 2; });
}

BOOST_AUTO_TEST_CASE(the_environment_makes_a_policy) {
  ::setenv("TEAM_DOMAIN", (server.team_domain() + "/").c_str(), 1);
  ::setenv("POLICY_AUD", "first,aud-of-the-tests", 1);
  auto policy = access_jwt::from_env();
  ::unsetenv("TEAM_DOMAIN");
  ::unsetenv("POLICY_AUD");
  BOOST_TEST(ask(policy, alice()).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
