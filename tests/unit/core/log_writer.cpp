// tests/unit/core/log_writer.cpp - lines that are written, dropped and counted
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/core/log_writer.hpp>

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <string>

BOOST_AUTO_TEST_SUITE(core_log_writer)

using mcpawl::detail::log_writer;

struct pipe_ends {
  pipe_ends() { BOOST_TEST_REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0); }
  ~pipe_ends() {
    close_reader();
    ::close(ends[1]);
  }
  void close_reader() {
    if (ends[0] >= 0) ::close(ends[0]);
    ends[0] = -1;
  }
  /** What comes until `count` bytes are there. */
  std::string read(std::size_t count) {
    std::string text;
    std::array<char, 4096> some;
    while (text.size() < count) {
      auto const got = ::read(ends[0], some.data(), some.size());
      if (got <= 0) break;
      text.append(some.data(), static_cast<std::size_t>(got));
    }
    return text;
  }
  std::array<int, 2> ends{};
};

BOOST_AUTO_TEST_CASE(lines_come_in_their_order) {
  pipe_ends p;
  log_writer writer(p.ends[1]);
  writer.write("one\n");
  writer.write("two\n");
  BOOST_TEST(writer.flush());
  BOOST_TEST(p.read(8) == "one\ntwo\n");
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_is_dropped_and_counted) {
  pipe_ends p;
  std::string const line(1023, 'x');
  {
    log_writer writer(p.ends[1], 64 * 1024);
    // a pipe takes 64 KiB, the queue as much, and a batch that is being written as much again
    for (int i = 0; i != 1000; ++i) writer.write(line + "\n");
    std::string const text = p.read(64 * 1024);
    BOOST_TEST(text.starts_with(line));
    writer.write("after\n");
    std::string rest = text;
    while (rest.find("log_lines_dropped count=") == std::string::npos) {
      std::string const more = p.read(1);
      BOOST_TEST_REQUIRE(!more.empty());
      rest += more;
    }
    BOOST_TEST(rest.size() < 300 * 1024);
  }
}

BOOST_AUTO_TEST_CASE(a_reader_that_left_costs_lines_and_nothing_else) {
  pipe_ends p;
  log_writer writer(p.ends[1]);
  p.close_reader();
  writer.write("lost\n");
  BOOST_TEST(writer.flush());
  writer.write("lost, too\n");
  BOOST_TEST(writer.flush());
}

BOOST_AUTO_TEST_CASE(a_reader_that_stopped_does_not_keep_it_from_ending) {
  pipe_ends p;
  log_writer writer(p.ends[1]);
  for (int i = 0; i != 100; ++i) writer.write(std::string(1023, 'x') + "\n");
}

BOOST_AUTO_TEST_SUITE_END()
