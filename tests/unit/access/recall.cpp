// tests/unit/access/recall.cpp - tokens that are recalled instead of verified anew, and what makes them be
// forgotten
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/access/access_verifier.hpp>

#include "access_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

namespace auth_recall {

using namespace mcpawl;
using namespace mcpawl::detail;
using access_fixture::access;
using access_fixture::aud;
using access_fixture::team;

namespace {

struct fixture {
  access_verifier verifier{access_expectation(team, {aud})};
  std::string token = access().sign(access().user("alice@example.com"));
  unix_seconds now = access_fixture::time().wall();
  clock::steady_time steady{};

  fixture() { verifier.use(access_fixture::keys()); }
  result<access_identity> ask(std::string const& t) { return verifier.verify_cached(t, now, steady); }
};

}  // namespace

}  // namespace auth_recall

BOOST_FIXTURE_TEST_SUITE(auth_recall, fixture)

BOOST_AUTO_TEST_CASE(the_second_time_a_token_is_recalled_with_the_same_identity) {
  auto const first = ask(token);
  auto const second = ask(token);
  BOOST_TEST_REQUIRE(second.has_value());
  BOOST_TEST((*second)->email == (*first)->email);
  BOOST_TEST((*second)->subject == (*first)->subject);
  BOOST_TEST(verifier.recalls().hits == 1U);
}

BOOST_AUTO_TEST_CASE(refused_tokens_are_never_remembered) {
  auto const forged = access().forge(test::forgery::other_key);
  for (int i = 0; i != 3; ++i) BOOST_TEST(ask(forged).has_error());
  auto const service = access().sign(access().service("robot.access"));
  for (int i = 0; i != 3; ++i) BOOST_TEST(ask(service).has_error());
  BOOST_TEST(verifier.recalls().hits == 0U);
}

BOOST_AUTO_TEST_CASE(a_recalled_token_expires_to_the_second) {
  auto const brief = access().sign(access().user("alice@example.com").expires_at(now + 10));
  BOOST_TEST(ask(brief).has_value());
  now += 9;
  BOOST_TEST(ask(brief).has_value());
  now += 1;
  BOOST_TEST((ask(brief).error() == make_error_code(jose::jose_errc::expired)));
}

BOOST_AUTO_TEST_CASE(a_clock_that_jumps_back_before_nbf_refuses_a_recalled_token) {
  BOOST_TEST(ask(token).has_value());
  now -= 3600;
  BOOST_TEST((ask(token).error() == condition::expired));
}

BOOST_AUTO_TEST_CASE(a_withdrawn_key_takes_its_tokens_with_it) {
  auto const by_previous = access().user("alice@example.com").sign(access().previous_key());
  BOOST_TEST(ask(token).has_value());
  BOOST_TEST(ask(by_previous).has_value());
  verifier.use(access_fixture::keys_of("{\"keys\":[" + access().current_key().jwk() + "]}"));
  BOOST_TEST(ask(by_previous).has_error());
  auto const before = verifier.recalls().hits;
  BOOST_TEST(ask(token).has_value());
  BOOST_TEST(verifier.recalls().hits == before + 1);  // the key stayed, so did its token
  verifier.use(nullptr);
  BOOST_TEST(ask(token).has_error());
}

BOOST_AUTO_TEST_CASE(an_identity_outlives_the_memory_of_it) {
  auto const who = ask(token).value();
  auto const copy = ask(token).value();
  verifier.use(nullptr);
  BOOST_TEST(who->email == "alice@example.com");
  BOOST_TEST(&*copy == &*who);
}

BOOST_AUTO_TEST_CASE(policies_that_differ_never_recall_each_others_tokens) {
  access_expectation lenient(team, {aud}), other(team, {"another"});
  lenient.service_tokens = true;
  access_verifier services{lenient}, elsewhere{other};
  services.use(access_fixture::keys());
  elsewhere.use(access_fixture::keys());
  auto const robot = access().sign(access().service("robot.access"));
  for (int i = 0; i != 2; ++i) {
    BOOST_TEST(services.verify_cached(robot, now, steady).has_value());
    BOOST_TEST((ask(robot).error() == make_error_code(auth_errc::service_token_refused)));
    BOOST_TEST(ask(token).has_value());
    BOOST_TEST((elsewhere.verify_cached(token, now, steady).error() ==
                make_error_code(jose::jose_errc::wrong_audience)));
  }
  BOOST_TEST(services.recalls().hits == 1U);
  BOOST_TEST(elsewhere.recalls().hits == 0U);
}

BOOST_AUTO_TEST_CASE(a_recalled_token_is_verified_anew_after_a_minute) {
  using namespace std::chrono_literals;
  BOOST_TEST(ask(token).has_value());
  steady += 59s;
  BOOST_TEST(ask(token).has_value());
  BOOST_TEST(verifier.recalls().hits == 1U);
  steady += 1s;
  BOOST_TEST(ask(token).has_value());
  BOOST_TEST(verifier.recalls().hits == 1U);
  BOOST_TEST(verifier.recalls().misses == 2U);
}

BOOST_AUTO_TEST_CASE(the_switch_turns_it_off) {
  jose::token_cache_settings off;
  off.entries = 0;
  access_verifier never{access_expectation(team, {aud}), off};
  never.use(access_fixture::keys());
  for (int i = 0; i != 3; ++i) BOOST_TEST(never.verify_cached(token, now, steady).has_value());
  BOOST_TEST(never.recalls().hits == 0U);
}

BOOST_AUTO_TEST_CASE(a_copy_remembers_for_itself) {
  BOOST_TEST(ask(token).has_value());
  access_verifier copy = verifier;
  BOOST_TEST(copy.verify_cached(token, now, steady).has_value());
  BOOST_TEST(copy.recalls().hits == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
