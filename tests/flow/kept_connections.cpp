// tests/flow/kept_connections.cpp - proxies that keep connections to the server: who closes first decides whether a request is lost
// SPDX-License-Identifier: BSL-1.0
//
// A second stands for 100 ms here. Costs 3 s.
#include "../support/posted.hpp"
#include "../support/running.hpp"

#include <mcpawl/mcpawl.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <future>
#include <memory>
#include <thread>
#include <vector>

namespace flow_kept_connections {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using support::loopback_client;

namespace {

/** A proxy that keeps a connection for so long, and sends no POST twice. That the server has closed it is not known yet when
    the next request comes: the news is on its way. */
class proxy {
public:
  proxy(std::uint16_t port, milliseconds keep) : port_(port), keep_(keep) {}

  /** The status that a client gets. */
  int post() {
    if (connection_ && std::chrono::steady_clock::now() - last_ > keep_) connection_.reset();
    try {
      if (!connection_) connection_ = std::make_unique<loopback_client>(port_);
      auto const reply = connection_->request("POST", "/mcp", support::posting_stateless({}, "tools/list"),
                                              support::stateless_request("tools/list"));
      last_ = std::chrono::steady_clock::now();
      return reply.status;
    } catch (std::exception const&) {
      connection_.reset();
      return 502;
    }
  }

private:
  std::uint16_t port_;
  milliseconds keep_;
  std::unique_ptr<loopback_client> connection_;
  std::chrono::steady_clock::time_point last_{};
};

/** Two requests with a pause between them; the status of the second. */
std::future<int> second_of_two(std::uint16_t port, milliseconds keep, milliseconds pause) {
  return std::async(std::launch::async, [port, keep, pause] {
    proxy front(port, keep);
    int const first = front.post();
    if (first != 200) return first;
    std::this_thread::sleep_for(pause);
    return front.post();
  });
}

struct scene {
  mcpawl::server<> srv{{"kept", "1"}};
  scene() {
    srv.tool("hello", "Say hello.", [] { return "hello"; });
  }
};

}  // namespace

}  // namespace flow_kept_connections

BOOST_FIXTURE_TEST_SUITE(flow_kept_connections, scene)

BOOST_AUTO_TEST_CASE(no_request_is_lost_where_the_proxy_closes_first) {
  // cloudflared keeps connections for 90 s, Caddy for 120 s; here they would be 900 and 1200 ms
  constexpr milliseconds cloudflared = 90s, caddy = 120s, ours = mcpawl::limits{}.idle_timeout;
  static_assert(ours == 130s && ours > cloudflared && ours > caddy);
  mcpawl::http_options options;
  options.bounds.idle_timeout = ours / 100;
  support::running server(srv, options);
  std::vector<std::future<int>> statuses;
  for (milliseconds const keep : {cloudflared / 100, caddy / 100})
    for (milliseconds const pause : {keep / 2, keep - 100ms, keep + 50ms, ours / 100 + 100ms})
      statuses.push_back(second_of_two(server.port(), keep, pause));
  for (auto& status : statuses) BOOST_TEST(status.get() == 200);
}

BOOST_AUTO_TEST_CASE(a_request_is_lost_where_the_server_closes_first) {
  mcpawl::http_options options;
  options.bounds.idle_timeout = 300ms;
  support::running server(srv, options);
  auto kept = second_of_two(server.port(), 2000ms, 1000ms),
       given_up = second_of_two(server.port(), 200ms, 1000ms);
  BOOST_TEST(kept.get() == 502);
  BOOST_TEST(given_up.get() == 200);
}

BOOST_AUTO_TEST_SUITE_END()
