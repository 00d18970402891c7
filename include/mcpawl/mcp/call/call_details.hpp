// mcpawl/mcp/call/call_details.hpp - what a request says besides its arguments
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/work_pool.hpp>
#include <mcpawl/mcp/types/message_level.hpp>
#include <mcpawl/mcp/types/trace_context.hpp>

#include <memory>
#include <optional>
#include <string>

namespace mcpawl::detail {

/** What a handler can learn of its call through the context. */
struct call_details {
  trace_context trace;
  std::optional<message_level> least_level;  ///< Of messages the client wants; none: it wants none.
  std::string uri;                           ///< Of the resource being read; empty for other calls.
  std::shared_ptr<work_pool> pool;           ///< For what blocks; null where nothing may.
};

}  // namespace mcpawl::detail
