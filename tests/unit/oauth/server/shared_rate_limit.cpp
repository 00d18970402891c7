// tests/unit/oauth/server/shared_rate_limit.cpp - instances that share a store have one rate together
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/server/shared_rate_limit.hpp>

#include "../../../support/on_threads.hpp"
#include "../../store/await.hpp"

#include <mcpawl/store/memory_store.hpp>
#include <mcpawl/test/manual_clock.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <utility>

BOOST_AUTO_TEST_SUITE(oauth_shared_rate_limit)

using namespace std::chrono_literals;
using mcpawl::memory_store;
using mcpawl::store_write;
using mcpawl::oauth::shared_rate_limit;

namespace {

struct scene {
  mcpawl::test::manual_clock clock;
  memory_store store{memory_store::default_bytes, clock};

  shared_rate_limit limit(unsigned burst, std::chrono::milliseconds interval) {
    return {store, "rate/x", burst, interval, clock};
  }
  bool take(shared_rate_limit const& from) { return await(from.take()).value() != 0; }
  int take_all(shared_rate_limit const& from) {
    int out = 0;
    while (out != 1000 && take(from)) ++out;
    return out;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(three_instances_have_one_burst_and_one_rate, scene) {
  auto const a = limit(60, 1s), b = limit(60, 1s), c = limit(60, 1s);
  for (int i = 0; i != 20; ++i) BOOST_TEST((take(a) && take(b) && take(c)));
  for (auto const* each : {&a, &b, &c}) BOOST_TEST(!take(*each));
  clock.advance(10s);
  int after = 0;
  for (int i = 0; i != 10; ++i) after += take(a) + take(b) + take(c);
  BOOST_TEST(after == 10);
  clock.advance(24h * 365);
  BOOST_TEST(take_all(b) == 60);
}

BOOST_FIXTURE_TEST_CASE(nothing_is_left_in_the_store_when_the_bucket_is_full_again, scene) {
  auto const one = limit(3, 10s);
  BOOST_TEST(take_all(one) == 3);
  BOOST_TEST(await(store.get("rate/x")).value().has_value());
  clock.advance(31s);
  BOOST_TEST(!await(store.get("rate/x")).value().has_value());
  BOOST_TEST(take_all(one) == 3);
}

BOOST_FIXTURE_TEST_CASE(what_is_no_time_or_a_far_one_stops_nobody_for_long, scene) {
  auto const one = limit(5, 1s);
  for (std::string const& value :
       {std::string(), std::string("x"), std::string("-1"), std::string("99999999999999999999999")}) {
    store_write damaged("rate/x", value);
    BOOST_TEST(await(store.put(std::move(damaged))).has_value());
    BOOST_TEST(take_all(one) == 5, value);
  }
  // an instance whose clock is a year ahead
  store_write far("rate/x", std::to_string((clock.wall() + 31'536'000) * 1000));
  BOOST_TEST(await(store.put(std::move(far))).has_value());
  BOOST_TEST(!take(one));
  clock.advance(1s);
  BOOST_TEST(take(one));
  BOOST_TEST(!take(one));
  clock.advance(4s);
  BOOST_TEST(take_all(one) == 4);
}

BOOST_FIXTURE_TEST_CASE(whatever_the_numbers_are_nothing_overflows, scene) {
  BOOST_TEST(take_all(limit(0, 1s)) == 0);
  BOOST_TEST(take(limit(4'000'000'000u, std::chrono::hours(24 * 365))));
  store_write none("rate/x", "");
  BOOST_TEST(await(store.put(std::move(none))).has_value());
  BOOST_TEST(take_all(limit(1, std::chrono::milliseconds::max())) == 1);
}

BOOST_FIXTURE_TEST_CASE(no_more_than_there_are_are_given_out_to_many_at_once, scene) {
  auto const one = limit(40, 1h);
  std::atomic<int> got = 0;
  support::on_threads(8, [&](int) {
    for (int i = 0; i != 20; ++i) got += take(one);
  });
  int const rest = take_all(one);
  BOOST_TEST(got + rest == 40);
}

BOOST_AUTO_TEST_SUITE_END()
