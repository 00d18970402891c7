// tests/unit/keys/key_follower.cpp - keys are fetched once, kept through every fault, and by whichever thread
// lives
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/keys/key_follower.hpp>

#include "loopback_fixture.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace auth_key_follower {
namespace {

using namespace mcpawl;
using namespace mcpawl::detail;
using namespace std::chrono_literals;
using namespace loopback_fixture;
using test::certs_fault;

struct fixture {
  watched_server server;
  journal log;
  boost::asio::io_context context{1};

  std::shared_ptr<key_source> source_of(key_timing timing) {
    auto url = *http::origin_url::parse(server.team_domain() + "/cdn-cgi/access/certs");
    return std::make_shared<key_source>(std::move(url), mcpawl::clock::system(), timing);
  }
  static http::tls_trust trust() {
    static auto const loaded = *http::tls_trust::system();
    return loaded;
  }
  key_follower follow(std::shared_ptr<key_source> const& source) {
    key_follower made(source, trust());
    made.attach(context.get_executor(), log.logger());
    return made;
  }
  /** A source whose keys were fetched. */
  std::shared_ptr<key_source> warm(key_timing timing) {
    auto source = source_of(timing);
    auto follower = follow(source);
    run_until(context, [&] { return follower.keys() != nullptr; });
    return source;
  }
};

/** Any fetch is allowed at any time, and none happens by itself. */
key_timing eager() {
  key_timing timing = hasty();
  timing.cool_down = 0ms;
  timing.first_backoff = timing.max_backoff = 0ms;
  return timing;
}

}  // namespace

}  // namespace auth_key_follower

BOOST_FIXTURE_TEST_SUITE(auth_key_follower, fixture)

BOOST_AUTO_TEST_CASE(attaching_fetches_the_keys_once) {
  auto follower = follow(source_of(quiet()));
  BOOST_TEST(!follower.keys());
  run_until(context, [&] { return follower.keys() != nullptr; });
  BOOST_TEST(follower.keys()->find(server->current_key().kid()) != nullptr);
  BOOST_TEST(follower.keys()->find(server->previous_key().kid()) != nullptr);
  for (int i = 0; i != 5; ++i) follower.keys();
  BOOST_TEST(server.fetches() == 1);
  BOOST_TEST(log.has("keys_fetched"));
  BOOST_TEST(log.has("usable=2"));
}

BOOST_AUTO_TEST_CASE(a_cold_outage_leaves_nobody_waiting) {
  server.fault(certs_fault::error_with_keys);
  auto follower = follow(source_of(quiet()));
  run_until(context, [&] { return follower.source().failing(); });
  BOOST_TEST(!follower.keys());
  for (int i = 0; i != 50; ++i)
    BOOST_CHECK(run(context, follower.renew(key_want::any_key)) == key_outcome::not_now);
  BOOST_TEST(server.fetches() == 1);
  BOOST_TEST(log.has("serving=nobody"));
}

BOOST_AUTO_TEST_CASE(an_outage_ends_without_a_request) {
  server.fault(certs_fault::down);
  key_timing timing = quiet();
  timing.first_backoff = timing.max_backoff = 20ms;
  auto follower = follow(source_of(timing));
  run_until(context, [&] { return server.fetches() >= 3; });
  BOOST_TEST(!follower.keys());
  server.fault(certs_fault::none);
  run_until(context, [&] { return follower.keys() != nullptr; });
}

BOOST_AUTO_TEST_CASE(keys_are_renewed_in_the_background) {
  key_timing timing = quiet();
  timing.refresh = 30ms;
  auto follower = follow(source_of(timing));
  run_until(context, [&] { return follower.keys() != nullptr; });
  auto const first = follower.keys();
  run_until(context, [&] { return server.fetches() >= 3; });
  BOOST_TEST(follower.keys() == first);  // the same document is not parsed again
  server->rotate();
  auto const kid = server->current_key().kid();
  run_until(context, [&] { return follower.keys()->find(kid) != nullptr; });
}

BOOST_AUTO_TEST_CASE(forty_requests_share_one_flight) {
  server.fault(certs_fault::slow);
  auto follower = follow(source_of(quiet()));
  std::array<std::optional<key_outcome>, 40> outcomes;
  for (auto& outcome : outcomes) start(context, follower.renew(key_want::any_key), outcome);
  run_until(context, [&] {
    for (auto const& outcome : outcomes)
      if (!outcome) return false;
    return true;
  });
  for (auto const& outcome : outcomes) BOOST_CHECK(*outcome == key_outcome::ended);
  BOOST_TEST(follower.keys() != nullptr);
  BOOST_TEST(server.fetches() == 1);
}

BOOST_AUTO_TEST_CASE(three_hundred_unknown_kids_cost_one_fetch) {
  auto follower = follow(warm(quiet()));
  int landed = 0;
  for (int i = 0; i != 300; ++i)
    landed += run(context, follower.renew(key_want::unknown_kid)) == key_outcome::ended;
  BOOST_TEST(landed == 1);
  BOOST_TEST(server.fetches() == 2);
}

BOOST_AUTO_TEST_CASE(a_withdrawn_request_does_not_stop_the_fetch) {
  server.fault(certs_fault::slow);
  auto follower = follow(source_of(quiet()));
  std::optional<key_outcome> stays, leaves;
  boost::asio::cancellation_signal signal;
  bool gone = false;
  auto ended = boost::asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr) { gone = true; });
  boost::asio::co_spawn(context, keep(follower.renew(key_want::any_key), leaves), std::move(ended));
  start(context, follower.renew(key_want::any_key), stays);
  run_until(context, [&] { return server.fetches() == 1; });
  signal.emit(boost::asio::cancellation_type::terminal);
  run_until(context, [&] { return gone; });
  BOOST_TEST(!stays.has_value());
  run_until(context, [&] { return stays.has_value(); });
  BOOST_TEST(!leaves.has_value());
  BOOST_TEST(follower.keys() != nullptr);
  BOOST_TEST(server.fetches() == 1);
}

BOOST_AUTO_TEST_CASE(a_follower_that_dies_takes_its_fetch_along) {
  server.fault(certs_fault::hang);
  key_timing timing = quiet();
  timing.fetch_timeout = 60s;
  auto const source = source_of(timing);
  std::optional<key_follower> follower;
  follower.emplace(source, trust());
  follower->attach(context.get_executor(), log.logger());
  std::array<std::optional<key_outcome>, 5> outcomes;
  for (auto& outcome : outcomes) start(context, follower->renew(key_want::any_key), outcome);
  run_until(context, [&] { return server.fetches() == 1; });
  follower.reset();
  context.restart();
  context.run_for(5s);  // returns when nothing is left to do
  BOOST_TEST(context.stopped());
  for (auto const& outcome : outcomes) {
    BOOST_REQUIRE(outcome.has_value());
    BOOST_CHECK(*outcome == key_outcome::stopping);
  }
  BOOST_TEST(!source->failing());
  BOOST_TEST(source->ended() == 1u);
}

BOOST_AUTO_TEST_CASE(a_context_that_dies_leaves_nothing_dangling) {
  server.fault(certs_fault::hang);
  auto const source = source_of(quiet());
  key_follower follower(source, trust());
  std::array<std::optional<key_outcome>, 5> outcomes;
  {
    boost::asio::io_context mortal(1);
    follower.attach(mortal.get_executor(), log.logger());
    for (auto& outcome : outcomes) start(mortal, follower.renew(key_want::any_key), outcome);
    run_until(mortal, [&] { return server.fetches() == 1; });
  }
  for (auto const& outcome : outcomes) BOOST_TEST(!outcome.has_value());
  BOOST_TEST(source->ended() == 1u);
  BOOST_TEST(!source->failing());
  BOOST_TEST(!follower.keys());

  server.fault(certs_fault::none);
  follower.attach(context.get_executor(), log.logger());  // the server starts again
  run_until(context, [&] { return follower.keys() != nullptr; });
}

BOOST_AUTO_TEST_CASE(a_context_that_never_ran_is_no_trouble) {
  boost::asio::io_context idle(1);
  key_follower follower(source_of(quiet()), trust());
  follower.attach(idle.get_executor(), log.logger());
  std::optional<key_outcome> outcome;
  start(idle, follower.renew(key_want::any_key), outcome);
}

BOOST_AUTO_TEST_CASE(another_thread_takes_over_the_flight_of_a_dead_one) {
  server.fault(certs_fault::hang);
  key_timing timing = quiet();
  timing.fetch_timeout = 60s;
  auto const source = source_of(timing);
  key_follower first(source, trust());
  auto second = key_follower(first);
  std::optional<key_outcome> outcome;
  {
    boost::asio::io_context mortal(1);
    first.attach(mortal.get_executor(), log.logger());
    run_until(mortal, [&] { return server.fetches() == 1; });
    second.attach(context.get_executor(), log.logger());
    start(context, second.renew(key_want::any_key), outcome);
    context.restart();
    context.run_for(30ms);
    BOOST_TEST(!outcome.has_value());
    BOOST_TEST(server.fetches() == 1);
    server.fault(certs_fault::none);
  }
  run_until(context, [&] { return outcome.has_value(); });
  BOOST_TEST(second.keys() != nullptr);
  BOOST_TEST(server.fetches() == 2);
}

BOOST_AUTO_TEST_CASE(two_threads_share_one_flight_and_its_keys) {
  server.fault(certs_fault::slow);
  auto const source = source_of(quiet());
  key_follower const origin(source, trust());
  auto const work = [&] {
    boost::asio::io_context own(1);
    key_follower mine(origin);
    mine.attach(own.get_executor(), log.logger());
    std::array<std::optional<key_outcome>, 20> outcomes;
    for (auto& outcome : outcomes) start(own, mine.renew(key_want::any_key), outcome);
    auto const end = std::chrono::steady_clock::now() + 10s;
    while (!mine.keys() && std::chrono::steady_clock::now() < end) own.run_one_for(5ms);
    own.run_for(50ms);
    int landed = 0;
    for (auto const& outcome : outcomes) landed += outcome == key_outcome::ended;
    return landed == 20 && mine.keys() != nullptr;
  };
  bool good[2] = {false, false};
  std::thread one([&] { good[0] = work(); });
  std::thread two([&] { good[1] = work(); });
  one.join();
  two.join();
  BOOST_TEST(good[0]);
  BOOST_TEST(good[1]);
  BOOST_TEST(server.fetches() == 1);
}

BOOST_AUTO_TEST_CASE(threads_come_and_go_while_keys_are_renewed) {
  key_timing timing = eager();
  timing.refresh = 1ms;
  auto const source = source_of(timing);
  key_follower const origin(source, trust());
  auto const work = [&] {
    for (int i = 0; i != 15; ++i) {
      boost::asio::io_context own(1);
      key_follower mine(origin);
      mine.attach(own.get_executor(), logger::none());
      std::optional<key_outcome> outcome;
      start(own, mine.renew(key_want::unknown_kid), outcome);
      own.run_for(7ms);  // and die in the middle of whatever was going on
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i != 3; ++i) threads.emplace_back(work);
  for (auto& thread : threads) thread.join();
  auto last = follow(source);
  run_until(context, [&] { return last.keys() != nullptr; });
}

BOOST_AUTO_TEST_SUITE_END()
