// tests/unit/test/make_identity.cpp - identities for tests are made by verification
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/test/make_identity.hpp>

#include "../access/access_fixture.hpp"

#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(test_make_identity)

BOOST_AUTO_TEST_CASE(users_and_services_can_be_made) {
  using namespace mcpawl;
  auto const& access = access_fixture::access();
  auto const alice = test::make_identity(access, access.user("alice@example.com"));
  BOOST_TEST(alice->email == "alice@example.com");
  auto const robot = test::make_identity(access, access.service("robot.access"));
  BOOST_CHECK(robot->kind == access_kind::service);
}

BOOST_AUTO_TEST_CASE(what_the_policy_would_refuse_cannot_be_made) {
  auto const& access = access_fixture::access();
  BOOST_CHECK_THROW(
      mcpawl::test::make_identity(access, access.user("alice@example.com").claim("type", "org")),
      boost::system::system_error);
}

BOOST_AUTO_TEST_SUITE_END()
