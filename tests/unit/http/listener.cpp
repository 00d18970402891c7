// tests/unit/http/listener.cpp - addresses, shortages and limits at the policy
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/http/listener.hpp>

#include <boost/test/unit_test.hpp>

#include "loopback.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

BOOST_AUTO_TEST_SUITE(http_listener)

using namespace http_test;

BOOST_AUTO_TEST_CASE(an_address_is_literal_or_localhost) {
  boost::asio::io_context io(1);
  auto const ex = io.get_executor();
  BOOST_TEST(http::listen(ex, "127.0.0.1", 0).value().local_endpoint().port() != 0);
  BOOST_TEST(http::listen(ex, "localhost", 0).value().local_endpoint().address().is_loopback());
  for (std::string bad : {"", "example.com", "127.0.0.1:80", "999.0.0.1", "127.1"}) {
    auto const got = http::listen(ex, bad, 0);
    BOOST_TEST((got.error() == make_error_code(http::http_errc::bad_address)), bad);
  }
}

BOOST_AUTO_TEST_CASE(a_port_is_taken_once) {
  boost::asio::io_context io(1);
  auto const ex = io.get_executor();
  auto const first = http::listen(ex, "127.0.0.1", 0);
  auto const again = http::listen(ex, "127.0.0.1", first.value().local_endpoint().port());
  BOOST_TEST((again.error() == boost::system::errc::address_in_use));
}

BOOST_AUTO_TEST_CASE(each_failure_of_accept_has_its_remedy) {
  using http::detail::accept_remedy;
  namespace error = boost::asio::error;
  auto const of = [](int e) { return http::detail::remedy_for({e, boost::system::system_category()}); };
  for (int e : {EMFILE, ENFILE, ENOBUFS, ENOMEM}) BOOST_TEST((of(e) == accept_remedy::pause));
  for (int e : {ECONNABORTED, EPROTO, ENETDOWN, EHOSTUNREACH, EINTR})
    BOOST_TEST((of(e) == accept_remedy::go_on));
  BOOST_TEST((of(EAGAIN) == accept_remedy::wait));
  BOOST_TEST((of(EBADF) == accept_remedy::stop));
  BOOST_TEST((http::detail::remedy_for(error::operation_aborted) == accept_remedy::stop));
}

// What the limit was before, and a client whose socket took the last descriptor that is allowed now, so that the
// server's end cannot have one.
struct shortage {
  explicit shortage(server& s) : waiting(tighten(s)) {}
  client tighten(server& s) {
    BOOST_TEST_REQUIRE(::getrlimit(RLIMIT_NOFILE, &usual) == 0);
    int const probe = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    ::close(probe);
    rlimit tight = usual;
    tight.rlim_cur = static_cast<rlim_t>(probe) + 1;
    BOOST_TEST_REQUIRE(::setrlimit(RLIMIT_NOFILE, &tight) == 0);
    client c = s.connect();
    c.send(get);
    return c;
  }
  void end() { BOOST_TEST_REQUIRE(::setrlimit(RLIMIT_NOFILE, &usual) == 0); }
  rlimit usual{};
  client waiting;
};

BOOST_AUTO_TEST_CASE(a_shortage_of_descriptors_is_survived) {
  server s(echo);
  client busy = s.connect();
  std::string_view const request = get;
  busy.send(request.substr(0, 10));
  // the first bytes of a request make a connection busy, once they are read
  std::this_thread::sleep_for(std::chrono::milliseconds{50});
  shortage lack(s);
  pollfd nothing{lack.waiting.fd(), POLLIN, 0};
  BOOST_TEST(::poll(&nothing, 1, 150) == 0);
  busy.send(request.substr(10));
  BOOST_TEST(busy.read_answer().status == 200);
  lack.end();
  BOOST_TEST(lack.waiting.read_answer().status == 200);
}

BOOST_AUTO_TEST_CASE(an_idle_connection_gives_its_descriptor_to_one_that_waits) {
  server s(echo);
  client oldest = s.connect();
  BOOST_TEST(oldest.ask(get).status == 200);
  client idle = s.connect();
  BOOST_TEST(idle.ask(get).status == 200);
  shortage lack(s);
  BOOST_TEST(lack.waiting.read_answer().status == 200);
  // one was enough, although accept fails as long as there is no descriptor
  std::this_thread::sleep_for(std::chrono::milliseconds{100});
  BOOST_TEST(idle.ask(get).status == 200);
  BOOST_TEST(oldest.read_answer().status == 0);
  lack.end();
}

BOOST_AUTO_TEST_CASE(idle_connections_make_way_at_the_limit) {
  limits bounds;
  bounds.connections = 3;
  server s(echo, bounds);
  std::vector<client> idle;
  for (int i = 0; i != 3; ++i) {
    idle.push_back(s.connect());
    BOOST_TEST(idle.back().ask(get).status == 200);
  }
  client newcomer = s.connect();
  BOOST_TEST(newcomer.ask(get).status == 200);
  BOOST_TEST(idle.front().at_end());
  BOOST_TEST(idle.back().ask(get).status == 200);
}

BOOST_AUTO_TEST_CASE(newcomers_wait_while_all_are_busy) {
  limits bounds;
  bounds.connections = 1;
  server s(
      [](http::exchange& x) -> task<> {
        if (x.head().path() == "/hold") co_await x.wait_disconnect();
        co_await x.respond(http::response(202));
      },
      bounds);
  client busy = s.connect();
  busy.send("GET /hold HTTP/1.1\r\nHost: a\r\n\r\n");
  BOOST_TEST(s.eventually([&] { return s.set().size() == 1 && s.set().idle() == 0; }));
  client newcomer = s.connect();
  newcomer.send(get);
  pollfd nothing{newcomer.fd(), POLLIN, 0};
  BOOST_TEST(::poll(&nothing, 1, 50) == 0);
  busy.close();
  BOOST_TEST(newcomer.read_answer().status == 202);
}

// Closing a socket that listens resets what waits in it.
BOOST_AUTO_TEST_CASE(what_waits_in_the_socket_at_the_end_is_answered) {
  boost::asio::io_context io(1);
  auto acceptor = http::listen(io.get_executor(), "127.0.0.1", 0).value();
  handler answer = echo;
  http::listener_rules const rules;
  limits const bounds;
  http::connection_set set;
  http::accept_counts const counts{std::make_shared<std::atomic<std::size_t>>(0),
                                   std::make_shared<std::atomic<std::size_t>>(0)};
  http::accepting<handler> accepting(acceptor, answer, rules, bounds, set, counts, logger::none());
  std::vector<client> clients;
  for (int i = 0; i != 30; ++i) {
    clients.emplace_back(acceptor.local_endpoint().port());
    clients.back().send(post(std::to_string(i)));
  }
  client late(acceptor.local_endpoint().port()), silent(acceptor.local_endpoint().port());
  boost::asio::post(io, [&] {
    accepting.finish();
    boost::asio::co_spawn(io, set.drain(5s), boost::asio::detached);
  });
  std::thread thread([&io] { io.run(); });
  auto const begin = std::chrono::steady_clock::now();
  std::this_thread::sleep_for(50ms);
  BOOST_TEST(late.ask(post("late")).body == "POST /mcp late");
  for (std::size_t i = 0; i != clients.size(); ++i) {
    auto const got = clients[i].read_answer();
    BOOST_TEST(got.body == "POST /mcp " + std::to_string(i));
    BOOST_TEST(got.field("Connection") == "close");
    clients[i].close();
  }
  late.close();
  // who has nothing to say does not hold up the end
  BOOST_TEST(silent.at_end());
  thread.join();
  BOOST_TEST((std::chrono::steady_clock::now() - begin < 4s));
}

BOOST_AUTO_TEST_SUITE_END()
