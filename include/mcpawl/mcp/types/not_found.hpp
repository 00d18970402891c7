// mcpawl/mcp/types/not_found.hpp - the error for a resource that does not exist
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/jsonrpc/fault.hpp>
#include <mcpawl/mcp/types/revision.hpp>
#include <mcpawl/text/json_text.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace mcpawl {

/** The error in a revision's own code (MCP "Resources", "Error Handling"). */
inline detail::rpc_error resource_not_found(revision r, std::string_view uri) {
  std::string data = R"({"uri":)";
  append_json_string(data, uri);
  data += '}';
  return {is_stateless(r) ? detail::rpc_code::invalid_params : detail::rpc_code::resource_not_found,
          "resource not found", std::move(data)};
}

}  // namespace mcpawl
