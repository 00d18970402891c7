// tests/unit/test/fake_access.cpp - the stand-in is shaped like Access and signs what it publishes
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/test/fake_access.hpp>

#include "../access/access_fixture.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

BOOST_AUTO_TEST_SUITE(test_fake_access)

namespace {

using namespace mcpawl;
using access_fixture::access;

bool is_kid(std::string const& kid) {
  return kid.size() == 64 && kid.find_first_not_of("0123456789abcdef") == std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_certs_document_has_the_shape_of_access) {
  auto const document = boost::json::parse(access().certs());
  auto const& keys = document.at("keys").as_array();
  BOOST_REQUIRE(keys.size() == 2u);
  for (auto const& key : keys) {
    BOOST_TEST(key.as_object().size() == 6u);
    BOOST_TEST(is_kid(std::string(key.at("kid").as_string())));
    BOOST_TEST(key.at("kty").as_string() == "RSA");
    BOOST_TEST(key.at("alg").as_string() == "RS256");
    BOOST_TEST(key.at("use").as_string() == "sig");
    BOOST_TEST(key.at("e").as_string() == "AQAB");
    BOOST_TEST(key.at("n").as_string().size() == 342u);
  }
  BOOST_TEST(document.at("public_cert").at("kid") == keys[0].at("kid"));
  BOOST_TEST(document.at("public_certs").as_array().size() == 2u);
  BOOST_TEST(document.at("public_certs").as_array()[1].at("kid") == keys[1].at("kid"));
  BOOST_TEST(document.at("public_cert").at("cert").as_string().starts_with("-----BEGIN CERTIFICATE-----\n"));
}

BOOST_AUTO_TEST_CASE(a_users_claims_are_those_of_an_application_token) {
  auto const claims = access().user("alice@example.com").claims();
  BOOST_TEST(claims.size() == 10u);
  BOOST_TEST(claims.at("aud").as_array().size() == 1u);
  BOOST_TEST(claims.at("type").as_string() == "app");
  BOOST_TEST(claims.at("iss").as_string() == access_fixture::team);
  BOOST_TEST(claims.at("sub") == access().user("alice@example.com").claims().at("sub"));
  BOOST_TEST(claims.at("sub") != access().user("bob@example.com").claims().at("sub"));
}

BOOST_AUTO_TEST_CASE(a_services_claims_have_no_person) {
  auto const claims = access().service("robot.access").claims();
  BOOST_TEST(claims.at("sub").as_string() == "");
  BOOST_TEST(claims.at("common_name").as_string() == "robot.access");
  BOOST_TEST(!claims.contains("email"));
  BOOST_TEST(!claims.contains("nbf"));
}

BOOST_AUTO_TEST_CASE(rotating_keeps_the_current_key_for_one_more_turn) {
  test::fake_access own("https://a.example", "aud");
  auto const first = own.current_key();
  auto const before = own.previous_key();
  own.rotate();
  BOOST_TEST(own.previous_key().kid() == first.kid());
  BOOST_TEST(own.current_key().kid() != first.kid());
  auto const document = own.certs();
  BOOST_TEST(document.find(first.kid()) != std::string::npos);
  BOOST_TEST(document.find(before.kid()) == std::string::npos);
  BOOST_TEST(document.find(own.stranger_key().kid()) == std::string::npos);
}

BOOST_AUTO_TEST_CASE(expires_at_moves_all_dates_together) {
  auto token = access().user("alice@example.com");
  token.expires_at(1'000'000);
  BOOST_TEST(token.claims().at("exp").as_int64() == 1'000'000);
  BOOST_TEST(token.claims().at("iat").as_int64() == 1'000'000 - 86'400);
  BOOST_TEST(token.claims().at("nbf").as_int64() == 1'000'000 - 86'400);
}

BOOST_AUTO_TEST_SUITE_END()
