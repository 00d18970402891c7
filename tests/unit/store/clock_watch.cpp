// tests/unit/store/clock_watch.cpp - when the wall clock is believed so far that something is deleted
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/store/clock_watch.hpp>
#include <mcpawl/test/manual_clock.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>

BOOST_AUTO_TEST_SUITE(store_clock_watch)

using namespace mcpawl;
using namespace std::chrono_literals;
using watch = detail::clock_watch;

BOOST_AUTO_TEST_CASE(a_step_within_the_tolerance_is_believed_and_one_more_is_not) {
  for (int const direction : {1, -1}) {
    test::manual_clock clock;
    watch watched(clock, watch::start::trusted);
    clock.jump(clock.wall() + direction * watch::tolerance);
    BOOST_TEST(watched.believes());
    clock.jump(clock.wall() + direction);
    BOOST_TEST(!watched.believes());
    clock.advance(3599s);
    BOOST_TEST(!watched.believes());
    clock.advance(1s);
    BOOST_TEST(watched.believes());
  }
}

BOOST_AUTO_TEST_CASE(what_is_older_than_the_process_waits_an_hour) {
  test::manual_clock clock;
  watch watched(clock, watch::start::on_probation);
  clock.advance(3599s);
  BOOST_TEST(!watched.believes());
  clock.advance(1s);
  BOOST_TEST(watched.believes());
}

BOOST_AUTO_TEST_CASE(a_clock_that_is_set_back_and_forth_is_not_believed) {
  test::manual_clock clock;
  watch watched(clock, watch::start::trusted);
  auto const right = clock.wall();
  clock.jump(right + 365 * 86'400);
  BOOST_TEST(!watched.believes());
  clock.jump(right);
  BOOST_TEST(!watched.believes());
}

BOOST_AUTO_TEST_CASE(it_may_run_for_years) {
  test::manual_clock clock;
  watch watched(clock, watch::start::trusted);
  clock.advance(std::chrono::hours{24 * 365 * 5});
  BOOST_TEST(watched.believes());
}

BOOST_AUTO_TEST_SUITE_END()
