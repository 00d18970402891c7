// mcpawl/mcp/protocol/request_env.hpp - what the requests of one thread are answered with
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/log.hpp>
#include <mcpawl/mcp/offer/server_state.hpp>
#include <mcpawl/mcp/session/session_manager.hpp>

#include <cstddef>

namespace mcpawl::detail {

/** What both protocol cores need to respond; its parts outlive every response that is pending. */
struct request_env {
  server_state const& server;
  logger const& log;
  session_manager& known;
  std::size_t message_bytes = 0;  ///< Of the message that is answered.
};

}  // namespace mcpawl::detail
