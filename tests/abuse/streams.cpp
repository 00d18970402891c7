// tests/abuse/streams.cpp - event streams end with their client and with their token
// SPDX-License-Identifier: BSL-1.0
#include "../support/posted.hpp"
#include "../support/running.hpp"
#include "../support/user_header.hpp"

#include <mcpawl/mcp/call/context.hpp>
#include <mcpawl/server.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(abuse_streams)

using namespace std::chrono_literals;
using support::fields;
using support::loopback_client;
using support::open_files;
using clients = std::vector<std::unique_ptr<loopback_client>>;

/** Wait for something for at most a second; tells how long it took, or that second. */
template <class Condition>
std::chrono::milliseconds time_until(Condition const& so) {
  auto const start = std::chrono::steady_clock::now();
  auto const passed = [&] {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
  };
  while (!so() && passed() < 1s) std::this_thread::sleep_for(5ms);
  return std::min<std::chrono::milliseconds>(passed(), 1s);
}

std::atomic<int> begun{0}, ended{0}, finished{0};
std::atomic<bool> let_finish{false};

mcpawl::task<std::string> wait_long(mcpawl::context& ctx) {
  struct counted {
    ~counted() { ++ended; }
  } const end;
  ++begun;
  co_await ctx.progress(1);
  auto const executor = co_await boost::asio::this_coro::executor;
  boost::asio::steady_timer timer(executor);
  while (!let_finish) {
    timer.expires_after(5ms);
    co_await timer.async_wait(boost::asio::use_awaitable);
  }
  ++finished;
  co_return "waited";
}

fields posting(fields more) { return support::posting("alice", std::move(more)); }

std::string stateless(std::string_view method, std::string_view more) {
  return support::stateless_request(method, more, "1", R"("progressToken":"p",)");
}

std::string open_session(std::uint16_t port) {
  return std::string(support::initialize(port, posting({})).field("mcp-session-id"));
}

struct opener {
  std::uint16_t port;
  clients all;

  loopback_client& open(std::string_view method, std::string_view path, fields const& with,
                        std::string_view body = {}) {
    all.push_back(std::make_unique<loopback_client>(port));
    all.back()->send_request(method, path, with, body);
    BOOST_TEST(all.back()->read_head().status == 200);
    return *all.back();
  }
  loopback_client& listen_in_session(std::string const& session) {
    return open("GET", "/mcp", posting({{"Mcp-Session-Id", session}}));
  }
  loopback_client& listen() {
    return open("POST", "/mcp", support::posting_stateless("alice", "subscriptions/listen"),
                stateless("subscriptions/listen", R"(,"notifications":{"toolsListChanged":true})"));
  }
  loopback_client& call() {
    return open("POST", "/mcp", support::posting_stateless("alice", "tools/call", "wait"),
                stateless("tools/call", R"(,"name":"wait","arguments":{})"));
  }
  loopback_client& call_in_session(std::string const& session) {
    return open(
        "POST", "/mcp", posting({{"Mcp-Session-Id", session}}),
        R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"_meta":{"progressToken":"p"},"name":"wait","arguments":{}}})");
  }
};

// 433 of 500 sockets still stood in CLOSE-WAIT 11 seconds after their clients had left.
BOOST_AUTO_TEST_CASE(a_client_that_leaves_a_stream_is_noticed_within_a_second) {
  using site = mcpawl::server<support::user_header>;
  begun = ended = finished = 0;
  let_finish = false;
  site srv{{"streams", "1"}};
  srv.tool("wait", "Wait until told.", wait_long);
  mcpawl::http_options http;
  http.sse_path = "/sse";
  support::running<site> running(srv, http);
  std::vector<std::string> sessions;
  for (int i = 0; i != 10; ++i) sessions.push_back(open_session(running.port()));
  auto const in_sessions = open_session(running.port());
  BOOST_TEST(time_until([] { return false; }) == 1s);  // the connections of the handshakes are gone

  auto const files = open_files();
  opener streams{running.port(), {}};
  for (auto const& session : sessions) streams.listen_in_session(session);
  for (int i = 0; i != 10; ++i) {
    streams.listen();
    streams.call();
    streams.open("GET", "/sse", posting({}));
    streams.call_in_session(in_sessions);
  }
  // what came behind the request of a stream must not hide that its sender left
  for (auto const& client : streams.all) client->write("GET / HTTP/1.1\r\n");
  BOOST_TEST(streams.all.size() == 50u);
  BOOST_TEST(open_files() >= files + 100);
  BOOST_TEST(begun == 20);

  streams.all.clear();
  auto const noticed = time_until([&] { return open_files() == files; });
  BOOST_TEST_MESSAGE("50 streams were closed " << noticed.count() << " ms after their clients had left");
  BOOST_TEST((noticed < 1s));
  // leaving cancels in the stateless protocol (MCP 2026-07-28 "Cancellation"), and not in a session
  BOOST_TEST((time_until([] { return ended == 10; }) < 1s));
  BOOST_TEST(finished == 0);
  let_finish = true;
  BOOST_TEST((time_until([] { return finished == 10; }) < 1s));
}

/** Lets in whoever has not been revoked. */
class revocable {
public:
  using identity_type = support::user;
  explicit revocable(std::shared_ptr<std::atomic<int>> status) : status_(std::move(status)) {}
  mcpawl::task<mcpawl::auth_result<support::user>> authenticate(mcpawl::http::request_head const& head) {
    int const status = *status_;
    if (status != 200) co_return mcpawl::denial(status, "no", "told so");
    co_return co_await users_.authenticate(head);
  }
  std::string principal(support::user const& who) const { return who->name; }

private:
  std::shared_ptr<std::atomic<int>> status_;
  support::user_header users_;
};

BOOST_AUTO_TEST_CASE(a_stream_ends_with_its_token_and_a_call_does_not) {
  using site = mcpawl::server<revocable>;
  begun = ended = finished = 0;
  let_finish = false;
  auto const status = std::make_shared<std::atomic<int>>(200);
  site srv{{"streams", "1"}, revocable(status)};
  srv.tool("wait", "Wait until told.", wait_long);
  mcpawl::http_options http;
  http.sse_path = "/sse";
  http.bounds.stream_check = 20ms;
  support::running<site> running(srv, http);
  auto const session = open_session(running.port());
  opener streams{running.port(), {}};
  streams.listen_in_session(session);
  streams.listen();
  streams.open("GET", "/sse", posting({}));
  auto const ends = [](loopback_client& client) {
    for (std::string chunk = client.read_chunk(); !chunk.empty(); chunk = client.read_chunk())
      if (chunk.find("list_changed") != std::string::npos) return false;
    return true;
  };

  // a store that does not answer is no reason to hang up
  *status = 503;
  std::this_thread::sleep_for(60ms);
  srv.notify_tools_changed();
  BOOST_TEST(!ends(*streams.all[1]));

  *status = 200;
  auto& call = streams.call();
  *status = 401;
  auto const start = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i != 3; ++i) BOOST_TEST(ends(*streams.all[i]));
  BOOST_TEST((std::chrono::steady_clock::now() - start < 1s));
  let_finish = true;
  std::string answer;
  for (std::string chunk = call.read_chunk(); !chunk.empty(); chunk = call.read_chunk()) answer += chunk;
  BOOST_TEST(answer.find("waited") != std::string::npos, answer);
}

BOOST_AUTO_TEST_SUITE_END()
