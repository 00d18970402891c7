// tests/unit/transport/event_stream.cpp - the messages of a log as events, until it ends or somebody leaves
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/transport/event_stream.hpp>

#include <boost/test/unit_test.hpp>

#include "../http/loopback.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>

BOOST_AUTO_TEST_SUITE(transport_event_stream)

using namespace mcpawl;
using namespace mcpawl::detail;
using namespace std::chrono_literals;

/** A server that writes one log to whoever asks. */
struct scene {
  std::shared_ptr<event_log> log = std::make_shared<event_log>(event_log::retention::keep);
  event_style style;
  std::uint64_t after = 0;
  std::atomic<bool> allowed{true};
  std::atomic<int> questions{0}, over{0};
  std::optional<http_test::server> s;

  scene() { style.keep_alive = 60s; }
  http_test::client ask() {
    if (!s) s.emplace([this](http::exchange& ex) { return answer(*this, ex); });
    auto c = s->connect();
    c.send(http_test::get);
    return c;
  }
  static task<> answer(scene& self, http::exchange& ex) {
    auto const changed = std::make_shared<async_event>();
    log_reader reader(self.log, changed);
    http::response head(200);
    bool const begun = co_await ex.start_events(std::move(head));
    if (begun) co_await write_events_watched(ex, reader, changed, self.style, self.after);
    ++self.over;
  }
  static task<bool> may_listen(scene& self) {
    ++self.questions;
    co_return self.allowed.load();
  }
  bool read_by_somebody() {
    return s->eventually([this] { return log->being_read(); });
  }
};

BOOST_AUTO_TEST_CASE(an_empty_log_that_ended_is_an_empty_stream) {
  scene x;
  x.log->finish();
  auto const got = x.ask().read_answer();
  BOOST_TEST(got.status == 200);
  BOOST_TEST(got.body.empty());
}

BOOST_AUTO_TEST_CASE(messages_are_events_in_their_order_from_the_one_after_the_last) {
  scene x;
  for (char const* text : {"one", "two", "three"}) x.log->append(text);
  x.log->finish();
  BOOST_TEST(x.ask().read_answer().body ==
             "event: message\ndata: one\n\nevent: message\ndata: two\n\nevent: message\ndata: three\n\n");
  x.after = 2;
  BOOST_TEST(x.ask().read_answer().body == "event: message\ndata: three\n\n");
  x.after = 3;
  BOOST_TEST(x.ask().read_answer().body.empty());
}

BOOST_AUTO_TEST_CASE(a_named_stream_has_ids_and_says_first_when_to_come_back) {
  scene x;
  x.style.name = "c1";
  x.style.retry = 250ms;
  x.log->append("one");
  x.log->finish();
  BOOST_TEST(x.ask().read_answer().body ==
             "id: c1-0\nretry: 250\ndata: \n\nevent: message\nid: c1-1\ndata: one\n\n");
}

BOOST_AUTO_TEST_CASE(what_comes_later_is_written_when_it_comes) {
  scene x;
  auto c = x.ask();
  BOOST_TEST(x.read_by_somebody());
  std::thread other([&] { x.log->append("later"); });
  c.read_until("data: later\n\n");
  other.join();
  x.log->finish();
  BOOST_TEST(c.read_until("0\r\n\r\n").ends_with("0\r\n\r\n"));
}

BOOST_AUTO_TEST_CASE(while_there_is_nothing_to_say_it_is_kept_alive) {
  scene x;
  x.style.keep_alive = 10ms;
  auto c = x.ask();
  c.read_until(": keep-alive\n\n");
  BOOST_TEST(c.read_until(": keep-alive\n\n").find("event:") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(another_reader_ends_the_first_stream_properly) {
  scene x;
  auto first = x.ask();
  BOOST_TEST(x.read_by_somebody());
  first.read_until("\r\n\r\n");
  auto second = x.ask();
  BOOST_TEST(first.read_until("0\r\n\r\n") == "0\r\n\r\n");
  x.log->append("for the second");
  x.log->finish();
  BOOST_TEST(second.read_answer().body == "event: message\ndata: for the second\n\n");
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_ends_it) {
  scene x;
  auto c = x.ask();
  BOOST_TEST(x.read_by_somebody());
  c.close();
  BOOST_TEST(x.s->eventually([&] { return x.over == 1 && !x.log->being_read(); }));
}

BOOST_AUTO_TEST_CASE(a_client_that_may_listen_no_longer_gets_no_more) {
  scene x;
  x.style.may_listen = [&x] { return scene::may_listen(x); };
  x.style.check_every = 5ms;
  auto c = x.ask();
  BOOST_TEST(x.read_by_somebody());
  BOOST_TEST(x.s->eventually([&] { return x.questions > 1; }));
  x.log->append("while it may");
  c.read_until("while it may");
  x.allowed = false;
  BOOST_TEST(x.s->eventually([&] { return x.over == 1; }));
  x.log->append("after it might");
  BOOST_TEST(c.read_until("0\r\n\r\n").find("after it might") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_busy_stream_asks_whether_its_client_may_listen_no_more_often_than_a_quiet_one) {
  scene x;
  x.style.may_listen = [&x] { return scene::may_listen(x); };
  x.style.check_every = 1h;
  for (int i = 0; i != 200; ++i) x.log->append("message");
  x.log->finish();
  x.ask().read_answer();
  BOOST_TEST(x.questions == 0);
}

BOOST_AUTO_TEST_SUITE_END()
