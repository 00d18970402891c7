// tests/flow/instances.cpp - several instances of one server on one store: it does not matter to which a request comes
// SPDX-License-Identifier: BSL-1.0
#include "../support/becomes_true.hpp"
#include "../support/public_store.hpp"
#include "../support/session_client.hpp"

#include <mcpawl/http/io.hpp>
#include <mcpawl/mcpawl.hpp>
#include <mcpawl/store/memory_store.hpp>
#include <mcpawl/test/manual_clock.hpp>

#include <boost/asio/this_coro.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace flow_instances {

using namespace std::chrono_literals;
using support::accepted_answer;
using support::becomes_true;
using support::event_stream;
using support::fields;
using support::json_of;
using support::loopback_client;
using support::result_text;
using support::session_client;

namespace {

struct name_form {
  std::string name;
};

mcpawl::task<> pause(std::chrono::milliseconds length) {
  auto const executor = co_await boost::asio::this_coro::executor;
  co_await mcpawl::http::detail::pause_for(executor, length);
}

/** Counts at its end. */
struct on_exit {
  std::atomic<int>& count;
  ~on_exit() { ++count; }
};

/** One instance: a server of its own, as in a process of its own. */
struct instance {
  instance(std::shared_ptr<mcpawl::kv_store> store, mcpawl::clock const& time)
      : srv{{"flow", "1"}, mcpawl::no_auth{}, options(std::move(store), time)} {
    srv.tool("ask", "Ask for a name.", [](mcpawl::context& ctx) -> mcpawl::task<std::string> {
      auto const answer = co_await ctx.elicit<name_form>("name", "Who are you?");
      if (!answer) co_return "nobody";
      co_return "hello " + answer->name;
    });
    srv.tool("wait", "Wait until it is cancelled.", [this]() -> mcpawl::task<std::string> {
      on_exit const over{ended};
      ++waiting;
      co_await pause(10s);
      co_return "over";
    });
    srv.tool("count", "Count to three, step by step.",
             [this](mcpawl::context& ctx) -> mcpawl::task<std::string> {
               for (int i = 1; i <= 3; ++i) {
                 std::string const text = std::to_string(i);
                 co_await ctx.log(mcpawl::message_level::info, text);
                 steps = i;
                 while (allowed < i) co_await pause(5ms);
               }
               co_return "counted";
             });
    srv.tool("say", "Say something of every level.", [](mcpawl::context& ctx) -> mcpawl::task<std::string> {
      co_await ctx.log(mcpawl::message_level::info, "low");
      co_await ctx.log(mcpawl::message_level::error, "high");
      co_return "said";
    });
    srv.tool("visit", "Send to a page.", [](mcpawl::context& ctx) -> mcpawl::task<std::string> {
      auto const went = co_await ctx.elicit_url("page", "Please pay.", "https://example.com/pay", "visit-1");
      co_return went ? "went" : "stayed";
    });
    srv.tool("rare", "Not often.", [] { return true; }).rate(100, std::chrono::hours(1));
    srv.resource("note://one", "one", [] { return "text"; });
    serving.emplace(srv);
  }
  std::uint16_t port() const { return serving->port(); }

  static mcpawl::server_options options(std::shared_ptr<mcpawl::kv_store> store, mcpawl::clock const& time) {
    auto out = support::instance_options(std::move(store), time);
    out.session_idle = 60s;
    return out;
  }

  std::atomic<int> waiting = 0, ended = 0, steps = 0, allowed = 0;
  mcpawl::server<> srv;
  std::optional<support::running<mcpawl::server<>>> serving;
};

struct three {
  mcpawl::test::manual_clock time;
  std::shared_ptr<support::public_store> store = std::make_shared<support::public_store>(time);
  instance a{store, time}, b{store, time}, c{store, time};
};

std::string method_of(boost::json::value const& message) {
  auto const* const method = message.as_object().if_contains("method");
  return method == nullptr ? std::string() : std::string(method->as_string());
}
}  // namespace

}  // namespace flow_instances

BOOST_FIXTURE_TEST_SUITE(flow_instances, three)

BOOST_AUTO_TEST_CASE(an_answer_may_come_to_any_instance) {
  session_client const client(a.port(), R"({"elicitation":{}})");
  auto call = client.send(a.port(), session_client::call_text(1, "ask"));
  BOOST_REQUIRE(call.head().status == 200);
  auto const question = call.message();
  BOOST_REQUIRE(method_of(question) == "elicitation/create");
  BOOST_TEST(client.post(b.port(), accepted_answer(question, "Ada")).status == 202);
  auto const answer = call.message();
  BOOST_TEST(result_text(answer) == "hello Ada");
}

BOOST_AUTO_TEST_CASE(an_answer_of_somebody_else_is_taken_by_nobody) {
  session_client const client(a.port(), R"({"elicitation":{}})"), other(b.port(), R"({"elicitation":{}})");
  auto call = client.send(a.port(), session_client::call_text(1, "ask"));
  BOOST_REQUIRE(call.head().status == 200);
  auto const question = call.message();
  BOOST_TEST(other.post(b.port(), accepted_answer(question, "Eve")).status == 202);
  BOOST_TEST(client.post(c.port(), accepted_answer(question, "Ada")).status == 202);
  auto const answer = call.message();
  BOOST_TEST(result_text(answer) == "hello Ada");
}

BOOST_AUTO_TEST_CASE(a_call_may_be_cancelled_anywhere) {
  session_client const client(a.port());
  auto call = client.send(a.port(), session_client::call_text(7, "wait"));
  BOOST_TEST(becomes_true([this] { return a.waiting == 1; }));
  BOOST_TEST(
      client
          .post(b.port(), R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}})")
          .status == 202);
  BOOST_TEST(becomes_true([this] { return a.ended == 1; }));
}

BOOST_AUTO_TEST_CASE(a_session_ends_everywhere) {
  session_client const client(a.port());
  BOOST_TEST(client.request(b.port(), 1, "ping").status == 200);
  BOOST_TEST(client.end(a.port()) == 204);
  BOOST_TEST(becomes_true([&] { return client.request(b.port(), 2, "ping").status == 404; }));
  // also where it was never seen, and where it was ended
  BOOST_TEST(client.request(c.port(), 3, "ping").status == 404);
  BOOST_TEST(client.request(a.port(), 4, "ping").status == 404);
  BOOST_TEST(client.end(b.port()) == 404);
  BOOST_TEST(client.end(c.port()) == 404);
}

BOOST_AUTO_TEST_CASE(a_session_that_is_ended_where_it_was_not_opened_cancels_its_calls) {
  session_client const client(a.port());
  auto call = client.send(a.port(), session_client::call_text(7, "wait"));
  BOOST_TEST(becomes_true([this] { return a.waiting == 1; }));
  BOOST_TEST(client.end(b.port()) == 204);
  BOOST_TEST(becomes_true([this] { return a.ended == 1; }));
}

BOOST_AUTO_TEST_CASE(a_session_that_is_idle_here_and_busy_there_goes_on) {
  session_client const client(a.port());
  for (int i = 1; i != 4; ++i) {
    time.advance(40s);
    BOOST_TEST(client.request(b.port(), i, "ping").status == 200);
  }
  BOOST_TEST(client.request(a.port(), 9, "ping").status == 200);
}

BOOST_AUTO_TEST_CASE(the_level_of_log_messages_is_known_everywhere) {
  session_client const client(a.port());
  BOOST_TEST(client.request(a.port(), 1, "ping").status == 200);
  BOOST_TEST(client.request(b.port(), 1, "ping").status == 200);
  BOOST_TEST(client.request(a.port(), 2, "logging/setLevel", R"({"level":"error"})").status == 200);
  auto const levels = [&client](instance const& on) {
    auto const reply = client.post(on.port(), session_client::call_text(3, "say"));
    std::vector<std::string> out;
    for (auto const& event : support::events_of(reply))
      if (event.as_object().contains("method")) out.emplace_back(event.at("params").at("level").as_string());
    return out;
  };
  BOOST_TEST(becomes_true([&] { return levels(b) == std::vector<std::string>{"error"}; }));
  BOOST_TEST(levels(c) == std::vector<std::string>{"error"});
}

BOOST_AUTO_TEST_CASE(what_changes_is_told_wherever_its_client_listens) {
  session_client const client(a.port());
  BOOST_TEST(client.request(a.port(), 1, "resources/subscribe", R"({"uri":"note://one"})").status == 200);
  auto stream = client.listen(b.port());
  BOOST_REQUIRE(stream.head().status == 200);
  c.srv.notify_resource_updated("note://one");
  BOOST_TEST(method_of(stream.message()) == "notifications/resources/updated");
  c.srv.notify_tools_changed();
  BOOST_TEST(method_of(stream.message()) == "notifications/tools/list_changed");
  // what was not subscribed to is not told
  BOOST_TEST(client.request(c.port(), 2, "resources/unsubscribe", R"({"uri":"note://one"})").status == 200);
  BOOST_TEST(becomes_true([&] {
    c.srv.notify_resource_updated("note://one");
    a.srv.notify_prompts_changed();
    return method_of(stream.message()) == "notifications/prompts/list_changed";
  }));
}

BOOST_AUTO_TEST_CASE(a_client_that_turns_to_another_instance_is_told_of_all_that_may_have_changed) {
  session_client const client(a.port());
  BOOST_TEST(client.request(a.port(), 1, "resources/subscribe", R"({"uri":"note://one"})").status == 200);
  std::string last;
  {
    auto stream = client.listen(a.port());
    BOOST_REQUIRE(stream.head().status == 200);
    a.srv.notify_tools_changed();
    stream.message();
    last = stream.last_id;
  }
  auto stream = client.listen(b.port(), last);
  BOOST_REQUIRE(stream.head().status == 200);
  std::vector<std::string> told;
  for (int i = 0; i != 3; ++i) told.push_back(method_of(stream.message()));
  BOOST_TEST((told == std::vector<std::string>{"notifications/tools/list_changed",
                                               "notifications/resources/list_changed",
                                               "notifications/resources/updated"}));
  // and of nothing twice that came in the meantime where it was
  auto back = client.listen(a.port());
  BOOST_REQUIRE(back.head().status == 200);
  told.clear();
  for (int i = 0; i != 3; ++i) told.push_back(method_of(back.message()));
  a.srv.notify_prompts_changed();
  BOOST_TEST(method_of(back.message()) == "notifications/prompts/list_changed");
  // whose stream is at its end, sooner or later
  while (!stream.next().ended) {
  }
}

BOOST_AUTO_TEST_CASE(a_question_finds_the_stream_that_another_instance_has) {
  session_client const client(a.port(), R"({"elicitation":{}})");
  auto stream = client.listen(b.port());
  BOOST_REQUIRE(stream.head().status == 200);
  BOOST_TEST(client.request(a.port(), 1, "ping").status == 200);
  auto call = client.send(a.port(), session_client::call_text(2, "ask"), false);
  auto const question = stream.message();
  BOOST_REQUIRE(method_of(question) == "elicitation/create");
  BOOST_TEST(client.post(c.port(), accepted_answer(question, "Ada")).status == 202);
  BOOST_TEST(call.client().read_reply().body.find("hello Ada") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_stream_goes_on_where_its_client_comes_back) {
  session_client const client(a.port());
  std::string last;
  {
    auto call = client.send(a.port(), session_client::call_text(5, "count"));
    BOOST_REQUIRE(call.head().status == 200);
    call.message();
    last = call.last_id;
  }
  a.allowed = 1;
  auto second = client.listen(b.port(), last);
  BOOST_REQUIRE(second.head().status == 200);
  auto const two = second.message();
  BOOST_TEST(two.at("params").at("data") == "2");
  a.allowed = 3;
  auto const last_step = second.message();
  BOOST_TEST(last_step.at("params").at("data") == "3");
  auto const end = second.message();
  BOOST_TEST(result_text(end) == "counted");
  BOOST_TEST(second.ends());
  // all of it once more, from a third, after it has ended
  auto third = client.listen(c.port(), last);
  BOOST_REQUIRE(third.head().status == 200);
  int events = 0;
  for (auto event = third.next(); !event.ended; event = third.next()) events += event.data.empty() ? 0 : 1;
  BOOST_TEST(events == 3);
}

BOOST_AUTO_TEST_CASE(a_stream_that_nobody_has_is_gone) {
  session_client const client(a.port());
  BOOST_TEST(client.request(b.port(), 1, "ping").status == 200);
  auto gone = client.listen(b.port(), "c00000000-1");
  BOOST_TEST(gone.head().status == 400);
  // nobody is asked for what no instance has given a name
  int const before = store->gets;
  for (std::string const& name : {std::string("c/../x"), std::string("c"), 'c' + std::string(4000, '0')}) {
    auto made_up = client.listen(b.port(), name + "-1");
    BOOST_TEST(made_up.head().status == 400);
  }
  BOOST_TEST(store->gets == before);
}

BOOST_AUTO_TEST_CASE(a_page_that_was_visited_is_told_wherever_its_client_listens) {
  session_client const client(a.port(), R"({"elicitation":{"url":{}}})");
  auto stream = client.listen(b.port());
  BOOST_REQUIRE(stream.head().status == 200);
  auto call = client.send(a.port(), session_client::call_text(2, "visit"));
  BOOST_REQUIRE(call.head().status == 200);
  auto const question = call.message();
  BOOST_REQUIRE(method_of(question) == "elicitation/create");
  BOOST_TEST(becomes_true([&] {
    c.srv.notify_elicitation_complete("visit-1");
    c.srv.notify_tools_changed();
    return method_of(stream.message()) == "notifications/elicitation/complete";
  }));
}

BOOST_AUTO_TEST_CASE(subscriptions_of_the_stateless_protocol_hear_of_changes_elsewhere) {
  event_stream stream(a.port());
  stream.client().send_request(
      "POST", "/mcp",
      {{"Content-Type", "application/json"},
       {"Accept", "application/json, text/event-stream"},
       {"MCP-Protocol-Version", "2026-07-28"},
       {"Mcp-Method", "subscriptions/listen"}},
      R"({"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{"notifications":{"toolsListChanged":true,"resourceSubscriptions":["note://one"]},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}})");
  BOOST_REQUIRE(stream.head().status == 200);
  BOOST_TEST(method_of(stream.message()) == "notifications/subscriptions/acknowledged");
  b.srv.notify_tools_changed();
  BOOST_TEST(method_of(stream.message()) == "notifications/tools/list_changed");
  c.srv.notify_resource_updated("note://one");
  BOOST_TEST(method_of(stream.message()) == "notifications/resources/updated");
}

BOOST_AUTO_TEST_CASE(without_the_store_sessions_go_on_and_what_others_must_know_is_refused) {
  session_client const client(a.port(), R"({"elicitation":{}})");
  BOOST_TEST(client.request(a.port(), 1, "ping").status == 200);
  auto call = client.send(a.port(), session_client::call_text(1, "ask"));
  BOOST_REQUIRE(call.head().status == 200);
  auto const question = call.message();
  store->works = false;
  BOOST_TEST(client.request(a.port(), 2, "ping").status == 200);
  BOOST_TEST(client.request(b.port(), 2, "ping").status == 200);
  auto const refused = client.post(b.port(), accepted_answer(question, "Ada"));
  BOOST_TEST(refused.status == 503);
  BOOST_TEST(refused.field("retry-after") == "1");
  BOOST_TEST(client.request(b.port(), 3, "resources/subscribe", R"({"uri":"note://one"})").status == 503);
  BOOST_TEST(client.end(b.port()) == 503);
  // an answer where the question was needs no store
  BOOST_TEST(client.post(a.port(), accepted_answer(question, "Ada")).status == 202);
  auto const answer = call.message();
  BOOST_TEST(result_text(answer) == "hello Ada");
  store->works = true;
  BOOST_TEST(client.end(b.port()) == 204);
}

BOOST_AUTO_TEST_CASE(a_rate_is_one_for_all_instances) {
  session_client const client(a.port());
  auto const let_through = [&](std::uint16_t port) {
    auto const reply = json_of(client.post(port, session_client::call_text(1, "rare"), false));
    auto const& result = reply.at("result").as_object();
    return !result.contains("isError") || !result.at("isError").as_bool();
  };
  for (int i = 0; i != 100; ++i) BOOST_TEST_REQUIRE(let_through(a.port()));
  BOOST_TEST(!let_through(a.port()));
  // told a moment later; alone it would have a hundred of its own
  int more = 0;
  while (more != 90 && let_through(b.port())) {
    ++more;
    std::this_thread::sleep_for(20ms);
  }
  BOOST_TEST(more < 90);
  BOOST_TEST(becomes_true([&] { return !let_through(c.port()); }));
}

BOOST_AUTO_TEST_CASE(a_known_session_costs_no_look_into_the_store) {
  session_client const client(a.port());
  BOOST_TEST(client.request(a.port(), 1, "ping").status == 200);
  BOOST_TEST(client.request(b.port(), 2, "ping").status == 200);
  int const before = store->gets;
  for (int i = 0; i != 20; ++i) {
    BOOST_TEST(client.request(a.port(), 3, "ping").status == 200);
    BOOST_TEST(client.request(b.port(), 3, "ping").status == 200);
  }
  BOOST_TEST(store->gets == before);
}

BOOST_AUTO_TEST_CASE(instances_with_a_store_and_no_keys_or_with_a_store_of_one_process_do_not_start) {
  mcpawl::server_options options;
  options.shared_store = store;
  mcpawl::server<> srv{{"flow", "1"}, mcpawl::no_auth{}, std::move(options)};
  BOOST_CHECK_EXCEPTION(
      mcpawl::http_server<mcpawl::server<>>(srv, {.port = 0}), mcpawl::configuration_error,
      [](auto const& e) { return std::string(e.what()).find("same keys") != std::string::npos; });
}

BOOST_AUTO_TEST_SUITE_END()
