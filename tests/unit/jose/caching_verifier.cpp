// tests/unit/jose/caching_verifier.cpp - what is known again, by whom, and what ends it
// SPDX-License-Identifier: BSL-1.0
#include <boost/test/unit_test.hpp>

#include <mcpawl/jose/caching_verifier.hpp>

#include "access.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace jose_caching_verifier {

using namespace mcpawl;
using namespace mcpawl::jose_tests;
using jose::algorithm;
using jose::jose_errc;
using namespace std::chrono_literals;

namespace {

using text = std::shared_ptr<std::string const>;

/** Keeps the payload, refuses who is called mallory, and counts how often it is asked. */
struct reading {
  int* asked;
  result<text> operator()(jose::claims_view const& claims) const {
    ++*asked;
    if (claims.sub == "mallory") return jose_errc::bad_subject;
    return std::make_shared<std::string const>(claims.payload_json);
  }
};

struct fixture {
  using verifier_type = jose::caching_verifier<text>;

  signing_key const& key = signing_key::named("access");
  int asked = 0;
  unix_seconds wall = now;
  clock::steady_time steady{};
  verifier_type verifier = make(access_expectation());
  std::string token = key.token(object(header_members()), access_claims());

  verifier_type make(jose::expectation e) const {
    verifier_type made{std::move(e)};
    made.use(key_set(key.jwk(kid)));
    return made;
  }
  result<text> ask(verifier_type& whom, std::string const& t) {
    return whom.verify_cached(t, wall, steady, reading{&asked});
  }
  result<text> ask(std::string const& t) { return ask(verifier, t); }
  bool recalled(std::string const& t) {
    auto const before = verifier.recalls().hits;
    return ask(t).has_value() && verifier.recalls().hits == before + 1;
  }
  std::string with(std::string_view more) const {
    return key.token(object(header_members()), claims_with(more));
  }
};

}  // namespace

}  // namespace jose_caching_verifier

BOOST_FIXTURE_TEST_SUITE(jose_caching_verifier, fixture)

BOOST_AUTO_TEST_CASE(a_value_is_made_once_and_then_recalled) {
  auto const first = ask(token).value();
  BOOST_TEST(*first == access_claims());
  for (int i = 0; i != 3; ++i) BOOST_TEST(ask(token).value().get() == first.get());
  BOOST_TEST(asked == 1);
  BOOST_TEST(verifier.recalls().hits == 3u);
  BOOST_TEST(verifier.recalls().misses == 1u);
  BOOST_TEST(verifier.verify(token, now, reading{&asked}).value().get() != first.get());
  BOOST_TEST(asked == 2);
}

BOOST_AUTO_TEST_CASE(what_is_refused_is_not_remembered_whoever_refuses_it) {
  std::string const mallory = with(R"(,"sub":"mallory")");
  std::string forged = token;
  forged[forged.size() - 40] = forged[forged.size() - 40] == 'A' ? 'B' : 'A';
  for (int i = 0; i != 3; ++i) {
    BOOST_TEST((ask(mallory).error() == jose_errc::bad_subject));
    BOOST_TEST((ask(forged).error() == jose_errc::bad_signature));
  }
  BOOST_TEST(asked == 3);
  BOOST_TEST(verifier.recalls().hits == 0u);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_a_token_is_refused_for_its_form) {
  BOOST_TEST((ask("garbage").error() == jose_errc::malformed_token));
  BOOST_TEST((ask(token + ".").error() == jose_errc::malformed_token));
  BOOST_TEST((ask(std::string(10000, 'x')).error() == jose_errc::token_too_large));
  BOOST_TEST(verifier.recalls().hits == 0u);
  BOOST_TEST(verifier.last_kid() == "");
}

BOOST_AUTO_TEST_CASE(garbage_after_a_good_token_is_not_logged_under_its_kid) {
  BOOST_TEST(ask(token).has_value());
  BOOST_TEST(verifier.last_kid() == kid);
  BOOST_TEST(ask("garbage").has_error());
  BOOST_TEST(verifier.last_kid() == "");
}

BOOST_AUTO_TEST_CASE(a_recalled_token_ends_at_its_exp) {
  std::string const brief = key.token(
      object(header_members()), object(R"("iss":")" + std::string{team} + R"(","aud":")" +
                                       std::string{application} + R"(","exp":)" + std::to_string(now + 10)));
  BOOST_TEST(ask(brief).has_value());
  wall += 9;
  BOOST_TEST(recalled(brief));
  wall += 1;
  BOOST_TEST((ask(brief).error() == jose_errc::expired));
}

BOOST_AUTO_TEST_CASE(a_clock_set_back_before_nbf_or_iat_refuses_a_recalled_token) {
  for (std::string_view claim : {"nbf", "iat"}) {
    wall = now;
    std::string const begins = with(",\"" + std::string{claim} + "\":" + std::to_string(now));
    BOOST_TEST(ask(begins).has_value());
    wall = now - 30;  // the leeway
    BOOST_TEST(recalled(begins));
    wall = now - 31;
    BOOST_TEST((ask(begins).error() == condition::expired));
  }
}

BOOST_AUTO_TEST_CASE(a_token_without_nbf_and_iat_is_recalled_at_any_time_before_its_exp) {
  std::string const timeless = with("");
  BOOST_TEST(ask(timeless).has_value());
  for (unix_seconds at : {unix_seconds{0}, unix_seconds{-1}, now + 3599}) {
    wall = at;
    BOOST_TEST(recalled(timeless));
  }
}

BOOST_AUTO_TEST_CASE(a_recalled_token_is_verified_anew_at_its_maximum_age) {
  BOOST_TEST(ask(token).has_value());
  steady += 59s;
  BOOST_TEST(recalled(token));
  steady += 1s;
  BOOST_TEST(!recalled(token));
  BOOST_TEST(asked == 2);
  BOOST_TEST(recalled(token));
}

BOOST_AUTO_TEST_CASE(a_key_that_stays_keeps_its_tokens_and_one_that_goes_takes_them) {
  signing_key const& other = signing_key::named("next");
  BOOST_TEST(ask(token).has_value());
  verifier.use(key_set(other.jwk("next") + "," + key.jwk(kid)));
  BOOST_TEST(recalled(token));
  verifier.use(key_set(other.jwk("next")));
  BOOST_TEST((ask(token).error() == jose_errc::unknown_kid));
  verifier.use(key_set(key.jwk(kid)));  // it comes back, what it vouched for does not
  BOOST_TEST(!recalled(token));
  verifier.use(nullptr);
  BOOST_TEST((ask(token).error() == jose_errc::no_keys));
}

BOOST_AUTO_TEST_CASE(another_key_under_the_same_kid_is_another_key) {
  BOOST_TEST(ask(token).has_value());
  verifier.use(key_set(signing_key::named("next").jwk(kid)));
  BOOST_TEST((ask(token).error() == jose_errc::bad_signature));
}

BOOST_AUTO_TEST_CASE(the_same_key_under_another_kid_or_for_another_algorithm_recalls_nothing) {
  BOOST_TEST(ask(token).has_value());
  verifier.use(key_set(key.jwk("renamed")));
  BOOST_TEST((ask(token).error() == jose_errc::unknown_kid));

  verifier.use(key_set(key.jwk(kid)));
  BOOST_TEST(ask(token).has_value());
  jose::expectation both = access_expectation();
  both.algorithms.insert(algorithm::ps256);
  auto two = make(both);
  BOOST_TEST(ask(two, token).has_value());
  two.use(key_set(key.jwk(kid, R"(,"alg":"PS256")")));
  BOOST_TEST((ask(two, token).error() == jose_errc::algorithm_mismatch));
}

BOOST_AUTO_TEST_CASE(two_objects_never_share_even_for_equal_expectations) {
  jose::expectation other = access_expectation();
  other.audiences = {"another application"};
  auto stranger = make(other);
  auto twin = make(access_expectation());
  BOOST_TEST(ask(token).has_value());
  BOOST_TEST((ask(stranger, token).error() == jose_errc::wrong_audience));
  BOOST_TEST(ask(twin, token).has_value());
  BOOST_TEST(twin.recalls().hits == 0u);
  auto copy = verifier;
  BOOST_TEST(ask(copy, token).has_value());
  BOOST_TEST(copy.recalls().hits == 0u);
  auto moved = std::move(verifier);
  BOOST_TEST(ask(moved, token).has_value());
  BOOST_TEST(moved.recalls().hits == 1u);
}

BOOST_AUTO_TEST_CASE(the_switch_turns_it_off) {
  jose::token_cache_settings off;
  off.entries = 0;
  verifier_type never{access_expectation(), off};
  never.use(verifier.keys());
  for (int i = 0; i != 3; ++i) BOOST_TEST(ask(never, token).has_value());
  BOOST_TEST(never.recalls().hits == 0u);
  BOOST_TEST(asked == 3);
}

BOOST_AUTO_TEST_CASE(digests_alone_recall_as_well) {
  jose::token_cache_settings digests;
  digests.digest_only = true;
  verifier_type careful{access_expectation(), digests};
  careful.use(verifier.keys());
  for (int i = 0; i != 3; ++i) BOOST_TEST(ask(careful, token).has_value());
  BOOST_TEST(careful.recalls().hits == 2u);
  auto copy = careful;
  for (int i = 0; i != 2; ++i) BOOST_TEST(ask(copy, token).has_value());
  BOOST_TEST(copy.recalls().hits == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
