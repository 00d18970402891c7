// mcpawl/mcp/protocol/logging_set_level.hpp - the method logging/setLevel of the revisions with sessions
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/mcp/protocol/frame.hpp>
#include <mcpawl/mcp/protocol/method_call.hpp>
#include <mcpawl/mcp/protocol/response.hpp>
#include <mcpawl/mcp/types/message_level.hpp>

namespace mcpawl::detail {

/** Answer `logging/setLevel` (MCP 2025-11-25 "Logging"). */
inline dispatch_result logging_set_level(method_call const& call) {
  auto const name = call.text_param("level");
  auto const level = name ? parse_message_level(*name) : std::nullopt;
  if (!level) return error_response(call.id, {rpc_code::invalid_params, "params.level is no log level"});
  call.session->set_log_level(static_cast<int>(*level));
  return frame_result(call.server, call.protocol, call.id, {});
}

}  // namespace mcpawl::detail
