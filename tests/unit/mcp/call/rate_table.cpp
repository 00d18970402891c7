// tests/unit/mcp/call/rate_table.cpp - rates against a simple model, and more callers than there is room for
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/mcp/call/rate_table.hpp>
#include <mcpawl/test/manual_clock.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace mcp_rate_table {

using namespace std::chrono_literals;
using mcpawl::detail::rate_table;
using mcpawl::test::manual_clock;

/** A bucket as one would write it down: so many drops, each of which comes back `interval` after the one before. */
struct bucket {
  std::uint32_t left = 0;
  rate_table::time_point since{};  ///< From when the next drop is counted; of a full bucket without meaning.

  bool take(std::uint32_t most, std::chrono::nanoseconds interval, rate_table::time_point now) {
    while (left < most && now - since >= interval) {
      ++left;
      since += interval;
    }
    if (left == 0) return false;
    if (left == most) since = now;
    --left;
    return true;
  }
};

}  // namespace mcp_rate_table

BOOST_AUTO_TEST_SUITE(mcp_rate_table)

using mcp_rate_table::bucket;

BOOST_AUTO_TEST_CASE(so_many_at_once_and_then_one_by_one) {
  manual_clock clock;
  rate_table rate(60, 1min);
  for (int i = 0; i != 60; ++i) BOOST_TEST(rate.take("alice", clock.steady()).count() == 0);
  BOOST_TEST((rate.take("alice", clock.steady()) == 1s));
  clock.advance(400ms);
  BOOST_TEST((rate.take("alice", clock.steady()) == 600ms));
  BOOST_TEST(rate.take("bob", clock.steady()).count() == 0);
  clock.advance(600ms);
  BOOST_TEST(rate.take("alice", clock.steady()).count() == 0);
  BOOST_TEST((rate.take("alice", clock.steady()) == 1s));
  clock.advance(24h);
  for (int i = 0; i != 60; ++i) BOOST_TEST(rate.take("alice", clock.steady()).count() == 0);
  BOOST_TEST(rate.take("alice", clock.steady()).count() > 0);
}

BOOST_AUTO_TEST_CASE(a_wait_that_is_told_is_long_enough_and_no_longer) {
  manual_clock clock;
  rate_table rate(3, 7s);  // 7 s have no third
  auto now = clock.steady();
  for (int round = 0; round != 100; ++round) {
    auto const wait = rate.take("alice", now);
    if (wait.count() == 0) continue;
    BOOST_TEST(rate.take("alice", now + wait - 1ns).count() > 0);
    now += wait;
    BOOST_TEST(rate.take("alice", now).count() == 0);
  }
}

BOOST_AUTO_TEST_CASE(it_is_the_bucket_of_the_model_over_a_million_steps) {
  std::mt19937 random(20260728);
  for (auto const& [calls, period] :
       {std::pair(5u, 1000ms), std::pair(1u, 100ms), std::pair(40u, 20'000ms)}) {
    manual_clock clock;
    rate_table rate(calls, period);
    std::map<std::string, bucket> model;
    std::size_t different = 0, taken = 0;
    for (int step = 0; step != 350'000; ++step) {
      clock.advance(std::chrono::milliseconds(random() % 8 == 0 ? random() % 300 : random() % 3));
      std::string const who(1, static_cast<char>('a' + random() % 7));
      auto const known = model.try_emplace(who, bucket{calls, {}}).first;
      bool const expected =
          known->second.take(calls, std::chrono::nanoseconds(period) / calls, clock.steady());
      bool const got = rate.take(who, clock.steady()).count() == 0;
      different += expected != got ? 1 : 0;
      taken += got ? 1 : 0;
    }
    BOOST_TEST(different == 0u);
    BOOST_TEST(taken > 1000u);
    BOOST_TEST(taken < 349'000u);
  }
}

BOOST_AUTO_TEST_CASE(a_million_callers_take_the_room_of_some_and_no_debt_is_forgiven) {
  manual_clock clock;
  rate_table rate(2, 1h);
  // these have used up what they have
  auto const debtor = [](int i) { return "debtor " + std::to_string(i); };
  for (int i = 0; i != 30'000; ++i) {
    rate.take(debtor(i), clock.steady());
    rate.take(debtor(i), clock.steady());
  }
  std::size_t let_in = 0;
  for (int i = 0; i != 1'000'000; ++i)
    let_in += rate.take("stranger " + std::to_string(i), clock.steady()).count() == 0 ? 1 : 0;
  BOOST_TEST(rate.size() == rate_table::default_max_callers);
  // who found room, and two who share the rate of one
  BOOST_TEST(let_in == rate_table::default_max_callers - 30'000 + 2);
  std::size_t forgiven = 0;
  for (int i = 0; i != 30'000; ++i) forgiven += rate.take(debtor(i), clock.steady()).count() == 0 ? 1 : 0;
  BOOST_TEST(forgiven == 0u);
}

BOOST_AUTO_TEST_CASE(who_owes_nothing_any_more_makes_room) {
  manual_clock clock;
  rate_table rate(1, 1s, 8);
  for (int i = 0; i != 8; ++i) rate.take(std::to_string(i), clock.steady());
  BOOST_TEST(rate.take("new", clock.steady()).count() == 0);   // shared
  BOOST_TEST(rate.take("other", clock.steady()).count() > 0);  // shared
  clock.advance(999ms);
  BOOST_TEST(rate.take("other", clock.steady()).count() > 0);
  clock.advance(1ms);
  for (int i = 0; i != 8; ++i)
    BOOST_TEST(rate.take("late " + std::to_string(i), clock.steady()).count() == 0);
  BOOST_TEST(rate.size() == 8u);
  for (int i = 0; i != 8; ++i) BOOST_TEST(rate.take("late " + std::to_string(i), clock.steady()).count() > 0);
}

BOOST_AUTO_TEST_CASE(callers_on_many_threads_get_no_more_than_they_may) {
  manual_clock clock;
  rate_table rate(1000, 1h);
  std::atomic<int> taken{0};
  std::vector<std::thread> threads;
  for (int t = 0; t != 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i != 1000; ++i) {
        if (rate.take("alice", clock.steady()).count() == 0) ++taken;
        rate.take(std::to_string(t * 1000 + i), clock.steady());
      }
    });
  for (auto& each : threads) each.join();
  BOOST_TEST(taken == 1000);
  BOOST_TEST(rate.size() == 4001u);
}

BOOST_AUTO_TEST_CASE(a_period_of_a_year_and_a_caller_of_any_name_are_no_matter) {
  manual_clock clock;
  rate_table rate(1'000'000'000, 366 * 24h);
  for (std::string const& who : {std::string(), std::string(1 << 20, 'x'), std::string("\0\0", 2)})
    BOOST_TEST(rate.take(who, clock.steady()).count() == 0);
  rate_table once(1, 366 * 24h);
  BOOST_TEST(once.take("", clock.steady()).count() == 0);
  BOOST_TEST((once.take("", clock.steady()) == 366 * 24h));
}

BOOST_AUTO_TEST_CASE(what_others_let_through_counts_even_if_it_is_too_much) {
  struct recorder final : mcpawl::detail::rate_peers {
    void called(rate_table const&, mcpawl::detail::caller_digest const& who) override { all.push_back(who); }
    std::vector<mcpawl::detail::caller_digest> all;
  };
  manual_clock clock;
  rate_table here(10, 10s), there(10, 10s);
  auto const told = std::make_shared<recorder>();
  here.share(told);
  there.share(std::make_shared<recorder>());
  BOOST_TEST(here.take("alice", clock.steady()).count() == 0);
  BOOST_TEST_REQUIRE(told->all.size() == 1u);
  there.count(told->all[0], 8, clock.steady());
  BOOST_TEST(there.take("alice", clock.steady()).count() == 0);
  BOOST_TEST(there.take("alice", clock.steady()).count() == 0);
  BOOST_TEST((there.take("alice", clock.steady()) == 1s));
  BOOST_TEST(there.take("bob", clock.steady()).count() == 0);
  there.count(told->all[0], 5, clock.steady());
  BOOST_TEST((there.take("alice", clock.steady()) == 6s));
  // who is refused is not told of
  for (int i = 0; i != 20; ++i) here.take("alice", clock.steady());
  BOOST_TEST(told->all.size() == 10u);
}

BOOST_AUTO_TEST_SUITE_END()
