// tests/wire/blocking.cpp - blocking tools over stdio, HTTP+SSE and in sessions of 2025-06-18: progress, cancellation, time-outs
// SPDX-License-Identifier: BSL-1.0
#include "live.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>

namespace wire_blocking {

using namespace live;
using namespace std::chrono_literals;
using support::piped;

/** What the functions of a test have in common; they own it, for they may outlive it. */
struct shared {
  std::atomic<int> begun = 0, ended = 0;
  std::atomic<bool> go = false;
};

/** Reports that it has begun, and waits to be let go or cancelled. */
template <class Tell, class Cancelled>
std::string work(shared& s, Tell const& tell, Cancelled const& is_cancelled) {
  tell(1);
  ++s.begun;
  while (!s.go && !is_cancelled()) std::this_thread::sleep_for(1ms);
  bool const left = is_cancelled();
  if (!left) tell(2);
  ++s.ended;
  return left ? "left" : "worked";
}
inline std::string reporting(mcpawl::reporter const& to, std::shared_ptr<shared> const& s) {
  return work(*s, [&](double done) { to.progress(done); }, [&] { return to.cancelled(); });
}
inline mcpawl::task<std::string> offloading(std::shared_ptr<shared> s, mcpawl::context& ctx) {
  std::string done = co_await ctx.offload(reporting, s);
  co_return done;
}

struct fixture {
  std::shared_ptr<shared> s = std::make_shared<shared>();

  ~fixture() { s->go = true; }

  void add_to(mcpawl::server<>& srv) const {
    auto const plain = [s = s](mcpawl::context& ctx) {
      return work(*s, [&](double done) { ctx.report_progress(done); }, [&] { return ctx.cancelled(); });
    };
    srv.tool("block", "x", plain).blocking();
    srv.tool("offload", "x", [s = s](mcpawl::context& ctx) { return offloading(s, ctx); });
    srv.tool("short", "x", plain).blocking().timeout(60ms);
  }
  template <class Predicate>
  static bool becomes_true(Predicate now) {
    auto const until = std::chrono::steady_clock::now() + 10s;
    while (!now() && std::chrono::steady_clock::now() < until) std::this_thread::sleep_for(1ms);
    return now();
  }

  /** Talk to a session: `send` a message, take the `next` one. */
  template <class Send, class Next>
  void check(Send const& send, Next const& next) const {
    for (std::string const tool : {"block", "offload"}) {
      s->go = false;
      int const begun = s->begun, ended = s->ended;
      send(call("1", tool));
      auto const first = next();
      BOOST_TEST(first.at("method") == "notifications/progress");
      BOOST_TEST(first.at("params").at("progress").template to_number<int>() == 1);
      BOOST_TEST(becomes_true([&] { return s->begun == begun + 1; }));
      send(request("2", "ping"));  // nobody waits for it
      BOOST_TEST(next().at("id") == 2);
      s->go = true;
      BOOST_TEST(next().at("params").at("progress").template to_number<int>() == 2);
      BOOST_TEST(text_of(next()) == "worked");

      s->go = false;
      send(call("3", tool));
      next();
      BOOST_TEST(becomes_true([&] { return s->begun == begun + 2; }));
      send(notification("notifications/cancelled", R"({"requestId":3})"));
      BOOST_TEST(becomes_true([&] { return s->ended == ended + 2; }));
      send(request("4", "ping"));
      BOOST_TEST(next().at("id") == 4);  // and no response to what was cancelled
    }
    send(call("5", "short"));
    next();
    auto const late = next();
    BOOST_TEST(late.at("id") == 5);
    BOOST_TEST(late.at("result").at("isError") == true);
    BOOST_TEST(text_of(late).find("the tool took longer than 60 ms") == 0u);
  }
};

}  // namespace wire_blocking

BOOST_FIXTURE_TEST_SUITE(wire_blocking, fixture)

BOOST_AUTO_TEST_CASE(over_stdio_in_every_revision_with_sessions) {
  for (std::string const version : {"2024-11-05", "2025-06-18", "2025-11-25"}) {
    mcpawl::server<> srv{{"blocking", "1"}};
    add_to(srv);
    piped client{srv};
    client.ask(initialize(version));
    client.send(notification("notifications/initialized"));
    check([&](std::string const& text) { client.send(text); }, [&] { return client.message(); });
  }
}

BOOST_AUTO_TEST_CASE(over_http_sse) {
  mcpawl::server<> srv{{"blocking", "1"}};
  add_to(srv);
  mcpawl::http_options http;
  http.sse_path = "/sse";
  support::running<mcpawl::server<>> running(srv, http);
  stream events(running.port(), "GET", "/sse", {{"Accept", "text/event-stream"}});
  std::string const endpoint = events.next().data;
  auto const send = [&](std::string const& text) {
    loopback_client client{running.port()};
    BOOST_TEST(client.request("POST", endpoint, {{"Content-Type", "application/json"}}, text).status == 202);
  };
  send(initialize("2024-11-05"));
  events.message();
  send(notification("notifications/initialized"));
  check(send, [&] { return events.message(); });
}

BOOST_AUTO_TEST_CASE(over_streamable_http_in_a_session_of_2025_06_18) {
  mcpawl::server<> srv{{"blocking", "1"}};
  add_to(srv);
  support::running<mcpawl::server<>> running(srv);
  fields with{{"Content-Type", "application/json"}, {"Accept", "application/json, text/event-stream"}};
  auto const opened = loopback_client(running.port()).request("POST", "/mcp", with, initialize("2025-06-18"));
  with.emplace_back("Mcp-Session-Id", opened.field("mcp-session-id"));
  with.emplace_back("MCP-Protocol-Version", "2025-06-18");
  auto const post = [&](std::string const& text) {
    return loopback_client(running.port()).request("POST", "/mcp", with, text);
  };
  post(notification("notifications/initialized"));
  for (std::string const tool : {"block", "offload"}) {
    s->go = false;
    int const begun = s->begun, ended = s->ended;
    loopback_client waits(running.port());
    waits.send_request("POST", "/mcp", with, call("1", tool));
    BOOST_TEST(becomes_true([&] { return s->begun == begun + 1; }));
    s->go = true;
    auto const events = support::events_of(waits.read_reply());
    BOOST_TEST_REQUIRE(events.size() == 3u);
    BOOST_TEST(events[1].at("params").at("progress").to_number<int>() == 2);
    BOOST_TEST(text_of(events[2]) == "worked");

    s->go = false;
    loopback_client cancels(running.port());
    cancels.send_request("POST", "/mcp", with, call("2", tool));
    BOOST_TEST(becomes_true([&] { return s->begun == begun + 2; }));
    BOOST_TEST(post(notification("notifications/cancelled", R"({"requestId":2})")).status == 202);
    BOOST_TEST(becomes_true([&] { return s->ended == ended + 2; }));
    BOOST_TEST(support::events_of(cancels.read_reply()).size() == 1u);  // the first progress alone
  }
  auto const late = support::events_of(post(call("3", "short")));
  BOOST_TEST_REQUIRE(late.size() == 2u);
  BOOST_TEST(text_of(late[1]).find("the tool took longer than 60 ms") == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
