// tests/unit/access/access_verifier.cpp - tokens of Access become identities, or one refusal each
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/access/access_verifier.hpp>
#include <mcpawl/crypto/avx512_ifma_engine.hpp>

#include "access_fixture.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace auth_access_verifier {
namespace {

using namespace mcpawl;
using namespace mcpawl::detail;
using access_fixture::access;
using access_fixture::aud;
using access_fixture::code;
using access_fixture::team;
using test::forgery;

struct fixture {
  access_verifier verifier = make();
  static access_verifier make(bool service_tokens = false) {
    access_expectation expected(team, {"another", aud});
    expected.service_tokens = service_tokens;
    access_verifier made(std::move(expected));
    made.use(access_fixture::keys());
    return made;
  }
  result<access_identity> verify(std::string const& token) {
    return verifier.verify(token, access_fixture::time().wall());
  }
  result<access_identity> verify(test::access_token const& token) { return verify(access().sign(token)); }
  bool malformed(std::string const& token) { return verify(token).error() == condition::malformed; }
  error_code refusal(test::access_token const& token) {
    auto const verified = verify(token);
    return verified ? error_code() : verified.error();
  }
};

test::access_token alice() { return access().user("alice@example.com"); }
boost::json::value json(char const* text) { return boost::json::parse(text); }

}  // namespace

}  // namespace auth_access_verifier

BOOST_FIXTURE_TEST_SUITE(auth_access_verifier, fixture)

BOOST_AUTO_TEST_CASE(a_users_token_names_the_user) {
  auto const who = verify(alice());
  BOOST_REQUIRE(who.has_value());
  BOOST_CHECK((*who)->kind == access_kind::user);
  BOOST_TEST((*who)->email == "alice@example.com");
  BOOST_TEST((*who)->subject.size() == 36u);
  BOOST_TEST((*who)->issuer == team);
  BOOST_TEST((*who)->country == "NZ");
  BOOST_TEST((*who)->common_name == "");
  BOOST_TEST((*who)->groups.empty());
  BOOST_TEST((*who)->custom_json == "");
  BOOST_TEST((*who)->custom().empty());
  BOOST_TEST((*who)->issued_at == access_fixture::time().wall());
  BOOST_TEST((*who)->expires_at == access_fixture::time().wall() + 86'400);
}

BOOST_AUTO_TEST_CASE(the_previous_key_is_as_good_as_the_current_one) {
  BOOST_TEST(verify(alice().sign(access().previous_key())).has_value());
}

BOOST_AUTO_TEST_CASE(custom_claims_and_groups_are_handed_on) {
  auto const who = verify(alice()
                              .claim("custom", json(R"({"team":"a\"b","level":3})"))
                              .claim("groups", json(R"(["staff","admins",{"name":"fake"},7])")));
  BOOST_REQUIRE(who.has_value());
  BOOST_TEST((*who)->custom().at("team").as_string() == "a\"b");
  BOOST_TEST((*who)->custom().at("level").as_int64() == 3);
  std::vector<std::string> const groups{"staff", "admins"};
  BOOST_TEST((*who)->groups == groups, boost::test_tools::per_element());
  BOOST_TEST((*who)->in_group("staff"));
  BOOST_TEST(!(*who)->in_group("fake"));
}

BOOST_AUTO_TEST_CASE(groups_may_be_a_custom_claim) {
  auto const who = verify(alice().claim("custom", json(R"({"groups":["staff"]})")));
  BOOST_REQUIRE(who.has_value());
  BOOST_TEST((*who)->in_group("staff"));
  auto const both =
      verify(alice().claim("custom", json(R"({"groups":["staff"]})")).claim("groups", json("[]")));
  BOOST_TEST(!(*both.value()).in_group("staff"));
}

BOOST_AUTO_TEST_CASE(escaped_text_is_unescaped) {
  auto const who = verify(alice().claim("email", "a\"\\\n\xc3\xbc@example.com"));
  BOOST_TEST((*who)->email == "a\"\\\n\xc3\xbc@example.com");
}

BOOST_AUTO_TEST_CASE(a_null_claim_is_an_absent_one) {
  auto const who =
      verify(alice().claim("country", nullptr).claim("custom", nullptr).claim("groups", nullptr));
  BOOST_REQUIRE(who.has_value());
  BOOST_TEST((*who)->country == "");
  BOOST_TEST((*who)->custom_json == "");
}

BOOST_AUTO_TEST_CASE(a_claim_of_the_wrong_type_is_refused) {
  for (auto const* name : {"type", "email", "country", "common_name"})
    for (auto const* value : {"7", "[\"app\"]", "{}", "true"})
      BOOST_TEST(refusal(alice().claim(name, json(value))) == code(auth_errc::malformed_claim));
  BOOST_TEST(refusal(alice().claim("custom", "text")) == code(auth_errc::malformed_claim));
  BOOST_TEST(refusal(alice().claim("custom", json("[]"))) == code(auth_errc::malformed_claim));
  BOOST_TEST(refusal(alice().claim("sub", 7)) == code(jose::jose_errc::bad_subject));
}

BOOST_AUTO_TEST_CASE(only_application_tokens_are_accepted) {
  BOOST_TEST(verify(access().forge(forgery::organization)).error() ==
             code(auth_errc::not_an_application_token));
  BOOST_TEST(refusal(alice().without("type")) == code(auth_errc::not_an_application_token));
  BOOST_TEST(refusal(alice().claim("type", "App")) == code(auth_errc::not_an_application_token));
  BOOST_TEST(refusal(alice().claim("type", nullptr)) == code(auth_errc::not_an_application_token));
}

BOOST_AUTO_TEST_CASE(somebody_must_be_named) {
  BOOST_TEST(refusal(alice().without("sub")) == code(auth_errc::no_identity));
  BOOST_TEST(refusal(alice().claim("sub", "")) == code(auth_errc::no_identity));
  BOOST_TEST(refusal(alice().claim("sub", "").without("email")) == code(auth_errc::no_identity));
  BOOST_TEST(refusal(alice().without("email").claim("common_name", "robot.access")) ==
             code(auth_errc::no_identity));
}

BOOST_AUTO_TEST_CASE(users_without_an_email_are_users) {
  for (auto const& token : {access().end_user("5f0c"), alice().claim("sub", "5f0c").claim("email", nullptr),
                            alice().claim("sub", "5f0c").claim("email", "")}) {
    auto const who = verify(token);
    BOOST_REQUIRE(who.has_value());
    BOOST_CHECK((*who)->kind == access_kind::user);
    BOOST_TEST((*who)->subject == "5f0c");
    BOOST_TEST((*who)->email == "");
    BOOST_TEST((*who)->label() == "5f0c");
    BOOST_TEST(access_principal(**who) == "access-user https://acme.cloudflareaccess.com 5f0c");
  }
  // whether services are let in is another question, which an absent email does not answer
  BOOST_TEST(refusal(access().end_user("5f0c").claim("common_name", "robot.access")) ==
             code(auth_errc::no_identity));
}

BOOST_AUTO_TEST_CASE(a_token_of_access_has_a_kid) {
  BOOST_TEST(verify(alice().sign(access().current_key(), "")).error() == code(jose::jose_errc::no_kid));
}

BOOST_AUTO_TEST_CASE(service_tokens_are_refused_unless_allowed) {
  auto const token = access().service("robot.access");
  BOOST_TEST(refusal(token) == code(auth_errc::service_token_refused));

  auto allowing = make(true);
  auto const who = allowing.verify(access().sign(token), access_fixture::time().wall());
  BOOST_REQUIRE(who.has_value());
  BOOST_CHECK((*who)->kind == access_kind::service);
  BOOST_TEST((*who)->common_name == "robot.access");
  BOOST_TEST((*who)->email == "");
  BOOST_TEST((*who)->subject == "");
}

BOOST_AUTO_TEST_CASE(a_user_with_a_common_name_stays_a_user) {
  auto const who = verify(alice().claim("common_name", "alice's laptop"));
  BOOST_REQUIRE(who.has_value());
  BOOST_CHECK((*who)->kind == access_kind::user);
}

BOOST_AUTO_TEST_CASE(principals_never_meet) {
  auto allowing = make(true);
  auto const now = access_fixture::time().wall();
  auto const principal = [&](test::access_token const& token) {
    return access_principal(**allowing.verify(access().sign(token), now));
  };
  auto const user = principal(alice().claim("sub", "same"));
  BOOST_TEST(user == "access-user https://acme.cloudflareaccess.com same");
  BOOST_TEST(user == principal(access().user("other@example.com").claim("sub", "same")));
  BOOST_TEST(user != principal(alice().claim("sub", "same ")));
  BOOST_TEST(user != principal(access().service("same")));
  BOOST_TEST(principal(access().service("same")) == "access-service https://acme.cloudflareaccess.com same");
}

BOOST_AUTO_TEST_CASE(forgeries_are_refused_by_name) {
  auto const refused = [&](forgery how) { return verify(access().forge(how)).error(); };
  BOOST_TEST(refused(forgery::other_key) == code(jose::jose_errc::bad_signature));
  BOOST_TEST(refused(forgery::altered_payload) == code(jose::jose_errc::bad_signature));
  BOOST_TEST(refused(forgery::alg_none) == code(jose::jose_errc::malformed_token));
  BOOST_TEST(refused(forgery::hs256_with_certificate) == code(jose::jose_errc::unknown_algorithm));
  BOOST_TEST(refused(forgery::unknown_kid) == code(jose::jose_errc::unknown_kid));
  BOOST_TEST(refused(forgery::expired) == code(jose::jose_errc::expired));
  BOOST_TEST(refused(forgery::not_yet_valid) == code(jose::jose_errc::not_yet_valid));
  BOOST_TEST(refused(forgery::wrong_audience) == code(jose::jose_errc::wrong_audience));
  BOOST_TEST(refused(forgery::wrong_issuer) == code(jose::jose_errc::wrong_issuer));
}

BOOST_AUTO_TEST_CASE(alg_none_with_a_signature_is_refused_too) {
  auto token = alice();
  auto const key = access().current_key();
  auto const text = token.signing_input("none", key.kid());
  BOOST_TEST(verify(text + '.' + test::base64url(key.sign(text))).error() ==
             code(jose::jose_errc::unknown_algorithm));
  BOOST_TEST(refusal(alice().header("alg", "RS384")) == code(jose::jose_errc::algorithm_not_allowed));
}

BOOST_AUTO_TEST_CASE(the_audience_may_be_one_of_several_on_either_side) {
  BOOST_TEST(verify(alice().claim("aud", aud)).has_value());
  BOOST_TEST(verify(alice().claim("aud", json(R"(["x","another"])"))).has_value());
  BOOST_TEST(refusal(alice().claim("aud", json("[]"))) == code(jose::jose_errc::wrong_audience));
  BOOST_TEST(refusal(alice().claim("aud", "another,x")) == code(jose::jose_errc::wrong_audience));
  BOOST_TEST(refusal(alice().claim("aud", "anothe")) == code(jose::jose_errc::wrong_audience));
  BOOST_TEST(refusal(alice().without("aud")) == code(jose::jose_errc::no_audience));
}

BOOST_AUTO_TEST_CASE(the_issuer_is_compared_to_the_byte) {
  BOOST_TEST(refusal(alice().claim("iss", std::string(team) + "/")) == code(jose::jose_errc::wrong_issuer));
  BOOST_TEST(refusal(alice().claim("iss", "http://acme.cloudflareaccess.com")) ==
             code(jose::jose_errc::wrong_issuer));
  BOOST_TEST(refusal(alice().without("iss")) == code(jose::jose_errc::no_issuer));
}

BOOST_AUTO_TEST_CASE(expiry_is_to_the_second_and_the_beginning_has_leeway) {
  auto const now = access_fixture::time().wall();
  BOOST_TEST(verify(alice().claim("exp", now + 1)).has_value());
  BOOST_TEST(refusal(alice().claim("exp", now)) == code(jose::jose_errc::expired));
  BOOST_TEST(refusal(alice().without("exp")) == code(jose::jose_errc::no_expiry));
  BOOST_TEST(verify(alice().claim("nbf", now + 5)).has_value());
  BOOST_TEST(refusal(alice().claim("nbf", now + 6)) == code(jose::jose_errc::not_yet_valid));
  BOOST_TEST(verify(alice().without("nbf")).has_value());
}

BOOST_AUTO_TEST_CASE(garbage_is_refused) {
  BOOST_TEST(malformed(""));
  BOOST_TEST(malformed(".."));
  BOOST_TEST(verify("garbage").error() == code(jose::jose_errc::malformed_token));
  BOOST_TEST(verify(std::string(20'000, 'a')).error() == code(jose::jose_errc::token_too_large));
  BOOST_TEST(verify(access().sign(alice()) + "=").has_error());
}

BOOST_AUTO_TEST_CASE(a_token_with_many_groups_fits) {
  boost::json::array groups;
  for (int i = 0; i != 300; ++i) groups.emplace_back("group-number-" + std::to_string(i));
  auto const who = verify(alice().claim("groups", groups));
  BOOST_REQUIRE(who.has_value());
  BOOST_TEST((*who)->groups.size() == 300u);
}

BOOST_AUTO_TEST_CASE(keys_can_be_exchanged_and_taken_away) {
  auto const token = access().sign(alice());
  auto const now = access_fixture::time().wall();
  verifier.use(nullptr);
  BOOST_TEST(!verifier.has_keys());
  BOOST_TEST(verifier.verify(token, now).error() == code(jose::jose_errc::no_keys));
  verifier.use(access_fixture::keys_of("{\"keys\":[" + access().previous_key().jwk() + "]}"));
  BOOST_TEST(verifier.verify(token, now).error() == code(jose::jose_errc::unknown_kid));
  BOOST_TEST(verifier.last_kid() == access().current_key().kid());
  verifier.use(access_fixture::keys());
  BOOST_TEST(verifier.verify(token, now).has_value());
}

BOOST_AUTO_TEST_CASE(another_engine_makes_the_same_identities) {
  access_expectation const expected(team, {"another", aud});
  basic_access_verifier<avx512_ifma_engine> fast(expected);
  fast.use(access_fixture::keys());
  auto const now = access_fixture::time().wall();
  auto const who = fast.verify(access().sign(alice()), now);
  BOOST_REQUIRE(who.has_value());
  BOOST_TEST((*who)->email == "alice@example.com");
  BOOST_TEST(fast.verify(access().forge(forgery::other_key), now).error() ==
             code(jose::jose_errc::bad_signature));
  BOOST_TEST(fast.engines().size() == 2u);
}

BOOST_AUTO_TEST_CASE(expired_tokens_can_be_refused_before_their_signature) {
  access_expectation expected(team, {aud});
  expected.expiry_first = true;
  access_verifier early(expected);
  early.use(access_fixture::keys());
  auto const now = access_fixture::time().wall();
  BOOST_TEST(early.verify(access().sign(alice()), now).has_value());
  BOOST_TEST(early.verify(access().forge(forgery::expired), now).error() == code(jose::jose_errc::expired));
  BOOST_TEST(early.verify(access().forge(forgery::other_key), now).error() ==
             code(jose::jose_errc::bad_signature));
  BOOST_TEST(early.verify(access().forge(forgery::wrong_audience), now).error() ==
             code(jose::jose_errc::wrong_audience));
}

BOOST_AUTO_TEST_CASE(a_copy_verifies_by_itself) {
  access_verifier copy(verifier);
  verifier.use(nullptr);
  BOOST_TEST(copy.verify(access().sign(alice()), access_fixture::time().wall()).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
