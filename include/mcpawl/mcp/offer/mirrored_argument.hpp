// mcpawl/mcp/offer/mirrored_argument.hpp - an argument of a tool that a header repeats
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <vector>

namespace mcpawl::detail {

/** An argument marked with `x-mcp-header` in its schema (MCP 2026-07-28, "Custom Headers from Tool
    Parameters"). */
struct mirrored_argument {
  std::string header;             ///< Its whole name, `Mcp-Param-Region`.
  std::vector<std::string> path;  ///< The names of the members that lead to it.
};

}  // namespace mcpawl::detail
