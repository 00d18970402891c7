// mcpawl/raw_tool.hpp - what `server::raw_tool` needs: schemas written by hand, checked and enforced
#pragma once

#include <boost/json/value.hpp>

#include <mcpawl/jsonrpc/strict_json.hpp>
#include <mcpawl/mcp/bind_tool.hpp>
#include <mcpawl/mcp/handled.hpp>
#include <mcpawl/mcp/registration.hpp>
#include <mcpawl/mcp/service.hpp>
#include <mcpawl/mcp/tool.hpp>
#include <mcpawl/reflect/json_schema.hpp>
#include <mcpawl/server.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** Give a tool a schema written by hand: arguments that it does not allow do not reach the function.

    What is wrong with the schema joins the mistakes of the service.
*/
inline void enforce_schema(service& s, tool& to, std::string_view text) {
  std::string const owner = quoted("tool", to.name) + ": the input schema ";
  auto const parsed = parse_strict_json(text, 2 * json_schema::max_depth + 32);
  auto const* root = parsed ? parsed->if_object() : nullptr;
  auto const* type = root ? root->if_contains("type") : nullptr;
  if (!type || !type->is_string() || type->get_string() != "object") {
    s.mistakes.push_back(owner + "must be a JSON object with \"type\": \"object\"");
    return;
  }
  to.input_schema = without_white_space(text);
  std::vector<json_schema_mistake> mistakes;
  auto schema = json_schema::compile(*parsed, mistakes);
  for (auto const& mistake : mistakes)
    s.mistakes.push_back(owner + (mistake.pointer.empty() ? "" : "at " + mistake.pointer + " ") +
                         mistake.message);
  note_mirrored_arguments(s, to);
  if (!schema) return;
  to.invoke = [schema = *std::move(schema),
               inner = std::move(to.invoke)](handler_call const& call) -> invocation {
    if (auto const problem = schema.validate(call.arguments)) return tool_kind::refused(*problem, call.ctx);
    return inner(call);
  };
}

/** Defined here alone, so that only those who write schemas by hand compile what checks them. */
template <class F>
struct schema_by_hand {
  static void enforce(service& s, tool& to, std::string_view text) { enforce_schema(s, to, text); }
};

}  // namespace mcpawl::detail
