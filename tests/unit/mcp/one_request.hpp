// tests/unit/mcp/one_request.hpp - a request on its way to a method, and what the method answers
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "noted_call.hpp"

#include <mcpawl/core/log.hpp>
#include <mcpawl/crypto/seal.hpp>
#include <mcpawl/mcp/offer/server_state.hpp>
#include <mcpawl/mcp/protocol/method_call.hpp>
#include <mcpawl/mcp/protocol/response.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace mcp_tests {

/** A server, a caller, and all that a method is handed with a request. */
struct one_request : mcpawl::detail::call_channel_source {
  mcpawl::detail::server_state state{{"unit", "1"}, {}};
  std::vector<std::string> logged;
  mcpawl::logger log{mcpawl::log_level::debug,
                     [this](mcpawl::log_level, std::string_view line) { logged.emplace_back(line); }};
  mcpawl::detail::request_id id = *mcpawl::detail::request_id::from(boost::json::value(7));
  boost::json::value params = boost::json::object();
  mcpawl::revision protocol = mcpawl::revision::v2026_07_28;
  bool boss = false;  ///< The identity of the caller.
  std::shared_ptr<mcpawl::detail::session> session;
  mcpawl::sealer seal = mcpawl::sealer::with_random_key();
  std::shared_ptr<noted_call> channel = std::make_shared<noted_call>();

  std::shared_ptr<mcpawl::detail::call_channel> open() override { return channel; }

  mcpawl::detail::method_call call() {
    return {.server = state,
            .log = log,
            .id = id,
            .params = &params.as_object(),
            .meta = mcpawl::detail::object_member(&params.as_object(), "_meta"),
            .protocol = protocol,
            .who = {&boss, "alice"},
            .out = *this,
            .session = session,
            .seal = &seal,
            .method_name = "tools/call"};
  }

  /** The response that is there at once. */
  static mcpawl::detail::response at_once(mcpawl::detail::dispatch_result const& got) {
    BOOST_TEST_REQUIRE(std::holds_alternative<mcpawl::detail::response>(got));
    return std::get<mcpawl::detail::response>(got);
  }
  /** The response to a call that has to be run. */
  static mcpawl::detail::response run(mcpawl::detail::dispatch_result got) {
    BOOST_TEST_REQUIRE(std::holds_alternative<mcpawl::detail::pending_response>(got));
    boost::asio::io_context context{1};
    std::optional<mcpawl::detail::response> out;
    auto ended = [&out](std::exception_ptr failure, mcpawl::detail::response r) {
      if (!failure) out = std::move(r);
    };
    boost::asio::co_spawn(context, std::get<mcpawl::detail::pending_response>(std::move(got)).work, ended);
    context.run();
    BOOST_TEST_REQUIRE(out.has_value());
    return *out;
  }
};

inline boost::json::value result_of(mcpawl::detail::response const& r) {
  return boost::json::parse(r.body).at("result");
}
inline boost::json::value error_of(mcpawl::detail::response const& r) {
  return boost::json::parse(r.body).at("error");
}

}  // namespace mcp_tests
