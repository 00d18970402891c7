// mcpawl/mcp/types/tool_error.hpp - the failure a tool wants the model to read
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#include <stdexcept>

namespace mcpawl {

/** Throw this from a tool to answer with an error the model can read and act on.

    The text goes to the client word for word (`isError` result, MCP "Tools", "Error Handling").
    Any other exception reaches the client only as "internal error" with an id; its text goes to the
    log, because it may hold what the caller must not see.
*/
class tool_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

}  // namespace mcpawl
