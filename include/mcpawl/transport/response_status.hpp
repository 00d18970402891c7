// mcpawl/transport/response_status.hpp - the status of HTTP that tells what became of a message
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/mcp/protocol/response.hpp>

namespace mcpawl::detail {

/** The status for an outcome (MCP 2026-07-28 "Streamable HTTP", and the older revisions where they have one).
 */
constexpr int status_of(response::outcome what) noexcept {
  switch (what) {
    case response::outcome::accepted: return 202;
    case response::outcome::answered: return 200;
    case response::outcome::malformed: return 400;
    case response::outcome::unknown_method: return 404;
    case response::outcome::no_session: return 404;
    case response::outcome::not_acceptable: return 406;
    case response::outcome::not_allowed: return 405;
    case response::outcome::too_many: return 429;
  }
  return 500;
}

}  // namespace mcpawl::detail
