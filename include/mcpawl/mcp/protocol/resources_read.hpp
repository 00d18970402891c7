// mcpawl/mcp/protocol/resources_read.hpp - the method resources/read
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/json/value.hpp>

#include <mcpawl/mcp/offer/resource.hpp>
#include <mcpawl/mcp/protocol/frame.hpp>
#include <mcpawl/mcp/protocol/method_call.hpp>
#include <mcpawl/mcp/protocol/required_scopes.hpp>
#include <mcpawl/mcp/protocol/response.hpp>
#include <mcpawl/mcp/protocol/run_entry.hpp>
#include <mcpawl/mcp/protocol/tools_call.hpp>
#include <mcpawl/mcp/types/not_found.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::detail {

/** Answer `resources/read` (MCP "Resources", "Reading Resources").

    A resource the caller may not see is as unknown as one that does not exist.
*/
inline dispatch_result resources_read(method_call const& call) {
  auto const uri = call.text_param("uri");
  if (!uri) return error_response(call.id, {rpc_code::invalid_params, "params.uri must be a string"});
  auto const found = call.server.find_resource(*uri, call.who.identity);
  if (!found) return error_response(call.id, resource_not_found(call.protocol, *uri));
  readable const& r = *found->what;
  if (auto refused = missing_scopes(call.server, "resource", r, call.who.identity))
    return *std::move(refused);
  return run_entry(call, {"resource", r.key(), failed_request}, r, found->variables, *uri);
}

}  // namespace mcpawl::detail
