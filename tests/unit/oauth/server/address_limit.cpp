// tests/unit/oauth/server/address_limit.cpp - so many at once for each client address
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/server/address_limit.hpp>
#include <mcpawl/test/manual_clock.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>

BOOST_AUTO_TEST_SUITE(oauth_address_limit)

using namespace mcpawl;
using namespace std::chrono_literals;
using oauth::address_limit;

BOOST_AUTO_TEST_CASE(each_address_has_its_own) {
  test::manual_clock clock;
  address_limit limit({3, 1000ms}, clock);
  for (int i = 0; i != 3; ++i) BOOST_TEST(limit.take("a"), i);
  BOOST_TEST(!limit.take("a"));
  BOOST_TEST(limit.take("b"));
  clock.advance(1s);
  BOOST_TEST(limit.take("a"));
  BOOST_TEST(!limit.take("a"));
  BOOST_TEST(limit.back_off().count() == 1);
}

BOOST_AUTO_TEST_CASE(who_is_not_known_is_not_counted_and_neither_is_anybody_without_an_interval) {
  test::manual_clock clock;
  address_limit limit({1, 1000ms}, clock), none({1, 0ms}, clock);
  for (int i = 0; i != 10; ++i) BOOST_TEST((limit.take("") && none.take("a")), i);
}

BOOST_AUTO_TEST_CASE(so_many_addresses_are_told_apart_and_the_others_share_one) {
  test::manual_clock clock;
  address_limit limit({1, 1000ms}, clock, 2);
  BOOST_TEST(limit.take("a"));
  BOOST_TEST(limit.take("b"));
  BOOST_TEST(limit.take("c"));
  BOOST_TEST(!limit.take("d"));
  // who has all of its share back is forgotten
  clock.advance(1s);
  BOOST_TEST(limit.take("d"));
  BOOST_TEST(limit.take("c"));
}

BOOST_AUTO_TEST_SUITE_END()
