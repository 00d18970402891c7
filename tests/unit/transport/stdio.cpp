// tests/unit/transport/stdio.cpp - lines in and lines out, over descriptors that are given back as they were
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/mcp/session/session_manager.hpp>
#include <mcpawl/transport/stdio.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace transport_stdio {
namespace {

using namespace mcpawl;
using namespace mcpawl::detail;

/** A server on a pair of pipes, run by the test's own thread. */
struct scene {
  std::array<int, 2> in{}, out{};
  limits bounds;
  server_state state{{"one", "1"}, {}};
  boost::asio::io_context context{1};
  std::optional<stdio_link> link;
  int ended = 0;

  scene() {
    BOOST_TEST_REQUIRE(::pipe(in.data()) == 0);
    BOOST_TEST_REQUIRE(::pipe(out.data()) == 0);
  }
  ~scene() {
    link.reset();
    for (int const each : {in[0], in[1], out[0], out[1]})
      if (each >= 0) ::close(each);
  }
  scene(scene const&) = delete;
  scene& operator=(scene const&) = delete;

  void start() {
    link.emplace(context.get_executor(), in[0], out[1],
                 dispatcher(state, make_session_manager(state), logger::none(), json_limits(32)), bounds,
                 logger::none());
    auto over = [this](std::exception_ptr failure) {
      BOOST_TEST(!failure);
      ++ended;
    };
    boost::asio::co_spawn(context, link->read({nullptr, ""}), over);
    boost::asio::co_spawn(context, link->write(), over);
  }
  void send(std::string_view text) {
    BOOST_TEST_REQUIRE(::write(in[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
  void close_input() {
    ::close(in[1]);
    in[1] = -1;
  }
  /** Send all of it, end the input, and run to the end; what was written. */
  std::string answers(std::string_view text) {
    start();
    send(text);
    close_input();
    context.run();
    BOOST_TEST(ended == 2);
    std::string all(65536, '\0');
    ::fcntl(out[0], F_SETFL, O_NONBLOCK);
    ssize_t const n = ::read(out[0], all.data(), all.size());
    all.resize(n < 0 ? 0 : static_cast<std::size_t>(n));
    return all;
  }
};

constexpr std::string_view ping = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";
constexpr std::string_view pong = R"({"jsonrpc":"2.0","id":1,"result":{}})";

std::size_t count(std::string_view text, std::string_view what) {
  std::size_t n = 0;
  for (auto at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1)) ++n;
  return n;
}
std::string line(std::string_view text) { return std::string(text) + '\n'; }

}  // namespace
}  // namespace transport_stdio

BOOST_FIXTURE_TEST_SUITE(transport_stdio, scene)

BOOST_AUTO_TEST_CASE(an_input_that_ends_at_once_is_answered_by_nothing) { BOOST_TEST(answers("").empty()); }

BOOST_AUTO_TEST_CASE(each_line_is_a_message_and_blank_ones_are_none) {
  BOOST_TEST(answers(line(ping) + "\n \t\r\n" + line(ping)) == line(pong) + line(pong));
}

BOOST_AUTO_TEST_CASE(a_last_line_without_an_end_counts) { BOOST_TEST(answers(ping) == line(pong)); }

BOOST_AUTO_TEST_CASE(a_line_that_comes_in_pieces_is_one_message) {
  start();
  for (char const c : line(ping)) {
    send({&c, 1});
    context.poll();
  }
  close_input();
  context.run();
  char got[100];
  BOOST_TEST(::read(out[0], got, sizeof got) == static_cast<ssize_t>(pong.size() + 1));
}

BOOST_AUTO_TEST_CASE(a_line_may_be_so_long_and_one_byte_longer_is_refused_without_harm_to_the_next) {
  bounds.body_bytes = 100;
  std::string const fits = std::string(ping) + std::string(100 - ping.size(), ' ');
  auto const said = answers(line(fits) + line(fits + ' ') + line(std::string(1000, 'x')) + line(ping));
  BOOST_TEST(count(said, "\n") == 4u);
  BOOST_TEST(count(said, "too large") == 2u);
  BOOST_TEST(said.starts_with(line(pong)));
  BOOST_TEST(said.ends_with(line(pong)));
}

BOOST_AUTO_TEST_CASE(what_is_no_message_is_answered_and_the_stream_goes_on) {
  auto const said = answers("{\n" + line(ping));
  BOOST_TEST(count(said, "-32700") == 1u);
  BOOST_TEST(said.ends_with(line(pong)));
}

BOOST_AUTO_TEST_CASE(descriptors_are_given_back_as_they_were) {
  int const flags_in = ::fcntl(in[0], F_GETFL), flags_out = ::fcntl(out[1], F_GETFL);
  answers(ping);
  link.reset();
  BOOST_TEST(::fcntl(in[0], F_GETFL) == flags_in);
  BOOST_TEST(::fcntl(out[1], F_GETFL) == flags_out);
}

BOOST_AUTO_TEST_CASE(a_descriptor_that_is_closed_is_refused) {
  BOOST_CHECK_THROW(borrowed_stream(context.get_executor(), 9'999), std::system_error);
}

BOOST_AUTO_TEST_CASE(a_stop_ends_it_without_an_end_of_the_input) {
  start();
  send(line(ping));
  context.poll();
  link->stop();
  link->stop();
  context.restart();
  context.run();
  BOOST_TEST(ended == 2);
}

BOOST_AUTO_TEST_SUITE_END()
