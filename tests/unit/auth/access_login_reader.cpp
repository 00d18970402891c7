// tests/unit/auth/access_login_reader.cpp - what Access says at a login is what a tool sees of its caller, by way of
// the grant
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/auth/access_login_reader.hpp>
#include <mcpawl/auth/access_session.hpp>
#include <mcpawl/oauth/upstream/id_token.hpp>
#include <mcpawl/oauth/upstream/login_record.hpp>

#include "../access/access_fixture.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace access_login_reader_test {
namespace {

using namespace mcpawl;
using access_fixture::access;
using access_fixture::code;
using mcpawl::detail::access_session;
using oauth::id_token_errc;
using test::access_token;

struct fixture {
  std::string const issuer = "https://acme.cloudflareaccess.com/cdn-cgi/access/sso/oidc/us";
  unix_seconds const now = access_fixture::time().wall();
  oauth::id_token_verifier verifier{issuer, "us", std::chrono::seconds(30),
                                    std::make_shared<mcpawl::detail::access_login_reader const>()};

  fixture() { verifier.use(access_fixture::keys()); }

  access_token token() const {
    access_token made;
    made.claim("iss", issuer).claim("aud", "us").claim("sub", "1234").claim("email", "alice@example.com");
    return made.claim("name", "Alice").claim("iat", now).claim("exp", now + 60);
  }
  result<oauth::upstream_person> read(access_token const& from,
                                      oauth::upstream_person const* before = nullptr) {
    oauth::id_token_occasion at;
    at.before = before;
    return verifier.verify(access().sign(from), at, now);
  }
  error_code error_of(access_token const& from) {
    auto const done = read(from);
    return done ? error_code() : done.error();
  }
  static oauth::access_grant grant_of(oauth::upstream_person const& who) {
    oauth::upstream_login login;
    login.who = who;
    oauth::access_grant grant;
    grant.client_id = "client";
    grant.scope = oauth::scope_set{"read"};
    grant.expires = 4711;
    grant.props = oauth::props_of(login);
    return grant;
  }
  static access_identity identity(oauth::upstream_person const& who) {
    return access_session::open(grant_of(who), 0).value().who();
  }
  static error_code error_of_session(oauth::upstream_person const& who) {
    auto const opened = access_session::open(grant_of(who), 0);
    return opened ? error_code() : opened.error();
  }
  static boost::json::value json(char const* text) { return boost::json::parse(text); }
};

}  // namespace

}  // namespace access_login_reader_test

BOOST_FIXTURE_TEST_SUITE(access_login_reader_test, fixture)

BOOST_AUTO_TEST_CASE(what_the_token_says_is_what_the_identity_says) {
  auto const login = read(token()
                              .claim("country", "NZ")
                              .claim("groups", json(R"(["a",{"id":"b"},"c"])"))
                              .claim("custom", json(R"({"team":"red"})")))
                         .value();
  BOOST_TEST(login.profile.label == "alice@example.com");
  auto const who = identity(login);
  BOOST_TEST((who->kind == access_kind::user));
  BOOST_TEST(who->issuer == issuer);
  BOOST_TEST(who->subject == "1234");
  BOOST_TEST(who->email == "alice@example.com");
  BOOST_TEST(who->name == "Alice");
  BOOST_TEST(who->country == "NZ");
  BOOST_TEST(who->groups.size() == 2u);
  BOOST_TEST(who->in_group("c"));
  BOOST_TEST(who->custom().at("team").as_string() == "red");
  BOOST_TEST(who->issued_at == now);
  BOOST_TEST(who->expires_at == 4711);
  BOOST_TEST(who->client_id == "client");
  BOOST_TEST(who->has_scope("read"));
  BOOST_TEST(access_principal(*who) == "access-user " + issuer + " 1234");
  BOOST_TEST(identity(read(token().claim("custom", json(R"({"groups":["x"]})"))).value())->in_group("x"));
  BOOST_TEST(identity(read(token().without("name")).value())->name.empty());
}

BOOST_AUTO_TEST_CASE(without_an_email_the_subject_names_a_person) {
  for (bool const there : {false, true}) {
    auto const login = read(there ? token().claim("email", "") : token().without("email")).value();
    BOOST_TEST(login.profile.label == "Alice");
    BOOST_TEST(identity(login)->email == "");
    BOOST_TEST(identity(login)->subject == "1234");
  }
  BOOST_TEST(read(token().without("email").without("name")).value().profile.label == "1234");
}

BOOST_AUTO_TEST_CASE(claims_of_wrong_types_and_emails_that_are_not_verified_are_refused) {
  BOOST_TEST(error_of(token().claim("email_verified", false)) == code(id_token_errc::email_not_verified));
  BOOST_TEST(error_of(token().claim("email_verified", "false")) == code(id_token_errc::email_not_verified));
  BOOST_TEST(!error_of(token().claim("email_verified", true)));
  for (char const* name : {"email", "name", "country"})
    BOOST_TEST(error_of(token().claim(name, json("[1]"))) == code(id_token_errc::malformed_claim), name);
}

BOOST_AUTO_TEST_CASE(a_refresh_that_says_less_leaves_the_profile_as_it_was) {
  auto const before = read(token()).value();
  auto const moved = read(token().claim("name", "Alice Moved"), &before).value();
  BOOST_TEST(identity(moved)->name == "Alice Moved");
  auto const thin = read(token().without("email").without("name").claim("iat", now - 1), &before).value();
  BOOST_TEST(identity(thin)->name == "Alice");
  BOOST_TEST(identity(thin)->email == "alice@example.com");
  BOOST_TEST(thin.profile.label == "alice@example.com");
  BOOST_TEST(thin.issued_at == now - 1);

  auto const nameless = read(token().without("email")).value();  // whoever has no email is not known by less
  auto const later = token().without("email").claim("name", "Alice Moved").claim("groups", json(R"(["b"])"));
  BOOST_TEST(identity(read(later, &nameless).value())->name == "Alice Moved");
  BOOST_TEST(identity(read(later, &nameless).value())->in_group("b"));
}

BOOST_AUTO_TEST_CASE(attack_a_login_at_another_provider_makes_no_identity_of_access) {
  auto login = read(token()).value();
  BOOST_TEST(!error_of_session(login));
  login.reader = "staff";
  BOOST_TEST(error_of_session(login) == code(oauth::oauth_errc::bad_token));
}

BOOST_AUTO_TEST_CASE(a_profile_that_was_cut_is_damaged) {
  auto const whole = read(token()).value();
  for (std::size_t size = 0; size != whole.profile.bytes.size(); ++size) {
    auto cut = whole;
    cut.profile.bytes.resize(size);
    BOOST_TEST(error_of_session(cut) == code(oauth::oauth_errc::damaged_record), size);
  }
  auto longer = whole;
  longer.profile.bytes += 'x';
  BOOST_TEST(error_of_session(longer) == code(oauth::oauth_errc::damaged_record));
}

BOOST_AUTO_TEST_SUITE_END()
