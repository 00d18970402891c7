// mcpawl/transport/answer_status.hpp - the status of HTTP that tells what became of a message
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/mcp/protocol/answer.hpp>

namespace mcpawl {

/** The status for an outcome (MCP 2026-07-28 "Streamable HTTP", and the older revisions where they have one).
 */
constexpr int status_of(answer::outcome what) noexcept {
  switch (what) {
    case answer::outcome::accepted: return 202;
    case answer::outcome::answered: return 200;
    case answer::outcome::malformed: return 400;
    case answer::outcome::unknown_method: return 404;
    case answer::outcome::no_session: return 404;
    case answer::outcome::not_acceptable: return 406;
    case answer::outcome::not_allowed: return 405;
    case answer::outcome::too_many: return 429;
  }
  return 500;
}

}  // namespace mcpawl
