// tests/unit/http/exchange.cpp - bodies, answers and events as a handler meets them
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/http/exchange.hpp>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/test/unit_test.hpp>

#include "loopback.hpp"

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

BOOST_AUTO_TEST_SUITE(http_exchange)

using namespace http_test;

namespace {

limits short_limits() {
  limits bounds;
  bounds.body_timeout = 150ms;
  bounds.write_timeout = 200ms;
  bounds.header_timeout = 2s;
  return bounds;
}

/** A handler that notes what the body was and does not answer. */
struct noted {
  std::atomic<int> error{0};

  handler reader(std::size_t limit) {
    return [this, limit](http::exchange& x) { return read(*this, x, limit); };
  }
  static task<> read(noted& self, http::exchange& x, std::size_t limit) {
    auto const body = co_await x.read_body(limit);
    if (!body) {
      self.error = body.error().value();
      co_return;
    }
    http::response answer(200);
    answer.body("text/plain", std::string(*body));
    co_await x.respond(std::move(answer));
  }
};

task<> wait_a_little(http::exchange& x) {
  boost::asio::steady_timer timer(x.executor(), 20ms);
  error_code ec;
  co_await http::detail::wait_for(timer, ec);
}

task<> three_events(http::exchange& x) {
  http::response head(200);
  head.field("X-Session", "s");
  bool const began = co_await x.start_events(std::move(head));
  if (!began) co_return;
  co_await x.event(R"({"a":1})");
  co_await x.comment("alive");
  co_await x.event("two\nlines\r\nand a third", "id-7");
  co_await x.end_events();
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_body_is_read_however_it_is_sent) {
  server s(echo);
  std::string const large(100'000, 'x');
  client c = s.connect();
  // with the head, in pieces behind it, larger than the buffer, and chunked; all on one connection
  BOOST_TEST(c.ask(post("one")).body == "POST /mcp one");
  std::string const text = post("two pieces");
  c.send(text.substr(0, text.size() - 6));
  std::this_thread::sleep_for(10ms);
  BOOST_TEST(c.ask(text.substr(text.size() - 6)).body == "POST /mcp two pieces");
  BOOST_TEST((c.ask(post(large)).body == "POST /mcp " + large));
  c.send("POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
  std::this_thread::sleep_for(10ms);
  BOOST_TEST(c.ask("4;x=y\r\ndefg\r\n0\r\n\r\n").body == "POST /c abcdefg");
  std::string chunks = "POST /d HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i != 1000; ++i) chunks += "a\r\n0123456789\r\n";
  BOOST_TEST(c.ask(chunks + "0\r\n\r\n").body.size() == 10'000u + 8u);
  BOOST_TEST(c.ask(post("last")).body == "POST /mcp last");
}

BOOST_AUTO_TEST_CASE(every_cut_of_a_request_gives_the_same_answer) {
  server s(echo);
  client c = s.connect();
  std::string const text =
      post("0123456789") +
      "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n";
  for (std::size_t cut = 1; cut < text.size(); cut += 3) {
    c.send(text.substr(0, cut));
    std::this_thread::sleep_for(1ms);
    c.send(text.substr(cut));
    BOOST_TEST(c.read_answer().body == "POST /mcp 0123456789");
    BOOST_TEST(c.read_answer().body == "POST /c abcd");
  }
}

BOOST_AUTO_TEST_CASE(a_body_that_says_it_is_too_large_is_refused_before_it_comes) {
  noted n;
  server s(n.reader(10));
  client c = s.connect();
  auto const got =
      c.ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10737418240\r\nExpect: 100-continue\r\n\r\n");
  BOOST_TEST(got.status == 413);
  BOOST_TEST(got.field("Connection") == "close");
  BOOST_TEST(n.error == static_cast<int>(http::http_errc::body_too_large));
  BOOST_TEST(c.at_end());
}

BOOST_AUTO_TEST_CASE(an_endless_chunked_body_is_refused_at_its_limit) {
  noted n;
  server s(n.reader(1000));
  client c = s.connect();
  c.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i != 300 && c.send("64\r\n" + std::string(100, 'x') + "\r\n"); ++i) {
  }
  BOOST_TEST(c.read_answer().status == 413);
  BOOST_TEST(n.error == static_cast<int>(http::http_errc::body_too_large));
}

BOOST_AUTO_TEST_CASE(malformed_chunks_are_refused_at_once) {
  limits bounds;
  bounds.body_timeout = 60s;
  noted n;
  server s(n.reader(1000), bounds);
  for (std::string const chunks : {"G", "G\r\n", "-1\r\n", "0x1\r\n", "\r\n", ";\r\n", "1\r\na\r\nG\r\n"}) {
    n.error = 0;
    client c = s.connect();
    auto const got = c.ask("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks);
    BOOST_TEST(got.status == 400, chunks);
    BOOST_TEST(got.field("Connection") == "close");
    BOOST_TEST(n.error == static_cast<int>(http::http_errc::bad_chunk));
  }
}

BOOST_AUTO_TEST_CASE(a_body_with_a_content_coding_is_not_taken_as_plain) {
  noted n;
  server s(n.reader(1000));
  std::string const gzip = "Content-Encoding: gzip\r\n";
  for (std::string const& request :
       {post("{}", gzip),
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n" + gzip + "\r\n2\r\n{}\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n" + gzip + "\r\n"}) {
    n.error = 0;
    client c = s.connect();
    auto const got = c.ask(request);
    BOOST_TEST(got.status == 415, request);
    BOOST_TEST(got.field("Connection") == "close");
    BOOST_TEST(n.error == static_cast<int>(http::http_errc::body_encoded));
  }
  client c = s.connect();
  BOOST_TEST(c.ask(post("{}", "Content-Encoding: identity\r\n")).body == "{}");
  BOOST_TEST(c.ask(post("", gzip)).status == 200);  // there is nothing to decode
}

BOOST_AUTO_TEST_CASE(a_body_at_its_limit_is_read) {
  noted n;
  server s(n.reader(10));
  client c = s.connect();
  BOOST_TEST(c.ask(post("0123456789")).body == "0123456789");
  BOOST_TEST(c.ask(post("0123456789x")).status == 413);
}

BOOST_AUTO_TEST_CASE(a_client_that_waits_is_told_to_continue) {
  server s(echo);
  client c = s.connect();
  std::string const head = "POST /e HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n";
  BOOST_TEST(c.ask(head).status == 100);
  BOOST_TEST(c.ask("abc").body == "POST /e abc");
  // one that does not wait is not told
  BOOST_TEST(c.ask(head + "def").body == "POST /e def");
}

BOOST_AUTO_TEST_CASE(a_client_that_was_not_told_to_continue_gets_its_answer_and_a_close) {
  server s([](http::exchange& x) -> task<> { co_await x.respond(http::response(401)); });
  client c = s.connect();
  auto const got = c.ask("POST /e HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  BOOST_TEST(got.status == 401);
  BOOST_TEST(got.field("Connection") == "close");
  BOOST_TEST(c.at_end());
}

BOOST_AUTO_TEST_CASE(a_stalled_body_is_given_up) {
  noted n;
  server s(n.reader(1000), short_limits());
  client c = s.connect();
  auto const sized = c.ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345");
  BOOST_TEST(sized.status == 408);
  BOOST_TEST(n.error == static_cast<int>(http::http_errc::body_timed_out));
  client d = s.connect();
  d.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  // dripping does not help
  for (int i = 0; i != 40 && d.send("1\r\nx\r\n"); ++i) std::this_thread::sleep_for(10ms);
  BOOST_TEST(d.read_answer().status == 408);
}

BOOST_AUTO_TEST_CASE(a_body_that_ends_early_is_an_error_the_client_may_still_hear_of) {
  noted n;
  server s(n.reader(1000));
  client c = s.connect();
  c.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345");
  c.half_close();
  BOOST_TEST(c.read_answer().status == 400);
  BOOST_TEST(n.error == static_cast<int>(http::http_errc::peer_gone));
}

BOOST_AUTO_TEST_CASE(reading_twice_gives_the_same_body) {
  server s([](http::exchange& x) -> task<> {
    auto const first = co_await x.read_body(100);
    auto const second = co_await x.read_body(100);
    http::response answer(200);
    answer.body("text/plain", std::string(*first) + std::string(*second));
    co_await x.respond(std::move(answer));
  });
  client c = s.connect();
  BOOST_TEST(c.ask(post("ab")).body == "abab");
}

BOOST_AUTO_TEST_CASE(views_of_the_head_outlive_the_reading_of_a_large_body) {
  server s([](http::exchange& x) -> task<> {
    std::string_view const path = x.head().path();
    std::string_view const host = *x.head().find("x-mark");
    auto const body = co_await x.read_body(1 << 20);
    http::response answer(200);
    answer.body("text/plain", std::string(path) + std::string(host) + std::to_string(body->size()));
    co_await x.respond(std::move(answer));
  });
  client c = s.connect();
  BOOST_TEST(c.ask(post(std::string(300'000, 'b'), "X-Mark: mark\r\n")).body == "/mcpmark300000");
}

BOOST_AUTO_TEST_CASE(an_unread_small_body_does_not_cost_the_connection) {
  server s([](http::exchange& x) -> task<> { co_await x.respond(http::response(401)); });
  client c = s.connect();
  for (auto const& text : {post("small"), post(std::string(60'000, 'x')),
                           std::string("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
                                       "chunked\r\n\r\n5\r\nhello\r\n0\r\nA: b\r\n\r\n")}) {
    auto const got = c.ask(text);
    BOOST_TEST(got.status == 401);
    BOOST_TEST(got.field("Connection") == "");
  }
  auto const large = c.ask(post(std::string(100'000, 'x')));
  BOOST_TEST(large.status == 401);
  BOOST_TEST(large.field("Connection") == "close");
  BOOST_TEST(c.at_end());
}

BOOST_AUTO_TEST_CASE(a_head_request_gets_the_length_and_no_body) {
  server s(echo);
  client c = s.connect();
  c.send("HEAD /h HTTP/1.1\r\nHost: a\r\n\r\n");
  auto const got = c.read_answer(true);
  BOOST_TEST(got.status == 200);
  BOOST_TEST(got.field("Content-Length") == std::to_string(std::string("HEAD /h ").size()));
  BOOST_TEST(c.ask(get).body == "GET / ");
}

BOOST_AUTO_TEST_CASE(http_1_0_is_answered_and_closed_unless_it_asks_to_stay) {
  server s(echo);
  client c = s.connect();
  auto const kept = c.ask("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  BOOST_TEST(kept.body == "GET /a ");
  BOOST_TEST(kept.field("Connection") == "keep-alive");
  auto const closed = c.ask("GET /b HTTP/1.0\r\n\r\n");
  BOOST_TEST(closed.body == "GET /b ");
  BOOST_TEST(closed.field("Connection") == "close");
  BOOST_TEST(c.at_end());
}

BOOST_AUTO_TEST_CASE(a_large_answer_reaches_a_client_that_reads_late) {
  std::string const large(20'000'000, 'y');
  server s([&large](http::exchange& x) -> task<> {
    http::response answer(200);
    answer.borrowed_body("text/plain", large);
    co_await x.respond(std::move(answer));
  });
  client c = s.connect();
  c.send(get + get);
  std::this_thread::sleep_for(20ms);
  BOOST_TEST((c.read_answer().body == large));
  BOOST_TEST((c.read_answer().body == large));
}

BOOST_AUTO_TEST_CASE(a_client_that_never_reads_is_given_up) {
  std::string const large(20'000'000, 'y');
  std::atomic<int> ended{0};
  server s(
      [&](http::exchange& x) -> task<> {
        http::response answer(200);
        answer.borrowed_body("text/plain", large);
        co_await x.respond(std::move(answer));
        ++ended;
      },
      short_limits());
  client c = s.connect();
  c.send(get);
  BOOST_TEST(s.eventually([&] { return ended == 1 && s.set().size() == 0; }));
}

BOOST_AUTO_TEST_CASE(a_second_answer_is_ignored) {
  std::atomic<int> right{0};
  server s([&right](http::exchange& x) -> task<> {
    right += !x.responded();
    co_await x.respond(http::response(202));
    right += x.responded();
    co_await x.respond(http::response(500));
    bool const began = co_await x.start_events(http::response(200));
    right += !began;
  });
  client c = s.connect();
  BOOST_TEST(c.ask(get).status == 202);
  BOOST_TEST(c.ask(get).status == 202);
  BOOST_TEST(s.eventually([&] { return right == 6; }));
}

BOOST_AUTO_TEST_CASE(events_are_framed_for_http_1_1) {
  server s(three_events);
  client c = s.connect();
  for (int i = 0; i != 2; ++i) {  // the connection lives on
    auto const got = c.ask(get);
    BOOST_TEST(got.status == 200);
    BOOST_TEST(got.field("Content-Type") == "text/event-stream");
    BOOST_TEST(got.field("Cache-Control") == "no-cache, no-transform");
    BOOST_TEST(got.field("X-Accel-Buffering") == "no");
    BOOST_TEST(got.field("X-Session") == "s");
    BOOST_TEST(got.field("Transfer-Encoding") == "chunked");
    BOOST_TEST(got.field("Content-Length") == "");
    BOOST_TEST(got.body ==
               "event: message\ndata: {\"a\":1}\n\n: alive\n\nevent: message\nid: id-7\ndata: two\ndata: "
               "lines\ndata: and a "
               "third\n\n");
  }
}

BOOST_AUTO_TEST_CASE(events_for_http_1_0_end_with_the_connection) {
  server s(three_events);
  client c = s.connect();
  auto const got = c.ask("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  BOOST_TEST(got.field("Transfer-Encoding") == "");
  BOOST_TEST(got.field("Connection") == "close");
  BOOST_TEST(got.body.starts_with("event: message\ndata: {\"a\":1}\n\n: alive\n\n"));
}

BOOST_AUTO_TEST_CASE(a_head_request_for_events_gets_no_events) {
  server s(three_events);
  client c = s.connect();
  c.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
  BOOST_TEST(c.read_answer(true).field("Content-Type") == "text/event-stream");
  BOOST_TEST(c.ask(get).body.starts_with("event: message\n"));
}

BOOST_AUTO_TEST_CASE(an_event_id_cannot_add_lines) {
  server s([](http::exchange& x) -> task<> {
    bool const began = co_await x.start_events(http::response(200));
    if (began) co_await x.event("d", "1\ndata: forged");
    co_await x.end_events();
  });
  client c = s.connect();
  BOOST_TEST(c.ask(get).body == "event: message\nid: 1\ndata: d\n\n");
}

BOOST_AUTO_TEST_CASE(a_large_event_is_one_chunk) {
  std::string const data(1'000'000, 'd');
  server s([&data](http::exchange& x) -> task<> {
    bool const began = co_await x.start_events(http::response(200));
    if (began) co_await x.event(data);
    co_await x.end_events();
  });
  client c = s.connect();
  BOOST_TEST((c.ask(get).body == "event: message\ndata: " + data + "\n\n"));
}

BOOST_AUTO_TEST_CASE(events_that_are_held_go_out_together) {
  std::atomic<bool> go_on{false};
  server s([&go_on](http::exchange& x) -> task<> {
    x.hold_events();
    bool const began = co_await x.start_events(http::response(200));
    if (!began) co_return;
    co_await x.event("one");
    co_await x.comment("alive");
    co_await x.event("two");
    co_await x.send_held();
    co_await x.send_held();  // nothing: nothing is sent
    while (!go_on) co_await http::detail::pause_for(x.executor(), 1ms);
    co_await x.event("three");
    co_await x.end_events();
  });
  client c = s.connect();
  for (int i = 0; i != 2; ++i) {  // the connection lives on
    go_on = false;
    c.send(get);
    // one write of the server is one read of the client: this is less than the buffers hold
    std::string const first = c.read_piece();
    BOOST_TEST(first.starts_with("HTTP/1.1 200 OK\r\n"));
    BOOST_TEST(
        first.ends_with("1a\r\nevent: message\ndata: one\n\n\r\n9\r\n: alive\n\n\r\n"
                        "1a\r\nevent: message\ndata: two\n\n\r\n"));
    go_on = true;
    BOOST_TEST(c.read_piece() == "1c\r\nevent: message\ndata: three\n\n\r\n0\r\n\r\n");
  }
}

BOOST_AUTO_TEST_CASE(held_events_of_http_1_0_go_out_at_the_end) {
  server s([](http::exchange& x) -> task<> {
    x.hold_events();
    bool const began = co_await x.start_events(http::response(200));
    if (began) co_await x.event("one");
    co_await x.end_events();
  });
  client c = s.connect();
  BOOST_TEST(c.ask("GET / HTTP/1.0\r\n\r\n").body == "event: message\ndata: one\n\n");
}

BOOST_AUTO_TEST_CASE(no_more_is_held_than_a_bound) {
  std::string const data(1000, 'd');
  std::atomic<int> written{0};
  std::atomic<bool> go_on{false};
  server s([&](http::exchange& x) -> task<> {
    x.hold_events();
    bool there = co_await x.start_events(http::response(200));
    for (; there && written != 20; ++written) there = co_await x.event(data);
    while (!go_on) co_await http::detail::pause_for(x.executor(), 1ms);
    co_await x.end_events();
  });
  client c = s.connect();
  c.send(get);
  std::string got;
  while (got.size() < 12'000) got += c.read_piece();  // before the end is written
  BOOST_TEST(s.eventually([&] { return written == 20; }));
  go_on = true;
  BOOST_TEST((got + c.read_until("0\r\n\r\n")).size() > 20'000u);
}

BOOST_AUTO_TEST_CASE(events_sent_at_the_same_time_do_not_mix) {
  std::string const large(30'000'000, 'x');  // more than the buffers of the system hold
  server s([&large](http::exchange& x) -> task<> {
    using namespace boost::asio::experimental::awaitable_operators;
    bool const began = co_await x.start_events(http::response(200));
    if (!began) co_return;
    co_await (x.event(large) && x.event("b") && x.comment("while busy") && x.event("c"));
    co_await x.end_events();
  });
  client c = s.connect();
  c.send(get);
  std::this_thread::sleep_for(50ms);
  auto const got = c.read_answer();
  BOOST_TEST(got.body.size() == 30'000'023u + 2 * 24u);
  BOOST_TEST(got.body.starts_with("event: message\ndata: xxx"));
  BOOST_TEST(got.body.ends_with("event: message\ndata: b\n\nevent: message\ndata: c\n\n"));
}

BOOST_AUTO_TEST_CASE(a_stream_that_was_not_ended_is_cut_and_not_closed_properly) {
  server s([](http::exchange& x) -> task<> {
    bool const began = co_await x.start_events(http::response(200));
    if (began) co_await x.event("only");
  });
  client c = s.connect();
  c.send(get);
  std::string all = c.read_until("only\n\n\r\n");
  BOOST_TEST(all.find("0\r\n\r\n") == std::string::npos);
  BOOST_TEST(c.at_end());
}

BOOST_AUTO_TEST_CASE(events_for_a_client_that_left_return_false) {
  std::atomic<bool> gone{false};
  server s([&gone](http::exchange& x) -> task<> {
    bool there = co_await x.start_events(http::response(200));
    for (int i = 0; i != 1000 && there; ++i) {
      there = co_await x.event("tick");
      co_await wait_a_little(x);
    }
    gone = !there;
  });
  client c = s.connect();
  c.send(get);
  BOOST_TEST(!c.read_until("tick").empty());
  c.reset();
  BOOST_TEST(s.eventually([&] { return gone && s.set().size() == 0; }));
}

BOOST_AUTO_TEST_CASE(events_for_a_client_that_stops_reading_return_false_in_time) {
  std::atomic<bool> gone{false};
  server s(
      [&gone](http::exchange& x) -> task<> {
        std::string const data(100'000, 'e');
        bool there = co_await x.start_events(http::response(200));
        while (there) there = co_await x.event(data);
        gone = true;
      },
      short_limits());
  client c = s.connect();
  c.send(get);
  BOOST_TEST(s.eventually([&] { return gone && s.set().size() == 0; }));
}

BOOST_AUTO_TEST_CASE(a_disconnect_is_noticed_while_the_handler_waits) {
  for (int how = 0; how != 3; ++how) {
    std::atomic<bool> noticed{false};
    server s([&noticed](http::exchange& x) -> task<> {
      co_await x.read_body(100);
      co_await x.wait_disconnect();
      noticed = true;
    });
    client c = s.connect();
    c.send(post("x"));
    BOOST_TEST(s.eventually([&] { return s.set().size() == 1 && s.set().idle() == 0; }));
    BOOST_TEST(!noticed);
    if (how == 0) c.close();
    if (how == 1) c.reset();
    if (how == 2) c.half_close();
    BOOST_TEST(s.eventually([&] { return noticed && s.set().size() == 0; }));
  }
}

BOOST_AUTO_TEST_CASE(a_disconnect_is_noticed_behind_a_request_that_was_sent_ahead) {
  std::atomic<bool> noticed{false};
  server s([&noticed](http::exchange& x) -> task<> {
    co_await x.wait_disconnect();
    noticed = true;
  });
  client c = s.connect();
  c.send(get + get);
  BOOST_TEST(s.eventually([&] { return s.set().size() == 1 && s.set().idle() == 0; }));
  c.close();
  BOOST_TEST(s.eventually([&] { return noticed.load(); }));
}

BOOST_AUTO_TEST_CASE(waiting_for_a_disconnect_can_be_given_up) {
  server s([](http::exchange& x) -> task<> {
    using namespace boost::asio::experimental::awaitable_operators;
    co_await (wait_a_little(x) || x.wait_disconnect());
    http::response answer(200);
    answer.body("text/plain", "done");
    co_await x.respond(std::move(answer));
  });
  client c = s.connect();
  BOOST_TEST(c.ask(get).body == "done");
  // the same with a second request in the way
  c.send(get + get);
  BOOST_TEST(c.read_answer().body == "done");
  BOOST_TEST(c.read_answer().body == "done");
}

BOOST_AUTO_TEST_SUITE_END()
