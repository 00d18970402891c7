// mcpawl/mcp/protocol/tools_call.hpp - the method tools/call
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <mcpawl/mcp/offer/mirrored_arguments.hpp>
#include <mcpawl/mcp/protocol/frame.hpp>
#include <mcpawl/mcp/protocol/method_call.hpp>
#include <mcpawl/mcp/protocol/required_scopes.hpp>
#include <mcpawl/mcp/protocol/response.hpp>
#include <mcpawl/mcp/protocol/run_entry.hpp>
#include <mcpawl/mcp/types/tool_result.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::detail {

/** A tool's failure is a result, so that the model can read it. */
inline handler_result failed_tool(std::string_view words, revision r) {
  handler_result out;
  tool_result::failure(std::string(words)).append_members(out.members, r);
  out.is_error = true;
  return out;
}

/** The arguments of a call; null if they are no object. None at all, null and `[]` are the same as `{}`: some
    languages cannot tell an empty object from an empty array. */
inline boost::json::value const* arguments_of(method_call const& call) {
  static boost::json::value const none(boost::json::object_kind);
  auto const* arguments = call.param("arguments");
  if (!arguments) return &none;
  if (auto const* array = arguments->if_array(); array && array->empty()) return &none;
  return arguments->is_object() ? arguments : nullptr;
}

/** Answer `tools/call` (MCP "Tools", "Calling Tools").

    A tool the caller may not see is as unknown as one that does not exist. Arguments that do not fit the
    schema are the tool's failure (`isError`), so that the model can mend them.
*/
inline dispatch_result tools_call(method_call const& call) {
  auto const name = call.text_param("name");
  if (!name) return error_response(call.id, {rpc_code::invalid_params, "params.name must be a string"});
  auto const* arguments = arguments_of(call);
  if (!arguments)
    return error_response(call.id, {rpc_code::invalid_params, "params.arguments must be an object"});
  tool const* t = call.server.tools.find(*name, call.who.identity);
  if (!t) return error_response(call.id, {rpc_code::invalid_params, "unknown tool"});
  if (call.who.note) call.who.note->tool = t->name;
  if (call.headers)
    if (auto const fault = mirror_fault(t->mirrored, *arguments, *call.headers))
      return response::of_error(response::outcome::malformed, call.id, *fault);
  if (auto refused = missing_scopes(call.server, "tool", *t, call.who.identity)) return *std::move(refused);
  call_target const target{"tool", t->name, failed_tool, !t->annotations.read_only.value_or(false)};
  return run_entry(call, target, *t, *arguments);
}

}  // namespace mcpawl::detail
