// tests/flow/blocking.cpp - functions that block have threads of their own: nobody else waits for them
// SPDX-License-Identifier: BSL-1.0
#include "../support/becomes_true.hpp"
#include "../support/running.hpp"
#include "../support/user_header.hpp"

#include <mcpawl/mcpawl.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace flow_blocking {

using namespace std::chrono_literals;
using support::becomes_true;
using support::fields;
using support::loopback_client;

namespace {

/** What the functions of a test have in common; they own it, for they may outlive the test's server. */
struct shared {
  std::atomic<int> begun = 0, ended = 0;
  std::atomic<bool> go = false, saw_cancel = false;
};

struct text_args {
  std::string text;
};

/** Wait on this thread until the test says go. */
void block(shared& s) {
  ++s.begun;
  while (!s.go) std::this_thread::sleep_for(1ms);
  ++s.ended;
}

std::string blocking_work(std::shared_ptr<shared> const& s, text_args const& in) {
  block(*s);
  return "worked on " + in.text;
}

void until_cancelled(mcpawl::reporter const& to, std::shared_ptr<shared> const& s) {
  ++s->begun;
  while (!to.cancelled()) std::this_thread::sleep_for(1ms);
  s->saw_cancel = true;
  ++s->ended;
}

void in_steps(mcpawl::reporter const& to, std::shared_ptr<shared> const& s) {
  to.progress(1, 3, "first");
  to.log(mcpawl::message_level::warning, "half");
  block(*s);
  to.progress(2, 3, "second");
}

void fails(std::string const& how) {
  if (how == "tool_error") throw mcpawl::tool_error("no such row");
  throw std::runtime_error("secret: disk full");
}

fields fields_of(std::string const& tool, std::string const& user) {
  return {{"MCP-Protocol-Version", "2026-07-28"},
          {"Mcp-Method", "tools/call"},
          {"Mcp-Name", tool},
          {"Content-Type", "application/json"},
          {"Accept", "text/event-stream, application/json"},
          {"X-User", user}};
}

std::string call_of(std::string const& tool, std::string const& text = "a") {
  return R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":")" + tool +
         R"(","arguments":{"text":")" + text +
         R"("},"_meta":{"progressToken":7,"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/logLevel":"info","io.modelcontextprotocol/clientCapabilities":{}}}})";
}

using server = mcpawl::server<support::user_header>;

struct scene {
  std::shared_ptr<shared> s = std::make_shared<shared>();
  server srv{{"blocking", "1"}, support::user_header()};
  mcpawl::http_options options;
  std::unique_ptr<support::running<server>> running;

  scene() {
    srv.tool("offload", "Offload.",
             [s = s](text_args in, mcpawl::context& ctx) { return offload(s, std::move(in), ctx); });
    srv.tool("steps", "Report.", [s = s](text_args, mcpawl::context& ctx) { return steps(s, ctx); });
    srv.tool("patient", "Until cancelled.",
             [s = s](text_args, mcpawl::context& ctx) { return patient(s, ctx); });
    srv.tool("failing", "Fail.", failing);
    srv.tool("quick", "Answer.", [](text_args in) { return in.text; });
    srv.tool("plain", "Block.",
             [s = s](text_args in, support::user const& who, mcpawl::context& ctx) {
               ctx.report_progress(1, 2, "begun");
               ctx.report_log(mcpawl::message_level::info, "told");
               block(*s);
               ctx.report_progress(2);
               return who->name + ' ' + in.text;
             })
        .blocking();
  }
  ~scene() { s->go = true; }

  static mcpawl::task<std::string> offload(std::shared_ptr<shared> s, text_args in, mcpawl::context& ctx) {
    std::string const done = co_await ctx.offload(blocking_work, s, in);
    co_return done;
  }
  static mcpawl::task<std::string> steps(std::shared_ptr<shared> s, mcpawl::context& ctx) {
    co_await ctx.offload(in_steps, s);
    co_await ctx.progress(3, 3, "third");
    co_return "done";
  }
  static mcpawl::task<std::string> patient(std::shared_ptr<shared> s, mcpawl::context& ctx) {
    co_await ctx.offload(until_cancelled, s);
    co_return "done";
  }
  static mcpawl::task<std::string> failing(text_args in, mcpawl::context& ctx) {
    co_await ctx.offload(fails, in.text);
    co_return "done";
  }

  void start() { running = std::make_unique<support::running<server>>(srv, options); }
  std::unique_ptr<loopback_client> client() { return std::make_unique<loopback_client>(running->port()); }
  std::unique_ptr<loopback_client> call(std::string const& tool, std::string const& user = "alice") {
    auto made = client();
    made->send_request("POST", "/mcp", fields_of(tool, user), call_of(tool));
    return made;
  }
};

/** The result of a call, however it came. */
boost::json::value result_of(support::http_reply const& reply) {
  if (reply.field("content-type").starts_with("text/event-stream")) return support::events_of(reply).back();
  return support::json_of(reply);
}
std::string text_of(support::http_reply const& reply) {
  return std::string(result_of(reply).at("result").at("content").at(0).at("text").as_string());
}
/** The methods of the notifications before the result, with how far each has come. */
std::string notifications_of(support::http_reply const& reply) {
  std::string all;
  for (auto const& event : support::events_of(reply)) {
    auto const* method = event.as_object().if_contains("method");
    if (!method) continue;
    bool const progress = *method == "notifications/progress";
    auto const& params = event.at("params");
    all += progress ? 'p' + std::to_string(params.at("progress").to_number<int>()) : std::string("m");
  }
  return all;
}

}  // namespace

}  // namespace flow_blocking

BOOST_FIXTURE_TEST_SUITE(flow_blocking, scene)

BOOST_AUTO_TEST_CASE(a_function_that_blocks_does_not_hold_another_caller_of_the_same_thread) {
  options.threads = 1;
  start();
  for (std::string const tool : {"offload", "plain"}) {
    s->go = false;
    int const before = s->begun;
    auto const slow = call(tool);
    BOOST_TEST(becomes_true([&] { return s->begun == before + 1; }));
    auto const quick = client()->request("POST", "/mcp", fields_of("quick", "bob"), call_of("quick", "here"));
    BOOST_TEST(text_of(quick) == "here");
    s->go = true;
    auto const reply = slow->read_reply();
    BOOST_TEST(text_of(reply) == (tool == "offload" ? "worked on a" : "alice a"));
  }
}

BOOST_AUTO_TEST_CASE(progress_and_messages_arrive_while_it_works) {
  start();
  for (std::string const tool : {"steps", "plain"}) {
    s->go = false;
    auto const slow = call(tool);
    // the stream begins although the function has not returned
    auto const head = slow->read_head();
    BOOST_TEST(head.status == 200);
    BOOST_TEST(head.field("content-type").starts_with("text/event-stream"));
    s->go = true;
  }
  s->go = true;
  BOOST_TEST(notifications_of(call("steps")->read_reply()) == "p1mp2p3");
  BOOST_TEST(notifications_of(call("plain")->read_reply()) == "p1mp2");
}

BOOST_AUTO_TEST_CASE(what_it_throws_reaches_the_caller_as_from_any_tool) {
  start();
  auto const told = result_of(
      client()->request("POST", "/mcp", fields_of("failing", "alice"), call_of("failing", "tool_error")));
  BOOST_TEST(told.at("result").at("isError") == true);
  BOOST_TEST(told.at("result").at("content").at(0).at("text") == "no such row");
  auto const hidden =
      client()->request("POST", "/mcp", fields_of("failing", "alice"), call_of("failing", "else"));
  BOOST_TEST(hidden.body.find("secret") == std::string::npos);
  BOOST_TEST(hidden.body.find("internal error, id") != std::string::npos);
  BOOST_TEST(running->log.text().find("secret: disk full") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_ends_the_call_and_the_function_can_learn_of_it) {
  start();
  auto leaves = call("patient");
  BOOST_TEST(becomes_true([&] { return s->begun == 1; }));
  leaves.reset();
  BOOST_TEST(becomes_true([&] { return s->ended == 1; }));
  BOOST_TEST(s->saw_cancel.load());
}

BOOST_AUTO_TEST_CASE(a_caller_holds_its_budget_until_the_function_it_left_is_done) {
  options.bounds.max_calls = 1;
  start();
  auto leaves = call("offload");
  BOOST_TEST(becomes_true([&] { return s->begun == 1; }));
  leaves.reset();
  BOOST_TEST(becomes_true([&] { return running->log.text().find("call_cancelled") != std::string::npos; }));
  auto const refused = call("offload")->read_reply();
  BOOST_TEST(refused.status == 429);
  BOOST_TEST(refused.body.find("max_calls") != std::string::npos);
  s->go = true;
  BOOST_TEST(becomes_true([&] { return s->ended == 1; }));
  BOOST_TEST(becomes_true([&] { return call("offload")->read_reply().status == 200; }));
}

BOOST_AUTO_TEST_CASE(a_call_that_waits_for_a_thread_and_is_left_never_begins) {
  options.bounds.max_work_threads = 1;
  start();
  auto const first = call("offload");
  BOOST_TEST(becomes_true([&] { return s->begun == 1; }));
  auto second = call("offload");
  std::this_thread::sleep_for(50ms);
  second.reset();
  BOOST_TEST(becomes_true([&] { return running->log.text().find("call_cancelled") != std::string::npos; }));
  s->go = true;
  BOOST_TEST(text_of(first->read_reply()) == "worked on a");
  BOOST_TEST(s->begun == 1);
}

BOOST_AUTO_TEST_CASE(a_full_queue_is_busy_for_its_caller_and_not_for_others) {
  options.bounds.max_work_threads = 1;
  options.bounds.max_queued_work = 2;
  start();
  std::vector<std::unique_ptr<loopback_client>> calls;
  calls.push_back(call("offload"));
  BOOST_TEST(becomes_true([&] { return s->begun == 1; }));
  for (int i = 0; i != 2; ++i) {
    calls.push_back(call(i == 0 ? "offload" : "plain"));
    std::this_thread::sleep_for(50ms);
  }
  for (std::string const tool : {"offload", "plain"}) {
    auto const refused = call(tool)->read_reply();
    BOOST_TEST(refused.status == 200);
    BOOST_TEST(result_of(refused).at("result").at("isError") == true);
    BOOST_TEST(text_of(refused) ==
               "busy: too many functions that block wait already (max_queued_work); try again later");
  }
  calls.push_back(call("offload", "bob"));
  std::this_thread::sleep_for(50ms);
  s->go = true;
  for (auto const& each : calls) BOOST_TEST(each->read_reply().status == 200);
}

BOOST_AUTO_TEST_CASE(the_queue_of_all_has_a_bound_too) {
  options.bounds.max_work_threads = 1;
  options.bounds.max_queued_work_in_process = 1;
  start();
  auto const first = call("offload");
  BOOST_TEST(becomes_true([&] { return s->begun == 1; }));
  auto const second = call("offload", "bob");
  std::this_thread::sleep_for(50ms);
  auto const refused = call("offload", "carol")->read_reply();
  BOOST_TEST(text_of(refused).find("busy") == 0u);
  BOOST_TEST(refused.body.find("max_queued_work_in_process") != std::string::npos);
  s->go = true;
  BOOST_TEST(second->read_reply().status == 200);
}

BOOST_AUTO_TEST_CASE(a_stop_waits_for_functions_that_run_and_their_results_are_delivered) {
  start();
  auto const slow = call("offload");
  BOOST_TEST(becomes_true([&] { return s->begun == 1; }));
  std::thread later([this] {
    std::this_thread::sleep_for(100ms);
    s->go = true;
  });
  running.reset();
  later.join();
  BOOST_TEST(text_of(slow->read_reply()) == "worked on a");
}

BOOST_AUTO_TEST_CASE(a_stop_waits_for_a_function_whose_client_has_left) {
  start();
  auto leaves = call("offload");
  BOOST_TEST(becomes_true([&] { return s->begun == 1; }));
  leaves.reset();
  BOOST_TEST(becomes_true([&] { return running->log.text().find("call_cancelled") != std::string::npos; }));
  std::thread later([this] {
    std::this_thread::sleep_for(100ms);
    s->go = true;
  });
  running.reset();
  BOOST_TEST(s->ended == 1);
  later.join();
}

BOOST_AUTO_TEST_CASE(functions_that_outlive_their_server_touch_nothing_of_it) {
  auto const held_before = s.use_count();
  auto own = std::make_unique<server>(mcpawl::implementation{"gone", "1"}, support::user_header());
  own->tool(
         "plain", "Block.",
         [s = s, name = std::string(100, 'x')](text_args in, support::user const& who, mcpawl::context& ctx) {
           block(*s);
           ctx.report_progress(2);
           return name + who->name + in.text + std::to_string(ctx.cancelled());
         })
      .blocking();
  own->tool("offload", "Offload.",
            [s = s](text_args in, mcpawl::context& ctx) { return offload(s, std::move(in), ctx); });
  options.bounds.drain_timeout = 50ms;
  running = std::make_unique<support::running<server>>(*own, options);
  auto const first = call("plain");
  auto const second = call("offload");
  BOOST_TEST(becomes_true([&] { return s->begun == 2; }));
  running.reset();
  own.reset();
  BOOST_TEST(s->ended == 0);
  s->go = true;
  BOOST_TEST(becomes_true([&] { return s->ended == 2; }));
  // the thread still has to destroy what it owns, its copies of this included
  BOOST_TEST(becomes_true([&] { return s.use_count() == held_before; }));
}

BOOST_AUTO_TEST_CASE(many_clients_that_leave_at_any_moment_leave_nothing_behind) {
  options.threads = 2;
  options.bounds.max_work_threads = 2;
  start();
  s->go = true;
  for (int round = 0; round != 40; ++round) {
    std::vector<std::unique_ptr<loopback_client>> calls;
    for (int i = 0; i != 5; ++i) calls.push_back(call(i % 2 == 0 ? "plain" : "steps"));
    std::this_thread::sleep_for(std::chrono::microseconds(100 * (round % 20)));
  }
  BOOST_TEST(text_of(call("plain")->read_reply()) == "alice a");
}

BOOST_AUTO_TEST_CASE(prompts_resources_and_templates_may_block_too) {
  auto const at = [s = s](std::string const& what) {
    block(*s);
    return what;
  };
  srv.prompt("prompt", "x", [at](text_args const& in) { return at(in.text); }).blocking();
  srv.resource("test://one", "one", [at](mcpawl::context& ctx) { return at(ctx.uri()); }).blocking();
  srv.resource_template("test://many/{text}", "many", [at](text_args const& in) { return at(in.text); })
      .blocking();
  options.threads = 1;
  start();
  auto const ask = [this](std::string const& method, std::string const& name, std::string const& params) {
    auto made = client();
    auto sent = fields_of(name, "alice");
    sent[1].second = method;
    made->send_request(
        "POST", "/mcp", sent,
        R"({"jsonrpc":"2.0","id":1,"method":")" + method + R"(","params":{)" + params +
            R"(,"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}})");
    return made;
  };
  auto const prompt = ask("prompts/get", "prompt", R"("name":"prompt","arguments":{"text":"asked"})");
  auto const one = ask("resources/read", "test://one", R"("uri":"test://one")");
  auto const many = ask("resources/read", "test://many/b", R"("uri":"test://many/b")");
  BOOST_TEST(becomes_true([&] { return s->begun == 3; }));
  s->go = true;
  auto const message = result_of(prompt->read_reply()).at("result").at("messages").at(0);
  BOOST_TEST(message.at("content").at("text") == "asked");
  auto const text = [](auto const& from) {
    return result_of(from->read_reply()).at("result").at("contents").at(0).at("text");
  };
  BOOST_TEST(text(one) == "test://one");
  BOOST_TEST(text(many) == "b");
}

BOOST_AUTO_TEST_CASE(a_coroutine_cannot_be_registered_as_blocking) {
  srv.tool("twice", "x", failing).blocking();
  try {
    mcpawl::http_server<server> service{srv, options};
    BOOST_ERROR("it was accepted");
  } catch (mcpawl::configuration_error const& e) {
    BOOST_TEST(e.errors().size() == 1U);
    BOOST_TEST(std::string(e.what()).find("\"twice\" is a coroutine: blocking() is for plain functions") !=
               std::string::npos);
  }
}

BOOST_AUTO_TEST_SUITE_END()
