// tests/unit/auth/full_identity.cpp - what Access answers about a caller, read
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/auth/full_identity.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

BOOST_AUTO_TEST_SUITE(auth_full_identity)

using namespace mcpawl;

BOOST_AUTO_TEST_CASE(the_answer_about_a_user_is_read) {
  auto const read = read_full_identity(
      R"({"id":"58493","name":"Ada","email":"ada@example.com","idp":{"id":"8c2e","type":"azureAD"},)"
      R"("groups":[{"id":"b9f1","name":"Finance-Team","email":"finance@example.com"},"plain",{"name":"no id"},7],)"
      R"("geo":{"country":"NZ"},"user_uuid":"7335d417","account_id":"699d","iat":1659474397,"ip":"203.0.113.7",)"
      R"("auth_status":"NONE","common_name":"","service_token_id":"","service_token_status":false,)"
      R"("is_warp":true,"is_gateway":true,"device_id":"f174","version":2,)"
      R"("devicePosture":{"check":{"type":"os_version","success":true}},"device_sessions":{}})");
  BOOST_TEST_REQUIRE(read.has_value());
  BOOST_TEST(read->email == "ada@example.com");
  BOOST_TEST(read->name == "Ada");
  BOOST_TEST(read->user_uuid == "7335d417");
  BOOST_TEST(read->country == "NZ");
  BOOST_TEST(read->idp_id == "8c2e");
  BOOST_TEST(read->idp_type == "azureAD");
  BOOST_TEST_REQUIRE(read->groups.size() == 2u);
  BOOST_TEST(read->groups[0].name == "Finance-Team");
  BOOST_TEST(read->groups[0].email == "finance@example.com");
  BOOST_TEST(read->in_group("b9f1"));
  BOOST_TEST(read->in_group("plain"));
  BOOST_TEST(!read->in_group("Finance-Team"));  // whoever may make groups may give one this name
  BOOST_TEST(!read->in_group(""));
  BOOST_TEST(read->members.at("is_warp").as_bool());
  BOOST_TEST(read->members.at("devicePosture").at("check").at("success").as_bool());
}

BOOST_AUTO_TEST_CASE(little_is_enough_if_it_names_somebody) {
  BOOST_TEST(read_full_identity(R"({"user_uuid":"7335"})").value().email == "");
  BOOST_TEST(read_full_identity(R"({"email":"a@b","idp":"x","geo":[],"groups":{}})").value().groups.empty());
  BOOST_TEST(read_full_identity(R"({"service_token_id":"robot.access","service_token_status":true})")
                 .value()
                 .service_token_id == "robot.access");
}

BOOST_AUTO_TEST_CASE(what_names_nobody_is_no_identity) {
  for (std::string_view text :
       {"", "null", "[]", "{}", "\"ada@example.com\"", "{\"email\":\"a@b\"", "<html></html>",
        R"({"err":"no session"})", R"({"email":7,"user_uuid":null})", R"({"email":""})"})
    BOOST_TEST_CONTEXT(text) {
      BOOST_TEST((read_full_identity(text).error() == full_identity_errc::not_an_identity));
    }
  BOOST_TEST(!read_full_identity(std::string(100'000, '[')).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
