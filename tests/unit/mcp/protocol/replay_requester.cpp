// tests/unit/mcp/protocol/replay_requester.cpp - a call asks by ending, and finds the responses when it is made again
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/mcp/protocol/replay_requester.hpp>
#include <mcpawl/test/manual_clock.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcp_replay_requester {
namespace {

using namespace mcpawl;
using namespace mcpawl::detail;

constexpr unix_seconds lifetime = 60;

client_request form(std::string key) {
  return {std::move(key), "elicitation/create", R"({"message":"?"})", client_capability::form};
}
client_request roots(std::string key) {
  return {std::move(key), "roots/list", "{}", client_capability::roots};
}

struct fixture {
  sealer seal = sealer::with_random_key();
  test::manual_clock time;
  client_profile client;
  replay_input input;
  state_binding binding{"server", "caller", "tools/call", nullptr};
  std::optional<replay_requester> requester;
  std::optional<std::vector<client_response>> got;
  std::optional<input_required> asked;
  std::optional<call_refused> refused;

  fixture() { client.capabilities = static_cast<unsigned char>(client_capability::form); }

  /** What the client sends along with the call. */
  void respond(std::string const& key, std::string_view json) {
    input.responses[key] = boost::json::parse({json.data(), json.size()});
  }
  /** Begin a round with what the client sends, and with what the one before has learnt. */
  replay_requester& make() {
    requester.emplace(std::exchange(input, {}), client, seal, binding, time, lifetime);
    return *requester;
  }
  template <class... Requests>
  void ask(Requests... requests) {
    if (!requester) make();
    got.reset();
    asked.reset();
    refused.reset();
    std::vector<client_request> all;
    (all.push_back(std::move(requests)), ...);
    boost::asio::io_context context{1};
    auto ended = [this](std::exception_ptr failure, std::vector<client_response> responses) {
      note(failure);
      if (!failure) got = std::move(responses);
    };
    boost::asio::co_spawn(context, requester->ask(std::move(all)), ended);
    context.run();
  }
  void note(std::exception_ptr failure) {
    try {
      if (failure) std::rethrow_exception(failure);
    } catch (input_required& more) {
      asked = std::move(more);
    } catch (call_refused& why) {
      refused = std::move(why);
    }
  }
  template <class F>
  void noting(F f) {
    try {
      f();
    } catch (...) {
      note(std::current_exception());
    }
  }
  /** What the client carries to the next round. */
  std::optional<request_state> carried(unix_seconds later = 0) {
    BOOST_TEST_REQUIRE(asked.has_value());
    return open_state(seal, asked->state, time.wall() + later, binding.text());
  }
  void next_round() {
    auto known = carried();
    BOOST_TEST_REQUIRE(known.has_value());
    input.known = std::move(*known);
    requester.reset();
  }
};

}  // namespace
}  // namespace mcp_replay_requester

BOOST_FIXTURE_TEST_SUITE(mcp_replay_requester, fixture)

BOOST_AUTO_TEST_CASE(what_is_not_answered_ends_the_call_with_all_that_is_missing) {
  respond("b", R"({"action":"decline"})");
  ask(form("a"), form("b"), form("c"));
  BOOST_TEST_REQUIRE(asked.has_value());
  BOOST_TEST(asked->requests == R"({"a":{"method":"elicitation/create","params":{"message":"?"}},)"
                                R"("c":{"method":"elicitation/create","params":{"message":"?"}}})");
}

BOOST_AUTO_TEST_CASE(responses_come_in_the_order_of_the_requests) {
  respond("b", R"({"action":"decline"})");
  respond("a", R"({"action":"cancel"})");
  ask(form("a"), form("b"));
  BOOST_TEST_REQUIRE(got.has_value());
  BOOST_TEST_REQUIRE(got->size() == 2u);
  BOOST_TEST((*got)[0].result.at("action") == "cancel");
  BOOST_TEST((*got)[1].result.at("action") == "decline");
  ask();
  BOOST_TEST_REQUIRE(got.has_value());
  BOOST_TEST(got->empty());
}

BOOST_AUTO_TEST_CASE(what_was_answered_in_an_earlier_round_stays_as_it_was) {
  respond("a", R"({"action":"decline"})");
  ask(form("a"), form("b"));
  next_round();
  respond("a", R"({"action":"cancel"})");
  respond("b", R"({"action":"cancel"})");
  ask(form("a"), form("b"));
  BOOST_TEST_REQUIRE(got.has_value());
  BOOST_TEST((*got)[0].result.at("action") == "decline");
  BOOST_TEST((*got)[1].result.at("action") == "cancel");
}

BOOST_AUTO_TEST_CASE(a_response_of_another_shape_is_none) {
  respond("a", R"({"action":"perhaps"})");
  ask(form("a"));
  BOOST_TEST_REQUIRE(asked.has_value());
  BOOST_TEST(carried()->responses.empty());
}

BOOST_AUTO_TEST_CASE(the_state_opens_for_its_call_alone_and_not_for_ever) {
  ask(form("a"));
  BOOST_TEST(carried(lifetime - 1).has_value());
  BOOST_TEST(!carried(lifetime).has_value());
  BOOST_TEST(!open_state(seal, asked->state, time.wall(), "another").has_value());
}

BOOST_AUTO_TEST_CASE(what_the_client_did_not_declare_refuses_the_call) {
  ask(form("a"), roots("r"));
  BOOST_TEST_REQUIRE(refused.has_value());
  BOOST_TEST((refused->what == response::outcome::malformed));
  BOOST_TEST((refused->fault.code == rpc_code::missing_client_capability));
  BOOST_TEST(refused->fault.data == R"({"requiredCapabilities":{"roots":{}}})");
}

BOOST_AUTO_TEST_CASE(a_response_counts_whatever_the_client_declares_now) {
  respond("r", R"({"roots":[]})");
  ask(roots("r"));
  BOOST_TEST(got.has_value());
}

BOOST_AUTO_TEST_CASE(two_requests_with_one_key_are_an_error_of_the_tool) {
  respond("a", R"({"action":"decline"})");
  ask(form("a"), form("a"));
  BOOST_TEST_REQUIRE(refused.has_value());
  BOOST_TEST((refused->what == response::outcome::answered));
  BOOST_TEST((refused->fault.code == rpc_code::internal_error));
}

BOOST_AUTO_TEST_CASE(steps_are_carried_with_the_responses) {
  auto& first = make();
  BOOST_TEST(first.recall("paid") == nullptr);
  first.keep("paid", R"({"euros":7})");
  first.keep("broken", R"({"euros")");
  BOOST_TEST_REQUIRE(first.recall("paid") != nullptr);
  BOOST_TEST(first.recall("paid")->at("euros") == 7);
  BOOST_TEST(first.recall("broken") == nullptr);
  ask(form("a"));
  next_round();
  auto& second = make();
  BOOST_TEST_REQUIRE(second.recall("paid") != nullptr);
  BOOST_TEST(second.recall("paid")->at("euros") == 7);
}

BOOST_AUTO_TEST_CASE(a_round_can_be_ended_without_a_question) {
  auto& here = make();
  here.keep("paid", "1");
  noting([&] { here.end_round(); });
  BOOST_TEST_REQUIRE(asked.has_value());
  BOOST_TEST(asked->requests.empty());
  BOOST_TEST(carried()->steps.contains("paid"));
}

BOOST_AUTO_TEST_CASE(a_response_that_does_not_fit_is_named) {
  auto const& here = make();
  noting([&] { here.reject("a", "/x: is required"); });
  BOOST_TEST_REQUIRE(refused.has_value());
  BOOST_TEST((refused->what == response::outcome::answered));
  BOOST_TEST((refused->fault.code == rpc_code::invalid_params));
  BOOST_TEST(refused->fault.message == "inputResponses/a: /x: is required");
}

BOOST_AUTO_TEST_SUITE_END()
