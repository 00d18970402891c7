// tests/unit/mcp/protocol/subscription.cpp - what a client may subscribe to, and what it is told until it leaves
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/mcp/offer/registration.hpp>
#include <mcpawl/mcp/protocol/subscription.hpp>
#include <mcpawl/test/manual_clock.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include "../noted_call.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

namespace mcp_subscription {
namespace {

using namespace mcpawl;
using namespace mcpawl::detail;
using mcp_tests::noted_call;
using namespace std::chrono_literals;

struct noted_source final : call_channel_source {
  std::shared_ptr<call_channel> open() override { return call; }
  std::shared_ptr<noted_call> call = std::make_shared<noted_call>();
};

struct fixture {
  server_state state{{"one", "1"}, {}};
  limits bounds;
  std::string honoured;
  test::manual_clock time;
  logger log = logger::none();
  request_id id = *request_id::from(boost::json::value(7));
  bool boss = false;  // the identity of who calls
  noted_source out;
  std::optional<session_table> table;
  boost::asio::io_context context{1};
  boost::asio::cancellation_signal leave;
  std::optional<response> result;
  bool failed = false;

  fixture() {
    add_resource(state, "test://a", "a");
    add_resource(state, "test://b", "b");
    add_resource(state, "test://secret", "secret").allowed = [](void const* who) {
      return *static_cast<bool const*>(who);
    };
    make_table();
  }
  void make_table() { table.emplace(session_bounds{3600s, 600s, 1000, bounds}, time, *state.changes); }

  std::optional<change_filter> read(std::string const& filter) {
    return read_filter(state, boost::json::parse(filter).as_object(), &boss, bounds, honoured);
  }
  /** What of a filter is honoured; "refused" if it is malformed. */
  std::string honours(std::string const& filter) { return read(filter) ? honoured : "refused"; }

  dispatch_result ask(std::string const& params, bool on_a_channel = false) {
    auto const json = boost::json::parse(params);
    caller const who{&boss, "alice"};
    method_call const call{.server = state,
                           .log = log,
                           .id = id,
                           .params = &json.as_object(),
                           .meta = object_member(&json.as_object(), "_meta"),
                           .protocol = revision::v2026_07_28,
                           .who = who,
                           .out = out};
    return listen(call, *table, on_a_channel);
  }
  /** The code of the error that answers at once; 0 if there is none. */
  int code(std::string const& params) {
    auto const got = ask(params);
    auto const* whole = std::get_if<response>(&got);
    return whole ? boost::json::parse(whole->body).at("error").at("code").to_number<int>() : 0;
  }
  /** Run the subscription that was accepted until it waits. */
  void run(dispatch_result accepted) {
    auto& pending = std::get<pending_response>(accepted);
    BOOST_TEST(pending.listens);
    BOOST_TEST(pending.ends_with_connection);
    auto ended = [this](std::exception_ptr failure, response r) {
      failed = failure != nullptr;
      if (!failure) result = std::move(r);
    };
    boost::asio::co_spawn(context, std::move(pending.work),
                          boost::asio::bind_cancellation_slot(leave.slot(), std::move(ended)));
    go_on();
  }
  void go_on() {
    context.restart();
    context.poll();
  }
  std::vector<std::string> const& sent() const { return out.call->sent; }
};

std::string filter_of(std::size_t uris, std::string const& uri = "test://a") {
  boost::json::array all;
  for (std::size_t i = 0; i != uris; ++i) all.emplace_back(uri);
  return R"({"resourceSubscriptions":)" + boost::json::serialize(all) + "}";
}

}  // namespace
}  // namespace mcp_subscription

BOOST_FIXTURE_TEST_SUITE(mcp_subscription, fixture)

// --- the filter ---------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(an_empty_filter_wants_nothing) {
  auto const none = read("{}");
  BOOST_TEST_REQUIRE(none.has_value());
  BOOST_TEST(honoured == "{}");
  BOOST_TEST(!none->wants({change::kind::tools}, &boss));
  BOOST_TEST(!none->wants({change::kind::resource, "test://a"}, &boss));
  BOOST_TEST(honours(filter_of(0)) == "{}");
}

BOOST_AUTO_TEST_CASE(a_list_that_is_not_offered_is_not_honoured) {
  BOOST_TEST(honours(R"({"toolsListChanged":true,"resourcesListChanged":true})") ==
             R"({"resourcesListChanged":true})");
  add_tool(state, "t").input_schema = R"({"type":"object"})";
  BOOST_TEST(honours(R"({"toolsListChanged":true,"resourcesListChanged":false})") ==
             R"({"toolsListChanged":true})");
  auto const filter = read(R"({"toolsListChanged":true})");
  BOOST_TEST(filter->wants({change::kind::tools}, &boss));
  BOOST_TEST(!filter->wants({change::kind::resources}, &boss));
}

BOOST_AUTO_TEST_CASE(a_filter_of_another_form_is_refused) {
  for (std::string const wrong :
       {R"({"toolsListChanged":1})", R"({"toolsListChanged":"true"})", R"({"resourceSubscriptions":{}})",
        R"({"resourceSubscriptions":"test://a"})", R"({"resourceSubscriptions":[7]})"})
    BOOST_TEST(honours(wrong) == "refused", wrong);
  // null is as good as nothing
  BOOST_TEST(honours(R"({"toolsListChanged":null,"resourceSubscriptions":null})") == "{}");
}

BOOST_AUTO_TEST_CASE(resources_that_one_may_not_see_are_left_out_like_those_there_are_not) {
  std::string const filter =
      R"({"resourceSubscriptions":["test://a","test://secret","test://none","test://b"]})";
  BOOST_TEST(honours(filter) == R"({"resourceSubscriptions":["test://a","test://b"]})");
  BOOST_TEST(honours(R"({"resourceSubscriptions":["test://secret"]})") == "{}");
  boss = true;
  BOOST_TEST(honours(filter) == R"({"resourceSubscriptions":["test://a","test://secret","test://b"]})");
}

BOOST_AUTO_TEST_CASE(so_many_resources_may_be_subscribed_to_and_no_more) {
  bounds.max_subscribed_uris = 3;
  BOOST_TEST(honours(filter_of(3)) != "refused");
  BOOST_TEST(honours(filter_of(4)) == "refused");
}

BOOST_AUTO_TEST_CASE(a_uri_may_be_so_long_and_no_longer) {
  bounds.max_uri_bytes = 8;
  BOOST_TEST(honours(filter_of(1, "test://a")) == R"({"resourceSubscriptions":["test://a"]})");
  BOOST_TEST(honours(filter_of(1, "test://ab")) == "refused");
}

BOOST_AUTO_TEST_CASE(the_end_of_a_visit_is_not_told) {
  auto const all = read(R"({"resourcesListChanged":true,"resourceSubscriptions":["test://a"]})");
  BOOST_TEST(!all->wants({change::kind::visit, "test://a"}, &boss));
}

// --- places -------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(there_are_so_many_places_and_one_that_is_left_is_free_again) {
  auto const count = std::make_shared<std::atomic<std::size_t>>(0);
  auto first = subscription_slot::take(count, 2);
  auto second = subscription_slot::take(count, 2);
  BOOST_TEST((first && second));
  BOOST_TEST(!subscription_slot::take(count, 2));
  BOOST_TEST(*count == 2u);
  subscription_slot const moved = std::move(*first);
  first.reset();
  BOOST_TEST(*count == 2u);
  second.reset();
  BOOST_TEST(*count == 1u);
  BOOST_TEST(subscription_slot::take(count, 2).has_value());
  BOOST_TEST(!subscription_slot::take(count, 0));
}

BOOST_AUTO_TEST_CASE(threads_that_take_places_never_hold_more_than_there_are) {
  auto const count = std::make_shared<std::atomic<std::size_t>>(0);
  std::atomic<int> held{0}, too_many{0};
  std::vector<std::thread> threads;
  for (int t = 0; t != 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i != 2000; ++i) {
        auto const slot = subscription_slot::take(count, 2);
        if (!slot) continue;
        if (++held > 2) ++too_many;
        --held;
      }
    });
  for (auto& each : threads) each.join();
  BOOST_TEST(too_many == 0);
  BOOST_TEST(*count == 0u);
}

// --- the method ---------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(without_a_filter_there_is_no_subscription) {
  for (std::string const wrong :
       {"{}", R"({"notifications":[]})", R"({"notifications":{"toolsListChanged":1}})"})
    BOOST_TEST(code(wrong) == -32602, wrong);
  BOOST_TEST(*table->subscriptions() == 0u);
}

BOOST_AUTO_TEST_CASE(a_client_that_takes_no_events_cannot_listen_and_holds_no_place) {
  out.call->takes_events = false;
  auto const got = ask(R"({"notifications":{}})");
  BOOST_TEST((std::get<response>(got).what == response::outcome::not_acceptable));
  BOOST_TEST(*table->subscriptions() == 0u);
}

BOOST_AUTO_TEST_CASE(one_more_than_all_may_hold_is_refused_until_one_ends) {
  state.options.max_subscriptions = 1;
  {
    auto const first = ask(R"({"notifications":{}})");
    BOOST_TEST(std::holds_alternative<pending_response>(first));
    auto const second = ask(R"({"notifications":{}})");
    BOOST_TEST((std::get<response>(second).what == response::outcome::too_many));
  }
  BOOST_TEST(*table->subscriptions() == 0u);
  BOOST_TEST(code(R"({"notifications":{}})") == 0);
}

BOOST_AUTO_TEST_CASE(it_is_acknowledged_then_told_what_changes_and_answered_when_the_server_stops) {
  run(ask(R"({"notifications":{"resourceSubscriptions":["test://a","test://none"]}})"));
  BOOST_TEST_REQUIRE(sent().size() == 1u);
  BOOST_TEST(sent()[0] == R"({"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":)"
                          R"({"notifications":{"resourceSubscriptions":["test://a"]},)"
                          R"("_meta":{"io.modelcontextprotocol/subscriptionId":7}}})");
  state.tell_updated("test://b");
  state.tell_updated("test://a");
  state.tell_updated("test://a");
  go_on();
  BOOST_TEST_REQUIRE(sent().size() == 2u);  // the same news waits once
  BOOST_TEST(sent()[1] ==
             R"({"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"test://a",)"
             R"("_meta":{"io.modelcontextprotocol/subscriptionId":7}}})");
  BOOST_TEST(!result.has_value());
  table->close();
  go_on();
  BOOST_TEST_REQUIRE(result.has_value());
  auto const whole = boost::json::parse(result->body);
  BOOST_TEST(whole.at("id").to_number<int>() == 7);
  BOOST_TEST(whole.at("result").at("resultType") == "complete");
  BOOST_TEST(sent().size() == 2u);
}

BOOST_AUTO_TEST_CASE(on_a_channel_the_end_is_a_cancellation_too) {
  run(ask(R"({"notifications":{}})", true));
  table->close();
  go_on();
  BOOST_TEST_REQUIRE(sent().size() == 2u);
  BOOST_TEST(sent()[1].find("notifications/cancelled") != std::string::npos);
  BOOST_TEST(result.has_value());
}

BOOST_AUTO_TEST_CASE(after_the_server_has_stopped_nobody_can_listen) {
  table->close();
  BOOST_TEST(code(R"({"notifications":{}})") == -32603);
  BOOST_TEST(*table->subscriptions() == 0u);
}

BOOST_AUTO_TEST_CASE(who_leaves_is_told_no_more_and_frees_the_place) {
  run(ask(R"({"notifications":{"resourceSubscriptions":["test://a"]}})"));
  BOOST_TEST(*table->subscriptions() == 1u);
  leave.emit(boost::asio::cancellation_type::terminal);
  go_on();
  BOOST_TEST(failed);
  BOOST_TEST(*table->subscriptions() == 0u);
  state.tell_updated("test://a");
  go_on();
  BOOST_TEST(sent().size() == 1u);
}

BOOST_AUTO_TEST_CASE(what_changes_on_other_threads_is_told_here) {
  run(ask(R"({"notifications":{"resourceSubscriptions":["test://a"]}})"));
  for (int i = 0; i != 50; ++i) {
    std::thread other([this] { state.tell_updated("test://a"); });
    other.join();
    go_on();
  }
  BOOST_TEST(sent().size() == 51u);
}

BOOST_AUTO_TEST_SUITE_END()
