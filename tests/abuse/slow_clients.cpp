// tests/abuse/slow_clients.cpp - a thousand connections that send a byte at a time, or read nothing, beside clients that call
// SPDX-License-Identifier: BSL-1.0
//
// bench/strangers.sh measures what the others notice of them. Costs 5 s.
#include "../support/posted.hpp"
#include "../support/running.hpp"
#include "../support/user_header.hpp"

#include <mcpawl/serve.hpp>
#include <mcpawl/server.hpp>

#include <boost/test/unit_test.hpp>

#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

BOOST_AUTO_TEST_SUITE(abuse_slow_clients)

using namespace std::chrono_literals;
using support::loopback_client;
using site = mcpawl::server<support::user_header>;

/** A call as bytes. */
std::string call_of(std::uint16_t port, std::string const& user, std::string const& tool) {
  std::string const text =
      support::stateless_request("tools/call", R"(,"name":")" + tool + R"(","arguments":{})");
  std::string bytes = "POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) + "\r\n";
  for (auto const& [name, value] : support::posting_stateless(user, "tools/call", tool))
    bytes.append(name).append(": ").append(value).append("\r\n");
  return bytes.append("Content-Length: ").append(std::to_string(text.size())).append("\r\n\r\n").append(text);
}

/** A client that has bytes to send, and sends them one at a time. */
struct slow_client {
  slow_client(std::uint16_t port, std::string bytes, std::size_t at_once)
      : connection(std::make_unique<loopback_client>(port)), left(std::move(bytes)) {
    connection->write(left.substr(0, at_once));
    left.erase(0, at_once);
  }
  void drip() {
    if (left.empty()) return;
    // what the other end has closed is found out by reading
    if (::send(connection->native_handle(), left.data(), 1, MSG_NOSIGNAL | MSG_DONTWAIT) == 1)
      left.erase(0, 1);
  }
  std::unique_ptr<loopback_client> connection;
  std::string left;
  bool ended = false;
};

/** Read what has come without waiting, up to the first line; whether the connection has ended is `ended`. */
std::string first_line(loopback_client const& client, bool& ended) {
  std::string text;
  for (char bytes[65536];;) {
    auto const got = ::recv(client.native_handle(), bytes, sizeof bytes, MSG_DONTWAIT);
    ended = got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK);
    if (got <= 0) return text.substr(0, text.find('\r'));
    if (text.size() < 1000) text.append(bytes, static_cast<std::size_t>(got));
  }
}

BOOST_AUTO_TEST_CASE(a_thousand_slow_connections_end_at_their_deadlines_and_hold_up_nobody) {
  constexpr std::size_t slow = 1000, unread = 5;
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  BOOST_TEST_REQUIRE(files.rlim_max > 2 * slow + 100);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);

  site srv{{"slow", "1"}};
  srv.tool("hello", "Answer at once.", [] { return "hello"; });
  srv.tool("long", "A long answer.", [] { return std::string(6'000'000, 'x'); });
  mcpawl::http_options options;
  options.bounds.header_timeout = 1500ms;
  options.bounds.body_timeout = 2000ms;
  options.bounds.write_timeout = 1000ms;
  support::running server(srv, options);
  std::ptrdiff_t const before = support::open_files();

  std::string const good = call_of(server.port(), "good", "hello"),
                    large = call_of(server.port(), "slow", "long");
  std::string const other = call_of(server.port(), "slow", "hello");
  std::size_t const head = other.find("\r\n\r\n") + 4;
  // a head at a byte a time, a body at a byte a time, and an answer that nobody reads
  std::vector<slow_client> heads, bodies;
  std::vector<std::unique_ptr<loopback_client>> deaf;
  for (std::size_t i = 0; i != slow; ++i) {
    if (i % 5 < 2) heads.emplace_back(server.port(), other, 1);
    if (i % 5 == 2 || i % 5 == 3) bodies.emplace_back(server.port(), other, head + 1);
    if (i % 5 != 4) continue;
    deaf.push_back(std::make_unique<loopback_client>(server.port()));
    int const little = 4096;
    ::setsockopt(deaf.back()->native_handle(), SOL_SOCKET, SO_RCVBUF, &little, sizeof little);
    if (deaf.size() <= unread)
      deaf.back()->write(large);
    else
      deaf.back()->write(other + other + other);
  }

  std::atomic<bool> dripping = true;
  std::atomic<int> answered = 0, asked = 0;
  std::vector<std::thread> callers;
  for (int i = 0; i != 4; ++i)
    callers.emplace_back([&] {
      loopback_client client(server.port());
      while (dripping) {
        ++asked;
        client.write(good);
        if (client.read_reply().status == 200) ++answered;
      }
    });
  auto const begin = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - begin < 2500ms) {
    for (auto* const kind : {&heads, &bodies})
      for (slow_client& each : *kind) each.drip();
    std::this_thread::sleep_for(50ms);
  }
  dripping = false;
  for (std::thread& each : callers) each.join();
  BOOST_TEST(answered == asked);
  BOOST_TEST(answered >= 4);  // how many more is a speed, which bench/strangers.sh measures
  BOOST_TEST_MESSAGE(answered << " calls beside " << slow << " slow connections");

  // they end by themselves now; where bytes came after the end, the system may have thrown the response away
  int wrong = 0;
  std::size_t open = heads.size() + bodies.size();
  for (auto const end = std::chrono::steady_clock::now() + 10s;
       open != 0 && std::chrono::steady_clock::now() < end;) {
    open = 0;
    for (auto* const kind : {&heads, &bodies})
      for (slow_client& each : *kind) {
        if (!each.connection) continue;
        std::string const line = first_line(*each.connection, each.ended);
        if (!line.empty() && line != "HTTP/1.1 408 Request Timeout") ++wrong;
        if (each.ended)
          each.connection.reset();
        else
          ++open;
      }
    std::this_thread::sleep_for(20ms);
  }
  BOOST_TEST(open == 0U);
  BOOST_TEST(wrong == 0);
  // of those who read nothing only who would get more than the system keeps for them held a place, and has lost it: what is left of
  // these is our end
  deaf.resize(unread);
  auto const most = before + static_cast<std::ptrdiff_t>(unread);
  for (int i = 0; i != 1000 && support::open_files() > most; ++i) std::this_thread::sleep_for(10ms);
  BOOST_TEST(support::open_files() <= most);
}

BOOST_AUTO_TEST_SUITE_END()
