// mcpawl/mcp/protocol/request_env.hpp - what the requests of one thread are answered with
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/log.hpp>
#include <mcpawl/mcp/offer/service.hpp>
#include <mcpawl/mcp/session/sessions.hpp>

#include <cstddef>

namespace mcpawl {

/** What both protocol cores need to answer; its parts outlive every answer that is pending. */
struct request_env {
  service const& server;
  logger const& log;
  sessions& known;
  std::size_t message_bytes = 0;  ///< Of the message that is answered.
};

}  // namespace mcpawl
