// tests/flow/hooks.cpp - what runs round every call: order, refusals, faults, time-outs, rounds, cancellation
// SPDX-License-Identifier: BSL-1.0
#include "../support/named_caller.hpp"

#include <mcpawl/core/async_event.hpp>
#include <mcpawl/mcpawl.hpp>
#include <mcpawl/test/client.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace flow_hooks {

using namespace std::chrono_literals;
using mcpawl::call_info;
using mcpawl::call_outcome;
using mcpawl::call_status;
using mcpawl::context;
using mcpawl::next_call;
using mcpawl::task;
using mcpawl::test::accept;
using mcpawl::test::all_revisions;
using support::named;
using support::named_caller;

struct confirmation {
  bool sure;
};
struct echo_args {
  std::string text;
};

inline task<> pause(std::chrono::milliseconds time) {
  auto const executor = co_await boost::asio::this_coro::executor;
  boost::asio::steady_timer timer(executor);
  timer.expires_after(time);
  co_await timer.async_wait(boost::asio::use_awaitable);
}
inline task<std::string> endless() {
  co_await pause(1h);
  co_return "?";
}
inline task<std::string> echo_later(echo_args in) {
  co_await pause(1ms);
  co_return in.text;
}
inline task<std::string> asking(context& ctx) {
  auto const answer = co_await ctx.elicit<confirmation>("sure", "Sure?");
  co_return answer->sure ? "sure" : "not sure";
}
inline std::string count(mcpawl::reporter const& to) {
  to.progress(1, 2, "half");
  return "counted";
}
inline task<std::string> offloading(context& ctx) {
  std::string done = co_await ctx.offload(count);
  co_return done;
}

using lines = std::vector<std::string>;

struct scene {
  mcpawl::server<named_caller> srv{{"hooks", "1"}, named_caller()};
  lines noted;

  scene() {
    srv.tool("echo", "x", [](echo_args in) { return in.text; });
    srv.tool("later", "x", echo_later);
    srv.tool("blocks", "x",
             [](echo_args in, context& ctx) {
               ctx.report_progress(1);
               return in.text;
             })
        .blocking();
    srv.tool("offload", "x", offloading);
    srv.tool("fails", "x", []() -> std::string { throw mcpawl::tool_error("no paper"); });
    srv.tool("crashes", "x", []() -> std::string { throw std::runtime_error("password=hunter2"); });
    srv.tool("endless", "x", endless).timeout(50ms);
    srv.tool("patient", "x", endless);
    srv.tool("asking", "x", asking);
    srv.tool("seldom", "x", [] { return "x"; }).rate(1, 1h);
    srv.resource("test://fixed", "fixed", "text");
    srv.resource_template("test://of/{text}", "of", [](echo_args in) -> std::optional<std::string> {
      if (in.text == "nothing") return std::nullopt;
      return in.text;
    });
    srv.prompt("greet", "x", [](echo_args in) { return "hello " + in.text; });
  }

  /** Add a hook that notes how each call ends. */
  void note_all(std::string const& name = {}) {
    srv.around_calls(
        [this, name](call_info const& c, named const& who, next_call next) -> task<call_outcome> {
          call_outcome done = co_await next();
          std::string line = name + who->name + ' ' + std::string(c.method()) + ' ' + c.name() + ' ';
          line += to_string(done.status());
          if (done.is_error()) line += " isError";
          if (done.error_code()) line += ' ' + std::to_string(*done.error_code());
          noted.push_back(line);
          co_return done;
        });
  }
  mcpawl::test::client<named_caller> alice(mcpawl::revision r = mcpawl::revision::v2026_07_28) const {
    mcpawl::test::client_options options;
    options.revision = r;
    return {srv, named_caller::make("alice"), options};
  }
};

}  // namespace flow_hooks

BOOST_FIXTURE_TEST_SUITE(flow_hooks, scene)

BOOST_AUTO_TEST_CASE(every_kind_of_call_comes_through_and_answers_as_without_a_hook) {
  note_all();
  for (auto const r : all_revisions) {
    noted.clear();
    auto client = alice(r);
    echo_args const in{"here"};
    BOOST_TEST(client.call("echo", in).text() == "here");
    BOOST_TEST(client.call("later", in).text() == "here");
    auto const blocked = client.call("blocks", in);
    BOOST_TEST(blocked.text() == "here");
    BOOST_TEST(blocked.progress().size() == 1u);
    auto const offloaded = client.call("offload");
    BOOST_TEST(offloaded.text() == "counted");
    BOOST_TEST(offloaded.progress().size() == 1u);
    BOOST_TEST(client.read("test://fixed").text() == "text");
    BOOST_TEST(client.read("test://of/b").text() == "b");
    BOOST_TEST(client.get_prompt("greet", in).text() == "hello here");
    lines const expected{"alice tools/call echo ok",
                         "alice tools/call later ok",
                         "alice tools/call blocks ok",
                         "alice tools/call offload ok",
                         "alice resources/read test://fixed ok",
                         "alice resources/read test://of/b ok",
                         "alice prompts/get greet ok"};
    BOOST_TEST(noted == expected, boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(the_outcome_tells_how_a_call_failed) {
  note_all();
  auto client = alice();
  BOOST_TEST(client.call("fails").text() == "no paper");
  auto const crashed = client.call("crashes");
  BOOST_TEST(crashed.text().find("internal error, id ") == 0u);
  BOOST_TEST(client.call("echo", R"({"other":1})").is_error());
  BOOST_TEST(client.read("test://of/nothing").error().has_value());
  BOOST_TEST(client.call("endless").text().find("the tool took longer than 50 ms") == 0u);
  client.call("seldom");
  BOOST_TEST(client.call("seldom").text().find("too many calls") == 0u);
  lines const expected{
      "alice tools/call fails failed isError",      "alice tools/call crashes internal_error isError",
      "alice tools/call echo failed isError",       "alice resources/read test://of/nothing failed -32602",
      "alice tools/call endless timed_out isError", "alice tools/call seldom ok",
      "alice tools/call seldom refused isError"};
  BOOST_TEST(noted == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_names_nothing_or_is_hidden_never_comes_so_far) {
  srv.tool("secret", "x", [] { return 1; }).allow([](named const& who) { return who->name == "boss"; });
  note_all();
  auto client = alice();
  BOOST_TEST(client.call("nothing").error().has_value());
  BOOST_TEST(client.call("secret").error().has_value());
  BOOST_TEST(client.read("other://x").error().has_value());
  BOOST_TEST(client.get_prompt("greet").error().has_value());
  BOOST_TEST(noted.empty());
}

BOOST_AUTO_TEST_CASE(the_first_that_is_added_is_the_outermost) {
  for (std::string const name : {"a", "b", "c"})
    srv.around_calls([this, name](call_info const&, auto const&, next_call next) -> task<call_outcome> {
      noted.push_back(name + " in");
      call_outcome done = co_await next();
      noted.push_back(name + " out");
      co_return done;
    });
  BOOST_TEST(alice().call("echo", echo_args{"x"}));
  lines const expected{"a in", "b in", "c in", "c out", "b out", "a out"};
  BOOST_TEST(noted == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_refusal_is_the_response_and_what_is_inside_does_not_run) {
  note_all("outer ");
  srv.around_calls([](call_info const& c, auto const& who, next_call next) -> task<call_outcome> {
    if (who->name == "alice") co_return c.refuse("frozen until Monday");
    co_return co_await next();
  });
  note_all("inner ");
  auto client = alice();
  auto const call = client.call("echo", echo_args{"x"});
  BOOST_TEST(call.is_error());
  BOOST_TEST(call.text() == "frozen until Monday");
  auto const read = client.read("test://fixed");
  BOOST_TEST_REQUIRE(read.error().has_value());
  BOOST_TEST(read.error()->code == -32603);
  BOOST_TEST(read.error()->message == "frozen until Monday");
  BOOST_TEST(client.as(named_caller::make("bob")).call("echo", echo_args{"x"}).text() == "x");
  lines const expected{"outer alice tools/call echo refused isError",
                       "outer alice resources/read test://fixed refused -32603",
                       "inner bob tools/call echo ok", "outer bob tools/call echo ok"};
  BOOST_TEST(noted == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_call_that_a_hook_refuses_uses_nothing_up) {
  bool open = false;
  srv.around_calls([&open](call_info const& c, auto const&, next_call next) -> task<call_outcome> {
    if (!open) co_return c.refuse("closed");
    co_return co_await next();
  });
  auto client = alice();
  BOOST_TEST(client.call("seldom").text() == "closed");
  open = true;
  BOOST_TEST(client.call("seldom").text() == "x");
}

BOOST_AUTO_TEST_CASE(a_hook_that_throws_fails_its_call_in_words_for_the_log_alone) {
  note_all();
  bool before = true;
  srv.around_calls([&before](call_info const&, auto const&, next_call next) -> task<call_outcome> {
    if (before) throw std::runtime_error("password=hunter2");
    call_outcome const done = co_await next();
    throw std::runtime_error("password=hunter2");
    co_return done;
  });
  for (bool const each : {true, false}) {
    before = each;
    auto const reply = alice().call("echo", echo_args{"x"});
    BOOST_TEST(reply.is_error());
    BOOST_TEST(reply.text().find("internal error, id ") == 0u);
    BOOST_TEST_REQUIRE(reply.server_log().size() == 1u);
    BOOST_TEST(reply.server_log()[0].find("call_failed tool=echo") != std::string::npos);
    BOOST_TEST(reply.server_log()[0].find("hunter2") != std::string::npos);
  }
  BOOST_TEST(noted == lines(2, "alice tools/call echo internal_error isError"),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_hook_that_throws_before_it_is_a_coroutine_is_caught_too) {
  srv.around_calls([](call_info const&, auto const&, next_call) -> task<call_outcome> {
    throw mcpawl::tool_error("not today");
  });
  BOOST_TEST(alice().call("echo", echo_args{"x"}).text() == "not today");
}

BOOST_AUTO_TEST_CASE(a_tool_that_asks_runs_once_a_round_without_sessions) {
  note_all();
  for (auto const r : {mcpawl::revision::v2025_11_25, mcpawl::revision::v2026_07_28}) {
    noted.clear();
    auto client = alice(r);
    client.on_elicit([](auto const&) { return accept(confirmation{true}); });
    BOOST_TEST(client.call("asking").text() == "sure");
    lines expected;
    if (mcpawl::is_stateless(r)) expected.push_back("alice tools/call asking input_required");
    expected.push_back("alice tools/call asking ok");
    BOOST_TEST(noted == expected, boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(a_hook_learns_that_its_call_was_cancelled) {
  note_all();
  for (auto const r : {mcpawl::revision::v2025_06_18, mcpawl::revision::v2026_07_28}) {
    noted.clear();
    auto client = alice(r);
    client.cancel_after(20ms);
    BOOST_TEST(client.call("patient").cancelled());
    BOOST_TEST(noted == lines(1, "alice tools/call patient cancelled isError"),
               boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(a_hook_may_wait_before_and_after_also_when_the_function_was_stopped) {
  srv.around_calls([this](call_info const&, auto const&, next_call next) -> task<call_outcome> {
    co_await pause(80ms);  // does not count
    call_outcome done = co_await next();
    co_await pause(80ms);
    noted.push_back(std::string(to_string(done.status())));
    co_return done;
  });
  auto client = alice();
  BOOST_TEST(client.call("endless").text().find("the tool took longer than 50 ms") == 0u);
  BOOST_TEST(client.call("later", echo_args{"x"}).text() == "x");
  BOOST_TEST(noted == (lines{"timed_out", "ok"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_hook_may_try_again) {
  int calls = 0;
  srv.tool("flaky", "x", [&calls]() -> std::string {
    if (++calls == 1) throw mcpawl::tool_error("not yet");
    return "now";
  });
  srv.around_calls([](call_info const&, auto const&, next_call next) -> task<call_outcome> {
    call_outcome done = co_await next();
    if (done.status() != call_status::ok) done = co_await next();
    co_return done;
  });
  BOOST_TEST(alice().call("flaky").text() == "now");
  BOOST_TEST(calls == 2);
}

BOOST_AUTO_TEST_CASE(a_hook_sees_arguments_trace_and_duration) {
  std::string arguments;
  std::chrono::nanoseconds took{0};
  srv.around_calls([&](call_info const& c, auto const&, next_call next) -> task<call_outcome> {
    arguments = boost::json::serialize(c.arguments());
    call_outcome done = co_await next();
    took = done.duration();
    co_return done;
  });
  auto client = alice();
  client.call("later", R"({"text":"secret"})");
  BOOST_TEST(arguments == R"({"text":"secret"})");
  BOOST_TEST((took >= 1ms));
  client.read("test://of/b");
  BOOST_TEST(arguments == R"({"text":"b"})");
}

BOOST_AUTO_TEST_SUITE_END()
