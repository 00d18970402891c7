// tests/abuse/blocking_work.cpp - who fills the threads for blocking work leaves some to the others
// SPDX-License-Identifier: BSL-1.0
#include "../support/posted.hpp"
#include "../support/running.hpp"
#include "../support/user_header.hpp"

#include <mcpawl/mcp/call/context.hpp>
#include <mcpawl/server.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace abuse_blocking_work {

using namespace std::chrono_literals;
using support::http_reply;
using support::loopback_client;
using site = mcpawl::server<support::user_header>;

/** What the functions of a test have in common; they own it, for they may outlive it. */
struct shared {
  std::atomic<int> begun = 0;
  std::atomic<bool> go = false;
};

inline std::string block(std::shared_ptr<shared> const& s) {
  ++s->begun;
  while (!s->go) std::this_thread::sleep_for(1ms);
  return "done";
}
inline mcpawl::task<std::string> offload(std::shared_ptr<shared> s, mcpawl::context& ctx) {
  std::string done = co_await ctx.offload(block, s);
  co_return done;
}

struct scene {
  std::shared_ptr<shared> s = std::make_shared<shared>();
  site srv{{"blocking", "1"}};
  mcpawl::http_options options;
  std::unique_ptr<support::running<site>> running;
  std::vector<std::unique_ptr<loopback_client>> waiting;

  scene() {
    srv.tool("plain", "x", [s = s] { return block(s); }).blocking();
    srv.tool("offload", "x", [s = s](mcpawl::context& ctx) { return offload(s, ctx); });
    srv.tool("quick", "x", [] { return "here"; }).blocking();
    options.bounds.max_work_threads = 4;
    options.bounds.max_running_work = 12;  // of four: three
  }
  ~scene() { s->go = true; }

  void start() { running = std::make_unique<support::running<site>>(srv, options); }

  std::unique_ptr<loopback_client> call(std::string const& user, std::string const& tool) const {
    auto made = std::make_unique<loopback_client>(running->port());
    made->send_request(
        "POST", "/mcp", support::posting_stateless(user, "tools/call", tool),
        support::stateless_request("tools/call", R"(,"name":")" + tool + R"(","arguments":{})"));
    return made;
  }
  static std::string text_of(http_reply const& reply) {
    bool const events = reply.field("content-type").find("text/event-stream") == 0;
    auto const message = events ? support::events_of(reply).back() : support::json_of(reply);
    return std::string(message.at("result").at("content").at(0).at("text").as_string());
  }
  bool reaches(int begun) const {
    auto const until = std::chrono::steady_clock::now() + 10s;
    while (s->begun != begun && std::chrono::steady_clock::now() < until) std::this_thread::sleep_for(1ms);
    return s->begun == begun;
  }
};

}  // namespace abuse_blocking_work

BOOST_FIXTURE_TEST_SUITE(abuse_blocking_work, scene)

BOOST_AUTO_TEST_CASE(a_caller_cannot_take_all_threads) {
  start();
  for (int i = 0; i != 40; ++i) waiting.push_back(call("eve", i % 2 == 0 ? "plain" : "offload"));
  BOOST_TEST(reaches(3));
  // others have the fourth, as often as they like
  for (int i = 0; i != 20; ++i) BOOST_TEST(text_of(call("alice", "quick")->read_reply()) == "here");
  BOOST_TEST(s->begun == 3);
  s->go = true;
  for (auto const& each : waiting) BOOST_TEST(text_of(each->read_reply()) == "done");
  BOOST_TEST(s->begun == 40);
}

BOOST_AUTO_TEST_CASE(who_is_beyond_the_queue_too_reads_that_the_server_is_busy) {
  options.bounds.max_queued_work = 5;
  start();
  for (int i = 0; i != 3; ++i) waiting.push_back(call("eve", "plain"));
  BOOST_TEST(reaches(3));
  int busy = 0;
  for (int i = 0; i != 12; ++i) waiting.push_back(call("eve", "offload"));
  std::this_thread::sleep_for(100ms);
  BOOST_TEST(text_of(call("alice", "quick")->read_reply()) == "here");
  s->go = true;
  for (auto const& each : waiting) {
    auto const reply = each->read_reply();
    BOOST_TEST(reply.status == 200);
    busy += text_of(reply).find("busy: too many functions that block wait already (max_queued_work)") == 0
                ? 1
                : 0;
  }
  BOOST_TEST(busy == 7);
}

BOOST_AUTO_TEST_CASE(who_leaves_and_calls_again_gains_no_thread) {
  start();
  for (int round = 0; round != 5; ++round) {
    for (int i = 0; i != 6; ++i) waiting.push_back(call("eve", "offload"));
    if (round == 0) BOOST_TEST(reaches(3));
    std::this_thread::sleep_for(20ms);
    waiting.clear();
  }
  BOOST_TEST(s->begun == 3);
  BOOST_TEST(text_of(call("alice", "quick")->read_reply()) == "here");
}

BOOST_AUTO_TEST_CASE(a_tool_at_its_most_is_busy_for_all_and_other_tools_are_not) {
  srv.tool("scarce", "x", [s = s] { return block(s); }).blocking().at_most(2);
  start();
  for (int i = 0; i != 2; ++i) waiting.push_back(call("eve", "scarce"));
  BOOST_TEST(reaches(2));
  for (std::string const user : {"eve", "alice"})
    BOOST_TEST(text_of(call(user, "scarce")->read_reply()) ==
               "busy: this tool is already running 2 times, which is the most; try again later");
  BOOST_TEST(text_of(call("alice", "quick")->read_reply()) == "here");
}

BOOST_AUTO_TEST_SUITE_END()
