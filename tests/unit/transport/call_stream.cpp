// tests/unit/transport/call_stream.cpp - the response to calls that run: JSON, or events once there is something to say
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/transport/call_stream.hpp>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include "../http/loopback.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(transport_call_stream)

using namespace mcpawl;
using namespace mcpawl::detail;
using namespace std::chrono_literals;

using channel_ptr = std::shared_ptr<call_channel>;

request_id number(int id) { return *request_id::from(boost::json::value(id)); }

/** What the work of a call waits for, and what became of it; used by the thread of the server. */
struct observed {
  std::shared_ptr<async_event> go_on = std::make_shared<async_event>();
  std::atomic<int> begun{0}, sent{0}, cancelled{0}, done{0};
};
using observed_ptr = std::shared_ptr<observed>;

task<response> quick(channel_ptr /*channel*/, observed_ptr seen) {
  ++seen->done;
  co_return response::of_result(number(1), R"({"quick":true})");
}

task<response> failing(channel_ptr /*channel*/, observed_ptr /*seen*/) {
  throw std::runtime_error("no");
  co_return response();
}

/** Waits until it may go on, and says something before and after. */
task<response> talking(channel_ptr channel, observed_ptr seen) {
  ++seen->begun;
  co_await channel->send(R"({"at":"first"})");
  bool const told = co_await seen->go_on->wait();
  if (!told) {
    ++seen->cancelled;
    throw boost::system::system_error(boost::asio::error::operation_aborted);
  }
  co_await channel->send(R"({"at":"last"})");
  ++seen->done;
  co_return response::of_result(number(1), "{}");
}

/** Waits, and says nothing. */
task<response> silent(channel_ptr /*channel*/, observed_ptr seen) {
  ++seen->begun;
  bool const told = co_await seen->go_on->wait();
  if (!told) {
    ++seen->cancelled;
    throw boost::system::system_error(boost::asio::error::operation_aborted);
  }
  ++seen->done;
  co_return response::of_result(number(1), "{}");
}

/** Says more than anybody reads. */
task<response> loud(channel_ptr channel, observed_ptr seen) {
  ++seen->begun;
  std::string const text(256 * 1024, 'x');
  for (int i = 0; i != 200; ++i) {
    co_await channel->send(text);
    ++seen->sent;
  }
  ++seen->done;
  co_return response::of_result(number(1), "{}");
}

/** Lets go of its connection before or after it said something. */
task<response> letting_go(channel_ptr channel, observed_ptr seen) {
  ++seen->begun;
  channel->close_stream();
  bool const told = co_await seen->go_on->wait();
  if (!told) throw boost::system::system_error(boost::asio::error::operation_aborted);
  co_await channel->send(R"({"at":"last"})");
  ++seen->done;
  co_return response::of_result(number(1), "{}");
}

using work = task<response> (*)(channel_ptr, observed_ptr);

/** A server that answers each request with the calls of one stream. */
struct scene {
  limits bounds;
  bool events_accepted = true;
  bool batch = false;
  std::vector<std::string> ready;  // of a batch
  std::chrono::milliseconds keep_alive{60'000};
  std::shared_ptr<session> in_session;
  std::vector<work> calls;
  observed_ptr seen = std::make_shared<observed>();
  std::vector<std::weak_ptr<call_channel>> channels;
  std::optional<http_test::server> s;

  http_test::client ask() {
    if (!s) s.emplace([this](http::exchange& ex) { return answer(*this, ex); }, bounds);
    auto c = s->connect();
    c.send(http_test::get);
    return c;
  }
  static http::response head(int status) { return http::response(status); }

  pending_response pending(call_stream& stream, work what) {
    auto channel = stream.open();
    channels.push_back(channel);
    pending_response out(what(channel, seen), in_session == nullptr);
    out.channel = std::move(channel);
    out.session = in_session;
    return out;
  }
  static task<> answer(scene& self, http::exchange& ex) {
    auto const stream = std::make_shared<call_stream>(ex.executor(), self.events_accepted, self.bounds);
    dispatch_result what;
    if (self.batch) {
      batch_response all;
      all.ready = self.ready;
      all.session = self.in_session;
      for (auto const call : self.calls) all.pending.push_back(self.pending(*stream, call));
      what = std::move(all);
    } else {
      what = self.pending(*stream, self.calls.at(0));
    }
    event_style style;
    style.keep_alive = self.keep_alive;
    co_await stream->run(ex, std::move(what), head, std::move(style), 250ms);
  }
  bool eventually(std::function<bool()> const& condition) { return s->eventually(condition); }
};

BOOST_AUTO_TEST_CASE(a_quick_and_quiet_call_is_answered_by_json) {
  scene x;
  x.calls = {quick};
  auto const got = x.ask().read_answer();
  BOOST_TEST(got.status == 200);
  BOOST_TEST(got.field("Content-Type") == "application/json");
  BOOST_TEST(got.body == R"({"jsonrpc":"2.0","id":1,"result":{"quick":true}})");
}

BOOST_AUTO_TEST_CASE(a_batch_is_answered_by_one_array_of_all_that_is_there_and_all_that_was_called) {
  scene x;
  x.batch = true;
  x.ready = {R"({"id":0})"};
  x.calls = {quick, quick};
  auto const got = x.ask().read_answer();
  std::string const one = R"({"jsonrpc":"2.0","id":1,"result":{"quick":true}})";
  BOOST_TEST(got.body == R"([{"id":0},)" + one + "," + one + "]");
}

BOOST_AUTO_TEST_CASE(a_batch_of_one_is_an_array_and_without_calls_it_is_what_is_there) {
  scene x;
  x.batch = true;
  x.calls = {quick};
  BOOST_TEST(x.ask().read_answer().body == R"([{"jsonrpc":"2.0","id":1,"result":{"quick":true}}])");
  x.calls.clear();
  x.ready = {"{}"};
  BOOST_TEST(x.ask().read_answer().body == "[{}]");
}

BOOST_AUTO_TEST_CASE(the_first_message_makes_it_a_stream_that_ends_with_the_response) {
  scene x;
  x.calls = {talking};
  auto c = x.ask();
  std::string const head = c.read_until("\r\n\r\n");
  BOOST_TEST(head.find("text/event-stream") != std::string::npos);
  c.read_until("first");
  x.seen->go_on->notify();
  std::string const rest = c.read_until("0\r\n\r\n");
  BOOST_TEST(rest.find(R"({"at":"last"})") < rest.find(R"("result":{})"));
  BOOST_TEST(rest.ends_with("0\r\n\r\n"));
  // without a session nothing can be asked for again, so events have no ids
  BOOST_TEST(rest.find("id: ") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(to_who_takes_no_events_only_the_response_is_sent) {
  scene x;
  x.events_accepted = false;
  x.keep_alive = 1ms;
  x.calls = {talking};
  auto c = x.ask();
  BOOST_TEST(x.eventually([&] { return x.seen->begun == 1; }));
  x.seen->go_on->notify();
  auto const got = c.read_answer();
  BOOST_TEST(got.field("Content-Type") == "application/json");
  BOOST_TEST(got.body == R"({"jsonrpc":"2.0","id":1,"result":{}})");
}

BOOST_AUTO_TEST_CASE(a_call_that_says_nothing_for_long_is_kept_alive_by_comments) {
  scene x;
  x.keep_alive = 20ms;
  x.calls = {silent};
  auto c = x.ask();
  BOOST_TEST(c.read_until("keep-alive").find("text/event-stream") != std::string::npos);
  c.read_until("keep-alive");
  x.seen->go_on->notify();
  BOOST_TEST(c.read_until("0\r\n\r\n").find(R"("result":{})") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_call_that_was_cancelled_is_answered_by_nothing) {
  scene x;
  x.calls = {silent};
  auto c = x.ask();
  BOOST_TEST(x.eventually([&] { return x.seen->begun == 1; }));
  x.s->on_thread([&] { x.channels.at(0).lock()->cancel(); });
  auto const got = c.read_answer();
  BOOST_TEST(got.status == 202);
  BOOST_TEST(got.body.empty());
  BOOST_TEST(x.seen->cancelled == 1);
}

BOOST_AUTO_TEST_CASE(a_failure_is_that_of_the_exchange) {
  scene x;
  x.calls = {failing};
  BOOST_TEST(x.ask().read_answer().status == 500);
}

BOOST_AUTO_TEST_CASE(who_leaves_cancels_the_call_before_and_within_the_stream) {
  for (work const what : {silent, talking}) {
    scene x;
    x.calls = {what};
    auto c = x.ask();
    BOOST_TEST(x.eventually([&] { return x.seen->begun == 1; }));
    if (what == talking) c.read_until("first");
    c.close();
    BOOST_TEST(x.eventually([&] { return x.seen->cancelled == 1; }));
    BOOST_TEST(x.eventually([&] { return x.channels.at(0).expired(); }));
  }
}

BOOST_AUTO_TEST_CASE(in_a_session_the_call_goes_on_without_its_client_and_what_it_says_is_kept) {
  scene x;
  x.in_session = std::make_shared<session>(revision::v2025_11_25, client_profile());
  x.calls = {talking};
  auto c = x.ask();
  std::string const begun = c.read_until("first");
  // the first event has an id to come back with and no data
  auto const at = begun.find("id: ");
  BOOST_TEST_REQUIRE(at != std::string::npos);
  std::string const name = begun.substr(at + 4, begun.find('-', at) - at - 4);
  BOOST_TEST(begun.find("retry: 250\ndata: \n\n") != std::string::npos);
  c.close();
  auto const log = x.in_session->find_stream(name).log;
  BOOST_TEST_REQUIRE(log);
  BOOST_TEST(x.eventually([&] { return !log->being_read(); }));
  x.seen->go_on->notify();
  BOOST_TEST(x.eventually([&] { return log->finished(); }));
  BOOST_TEST(x.seen->cancelled == 0);
  std::uint64_t cursor = 1;
  std::string message;
  auto const ticket = log->attach({});
  BOOST_TEST((log->next(ticket, cursor, message) == event_log::reading::message));
  BOOST_TEST(message == R"({"at":"last"})");
  BOOST_TEST((log->next(ticket, cursor, message) == event_log::reading::message));
  BOOST_TEST(message == R"({"jsonrpc":"2.0","id":1,"result":{}})");
  BOOST_TEST((log->next(ticket, cursor, message) == event_log::reading::finished));
}

BOOST_AUTO_TEST_CASE(a_call_may_let_go_of_its_connection_where_the_client_can_come_back) {
  scene x;
  x.in_session = std::make_shared<session>(revision::v2025_11_25, client_profile());
  x.calls = {letting_go};
  auto const got = x.ask().read_answer();
  BOOST_TEST(got.status == 200);
  BOOST_TEST(got.body.find("retry: 250") != std::string::npos);
  BOOST_TEST(got.body.find("event: message") == std::string::npos);
  BOOST_TEST(x.seen->done == 0);
  x.seen->go_on->notify();
  BOOST_TEST(x.eventually([&] { return x.seen->done == 1; }));
}

BOOST_AUTO_TEST_CASE(where_nobody_can_come_back_letting_go_does_nothing) {
  for (auto const r : {revision::v2025_06_18, revision::v2026_07_28}) {
    scene x;
    if (!is_stateless(r)) x.in_session = std::make_shared<session>(r, client_profile());
    x.calls = {letting_go};
    auto c = x.ask();
    BOOST_TEST(x.eventually([&] { return x.seen->begun == 1; }));
    x.seen->go_on->notify();
    BOOST_TEST(c.read_answer().body.find(R"("result":{})") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(a_call_waits_for_a_client_that_reads_slowly_and_loses_nothing) {
  scene x;
  x.bounds.max_unread_messages = 2;
  x.calls = {loud};
  auto c = x.ask();
  BOOST_TEST(x.eventually([&] { return x.seen->sent > 2; }));
  // sockets hold some of it, but never most of 50 MB
  int before = -1;
  while (before != x.seen->sent) {
    before = x.seen->sent;
    std::this_thread::sleep_for(50ms);
  }
  BOOST_TEST(x.seen->sent < 150);
  BOOST_TEST(x.seen->done == 0);
  auto const got = c.read_answer();
  std::size_t messages = 0;
  for (auto at = got.body.find("event: message"); at != std::string::npos;
       at = got.body.find("event: message", at + 1))
    ++messages;
  BOOST_TEST(messages == 201u);
  BOOST_TEST(x.seen->done == 1);
}

BOOST_AUTO_TEST_CASE(a_call_that_waits_for_its_client_ends_when_that_leaves) {
  scene x;
  x.bounds.max_unread_messages = 2;
  x.calls = {loud};
  auto c = x.ask();
  BOOST_TEST(x.eventually([&] { return x.seen->sent > 2; }));
  c.reset();
  BOOST_TEST(x.eventually([&] { return x.channels.at(0).expired(); }));
  BOOST_TEST(x.seen->done == 0);
}

BOOST_AUTO_TEST_CASE(a_server_that_is_destroyed_in_the_middle_leaves_no_call_behind) {
  scene x;
  x.calls = {talking};
  auto c = x.ask();
  c.read_until("first");
  x.s.reset();
  BOOST_TEST(x.channels.at(0).expired());
  BOOST_TEST(x.seen->done == 0);
}

BOOST_AUTO_TEST_SUITE_END()
