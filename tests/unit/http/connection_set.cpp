// tests/unit/http/connection_set.cpp - counting, shedding and draining connections
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/http/connection_set.hpp>

#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include "loopback.hpp"

#include <atomic>
#include <memory>

BOOST_AUTO_TEST_SUITE(http_connection_set)

using namespace http_test;

namespace {

task<> slow(http::exchange& x) {
  boost::asio::steady_timer timer(x.executor(), 100ms);
  error_code ec;
  co_await http::detail::wait_for(timer, ec);
  co_await x.respond(http::response(202));
}

task<> forever(http::exchange& x) { co_await x.wait_disconnect(); }

void drain(server& s, std::chrono::milliseconds patience) {
  boost::asio::co_spawn(s.io(), s.set().drain(patience), boost::asio::use_future).get();
}

}  // namespace

BOOST_AUTO_TEST_CASE(connections_are_counted_while_they_live) {
  server s(slow);
  client a = s.connect(), b = s.connect();
  BOOST_TEST(s.eventually([&] { return s.set().size() == 2 && s.set().idle() == 2; }));
  a.send(get);
  BOOST_TEST(s.eventually([&] { return s.set().idle() == 1; }));
  BOOST_TEST(a.read_answer().status == 202);
  BOOST_TEST(s.eventually([&] { return s.set().idle() == 2; }));
  a.close();
  b.reset();
  BOOST_TEST(s.eventually([&] { return s.set().size() == 0 && s.set().total() == 0; }));
}

BOOST_AUTO_TEST_CASE(a_drain_closes_idle_connections_and_lets_answers_finish) {
  server s(slow);
  client idle = s.connect(), busy = s.connect();
  busy.send(get);
  BOOST_TEST(s.eventually([&] { return s.set().size() == 2 && s.set().idle() == 1; }));
  drain(s, 3s);
  BOOST_TEST(idle.at_end());
  auto const got = busy.read_answer();
  BOOST_TEST(got.status == 202);
  BOOST_TEST(got.field("Connection") == "close");
  BOOST_TEST(busy.at_end());
}

BOOST_AUTO_TEST_CASE(who_has_its_answer_and_does_not_close_is_not_cut) {
  server s(slow);
  client done = s.connect();
  done.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  BOOST_TEST(done.read_answer().status == 202);
  drain(s, 50ms);
  BOOST_TEST(s.set().cut() == 0U);
}

BOOST_AUTO_TEST_CASE(a_drain_hangs_up_on_what_does_not_finish) {
  server s(forever);
  client c = s.connect();
  c.send(get);
  BOOST_TEST(s.eventually([&] { return s.set().size() == 1 && s.set().idle() == 0; }));
  drain(s, 30ms);
  BOOST_TEST(c.at_end());
  BOOST_TEST(s.set().cut() == 1U);
  BOOST_TEST(s.on_thread([&] { return s.set().size(); }) == 0u);
}

BOOST_AUTO_TEST_CASE(a_drain_of_nothing_ends_at_once) {
  server s(slow);
  drain(s, 10s);
  BOOST_TEST(s.on_thread([&] { return s.set().draining(); }));
}

BOOST_AUTO_TEST_CASE(the_longest_idle_are_shed_first) {
  server s(echo);
  client a = s.connect(), b = s.connect();
  BOOST_TEST(a.ask(get).status == 200);
  BOOST_TEST(b.ask(get).status == 200);
  BOOST_TEST(a.ask(get).status == 200);
  BOOST_TEST(s.eventually([&] { return s.set().idle() == 2; }));
  BOOST_TEST(s.on_thread([&] { return s.set().shed(1); }) == 1u);
  BOOST_TEST(b.at_end());
  BOOST_TEST(a.ask(get).status == 200);
}

BOOST_AUTO_TEST_CASE(sets_that_share_a_counter_share_the_total) {
  auto const total = std::make_shared<std::atomic<std::size_t>>(7);
  http::connection_set one(total), two(total);
  BOOST_TEST(one.total() == 7u);
  ++*total;
  BOOST_TEST(two.total() == 8u);
  BOOST_TEST(two.size() == 0u);
}

BOOST_AUTO_TEST_CASE(a_drain_may_be_destroyed_while_it_waits) {
  server s(forever);
  client c = s.connect();
  c.send(get);
  BOOST_TEST(s.eventually([&] { return s.set().size() == 1 && s.set().idle() == 0; }));
  s.on_thread([&] {
    boost::asio::co_spawn(s.io(), s.set().drain(1h), boost::asio::detached);
    return true;
  });
  s.stop();  // the sanitizers judge
}

BOOST_AUTO_TEST_SUITE_END()
