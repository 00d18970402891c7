// tests/unit/transport/disconnect_watch.cpp - who leaves is noticed once, and who stays lets the watch be stopped
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/transport/disconnect_watch.hpp>

#include <boost/test/unit_test.hpp>

#include "../http/loopback.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <utility>

BOOST_AUTO_TEST_SUITE(transport_disconnect_watch)

using namespace mcpawl;
using namespace mcpawl::detail;
using namespace std::chrono_literals;

struct scene {
  std::atomic<int> left{0}, begun{0}, watched{0}, stopped{0}, seen_left{0};
  std::shared_ptr<async_event> go_on = std::make_shared<async_event>();
  http_test::server s{[this](http::exchange& ex) { return watch(*this, ex); }};

  static task<> watch(scene& self, http::exchange& ex) {
    auto const changed = std::make_shared<async_event>();
    auto on_left = [&self] { ++self.left; };
    auto const watch = std::make_shared<disconnect_watch>(ex, changed, std::move(on_left));
    // it watches once nothing has happened for a while
    ++self.begun;
    if (!co_await watch->wait(2 * disconnect_watch::unwatched)) ++self.watched;
    co_await self.go_on->wait();
    if (watch->left()) ++self.seen_left;
    co_await watch->stop();
    co_await watch->stop();
    ++self.stopped;
    http::response answer(204);
    co_await ex.respond(std::move(answer));
  }
};

BOOST_AUTO_TEST_CASE(a_client_that_stays_is_not_said_to_have_left_when_the_watch_stops) {
  scene x;
  auto c = x.s.connect();
  c.send(http_test::get);
  BOOST_TEST(x.s.eventually([&] { return x.watched == 1; }));
  x.go_on->notify();
  BOOST_TEST(c.read_answer().status == 204);
  BOOST_TEST(x.left == 0);
  BOOST_TEST(x.seen_left == 0);
  // the connection is as good as before
  c.send(http_test::get);
  BOOST_TEST(x.s.eventually([&] { return x.watched == 2; }));
  x.go_on->notify();
  BOOST_TEST(c.read_answer().status == 204);
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_is_told_of_once) {
  for (bool const by_reset : {false, true}) {
    scene x;
    auto c = x.s.connect();
    c.send(http_test::get);
    BOOST_TEST(x.s.eventually([&] { return x.watched == 1; }));
    if (by_reset)
      c.reset();
    else
      c.close();
    BOOST_TEST(x.s.eventually([&] { return x.left == 1; }));
    x.go_on->notify();
    BOOST_TEST(x.s.eventually([&] { return x.stopped == 1; }));
    BOOST_TEST(x.left == 1);
    BOOST_TEST(x.seen_left == 1);
  }
}

BOOST_AUTO_TEST_CASE(who_leaves_ends_the_wait) {
  scene x;
  auto c = x.s.connect();
  c.send(http_test::get);
  BOOST_TEST(x.s.eventually([&] { return x.begun == 1; }));
  c.close();
  x.go_on->notify();
  BOOST_TEST(x.s.eventually([&] { return x.stopped == 1; }));
  BOOST_TEST(x.left == 1);
  BOOST_TEST(x.watched == 0);
}

BOOST_AUTO_TEST_CASE(a_server_that_is_destroyed_while_it_watches_tells_nobody) {
  scene x;
  auto c = x.s.connect();
  c.send(http_test::get);
  BOOST_TEST(x.s.eventually([&] { return x.watched == 1; }));
  x.s.stop();
  BOOST_TEST(x.left == 0);
  BOOST_TEST(x.stopped == 0);
}

BOOST_AUTO_TEST_SUITE_END()
