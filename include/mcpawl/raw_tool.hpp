// mcpawl/raw_tool.hpp - what `raw_tool` and `output_schema` need: schemas written by hand, checked and
// enforced
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#include <boost/json/value.hpp>

#include <mcpawl/json_schema/json_schema.hpp>
#include <mcpawl/jsonrpc/strict_json.hpp>
#include <mcpawl/mcp/call/handler_result.hpp>
#include <mcpawl/mcp/offer/bind_tool.hpp>
#include <mcpawl/mcp/offer/registration.hpp>
#include <mcpawl/mcp/offer/server_state.hpp>
#include <mcpawl/mcp/offer/tool.hpp>
#include <mcpawl/server.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

inline result<boost::json::value> parse_schema(std::string_view text) {
  return parse_strict_json(text, 2 * json_schema::max_depth + 32);
}

inline bool is_object_schema(boost::json::object const& root) {
  auto const* type = root.if_contains("type");
  return type && type->is_string() && type->get_string() == "object";
}

/** Compile a schema; what is wrong with it joins the errors of the server. */
inline std::optional<json_schema> compiled_schema(server_state& s, std::string const& owner,
                                                  boost::json::value const& schema) {
  std::vector<json_schema_error> errors;
  auto made = json_schema::compile(schema, errors);
  for (auto const& error : errors)
    s.errors.push_back(owner + (error.pointer.empty() ? "" : "at " + error.pointer + " ") + error.message);
  if (!made) return std::nullopt;
  return std::move(*made);
}

/** Give a tool a schema written by hand: arguments that it does not allow do not reach the function. */
inline void enforce_schema(server_state& s, tool& to, std::string_view text) {
  std::string const owner = quoted("tool", to.name) + ": the input schema ";
  auto const parsed = parse_schema(text);
  if (!parsed || !parsed->is_object() || !is_object_schema(parsed->get_object())) {
    s.errors.push_back(owner + "must be a JSON object with \"type\": \"object\"");
    return;
  }
  to.input_schema = without_white_space(text);
  // it changes nothing, but without it some model APIs refuse the request that lists the tool
  if (!parsed->get_object().contains("properties")) to.input_schema.insert(1, R"("properties":{},)");
  auto schema = compiled_schema(s, owner, *parsed);
  note_mirrored_arguments(s, to);
  if (!schema) return;
  to.invoke = [schema = *std::move(schema),
               inner = std::move(to.invoke)](handler_call const& call) -> invocation {
    if (auto const wrong = schema.validate_all(call.arguments)) return tool_kind::refused(wrong, call.ctx);
    return inner(call);
  };
}

/** What is wrong with the structured content of a result. */
inline std::optional<std::string> output_problem(json_schema const& schema, std::string_view json) {
  if (json.empty()) return "there is no structured content";
  constexpr std::size_t deepest = 400;  // what a schema follows
  auto const value = parse_strict_json(json, deepest);
  if (!value) return value.error().message();
  auto const problem = schema.validate(*value);
  if (!problem) return std::nullopt;
  return problem->pointer.empty() ? problem->message : problem->pointer + ": " + problem->message;
}

/** Hold a tool's results against a schema written by hand. */
inline void promise_schema(server_state& s, tool& to, std::string_view text) {
  std::string const owner = quoted("tool", to.name) + ": the output schema ";
  if (!to.output_schema.empty()) {
    s.errors.push_back(owner + "is there already, or follows from what its function returns");
    return;
  }
  auto const parsed = parse_schema(text);
  if (!parsed || !parsed->is_object()) {
    s.errors.push_back(owner + "must be a JSON object");
    return;
  }
  to.output_schema = without_white_space(text);
  to.output_is_object = is_object_schema(parsed->get_object());
  auto schema = compiled_schema(s, owner, *parsed);
  if (!schema) return;
  to.output_problem = [schema = *std::move(schema)](std::string_view json) {
    return output_problem(schema, json);
  };
}

/** Defined here alone, so that only those who write schemas by hand compile what checks them. */
template <class F>
struct schema_by_hand {
  static void enforce(server_state& s, tool& to, std::string_view text) { enforce_schema(s, to, text); }
  static void promise(server_state& s, tool& to, std::string_view text) { promise_schema(s, to, text); }
};

}  // namespace mcpawl::detail
