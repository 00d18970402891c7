// tests/wire/load.cpp - what many clients cost that do nothing, read nothing, or never come back
// SPDX-License-Identifier: BSL-1.0
#include "live.hpp"

#include <mcpawl/test/manual_clock.hpp>

#include <boost/test/unit_test.hpp>

#include <arpa/inet.h>
#include <malloc.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

using namespace live;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MCPAWL_TEST_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define MCPAWL_TEST_SANITIZED 1
#endif
#endif
#ifdef MCPAWL_TEST_SANITIZED
extern "C" std::size_t __sanitizer_get_current_allocated_bytes();
#endif

namespace {

using support::open_files;

constexpr std::size_t kibibyte = 1024, mebibyte = 1024 * kibibyte;

/** Bytes of the heap that are in use. */
std::size_t heap() {
#ifdef MCPAWL_TEST_SANITIZED
  return __sanitizer_get_current_allocated_bytes();
#else
  auto const info = ::mallinfo2();
  return info.uordblks + info.hblkhd;
#endif
}

/** Bytes of memory that the process has; those of a sanitizer's own are not counted. */
std::size_t memory() {
#ifdef MCPAWL_TEST_SANITIZED
  return heap();
#else
  ::malloc_trim(0);
  std::ifstream file("/proc/self/statm");
  std::size_t all = 0, resident = 0;
  file >> all >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
#endif
}

std::size_t growth(std::size_t before, std::size_t now) { return now > before ? now - before : 0; }

void allow_files(rlim_t count) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < count) limit.rlim_cur = std::min(count, limit.rlim_max);
  ::setrlimit(RLIMIT_NOFILE, &limit);
  BOOST_TEST_REQUIRE(limit.rlim_cur >= count);
}

/** A client that costs nothing but its socket. */
class bare_client {
public:
  explicit bare_client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    timeval const patience{20, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (socket_ < 0 || ::connect(socket_, reinterpret_cast<sockaddr const*>(&to), sizeof to) != 0)
      throw std::system_error(errno, std::generic_category(), "connect");
  }
  bare_client(bare_client&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}
  bare_client& operator=(bare_client&&) = delete;
  ~bare_client() {
    if (socket_ >= 0) ::close(socket_);
  }

  /** Send a request and read until the response has said `word`. */
  void ask(std::string_view method, fields const& with, std::string_view body, std::string_view word) {
    std::string out(method);
    out += " /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\n";
    for (auto const& [name, text] : with) out += name + ": " + text + "\r\n";
    if (!body.empty()) out += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    out.append("\r\n").append(body);
    if (::send(socket_, out.data(), out.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(out.size()))
      throw std::system_error(errno, std::generic_category(), "send");
    std::string in;
    while (in.find(word) == std::string::npos) {
      char bytes[4096];
      auto const got = ::recv(socket_, bytes, sizeof bytes, 0);
      if (got <= 0) throw std::runtime_error("no answer: " + in);
      in.append(bytes, static_cast<std::size_t>(got));
    }
  }
  /** Read to the end; returns how much came. */
  std::size_t drain() {
    std::vector<char> bytes(mebibyte);
    std::size_t all = 0;
    for (;;) {
      auto const got = ::recv(socket_, bytes.data(), bytes.size(), 0);
      if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        throw std::runtime_error("the stream goes on");
      if (got <= 0) return all;
      all += static_cast<std::size_t>(got);
    }
  }

private:
  int socket_;
};

fields listening(fields with) {
  with.emplace_back("Accept", "text/event-stream");
  return with;
}

constexpr std::string_view filter =
    R"(,"notifications":{"toolsListChanged":true,"resourceSubscriptions":["test://big"]})";

bare_client listen_without_session(site& s) {
  bare_client client(s.server.port());
  client.ask("POST", site::posting(stateless_headers("subscriptions/listen")),
             stateless("1", "subscriptions/listen", filter), "acknowledged");
  return client;
}
bare_client listen_in_session(site& s, fields const& session) {
  bare_client client(s.server.port());
  client.ask("GET", listening(session), {}, "retry: ");
  return client;
}

void add_big(mcpawl::server<>& to) {
  to.resource("test://big", "big", "x");  // what lies below is part of it
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wire_load)

BOOST_AUTO_TEST_CASE(an_idle_stream_costs_at_most_40_kib) {
  constexpr std::size_t count = 1000;
  allow_files(4 * count + 200);
  site s{{}, {}, add_big};
  std::vector<bare_client> warm;
  for (int i = 0; i != 10; ++i) {
    warm.push_back(listen_without_session(s));
    warm.push_back(listen_in_session(s, s.open()));
  }
  std::vector<bare_client> idle;
  idle.reserve(2 * count);
  std::size_t before = memory();
  for (std::size_t i = 0; i != count; ++i) idle.push_back(listen_without_session(s));
  auto const stateless_each = growth(before, memory()) / count;
  BOOST_TEST_MESSAGE("a subscription costs " << stateless_each << " bytes");
  BOOST_TEST(stateless_each > 0U);
  BOOST_TEST(stateless_each <= 40 * kibibyte);

  std::vector<fields> sessions;
  sessions.reserve(count);
  before = memory();
  for (std::size_t i = 0; i != count; ++i) sessions.push_back(s.open());
  for (auto const& session : sessions) idle.push_back(listen_in_session(s, session));
  // with its session, and what the test keeps of it
  auto const each = growth(before, memory()) / count;
  BOOST_TEST_MESSAGE("a session that is listened to costs " << each << " bytes");
  BOOST_TEST(each <= 40 * kibibyte);
}

BOOST_AUTO_TEST_CASE(a_slow_reader_is_bounded_and_then_dropped) {
  mcpawl::http_options http;
  http.bounds.write_timeout = std::chrono::milliseconds(300);
  site s{{}, http, add_big};
  auto const files = open_files();  // without any connection
  auto const session = s.open();
  s.post(request("1", "resources/subscribe", R"({"uri":"test://big"})"), session);
  for (bool const in_session : {true, false}) {
    auto client = in_session ? listen_in_session(s, session) : listen_without_session(s);
    // both ends of it, and of no other any more
    BOOST_TEST(eventually([&] { return open_files() == files + 2; }));
    auto const before = heap();
    std::size_t most = 0, told = 0;
    std::string const name(2000, 'x');
    // until the server has closed its end of the connection
    BOOST_TEST(eventually([&] {
      for (int i = 0; i != 100; ++i, told += name.size())
        s.srv.notify_resource_updated("test://big/" + name + std::to_string(told));
      most = std::max(most, growth(before, heap()));
      return open_files() == files + 1;
    }));
    BOOST_TEST_MESSAGE("told " << told << " bytes, kept at most " << most);
    BOOST_TEST(told > 2 * mebibyte);
    BOOST_TEST(most < 2 * mebibyte);
    BOOST_TEST(client.drain() < told);
  }
  // the session is as good as before
  BOOST_TEST(text_of(json_of(s.post(call("1", "plain"), session))) == "plain");
}

BOOST_AUTO_TEST_CASE(sessions_that_are_opened_and_abandoned_leave_memory_where_it_was) {
  mcpawl::test::manual_clock time;
  mcpawl::server_options options;
  options.time = &time;
  options.session_idle = std::chrono::seconds(4);
  site s{options};
  loopback_client client{s.server.port()};
  auto const with = site::posting({});
  auto const open = [&](int count) {
    for (int i = 0; i != count; ++i)
      if (client.request("POST", "/mcp", with, initialize("2025-11-25")).status != 200) return false;
    return true;
  };
  BOOST_TEST(open(100));
  auto const before = heap();
  BOOST_TEST(open(10'000));
  auto const full = growth(before, heap());
  time.advance(std::chrono::seconds(5));
  // nobody comes any more: it is the timer that ends them. That they were ended is remembered, in few bytes
  constexpr std::size_t remembered = 10'000 * 256;
  BOOST_TEST_MESSAGE("10 000 sessions cost " << full << " bytes");
  BOOST_TEST(full > 2 * remembered);
  BOOST_TEST(eventually([&] { return growth(before, heap()) <= remembered; }));
  // and forgotten with the day
  time.advance(std::chrono::hours(25));
  BOOST_TEST(open(1));
  time.advance(std::chrono::seconds(5));
  BOOST_TEST(eventually([&] { return growth(before, heap()) <= remembered / 10; }));
}

BOOST_AUTO_TEST_SUITE_END()
