// tests/unit/test/manual_clock.cpp - the clock moves only when told to
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/test/manual_clock.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>

BOOST_AUTO_TEST_SUITE(test_manual_clock)

BOOST_AUTO_TEST_CASE(both_clocks_advance_together) {
  using namespace std::chrono_literals;
  mcpawl::test::manual_clock clock(100);
  auto const before = clock.steady();
  clock.advance(2s);
  BOOST_TEST(clock.wall() == 102);
  BOOST_CHECK(clock.steady() - before == 2s);
}

BOOST_AUTO_TEST_CASE(small_steps_add_up) {
  mcpawl::test::manual_clock clock(100);
  for (int i = 0; i != 10; ++i) clock.advance(std::chrono::milliseconds(250));
  BOOST_TEST(clock.wall() == 102);
}

BOOST_AUTO_TEST_CASE(a_jump_moves_the_wall_clock_alone) {
  mcpawl::test::manual_clock clock(100);
  auto const before = clock.steady();
  clock.jump(5);
  BOOST_TEST(clock.wall() == 5);
  BOOST_CHECK(clock.steady() == before);
}

BOOST_AUTO_TEST_SUITE_END()
