// tests/abuse/fair_share.cpp - how long a caller waits while another one keeps the server busy
//
// The figures are printed; only that everything is answered is checked, since machines of tests are shared. Costs
// 1 s.
#include "../support/door.hpp"
#include "../support/posted.hpp"
#include "../support/running.hpp"

#include <mcpawl/server.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <thread>
#include <vector>

BOOST_AUTO_TEST_SUITE(abuse_fair_share)

using namespace std::chrono_literals;
using support::fields;
using support::loopback_client;
using site = mcpawl::server<support::user_header>;

fields call_fields(std::string const& user) { return support::posting_stateless(user, "tools/call", "hello"); }

std::string const call_text = support::stateless_request("tools/call", R"(,"name":"hello","arguments":{})");

struct waits {
  std::size_t calls = 0;
  std::chrono::microseconds half{0}, p99{0};
};

/** Call one after the other for a while. */
waits measure(std::uint16_t port, std::chrono::milliseconds time) {
  using steady = std::chrono::steady_clock;
  loopback_client client(port);
  auto const with = call_fields("alice");
  std::vector<std::chrono::microseconds> all;
  for (auto const start = steady::now(); steady::now() - start < time;) {
    auto const asked = steady::now();
    BOOST_REQUIRE(client.request("POST", "/mcp", with, call_text).status == 200);
    all.push_back(std::chrono::duration_cast<std::chrono::microseconds>(steady::now() - asked));
  }
  std::sort(all.begin(), all.end());
  return {all.size(), all[all.size() / 2], all[all.size() * 99 / 100]};
}

BOOST_AUTO_TEST_CASE(a_caller_is_served_beside_one_who_saturates_the_server) {
  site srv{{"fair", "1"}};
  srv.tool("hello", "Answer at once.", [] { return "hello"; });
  support::running<site> running(srv);
  measure(running.port(), 100ms);
  waits const alone = measure(running.port(), 400ms);

  constexpr std::size_t connections = 16, ahead = 8;
  std::atomic<bool> over{false};
  std::atomic<std::size_t> answered{0};
  std::thread other([&] {
    std::vector<std::unique_ptr<loopback_client>> clients;
    auto const with = call_fields("eve");
    for (std::size_t i = 0; i != connections; ++i)
      clients.push_back(std::make_unique<loopback_client>(running.port()));
    while (!over) {
      for (auto const& client : clients)
        for (std::size_t i = 0; i != ahead; ++i) client->send_request("POST", "/mcp", with, call_text);
      for (auto const& client : clients)
        for (std::size_t i = 0; i != ahead; ++i, ++answered)
          if (client->read_reply().status != 200) return;
    }
  });
  while (answered == 0) std::this_thread::sleep_for(1ms);
  waits const beside = measure(running.port(), 400ms);
  over = true;
  other.join();
  BOOST_TEST(answered % (connections * ahead) == 0u);
  BOOST_TEST_MESSAGE("alone: " << alone.calls << " calls, median " << alone.half.count() << " us, p99 "
                               << alone.p99.count() << " us; beside " << answered << " calls of another: "
                               << beside.calls << " calls, median " << beside.half.count() << " us, p99 "
                               << beside.p99.count() << " us, ratio of p99 "
                               << static_cast<double>(beside.p99.count()) / static_cast<double>(alone.p99.count()));
}

BOOST_AUTO_TEST_SUITE_END()
