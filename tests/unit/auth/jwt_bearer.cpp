// tests/unit/auth/jwt_bearer.cpp - the policy for access tokens while threads, keys and callers come and go
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/auth/jwt_bearer.hpp>

#include "../keys/loopback_fixture.hpp"

#include <mcpawl/test/fake_issuer.hpp>
#include <mcpawl/test/manual_clock.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <atomic>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <variant>

namespace auth_jwt_bearer {
namespace {

using namespace mcpawl;
using namespace std::chrono_literals;
using namespace loopback_fixture;
using http::request_head;
using test::certs_fault;

using answer = auth_result<bearer_identity<>>;

request_head with(std::string const& token) {
  return request_head::make("POST", "/mcp", {{"Authorization", "Bearer " + token}});
}

struct fixture {
  test::manual_clock clock{mcpawl::clock::system().wall()};
  test::fake_issuer issuer{"api", clock};
  journal log;
  boost::asio::io_context context{1};

  bearer_options options() const {
    return {.public_url = "http://127.0.0.1/mcp",
            .issuer = issuer.name(),
            .audiences = {"api"},
            .timing = quiet(),
            .time = &clock};
  }
  auth_environment here() { return {context.get_executor(), log.logger()}; }
  answer ask(jwt_bearer<>& policy, std::string const& token) {
    auto const head = with(token);
    return run(context, decision_of(policy.authenticate(head)));
  }
  /** The decision, if it is there without waiting. */
  static std::optional<answer> at_once(jwt_bearer<>& policy, std::string const& token) {
    auto const head = with(token);
    auto asked = policy.authenticate(head);
    auto* const now = std::get_if<answer>(&asked);
    return now ? std::optional<answer>(std::move(*now)) : std::nullopt;
  }
  std::string alice() const { return issuer.sign(issuer.token("alice")); }
  std::string forged(int i) const {
    static auto const stranger = test::signing_key::generate();
    return issuer.token("alice").sign(stranger, "kid " + std::to_string(i));
  }
};

static_assert(auth_policy<jwt_bearer<>>);
static_assert(serves_public_paths<jwt_bearer<>>);

}  // namespace

}  // namespace auth_jwt_bearer

BOOST_FIXTURE_TEST_SUITE(auth_jwt_bearer, fixture)

BOOST_AUTO_TEST_CASE(nobody_needs_to_attach_it) {
  jwt_bearer<> policy(options());
  BOOST_TEST(!at_once(policy, alice()).has_value());
  auto const who = ask(policy, alice());
  BOOST_REQUIRE(who.has_value());
  BOOST_TEST(policy.principal(*who) == "bearer " + issuer.name() + " alice");
  BOOST_TEST(at_once(policy, alice()).value().has_value());
}

BOOST_AUTO_TEST_CASE(the_keys_may_have_an_address_of_their_own) {
  issuer.metadata(std::nullopt);
  auto elsewhere = options();
  elsewhere.keys_url = issuer.keys_url();
  jwt_bearer<> policy(elsewhere);
  BOOST_TEST(ask(policy, alice()).has_value());
}

BOOST_AUTO_TEST_CASE(three_hundred_forged_kids_cost_one_fetch_and_disturb_nobody) {
  jwt_bearer<> policy(options());
  BOOST_REQUIRE(ask(policy, alice()).has_value());
  for (int i = 0; i != 300; ++i) {
    auto const refused = ask(policy, forged(i));
    BOOST_REQUIRE(refused.has_error());
    BOOST_TEST(refused.error().status == 401);
    BOOST_TEST(refused.error().log_reason.find("kid " + std::to_string(i)) != std::string::npos);
    if (i % 50 == 0) BOOST_TEST(ask(policy, alice()).has_value());
  }
  BOOST_TEST(issuer.fetches() == 2);
  clock.advance(30s);
  BOOST_TEST(ask(policy, forged(300)).error().status == 401);
  BOOST_TEST(issuer.fetches() == 3);
}

BOOST_AUTO_TEST_CASE(an_issuer_with_one_key_needs_no_kid) {
  issuer.name_keys(false);
  jwt_bearer<> policy(options());
  BOOST_REQUIRE(ask(policy, alice()).has_value());
  // it changes its key: nothing but the signature tells, and the new one is fetched
  issuer.rotate();
  BOOST_TEST(ask(policy, alice()).has_value());
  BOOST_TEST(issuer.fetches() == 2);

  // forged ones cost no more fetches than unknown kids do
  static auto const stranger = test::signing_key::generate();
  std::string const forged = issuer.token("alice").sign(stranger, "");
  for (int i = 0; i != 100; ++i) {
    auto const refused = ask(policy, forged);
    BOOST_REQUIRE(refused.has_error());
    BOOST_TEST(refused.error().status == 401);
    BOOST_TEST(refused.error().code == "invalid_token");
  }
  BOOST_TEST(issuer.fetches() == 2);
  BOOST_TEST(ask(policy, alice()).has_value());

  // a second key: which one is meant is not tried out
  issuer.name_keys(true);
  clock.advance(30s);
  BOOST_TEST(ask(policy, forged).error().log_reason ==
             "token header without kid, and not exactly one key for its algorithm");
  BOOST_TEST(issuer.fetches() == 3);
}

BOOST_AUTO_TEST_CASE(a_remembered_token_ends_on_time) {
  jwt_bearer<> policy(options());
  std::string const token = alice();
  for (int i = 0; i != 3; ++i) BOOST_TEST(ask(policy, token).has_value());
  clock.advance(3599s);
  BOOST_TEST(ask(policy, token).has_value());
  clock.advance(1s);
  BOOST_TEST(ask(policy, token).error().code == "invalid_token");
}

BOOST_AUTO_TEST_CASE(a_policy_may_go_while_somebody_waits_for_it) {
  issuer.fault(certs_fault::hang);
  auto policy = std::make_unique<jwt_bearer<>>(options());
  policy->attach(here());
  auto const head = with(alice());
  std::optional<answer> waiting;
  start(context, decision_of(policy->authenticate(head)), waiting);
  run_until(context, [&] { return issuer.fetches() == 1; });
  policy.reset();
  run_until(context, [&] { return waiting.has_value(); });
  BOOST_TEST(waiting->error().status == 503);
}

BOOST_AUTO_TEST_CASE(a_server_may_stop_in_the_middle_and_start_again) {
  issuer.fault(certs_fault::hang);
  jwt_bearer<> policy(options());
  auto const head = with(alice());
  std::optional<answer> waiting;
  {
    boost::asio::io_context mortal(1);
    policy.attach({mortal.get_executor(), log.logger()});
    start(mortal, decision_of(policy.authenticate(head)), waiting);
    run_until(mortal, [&] { return issuer.fetches() == 1; });
  }
  BOOST_TEST(!waiting.has_value());
  issuer.fault(certs_fault::none);
  policy.attach(here());
  BOOST_TEST(ask(policy, alice()).has_value());
}

BOOST_AUTO_TEST_CASE(two_threads_verify_while_keys_are_renewed) {
  auto fast = quiet();
  fast.cool_down = 1ms;
  fast.refresh = 5ms;
  auto hurried = options();
  hurried.timing = fast;
  hurried.time = &mcpawl::clock::system();
  jwt_bearer<> const origin(hurried);
  std::atomic<int> accepted{0};
  std::array<std::string, 2> const tokens{alice(), forged(0)};
  auto const work = [&] {
    boost::asio::io_context own(1);
    jwt_bearer<> mine(origin);
    mine.attach({own.get_executor(), logger::none()});
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
  BOOST_TEST(accepted == 2 * 30);
}

BOOST_AUTO_TEST_CASE(the_environment_makes_a_policy) {
  ::setenv("PUBLIC_URL", "https://mcp.example.com", 1);
  ::setenv("JWT_ISSUER", issuer.name().c_str(), 1);
  ::setenv("JWT_AUDIENCE", "first, api", 1);
  ::setenv("JWT_SCOPES", "a b", 1);
  auto policy = jwt_bearer<>::from_env();
  for (auto const* name : {"PUBLIC_URL", "JWT_ISSUER", "JWT_AUDIENCE", "JWT_SCOPES"}) ::unsetenv(name);
  auto const text = issuer.sign(issuer.token("alice", "a b").expires_at(mcpawl::clock::system().wall() + 60));
  BOOST_TEST(ask(policy, text).has_value());
  BOOST_TEST(ask(policy, issuer.sign(issuer.token("alice", "a"))).error().code == "insufficient_scope");
}

BOOST_AUTO_TEST_SUITE_END()
