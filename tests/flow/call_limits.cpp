// tests/flow/call_limits.cpp - how long, how many at once, how often: what a handle says of its calls, in every revision
// SPDX-License-Identifier: BSL-1.0
#include "../support/becomes_true.hpp"
#include "../support/named_caller.hpp"

#include <mcpawl/core/async_event.hpp>
#include <mcpawl/mcpawl.hpp>
#include <mcpawl/test/client.hpp>
#include <mcpawl/test/manual_clock.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace flow_call_limits {

using namespace std::chrono_literals;
using mcpawl::context;
using mcpawl::task;
using mcpawl::test::accept;
using mcpawl::test::all_revisions;
using support::becomes_true;
using support::named_caller;

struct confirmation {
  bool sure;
};
struct in_args {
  int number = 0;
};

/** What the functions of a test have in common; blocking ones may outlive it. */
struct shared {
  std::atomic<int> begun = 0, ended = 0, cut = 0;
  std::atomic<bool> go = false, saw_cancel = false;
};

// no unnamed namespace: g++ 14 fails with an internal error at a coroutine over types of this one
inline task<> for_ever() {
  auto const never = std::make_shared<mcpawl::detail::async_event>();
  co_await never->wait();
  co_await mcpawl::detail::throw_if_cancelled();
}

/** Waits until it is stopped, and notes that it was. */
inline task<std::string> endless(std::shared_ptr<shared> s) {
  struct noted {
    std::shared_ptr<shared> s;
    ~noted() { ++s->cut; }
  } const here{s};
  ++s->begun;
  co_await for_ever();
  co_return "?";
}
/** Turns what stops it into an exception of its own. */
inline task<std::string> wrapping(std::shared_ptr<shared>) {
  std::string why;
  try {
    co_await for_ever();
  } catch (std::exception const&) {
    why = "secret: the database is gone";
  }
  throw std::runtime_error(why);
  co_return why;
}
/** Returns all the same. */
inline task<std::string> in_the_end() {
  try {
    co_await for_ever();
  } catch (std::exception const&) {
  }
  co_return "cut short";
}
inline task<std::string> asking(context& ctx) {
  auto const answer = co_await ctx.elicit<confirmation>("sure", "Sure?");
  co_return answer->sure ? "sure" : "not sure";
}
inline task<std::string> asking_then_endless(context& ctx) {
  auto const answer = co_await ctx.elicit<confirmation>("sure", "Sure?");
  co_await for_ever();
  co_return answer->sure ? "sure" : "not sure";
}

inline void block(mcpawl::reporter const& to, std::shared_ptr<shared> const& s) {
  ++s->begun;
  while (!s->go && !to.cancelled()) std::this_thread::sleep_for(1ms);
  if (to.cancelled()) s->saw_cancel = true;
  while (!s->go) std::this_thread::sleep_for(1ms);
  ++s->ended;
}
inline task<std::string> offloading(std::shared_ptr<shared> s, context& ctx) {
  co_await ctx.offload(block, s);
  co_return "done";
}

inline mcpawl::server_options with(mcpawl::clock const& time) {
  mcpawl::server_options options;
  options.time = &time;
  return options;
}

using server = mcpawl::server<named_caller>;
using caller = mcpawl::test::client<named_caller>;

struct scene {
  std::shared_ptr<shared> s = std::make_shared<shared>();
  mcpawl::test::manual_clock time;
  server srv{{"limits", "1"}, named_caller(), with(time)};

  ~scene() { s->go = true; }

  caller alice(mcpawl::revision r = mcpawl::revision::v2026_07_28, mcpawl::limits const& bounds = {}) const {
    mcpawl::test::client_options options;
    options.revision = r;
    options.bounds = bounds;
    return caller(srv, named_caller::make("alice"), options);
  }
  std::vector<std::string> errors() const {
    try {
      srv.check();
    } catch (mcpawl::configuration_error const& e) {
      return e.errors();
    }
    return {};
  }
};

constexpr char unknown_outcome[] =
    "the tool took longer than 50 ms and was stopped; the outcome is unknown: look what has changed before you call it again";

}  // namespace flow_call_limits

BOOST_FIXTURE_TEST_SUITE(flow_call_limits, scene)

BOOST_AUTO_TEST_CASE(a_coroutine_that_takes_too_long_is_stopped_and_the_model_told) {
  srv.tool("endless", "x", [s = s] { return endless(s); }).timeout(50ms);
  srv.tool("looks", "x", [s = s] { return endless(s); }).timeout(50ms).read_only();
  for (auto const r : all_revisions) {
    s->cut = 0;
    auto client = alice(r);
    auto const changed = client.call("endless");
    BOOST_TEST(changed.is_error());
    BOOST_TEST(changed.text() == unknown_outcome);
    BOOST_TEST(s->cut == 1);
    BOOST_TEST(client.call("looks").text() == "the tool took longer than 50 ms and was stopped");
  }
}

BOOST_AUTO_TEST_CASE(what_a_function_makes_of_its_end_does_not_reach_the_client) {
  srv.tool("wrapping", "x", [s = s] { return wrapping(s); }).timeout(50ms);
  srv.tool("in_the_end", "x", in_the_end).timeout(50ms);
  auto client = alice();
  BOOST_TEST(client.call("wrapping").text() == unknown_outcome);
  BOOST_TEST(client.call("in_the_end").text() == "cut short");
}

BOOST_AUTO_TEST_CASE(the_log_says_that_a_call_timed_out) {
  srv.tool("endless", "x", [s = s] { return endless(s); }).timeout(50ms);
  auto const reply = alice().call("endless");
  BOOST_TEST_REQUIRE(reply.server_log().size() == 1u);
  BOOST_TEST(reply.server_log()[0].find("call_timed_out tool=endless") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(there_is_a_time_for_who_says_none_and_who_says_one_has_it) {
  srv.tool("endless", "x", [s = s] { return endless(s); });
  srv.tool("longer", "x", [s = s] { return endless(s); }).timeout(200ms);
  mcpawl::limits bounds;
  BOOST_TEST((bounds.max_call_time == 10min));
  bounds.max_call_time = 50ms;
  auto client = alice(mcpawl::revision::v2026_07_28, bounds);
  BOOST_TEST(client.call("endless").text() == unknown_outcome);
  auto const begun = std::chrono::steady_clock::now();
  BOOST_TEST(client.call("longer").text().find("200 ms") != std::string::npos);
  BOOST_TEST((std::chrono::steady_clock::now() - begun >= 200ms));
}

BOOST_AUTO_TEST_CASE(without_a_time_a_call_has_any) {
  srv.tool("endless", "x", [s = s] { return endless(s); });
  mcpawl::limits bounds;
  bounds.max_call_time = 0ms;
  auto client = alice(mcpawl::revision::v2026_07_28, bounds);
  client.cancel_after(100ms);
  BOOST_TEST(client.call("endless").cancelled());
}

BOOST_AUTO_TEST_CASE(resources_and_prompts_end_with_an_error) {
  srv.resource("test://endless", "x", [s = s] { return endless(s); }).timeout(50ms);
  srv.prompt("endless", "x", [s = s] { return endless(s); }).timeout(50ms);
  auto client = alice();
  auto const read = client.read("test://endless");
  BOOST_TEST_REQUIRE(read.error().has_value());
  BOOST_TEST(read.error()->code == -32603);
  BOOST_TEST(read.error()->message == "the resource took longer than 50 ms and was stopped");
  auto const got = client.get_prompt("endless");
  BOOST_TEST_REQUIRE(got.error().has_value());
  BOOST_TEST(got.error()->message == "the prompt took longer than 50 ms and was stopped");
}

BOOST_AUTO_TEST_CASE(time_in_which_a_client_answers_does_not_count_and_what_follows_does) {
  srv.tool("asking", "x", asking).timeout(100ms);
  srv.tool("then_endless", "x", asking_then_endless).timeout(100ms).read_only();
  for (auto const r :
       {mcpawl::revision::v2025_06_18, mcpawl::revision::v2025_11_25, mcpawl::revision::v2026_07_28}) {
    auto client = alice(r);
    client.on_elicit([](auto const&) {
      std::this_thread::sleep_for(300ms);
      return accept(confirmation{true});
    });
    auto const answered = client.call("asking");
    BOOST_TEST(answered);
    if (answered) BOOST_TEST(answered.text() == "sure");
    BOOST_TEST(client.call("then_endless").text() == "the tool took longer than 100 ms and was stopped");
  }
}

BOOST_AUTO_TEST_CASE(a_function_that_blocks_is_left_and_learns_of_it) {
  srv.tool("plain", "x",
           [s = s](context& ctx) {
             ++s->begun;
             while (!ctx.cancelled()) std::this_thread::sleep_for(1ms);
             ++s->ended;
             return "too late";
           })
      .blocking()
      .timeout(50ms);
  srv.tool("offload", "x", [s = s](context& ctx) { return offloading(s, ctx); }).timeout(50ms);
  auto client = alice();
  BOOST_TEST(client.call("plain").text() == unknown_outcome);
  BOOST_TEST(becomes_true([&] { return s->ended == 1; }));
  BOOST_TEST(client.call("offload").text() == unknown_outcome);
  BOOST_TEST(becomes_true([&] { return s->saw_cancel.load(); }));
  s->go = true;
  BOOST_TEST(becomes_true([&] { return s->ended == 2; }));
}

BOOST_AUTO_TEST_CASE(so_many_run_at_once_whoever_calls) {
  srv.tool("endless", "x", [s = s] { return endless(s); }).at_most(2);
  srv.tool("other", "x", [] { return "other"; }).at_most(1);
  for (auto const r : all_revisions) {
    auto one = alice(r);
    auto bob = one.as(named_caller::make("bob"));
    auto first = one.start("endless");
    auto second = bob.start("endless");
    BOOST_TEST(!first.over());
    BOOST_TEST(!second.over());
    auto const refused = bob.call("endless");
    BOOST_TEST(refused.is_error());
    BOOST_TEST(refused.text() ==
               "busy: this tool is already running 2 times, which is the most; try again later");
    for (int i = 0; i != 3; ++i) BOOST_TEST(bob.call("other").text() == "other");
    first.cancel();
    BOOST_TEST(becomes_true([&] { return first.over(); }));
    auto third = bob.start("endless");
    BOOST_TEST(!third.over());
    second.cancel();
    third.cancel();
    BOOST_TEST(becomes_true([&] { return second.over() && third.over(); }));
  }
}

BOOST_AUTO_TEST_CASE(a_call_that_was_left_keeps_its_slot_until_its_thread_is_free) {
  srv.tool("offload", "x", [s = s](context& ctx) { return offloading(s, ctx); }).at_most(1);
  srv.tool("plain", "x",
           [s = s] {
             ++s->begun;
             while (!s->go) std::this_thread::sleep_for(1ms);
             ++s->ended;
             return "done";
           })
      .blocking()
      .at_most(1);
  auto client = alice();
  for (std::string const tool : {"offload", "plain"}) {
    s->go = false;
    int const begun = s->begun, ended = s->ended;
    auto call = client.start(tool);
    BOOST_TEST(becomes_true([&] { return !call.over() && s->begun == begun + 1; }));
    call.cancel();
    BOOST_TEST(becomes_true([&] { return call.over(); }));
    BOOST_TEST(client.call(tool).text().find("busy") == 0u);
    s->go = true;
    BOOST_TEST(becomes_true([&] { return s->ended == ended + 1; }));
    BOOST_TEST(becomes_true([&] { return client.call(tool).text() == "done"; }));
  }
}

BOOST_AUTO_TEST_CASE(each_caller_has_a_rate_of_its_own) {
  srv.tool("report", "x", [] { return "made"; }).rate(3, 1min);
  srv.resource("test://r", "x", [] { return std::string("read"); }).rate(1, 12s);
  auto one = alice();
  auto bob = one.as(named_caller::make("bob"));
  for (int i = 0; i != 3; ++i) BOOST_TEST(one.call("report").text() == "made");
  auto const refused = one.call("report");
  BOOST_TEST(refused.is_error());
  BOOST_TEST(refused.text() == "too many calls of this tool: try again in 20 s");
  BOOST_TEST(bob.call("report").text() == "made");
  time.advance(19'500ms);
  BOOST_TEST(one.call("report").text() == "too many calls of this tool: try again in 1 s");
  time.advance(500ms);
  BOOST_TEST(one.call("report").text() == "made");
  time.jump(time.wall() + 3600);  // the time of day is another clock
  BOOST_TEST(one.call("report").is_error());
  BOOST_TEST(one.read("test://r"));
  auto const read = one.read("test://r");
  BOOST_TEST_REQUIRE(read.error().has_value());
  BOOST_TEST(read.error()->message == "too many calls of this resource: try again in 12 s");
}

BOOST_AUTO_TEST_CASE(a_caller_has_one_rate_in_all_its_clients_and_revisions) {
  srv.tool("report", "x", [s = s] { return endless(s); }).rate(1, 1min).at_most(1);
  auto one = alice();
  auto call = one.start("report");
  // who finds no slot has used up nothing
  auto bob = one.as(named_caller::make("bob"));
  BOOST_TEST(bob.call("report").text().find("busy") == 0u);
  call.cancel();
  BOOST_TEST(becomes_true([&] { return call.over(); }));
  for (auto const r : all_revisions) BOOST_TEST(one.in(r).call("report").text().find("too many calls") == 0u);
  auto of_bob = bob.start("report");
  BOOST_TEST(!of_bob.over());
}

BOOST_AUTO_TEST_CASE(wrong_numbers_and_functions_that_cannot_be_stopped_are_all_reported_at_the_start) {
  auto const f = [] { return 1; };
  srv.tool("a", "x", f).blocking().timeout(0ms);
  srv.tool("b", "x", f).blocking().timeout(-1s);
  srv.tool("c", "x", f).at_most(0);
  srv.tool("d", "x", f).at_most(-1);
  srv.tool("e", "x", f).rate(0, 1min);
  srv.tool("f", "x", f).rate(1, 0s);
  srv.tool("g", "x", f).rate(-5, 1min);
  srv.tool("h", "x", f).rate(11, 10ns);
  srv.tool("i", "x", f).rate(1, 24h * 400);
  srv.tool("j", "x", f).timeout(1s);
  srv.resource("test://k", "x", [] { return std::string(); }).timeout(1s);
  srv.prompt("l", "x", [] { return "x"; }).at_most(0);
  auto const all = errors();
  BOOST_TEST(all.size() == 12u);
  std::string text;
  for (auto const& each : all) text += each + '\n';
  for (std::string const words :
       {R"("a": timeout() must be longer than zero)", R"("b": timeout())",
        R"("c": at_most() must be 1 or more)", R"("d": at_most())", R"("e": rate() must be)",
        R"("f": rate())", R"("g": rate())", R"("h": rate())", R"("i": rate())",
        R"(tool "j" is a plain function, which nobody can stop: timeout() needs a coroutine or blocking())",
        R"(resource "test://k" is a plain function)", R"("l": at_most())"})
    BOOST_TEST(text.find(words) != std::string::npos, words);
}

BOOST_AUTO_TEST_CASE(the_order_of_what_a_handle_is_told_does_not_matter) {
  srv.tool("a", "x", [] { return 1; }).timeout(1s).at_most(1).rate(11, 11ns).blocking();
  BOOST_TEST(errors().empty());
  BOOST_TEST(alice().call("a"));
}

BOOST_AUTO_TEST_SUITE_END()
