// tests/unit/mcp/protocol/interruption.cpp - calls that end early on behalf of the protocol
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/mcp/call/await_job.hpp>
#include <mcpawl/mcp/protocol/interruption.hpp>
#include <mcpawl/mcp/types/tool_error.hpp>

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>

namespace mcp_interruption {
namespace {

using namespace mcpawl;
using namespace mcpawl::detail;

struct fixture {
  server_state state{{"unit", "1"}, {}};
  request_id id = *request_id::from(boost::json::value(7));

  template <class Thrown>
  std::optional<response> response_to(Thrown thrown, revision r = revision::v2026_07_28) {
    try {
      throw thrown;
    } catch (...) {
      return interrupted_response(state, r, id);
    }
  }
};

}  // namespace
}  // namespace mcp_interruption

BOOST_FIXTURE_TEST_SUITE(mcp_interruption, fixture)

BOOST_AUTO_TEST_CASE(a_tool_that_catches_exceptions_lets_them_pass) {
  BOOST_TEST(!(std::is_base_of_v<std::exception, input_required>));
  BOOST_TEST(!(std::is_base_of_v<std::exception, call_refused>));
  BOOST_TEST(!(std::is_base_of_v<std::exception, work_refused>));
}

BOOST_AUTO_TEST_CASE(what_is_asked_and_the_state_are_the_result) {
  auto const got = response_to(input_required{R"({"k":{"method":"roots/list","params":{}}})", "a\"b"});
  BOOST_TEST_REQUIRE(got.has_value());
  BOOST_TEST((got->what == response::outcome::answered));
  auto const body = boost::json::parse(got->body);
  BOOST_TEST(body.at("id") == 7);
  auto const& result = body.at("result");
  BOOST_TEST(result.at("resultType") == "input_required");
  BOOST_TEST(result.at("inputRequests").at("k").at("method") == "roots/list");
  BOOST_TEST(result.at("requestState") == "a\"b");
  BOOST_TEST(result.at("_meta").at("io.modelcontextprotocol/serverInfo").at("name") == "unit");
}

BOOST_AUTO_TEST_CASE(a_round_without_questions_has_its_state_alone) {
  auto const got = response_to(input_required{{}, "sealed"});
  BOOST_TEST_REQUIRE(got.has_value());
  auto const result = boost::json::parse(got->body).at("result").as_object();
  BOOST_TEST(!result.contains("inputRequests"));
  BOOST_TEST(result.at("requestState") == "sealed");
}

BOOST_AUTO_TEST_CASE(a_refusal_is_an_error_and_has_a_status_of_its_own_without_sessions_alone) {
  call_refused const refused{response::outcome::malformed, {rpc_code::invalid_params, "no", R"({"a":1})"}};
  auto const got = response_to(refused);
  BOOST_TEST_REQUIRE(got.has_value());
  BOOST_TEST((got->what == response::outcome::malformed));
  auto const error = boost::json::parse(got->body).at("error");
  BOOST_TEST(error.at("code") == -32602);
  BOOST_TEST(error.at("message") == "no");
  BOOST_TEST(error.at("data").at("a") == 1);
  auto const in_session = response_to(refused, revision::v2025_11_25);
  BOOST_TEST_REQUIRE(in_session.has_value());
  BOOST_TEST((in_session->what == response::outcome::answered));
  BOOST_TEST(in_session->body == got->body);
}

BOOST_AUTO_TEST_CASE(everything_else_is_for_the_method_to_handle) {
  BOOST_TEST(!response_to(tool_error("mine")).has_value());
  BOOST_TEST(!response_to(std::runtime_error("mine")).has_value());
  BOOST_TEST(!response_to(7).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
