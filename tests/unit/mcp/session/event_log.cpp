// tests/unit/mcp/session/event_log.cpp - the messages of one stream
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/mcp/session/event_log.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <thread>
#include <vector>

BOOST_AUTO_TEST_SUITE(mcp_event_log)

using mcpawl::detail::event_log;
using reading = event_log::reading;
using retention = event_log::retention;

namespace {

/** All that a reader gets from a log now, after number `cursor`. */
std::string rest(event_log& log, std::uint64_t ticket, std::uint64_t& cursor) {
  std::string all;
  std::string message;
  while (log.next(ticket, cursor, message) == reading::message) all += message;
  return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(messages_are_read_in_their_order_and_then_the_end) {
  event_log log{retention::drop};
  log.append("a");
  std::uint64_t cursor = 0;
  std::string message;
  auto const ticket = log.attach({});
  log.append("b");
  BOOST_TEST(rest(log, ticket, cursor) == "ab");
  BOOST_TEST((log.next(ticket, cursor, message) == reading::none));
  log.append("c");
  log.finish();
  log.append("too late");
  BOOST_TEST(rest(log, ticket, cursor) == "c");
  BOOST_TEST((log.next(ticket, cursor, message) == reading::finished));
}

BOOST_AUTO_TEST_CASE(a_second_reader_takes_over_and_reads_on_from_where_it_says) {
  event_log log{retention::keep};
  for (char c = 'a'; c != 'f'; ++c) log.append(std::string(1, c));
  int woken = 0;
  std::uint64_t first_cursor = 0;
  auto const first = log.attach([&] { ++woken; });
  BOOST_TEST(rest(log, first, first_cursor) == "abcde");
  std::uint64_t cursor = 2;
  auto const second = log.attach({});
  BOOST_TEST(woken == 1);
  std::string message;
  BOOST_TEST((log.next(first, first_cursor, message) == reading::let_go));
  BOOST_TEST(rest(log, second, cursor) == "cde");
  log.detach(first);  // is not the reader any more
  BOOST_TEST(log.being_read());
  log.detach(second);
  BOOST_TEST(!log.being_read());
  BOOST_TEST(log.last_read() == 5U);
}

BOOST_AUTO_TEST_CASE(what_was_read_is_kept_only_if_it_shall_be) {
  for (auto const how : {retention::drop, retention::queue, retention::keep}) {
    event_log log{how};
    log.append("a");
    std::uint64_t cursor = 0;
    auto const first = log.attach({});
    rest(log, first, cursor);
    cursor = 0;
    auto const second = log.attach({});
    BOOST_TEST(rest(log, second, cursor) == (how == retention::keep ? "a" : ""));
  }
}

BOOST_AUTO_TEST_CASE(it_is_bounded_in_number_and_size_and_keeps_the_newest) {
  event_log many{retention::keep};
  for (int i = 0; i != 100'000; ++i) many.append("x");
  std::uint64_t cursor = 0;
  auto const ticket = many.attach({});
  BOOST_TEST(rest(many, ticket, cursor).size() == mcpawl::limits{}.max_kept_events);
  BOOST_TEST(cursor == 100'000U);

  event_log large{retention::keep};
  for (int i = 0; i != 10; ++i)
    large.append(std::string(mcpawl::limits{}.max_kept_bytes, static_cast<char>('a' + i)));
  cursor = 0;
  auto const reader = large.attach({});
  BOOST_TEST(rest(large, reader, cursor) == std::string(mcpawl::limits{}.max_kept_bytes, 'j'));

  event_log queue{retention::queue};
  for (int i = 0; i != 1000; ++i) queue.append("x");
  cursor = 0;
  auto const all = queue.attach({});
  BOOST_TEST(queue.backlog() == 1000U);
  BOOST_TEST(rest(queue, all, cursor).size() == 1000U);
}

BOOST_AUTO_TEST_CASE(its_bounds_can_be_set) {
  mcpawl::limits bounds;
  bounds.max_kept_events = 3;
  bounds.max_kept_bytes = 10;
  for (auto const how : {retention::keep, retention::drop}) {
    event_log log{how, {}, bounds};
    for (char const* text : {"a", "b", "c"}) log.append(text);
    std::uint64_t cursor = 0;
    BOOST_TEST(rest(log, log.attach({}), cursor) == "abc");
  }
  event_log many{retention::keep, {}, bounds};
  for (char const* text : {"a", "b", "c", "d"}) many.append(text);
  std::uint64_t cursor = 0;
  BOOST_TEST(rest(many, many.attach({}), cursor) == "bcd");

  event_log large{retention::keep, {}, bounds};
  large.append("12345");
  large.append("67890");
  cursor = 0;
  BOOST_TEST(rest(large, large.attach({}), cursor) == "1234567890");
  large.append("+");
  cursor = 0;
  BOOST_TEST(rest(large, large.attach({}), cursor) == "67890+");
}

BOOST_AUTO_TEST_CASE(a_writer_waits_for_one_message_or_byte_more_than_may_be_unread) {
  event_log log{retention::queue};
  std::string message;
  std::uint64_t cursor = 0;
  auto const ticket = log.attach({});
  for (int i = 0; i != 3; ++i) log.append("four");
  BOOST_TEST(!log.to_read().exceeds(3, 12));
  BOOST_TEST(log.to_read().exceeds(2, 12));
  BOOST_TEST(log.to_read().exceeds(3, 11));
  BOOST_TEST((log.next(ticket, cursor, message) == reading::message));
  BOOST_TEST(!log.to_read().exceeds(2, 8));
}

BOOST_AUTO_TEST_CASE(the_same_message_does_not_wait_twice) {
  event_log log{retention::keep};
  for (int i = 0; i != 3; ++i) log.append_once("a");
  log.append_once("b");
  std::uint64_t cursor = 0;
  auto const ticket = log.attach({});
  BOOST_TEST(rest(log, ticket, cursor) == "ab");
  log.append_once("a");  // the last one was read
  BOOST_TEST(rest(log, ticket, cursor) == "a");
}

BOOST_AUTO_TEST_CASE(the_backlog_is_what_a_reader_has_still_to_read) {
  event_log log{retention::keep};
  log.append("a");
  BOOST_TEST(log.backlog() == 0U);  // nobody reads
  int room = 0;
  log.on_room([&] { ++room; });
  auto const ticket = log.attach({});
  BOOST_TEST(log.backlog() == 1U);
  std::uint64_t cursor = 0;
  rest(log, ticket, cursor);
  BOOST_TEST(log.backlog() == 0U);
  BOOST_TEST(room == 1);
  log.detach(ticket);
  BOOST_TEST(room == 2);
}

BOOST_AUTO_TEST_CASE(hanging_up_lets_the_reader_go_and_keeps_the_messages) {
  event_log log{retention::keep};
  int woken = 0;
  auto const ticket = log.attach([&] { ++woken; });
  log.close_stream();
  BOOST_TEST(woken == 1);
  std::uint64_t cursor = 0;
  std::string message;
  BOOST_TEST((log.next(ticket, cursor, message) == reading::let_go));
  log.append("a");
  auto const again = log.attach({});
  BOOST_TEST(rest(log, again, cursor) == "a");
}

BOOST_AUTO_TEST_CASE(several_threads_write_and_one_reads) {
  event_log log{retention::queue};
  std::vector<std::thread> writers;
  for (int t = 0; t != 4; ++t)
    writers.emplace_back([&] {
      for (int i = 0; i != 1000; ++i) log.append("x");
    });
  std::uint64_t cursor = 0;
  std::size_t got = 0;
  auto const ticket = log.attach({});
  while (got != 4000) got += rest(log, ticket, cursor).size();
  for (auto& writer : writers) writer.join();
  BOOST_TEST(cursor == 4000U);
}

BOOST_AUTO_TEST_SUITE_END()
