// tests/unit/mcp/protocol/run_handler.cpp - what becomes of a function's result, and of all that it may throw
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/mcp/protocol/run_handler.hpp>
#include <mcpawl/mcp/protocol/tools_call.hpp>

#include <boost/asio/error.hpp>
#include <boost/json/parse.hpp>
#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

#include "../one_request.hpp"

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace mcp_run_handler {

using namespace mcpawl;
using namespace mcpawl::detail;
using mcp_tests::error_of;
using mcp_tests::result_of;

// no unnamed namespace: g++ 14 fails with an internal error at a coroutine over types of this one
inline handler_result members(std::string text, std::string meta = {}) {
  handler_result out;
  out.members = std::move(text);
  out.meta = std::move(meta);
  return out;
}
inline task<handler_result> later(handler_result done) { co_return done; }
inline task<handler_result> throws_tool_error() {
  throw tool_error("no paper");
  co_return handler_result();
}
inline task<handler_result> throws_error() {
  throw std::runtime_error("password=hunter2");
  co_return handler_result();
}
inline task<handler_result> asks() {
  throw input_required{{}, "sealed"};
  co_return handler_result();
}

struct fixture : mcp_tests::one_request {
  call_target tool{"tool", "printer", failed_tool};
  call_target prompt{"prompt", "letter", failed_request};

  template <class Start>
  dispatch_result start(call_target const& target, bool awaited, Start f) {
    return run_handler(call(), target, awaited, f);
  }
  template <class Thrown>
  response thrown(call_target const& target, Thrown what) {
    return at_once(start(target, false, [&](context&) -> invocation { throw what; }));
  }
  bool log_has(std::string_view words) const {
    for (auto const& line : logged)
      if (line.find(words) != std::string::npos) return true;
    return false;
  }
  static std::string text_of(response const& r) {
    return std::string(result_of(r).at("content").at(0).at("text").as_string());
  }
};

}  // namespace mcp_run_handler

BOOST_FIXTURE_TEST_SUITE(mcp_run_handler, fixture)

BOOST_AUTO_TEST_CASE(a_result_is_framed_as_its_revision_demands) {
  auto const f = [](context&) -> invocation { return members(R"("a":1)", R"("b":2)"); };
  auto const now = result_of(at_once(start(tool, false, f)));
  BOOST_TEST(now.at("resultType") == "complete");
  BOOST_TEST(now.at("a") == 1);
  BOOST_TEST(now.at("_meta").at("b") == 2);
  protocol = revision::v2025_11_25;
  BOOST_TEST(at_once(start(tool, false, f)).body ==
             R"({"jsonrpc":"2.0","id":7,"result":{"a":1,"_meta":{"b":2}}})");
}

BOOST_AUTO_TEST_CASE(a_fault_is_the_response) {
  auto const f = [](context&) -> invocation {
    return handler_result::refused({rpc_code::invalid_params, "no such thing"});
  };
  for (bool awaited : {false, true}) {
    auto const error = error_of(at_once(start(tool, awaited, f)));
    BOOST_TEST(error.at("code") == -32602);
    BOOST_TEST(error.at("message") == "no such thing");
  }
}

BOOST_AUTO_TEST_CASE(the_words_of_a_tool_error_reach_the_client) {
  auto const r = thrown(tool, tool_error("no paper"));
  BOOST_TEST(text_of(r) == "no paper");
  BOOST_TEST(result_of(r).at("isError") == true);
  auto const error = error_of(thrown(prompt, tool_error("no paper")));
  BOOST_TEST(error.at("code") == -32603);
  BOOST_TEST(error.at("message") == "no paper");
  BOOST_TEST(logged.empty());
}

BOOST_AUTO_TEST_CASE(any_other_exception_is_an_id_for_the_client_and_words_for_the_log) {
  auto const r = thrown(tool, std::runtime_error("password=hunter2"));
  BOOST_TEST(r.body.find("hunter2") == std::string::npos);
  std::string const text = text_of(r);
  constexpr std::string_view before = "internal error, id ";
  BOOST_TEST_REQUIRE(text.starts_with(before));
  std::string const named = text.substr(before.size());
  BOOST_TEST(named.size() == 16u);
  BOOST_TEST_REQUIRE(logged.size() == 1u);
  BOOST_TEST(log_has("call_failed tool=printer id=" + named + " reason="));
  BOOST_TEST(log_has("hunter2"));
  BOOST_TEST(text_of(thrown(tool, std::runtime_error("again"))) != text);
}

BOOST_AUTO_TEST_CASE(what_is_no_exception_of_the_library_is_told_by_the_log_too) {
  BOOST_TEST(text_of(thrown(tool, 7)).starts_with("internal error, id "));
  BOOST_TEST(log_has("an exception of unknown type"));
}

BOOST_AUTO_TEST_CASE(a_call_that_was_cancelled_is_no_failure_of_the_tool) {
  auto const r = thrown(tool, boost::system::system_error(boost::asio::error::operation_aborted));
  BOOST_TEST(text_of(r) == "cancelled");
  BOOST_TEST(log_has("call_cancelled tool=printer"));
  BOOST_TEST(!log_has("call_failed"));
  BOOST_TEST(text_of(thrown(tool, boost::system::system_error(boost::asio::error::eof)))
                 .starts_with("internal error, id "));
}

BOOST_AUTO_TEST_CASE(what_the_protocol_ends_is_answered_by_the_protocol) {
  auto const r = thrown(tool, input_required{{}, "sealed"});
  BOOST_TEST(result_of(r).at("resultType") == "input_required");
  auto const refused =
      thrown(tool, call_refused{response::outcome::malformed, {rpc_code::invalid_params, "no"}});
  BOOST_TEST((refused.what == response::outcome::malformed));
  BOOST_TEST(logged.empty());
}

BOOST_AUTO_TEST_CASE(a_coroutine_is_run_later_and_ends_with_its_client_without_sessions_alone) {
  auto const f = [](context&) -> invocation { return later(members(R"("a":1)")); };
  for (auto r : {revision::v2025_11_25, revision::v2026_07_28}) {
    protocol = r;
    auto got = start(tool, true, f);
    BOOST_TEST_REQUIRE(std::holds_alternative<pending_response>(got));
    BOOST_TEST(std::get<pending_response>(got).ends_with_connection == is_stateless(r));
    BOOST_TEST(result_of(run(std::move(got))).at("a") == 1);
  }
}

BOOST_AUTO_TEST_CASE(what_a_coroutine_throws_ends_as_in_a_function) {
  BOOST_TEST(text_of(run(start(tool, true, [](context&) -> invocation { return throws_tool_error(); }))) ==
             "no paper");
  auto const failed = run(start(tool, true, [](context&) -> invocation { return throws_error(); }));
  BOOST_TEST(failed.body.find("hunter2") == std::string::npos);
  BOOST_TEST(log_has("hunter2"));
  auto const more = run(start(tool, true, [](context&) -> invocation { return asks(); }));
  BOOST_TEST(result_of(more).at("requestState") == "sealed");
}

BOOST_AUTO_TEST_CASE(the_context_lives_until_the_coroutine_has_ended) {
  context* seen = nullptr;
  auto got = start(tool, true, [&](context& ctx) -> invocation {
    seen = &ctx;
    return later(members(R"("a":1)"));
  });
  BOOST_TEST(channel.use_count() > 1);  // the context holds it
  BOOST_TEST((seen->protocol() == protocol));
  run(std::move(got));
  BOOST_TEST(channel.use_count() == 1);
}

BOOST_AUTO_TEST_CASE(the_function_learns_what_the_request_says) {
  params = boost::json::parse(
      R"({"_meta":{"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}})");
  std::string uri, trace;
  auto const f = [&](context& ctx) -> invocation {
    uri = ctx.uri();
    trace = ctx.trace().traceparent;
    return members("");
  };
  for (bool awaited : {false, true}) {
    uri.clear();
    trace.clear();
    run_handler(call(), tool, awaited, f, "notes:all");
    BOOST_TEST(uri == "notes:all");
    BOOST_TEST(trace == "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  }
}

BOOST_AUTO_TEST_CASE(the_level_is_that_of_the_request_or_of_the_session) {
  BOOST_TEST(!wanted_level(call()).has_value());
  params = boost::json::parse(R"({"_meta":{"io.modelcontextprotocol/logLevel":"error"}})");
  BOOST_TEST((wanted_level(call()) == message_level::error));
  params = boost::json::parse(R"({"_meta":{"io.modelcontextprotocol/logLevel":4}})");
  BOOST_TEST(!wanted_level(call()).has_value());
  protocol = revision::v2025_11_25;
  session = std::make_shared<mcpawl::detail::session>(protocol, client_profile{});
  BOOST_TEST((wanted_level(call()) == message_level::info));
  session->set_log_level(static_cast<int>(message_level::critical));
  BOOST_TEST((wanted_level(call()) == message_level::critical));
}

BOOST_AUTO_TEST_SUITE_END()
