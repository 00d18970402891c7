// tests/unit/mcp/protocol/call_budget.cpp - what one caller may hold, at the bound and one above
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/mcp/protocol/call_budget.hpp>
#include <mcpawl/mcp/session/session_manager.hpp>
#include <mcpawl/test/manual_clock.hpp>

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace mcp_call_budget {
namespace {

using namespace mcpawl;
using namespace mcpawl::detail;
using namespace std::chrono_literals;

task<response> nothing() { co_return response(); }

struct fixture {
  limits bounds;
  server_state state{{"one", "1"}, {}};
  logger log = logger::none();
  std::optional<session_manager> known;
  std::optional<boost::json::value> parsed;

  request_env env(std::size_t bytes = 0) {
    if (!known) known.emplace(make_session_manager(state, bounds));
    return {state, log, *known, bytes};
  }
  rpc_message message(std::string const& text) {
    parsed.emplace(boost::json::parse(text));
    return std::get<rpc_message>(read_message(*parsed));
  }
  bool too_long(std::string const& text) {
    auto const m = message(text);
    return long_id_refusal(env(), m).has_value();
  }
  /** Begin a call; what was refused says why. */
  dispatch_result begin(std::string_view principal, bool listens = false, std::size_t bytes = 0) {
    auto const m = message(R"({"jsonrpc":"2.0","id":1,"method":"x"})");
    pending_response call(nothing(), true);
    call.listens = listens;
    return within_budget(env(bytes), m, {nullptr, principal}, std::move(call));
  }
  static bool runs(dispatch_result const& r) { return std::holds_alternative<pending_response>(r); }
  static std::string refusal(dispatch_result const& r) { return std::get<response>(r).body; }
};

std::string with_id(std::size_t size) {
  return R"({"jsonrpc":"2.0","method":"x","id":")" + std::string(size, 'i') + "\"}";
}
std::string with_token(std::string const& token) {
  return R"({"jsonrpc":"2.0","method":"x","id":1,"params":{"_meta":{"progressToken":)" + token + "}}}";
}

}  // namespace
}  // namespace mcp_call_budget

BOOST_FIXTURE_TEST_SUITE(mcp_call_budget, fixture)

BOOST_AUTO_TEST_CASE(an_id_may_be_so_long_and_no_longer) {
  bounds.max_id_bytes = 8;
  BOOST_TEST(!too_long(with_id(0)));
  BOOST_TEST(!too_long(with_id(8)));
  BOOST_TEST(too_long(with_id(9)));
  BOOST_TEST(!too_long(R"({"jsonrpc":"2.0","method":"x"})"));
}

BOOST_AUTO_TEST_CASE(an_id_that_is_too_long_is_not_repeated_and_a_token_is_named) {
  bounds.max_id_bytes = 8;
  auto const of_id = long_id_refusal(env(), message(with_id(9)));
  BOOST_TEST(of_id->body.find("iii") == std::string::npos);
  auto const of_token = long_id_refusal(env(), message(with_token("\"" + std::string(9, 't') + "\"")));
  BOOST_TEST(of_token->body.find("progressToken is longer than 8 bytes (max_id_bytes)") != std::string::npos);
  BOOST_TEST((of_token->what == response::outcome::malformed));
}

BOOST_AUTO_TEST_CASE(a_progress_token_may_be_so_long_and_no_longer) {
  bounds.max_id_bytes = 8;
  BOOST_TEST(!too_long(with_token("\"\"")));
  BOOST_TEST(!too_long(with_token("\"" + std::string(8, 't') + "\"")));
  BOOST_TEST(too_long(with_token("\"" + std::string(9, 't') + "\"")));
  BOOST_TEST(!too_long(with_token("123456789012")));
}

BOOST_AUTO_TEST_CASE(one_caller_runs_so_many_calls_and_others_are_not_kept_from_theirs) {
  bounds.max_calls = 2;
  std::vector<dispatch_result> running;
  for (int i = 0; i != 2; ++i) running.push_back(begin("alice"));
  BOOST_TEST((runs(running[0]) && runs(running[1])));
  auto const third = begin("alice");
  BOOST_TEST_REQUIRE(!runs(third));
  BOOST_TEST((std::get<response>(third).what == response::outcome::too_many));
  BOOST_TEST(refusal(third).find("max_calls") != std::string::npos);
  BOOST_TEST(runs(begin("bob")));
  running.pop_back();
  BOOST_TEST(runs(begin("alice")));
}

BOOST_AUTO_TEST_CASE(streams_are_counted_apart_from_calls) {
  bounds.max_calls = 1;
  bounds.max_streams = 1;
  auto const call = begin("alice"), stream = begin("alice", true);
  BOOST_TEST((runs(call) && runs(stream)));
  BOOST_TEST(refusal(begin("alice", true)).find("max_streams") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_bytes_of_running_calls_are_bounded) {
  bounds.max_retained_bytes = 100;
  auto const first = begin("alice", false, 60);
  BOOST_TEST(runs(first));
  {
    auto const fits = begin("alice", false, 40);
    BOOST_TEST(runs(fits));
    auto const above = begin("alice", false, 1);
    BOOST_TEST_REQUIRE(!runs(above));
    BOOST_TEST(refusal(above).find("max_retained_bytes") != std::string::npos);
  }
  // what was refused holds nothing
  BOOST_TEST(runs(begin("alice", false, 40)));
  BOOST_TEST(known->table().budget().held("alice", budget_item::calls) == 1u);
}

BOOST_AUTO_TEST_CASE(what_is_answered_at_once_costs_nothing) {
  auto const m = message(R"({"jsonrpc":"2.0","id":1,"method":"x"})");
  bounds.max_calls = 0;
  auto const r = within_budget(env(), m, {nullptr, "alice"}, response::of_result(*m.id, "{}"));
  BOOST_TEST((std::get<response>(r).what == response::outcome::answered));
  BOOST_TEST(known->table().budget().size() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
