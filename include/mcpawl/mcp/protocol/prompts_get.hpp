// mcpawl/mcp/protocol/prompts_get.hpp - the method prompts/get
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <mcpawl/mcp/offer/prompt.hpp>
#include <mcpawl/mcp/protocol/frame.hpp>
#include <mcpawl/mcp/protocol/method_call.hpp>
#include <mcpawl/mcp/protocol/required_scopes.hpp>
#include <mcpawl/mcp/protocol/response.hpp>
#include <mcpawl/mcp/protocol/run_entry.hpp>
#include <mcpawl/mcp/protocol/tools_call.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::detail {

/** The arguments of a prompt without those that it lets pass. */
inline boost::json::value without_ignored(prompt const& p, boost::json::object const& given) {
  boost::json::object kept;
  for (auto const& member : given) {
    auto const* declared = p.find_argument({member.key().data(), member.key().size()});
    bool const unknown = !declared && p.lets_pass.ignore_unknown;
    bool const null = declared && !declared->required && member.value().is_null() && p.lets_pass.ignore_null;
    if (!unknown && !null) kept.emplace(member.key(), member.value());
  }
  return kept;
}

/** What is wrong with the arguments of a prompt, whoever reads them: they are texts, all that are required
    and none that is unknown. */
inline std::optional<rpc_error> prompt_arguments_fault(prompt const& p, boost::json::object const& given) {
  auto const fault = [](std::string_view name, char const* why) {
    return rpc_error{rpc_code::invalid_params, "argument " + shortened(name, 64) + why};
  };
  for (auto const& member : given) {
    std::string_view const name{member.key().data(), member.key().size()};
    if (!p.find_argument(name)) return fault(name, " is unknown to this prompt");
    if (!member.value().is_string()) return fault(name, " must be a string");
  }
  for (auto const& argument : p.arguments)
    if (argument.required && !given.contains(argument.name)) return fault(argument.name, " is required");
  return std::nullopt;
}

/** Answer `prompts/get` (MCP "Prompts", "Getting a Prompt"). */
inline dispatch_result prompts_get(method_call const& call) {
  auto const invalid = [&call](std::string why) {
    return error_response(call.id, {rpc_code::invalid_params, std::move(why)});
  };
  auto const name = call.text_param("name");
  if (!name) return invalid("params.name must be a string");
  auto const* arguments = arguments_of(call);
  if (!arguments) return invalid("params.arguments must be an object");
  prompt const* p = call.server.prompts.find(*name, call.who.identity);
  if (!p) return invalid("unknown prompt");
  if (call.who.note) call.who.note->prompt = p->name;
  if (auto refused = missing_scopes(call.server, "prompt", *p, call.who.identity)) return *std::move(refused);
  boost::json::value kept;
  if (p->lets_pass.ignore_unknown || p->lets_pass.ignore_null) {
    kept = without_ignored(*p, arguments->get_object());
    arguments = &kept;
  }
  if (auto const fault = prompt_arguments_fault(*p, arguments->get_object()))
    return error_response(call.id, *fault);
  return run_entry(call, {"prompt", p->name, failed_request}, *p, *arguments);
}

}  // namespace mcpawl::detail
