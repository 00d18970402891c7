// tests/unit/oauth/upstream/id_token.cpp - an ID token is good for one login of one client, or it is refused
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/upstream/id_token.hpp>

#include "../../access/access_fixture.hpp"
#include "staff_reader.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace oauth_id_token {
namespace {

using namespace mcpawl;
using access_fixture::access;
using access_fixture::code;
using oauth::id_token_errc;
using test::access_token;

struct fixture {
  std::string const issuer = "https://id.example.com";
  unix_seconds const now = access_fixture::time().wall();
  oauth::id_token_verifier verifier{issuer, "us", std::chrono::seconds(30),
                                    std::make_shared<staff::reader const>()};
  oauth::id_token_occasion login;

  fixture() {
    verifier.use(access_fixture::keys());
    login.nonce = "n-0S6_WzA2Mj";
    login.access_token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
  }

  access_token token() const {
    access_token made;
    made.claim("iss", issuer).claim("aud", "us").claim("sub", "1234").claim("nonce", "n-0S6_WzA2Mj");
    made.claim("preferred_username", "alice").claim("department", 7).claim("iat", now);
    return made.claim("exp", now + 60);
  }
  result<oauth::upstream_person> read(access_token const& from) { return read(from, login); }
  result<oauth::upstream_person> read(access_token const& from, oauth::id_token_occasion const& at) {
    return verifier.verify(access().sign(from), at, now);
  }
  error_code error_of(access_token const& from) {
    auto const done = read(from);
    return done ? error_code() : done.error();
  }
  static boost::json::value json(char const* text) { return boost::json::parse(text); }
};

}  // namespace

}  // namespace oauth_id_token

BOOST_FIXTURE_TEST_SUITE(oauth_id_token, fixture)

BOOST_AUTO_TEST_CASE(a_good_one_tells_who_it_is) {
  auto const who = read(token()).value();
  BOOST_TEST(who.issuer == issuer);
  BOOST_TEST(who.subject == "1234");
  BOOST_TEST(who.reader == "staff");
  BOOST_TEST(who.profile.label == "alice");
  BOOST_TEST(who.profile.bytes == "7");
  BOOST_TEST(who.issued_at == now);
  BOOST_TEST(who.expires_at == now + 60);
}

BOOST_AUTO_TEST_CASE(what_the_reader_refuses_is_refused) {
  BOOST_TEST(error_of(token().claim("preferred_username", json("[1]"))) ==
             code(id_token_errc::malformed_claim));
}

BOOST_AUTO_TEST_CASE(it_is_for_us) {
  BOOST_TEST(error_of(token().claim("aud", "them")) == code(jose::jose_errc::wrong_audience));
  auto const both = json(R"(["them","us"])");
  BOOST_TEST(error_of(token().claim("aud", both)) == code(id_token_errc::no_authorized_party));
  BOOST_TEST(error_of(token().claim("aud", both).claim("azp", "them")) ==
             code(id_token_errc::other_authorized_party));
  BOOST_TEST(error_of(token().claim("azp", "them")) == code(id_token_errc::other_authorized_party));
  BOOST_TEST(!error_of(token().claim("aud", both).claim("azp", "us")));
  BOOST_TEST(!error_of(token().claim("aud", json(R"(["us"])"))));
}

BOOST_AUTO_TEST_CASE(it_is_of_this_login) {
  BOOST_TEST(error_of(token().claim("nonce", "another")) == code(id_token_errc::wrong_nonce));
  BOOST_TEST(error_of(token().claim("nonce", "")) == code(id_token_errc::wrong_nonce));
  BOOST_TEST(error_of(token().without("nonce")) == code(id_token_errc::wrong_nonce));
  BOOST_TEST(error_of(token().claim("nonce", 7)) == code(id_token_errc::malformed_claim));
  login.nonce = "";
  BOOST_TEST(error_of(token().claim("nonce", "")) == code(id_token_errc::wrong_nonce));
  login.nonce.reset();
  BOOST_TEST(!error_of(token().without("nonce")));
}

BOOST_AUTO_TEST_CASE(it_came_with_this_access_token) {
  // access token and at_hash of OpenID Connect Core 1.0 appendix A.3
  BOOST_TEST(!error_of(token().claim("at_hash", "77QmUPtjPfzWtF2AnpK9RQ")));
  BOOST_TEST(error_of(token().claim("at_hash", "77QmUPtjPfzWtF2AnpK9RR")) ==
             code(id_token_errc::other_access_token));
  BOOST_TEST(error_of(token().claim("at_hash", "")) == code(id_token_errc::other_access_token));
  login.access_token = "another";
  BOOST_TEST(error_of(token().claim("at_hash", "77QmUPtjPfzWtF2AnpK9RQ")) ==
             code(id_token_errc::other_access_token));
}

BOOST_AUTO_TEST_CASE(it_is_of_this_time) {
  BOOST_TEST(error_of(token().claim("exp", now)) == code(jose::jose_errc::expired));
  BOOST_TEST(error_of(token().without("exp")) == code(jose::jose_errc::no_expiry));
  BOOST_TEST(error_of(token().claim("nbf", now + 31)) == code(jose::jose_errc::not_yet_valid));
  BOOST_TEST(error_of(token().claim("iat", now + 31)) == code(jose::jose_errc::issued_in_future));
  BOOST_TEST(error_of(token().without("iat")) == code(id_token_errc::no_issue_time));
  BOOST_TEST(!error_of(token().claim("nbf", now + 30).claim("iat", now + 30)));
}

BOOST_AUTO_TEST_CASE(it_names_a_person) {
  BOOST_TEST(error_of(token().without("sub")) == code(id_token_errc::no_subject));
  BOOST_TEST(error_of(token().claim("sub", "")) == code(id_token_errc::no_subject));
  BOOST_TEST(read(token().without("preferred_username")).value().profile.label == "1234");
  for (char const* name : {"azp", "at_hash", "nonce"})
    BOOST_TEST(error_of(token().claim(name, json("[1]"))) == code(id_token_errc::malformed_claim), name);
}

BOOST_AUTO_TEST_CASE(only_a_key_of_the_issuer_signs_it_and_only_by_rs256) {
  std::string const kid = access().current_key().kid();
  auto const verdict = [&](std::string const& text) {
    auto const done = verifier.verify(text, login, now);
    return done ? error_code() : done.error();
  };
  BOOST_TEST(verdict(token().sign_none(kid)) == code(jose::jose_errc::malformed_token));
  BOOST_TEST(verdict(token().sign_none(kid) + "AA") == code(jose::jose_errc::unknown_algorithm));
  BOOST_TEST((verdict(token().sign_hs256("secret", kid)) == condition::refused));
  BOOST_TEST(verdict(token().sign(access().stranger_key(), kid)) == code(jose::jose_errc::bad_signature));
  BOOST_TEST(verdict(token().sign(access().stranger_key())) == code(jose::jose_errc::unknown_kid));
  BOOST_TEST(verdict("") == code(jose::jose_errc::malformed_token));
  BOOST_TEST(verdict(std::string(100'000, 'a')) == code(jose::jose_errc::token_too_large));
  BOOST_TEST(error_of(token().header("typ", "at+jwt")) == code(jose::jose_errc::wrong_type));
  BOOST_TEST(error_of(token().claim("iss", issuer + '/')) == code(jose::jose_errc::wrong_issuer));
  verifier.use(nullptr);
  BOOST_TEST(error_of(token()) == code(jose::jose_errc::no_keys));
}

BOOST_AUTO_TEST_CASE(in_a_refresh_it_is_about_the_same_person) {
  auto const before = read(token()).value();
  oauth::id_token_occasion refresh;
  refresh.access_token = login.access_token;
  refresh.before = &before;
  auto const moved = token().claim("preferred_username", "alice.moved");
  BOOST_TEST(read(moved, refresh).value().profile.label == "alice.moved");
  BOOST_TEST((read(token().claim("sub", "5678"), refresh).error() == id_token_errc::other_subject));
  auto const thin = token().without("preferred_username").without("department").claim("exp", now + 600);
  BOOST_TEST(read(thin, refresh).value().profile.label == "alice");
  BOOST_TEST(read(thin, refresh).value().profile.bytes == "7");
  BOOST_TEST(read(thin, refresh).value().expires_at == now + 600);
  for (auto const member : {&oauth::upstream_person::issuer, &oauth::upstream_person::reader}) {
    auto elsewhere = before;
    elsewhere.*member += "-of-another";
    refresh.before = &elsewhere;
    BOOST_TEST((read(token(), refresh).error() == id_token_errc::other_subject));
  }
}

BOOST_AUTO_TEST_SUITE_END()
