// tests/unit/keys/key_source.cpp - the rules of when keys are fetched, without fetching any
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/keys/key_source.hpp>

#include "../access/access_fixture.hpp"
#include "../store/await.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

namespace auth_key_source {
namespace {

using namespace mcpawl;
using namespace mcpawl::detail;
using namespace std::chrono_literals;

struct fixture {
  test::manual_clock clock;
  std::shared_ptr<key_source> make(key_timing timing) {
    return std::make_shared<key_source>(*http::origin_url::parse("https://a.example/certs"), clock, timing);
  }
  std::shared_ptr<key_source> source = make(steady());
  key_view view;

  static key_timing steady() {
    key_timing timing;
    timing.jitter_percent = 0;
    return timing;
  }
  bool may(key_want want) { return source->ask(want).lease.has_value(); }
  void succeed(key_want want = key_want::renewal) {
    auto asked = source->ask(want);
    BOOST_REQUIRE(asked.lease.has_value());
    asked.lease->succeed(access_fixture::keys(), "document");
  }
  std::chrono::milliseconds fail(key_want want = key_want::renewal) {
    auto asked = source->ask(want);
    BOOST_REQUIRE(asked.lease.has_value());
    return asked.lease->fail();
  }
};

}  // namespace

}  // namespace auth_key_source

BOOST_FIXTURE_TEST_SUITE(auth_key_source, fixture)

BOOST_AUTO_TEST_CASE(a_new_source_is_due_and_has_nothing) {
  source->follow(view);
  BOOST_TEST(!view.keys);
  BOOST_TEST(!source->fresh(view, clock.steady()));
  BOOST_TEST(source->due(clock.steady()));
  BOOST_TEST(source->generation() == 0u);
}

BOOST_AUTO_TEST_CASE(there_is_one_flight_at_a_time) {
  auto first = source->ask(key_want::any_key);
  BOOST_REQUIRE(first.lease.has_value());
  BOOST_TEST(!source->due(clock.steady()));
  for (auto want : {key_want::renewal, key_want::any_key, key_want::unknown_kid}) {
    auto const second = source->ask(want);
    BOOST_TEST(!second.lease.has_value());
    BOOST_TEST(second.wait);
    BOOST_TEST(second.seen == source->ended());
  }
  first.lease->succeed(access_fixture::keys(), "document");
  BOOST_TEST(source->ended() == first.seen + 1);
  BOOST_TEST(source->fetches() == 1u);
}

BOOST_AUTO_TEST_CASE(keys_reach_every_follower) {
  succeed();
  source->follow(view);
  BOOST_REQUIRE(view.keys);
  BOOST_TEST(view.keys->keys().size() == 2u);
  BOOST_TEST(view.generation == 1u);
  BOOST_TEST(source->same_document("document") == view.keys);
  BOOST_TEST(!source->same_document("another"));
}

BOOST_AUTO_TEST_CASE(a_renewal_waits_for_its_time) {
  succeed();
  BOOST_TEST(!may(key_want::renewal));
  clock.advance(10min - 1ms);
  BOOST_TEST(!source->due(clock.steady()));
  BOOST_TEST(!may(key_want::renewal));
  clock.advance(1ms);
  BOOST_TEST(source->due(clock.steady()));
  BOOST_TEST(may(key_want::renewal));
}

BOOST_AUTO_TEST_CASE(jitter_only_shortens_the_interval) {
  key_timing timing;
  timing.jitter_percent = 50;
  for (int i = 0; i != 50; ++i) {
    source = make(timing);
    succeed();
    auto const until = source->until_due(clock.steady());
    BOOST_CHECK(until <= 10min);
    BOOST_CHECK(until >= 5min);
  }
}

BOOST_AUTO_TEST_CASE(unknown_kids_cause_one_flight_per_cool_down) {
  succeed();
  succeed(key_want::unknown_kid);
  for (int i = 0; i != 300; ++i) BOOST_REQUIRE(!may(key_want::unknown_kid));
  clock.advance(30s - 1ms);
  BOOST_TEST(!may(key_want::unknown_kid));
  clock.advance(1ms);
  BOOST_TEST(may(key_want::unknown_kid));
}

BOOST_AUTO_TEST_CASE(a_failure_backs_off_and_doubles) {
  auto expected = 1000ms;
  for (int i = 0; i != 10; ++i) {
    BOOST_CHECK(fail(key_want::any_key) == expected);
    BOOST_TEST(source->failing());
    BOOST_CHECK(source->back_off() == expected);
    for (auto want : {key_want::renewal, key_want::any_key, key_want::unknown_kid}) BOOST_TEST(!may(want));
    clock.advance(expected - 1ms);
    BOOST_TEST(!may(key_want::any_key));
    clock.advance(1ms);
    expected = std::min(expected * 2, 60'000ms);
  }
  succeed(key_want::any_key);
  BOOST_TEST(!source->failing());
  BOOST_CHECK(source->back_off() == 0ms);
  clock.advance(10min);
  BOOST_CHECK(fail() == 1000ms);
}

BOOST_AUTO_TEST_CASE(keys_serve_on_through_an_outage_and_then_no_more) {
  succeed();
  clock.advance(10min);
  fail();
  source->follow(view);
  BOOST_TEST(source->fresh(view, clock.steady()));
  clock.advance(24h - 10min - 1ms);
  BOOST_TEST(source->fresh(view, clock.steady()));
  clock.advance(1ms);
  BOOST_TEST(!source->fresh(view, clock.steady()));
}

BOOST_AUTO_TEST_CASE(an_abandoned_flight_is_neither_success_nor_failure) {
  auto const before = source->ended();
  {
    auto const asked = source->ask(key_want::unknown_kid);
  }
  BOOST_TEST(source->ended() == before + 1);
  BOOST_TEST(!source->failing());
  BOOST_TEST(may(key_want::unknown_kid));
}

BOOST_AUTO_TEST_CASE(a_flight_ends_once) {
  auto asked = source->ask(key_want::renewal);
  asked.lease->succeed(access_fixture::keys(), "document");
  BOOST_CHECK(asked.lease->fail() == 0ms);
  BOOST_TEST(!source->failing());
  asked.lease.reset();
  BOOST_TEST(source->ended() == 1u);
}

BOOST_AUTO_TEST_CASE(a_jump_of_the_wall_clock_changes_nothing) {
  succeed();
  clock.jump(0);
  source->follow(view);
  BOOST_TEST(source->fresh(view, clock.steady()));
  BOOST_TEST(!source->due(clock.steady()));
}

BOOST_AUTO_TEST_CASE(each_thread_is_notified_of_every_end_of_a_fetch) {
  auto const one = std::make_shared<async_event>(), two = std::make_shared<async_event>();
  source->notify_ended(one);
  source->notify_ended(two);
  auto const notified = [](std::shared_ptr<async_event> const& event) { return await(event->wait(0ms)); };
  BOOST_TEST(!notified(one));
  succeed();
  BOOST_TEST(notified(one));
  BOOST_TEST(notified(two));
  BOOST_TEST(!notified(one));
  {
    auto const abandoned = source->ask(key_want::unknown_kid);
  }
  BOOST_TEST(notified(one));
  fail(key_want::unknown_kid);
  BOOST_TEST(notified(one));
  BOOST_TEST(notified(two));
}

BOOST_AUTO_TEST_CASE(a_thread_that_is_gone_is_not_notified) {
  auto one = std::make_shared<async_event>();
  std::weak_ptr<async_event> const alive = one;
  source->notify_ended(one);
  one.reset();
  BOOST_TEST(alive.expired());
  BOOST_CHECK_NO_THROW(succeed());
}

BOOST_AUTO_TEST_SUITE_END()
