// tests/unit/oauth/server/rate_limit.cpp - so many at once, and so many an hour
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/server/rate_limit.hpp>
#include <mcpawl/test/manual_clock.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

BOOST_AUTO_TEST_SUITE(oauth_rate_limit)

using namespace std::chrono_literals;
using mcpawl::oauth::rate_limit;

BOOST_AUTO_TEST_CASE(a_burst_and_then_one_for_each_interval) {
  mcpawl::test::manual_clock clock;
  rate_limit limit(3, 1000ms, clock);
  for (int i = 0; i != 3; ++i) BOOST_TEST(limit.take());
  BOOST_TEST(!limit.take());
  clock.advance(999ms);
  BOOST_TEST(!limit.take());
  clock.advance(1ms);
  BOOST_TEST(limit.take());
  BOOST_TEST(!limit.take());
  BOOST_CHECK(limit.back_off() == 1s);
}

BOOST_AUTO_TEST_CASE(what_is_not_used_does_not_add_up) {
  mcpawl::test::manual_clock clock;
  rate_limit limit(2, 10ms, clock);
  clock.advance(24h * 365);
  BOOST_TEST(limit.take());
  BOOST_TEST(limit.take());
  BOOST_TEST(!limit.take());
}

BOOST_AUTO_TEST_CASE(the_rest_of_an_interval_counts_for_the_next) {
  mcpawl::test::manual_clock clock;
  rate_limit limit(1, 1000ms, clock);
  BOOST_TEST(limit.take());
  clock.advance(1900ms);
  BOOST_TEST(limit.take());
  clock.advance(100ms);
  BOOST_TEST(limit.take());
}

BOOST_AUTO_TEST_CASE(none_and_no_limit) {
  mcpawl::test::manual_clock clock;
  rate_limit none(0, 1000ms, clock);
  clock.advance(1h);
  BOOST_TEST(!none.take());
  rate_limit endless(1, 0ms, clock);
  for (int i = 0; i != 100; ++i) BOOST_TEST(endless.take());
}

BOOST_AUTO_TEST_CASE(threads_share_it) {
  mcpawl::test::manual_clock clock;
  rate_limit limit(100, 1h, clock);
  std::atomic<int> taken{0};
  std::vector<std::thread> all;
  for (int i = 0; i != 4; ++i)
    all.emplace_back([&] {
      for (int n = 0; n != 100; ++n) taken += limit.take();
    });
  for (auto& each : all) each.join();
  BOOST_TEST(taken == 100);
}

BOOST_AUTO_TEST_SUITE_END()
