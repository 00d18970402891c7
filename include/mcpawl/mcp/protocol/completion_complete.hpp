// mcpawl/mcp/protocol/completion_complete.hpp - the method completion/complete
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <mcpawl/mcp/call/completion.hpp>
#include <mcpawl/mcp/protocol/frame.hpp>
#include <mcpawl/mcp/protocol/method_call.hpp>
#include <mcpawl/mcp/protocol/required_scopes.hpp>
#include <mcpawl/mcp/protocol/response.hpp>
#include <mcpawl/mcp/protocol/run_handler.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::detail {

/** A text that is a member of an object; null if it is missing or something else. */
inline boost::json::string const* text_member(boost::json::value const* object, char const* name) {
  auto const* members = object ? object->if_object() : nullptr;
  auto const* value = members ? members->if_contains(name) : nullptr;
  return value ? value->if_string() : nullptr;
}

/** The completers a reference leads to; nothing if it leads nowhere the caller may see. */
struct completion_target {
  entry const* what = nullptr;
  completers const* offered = nullptr;
  bool knows_argument = false;
};

inline completion_target find_completion(method_call const& call, std::string_view type, std::string_view key,
                                         std::string_view argument) {
  if (type == "ref/prompt") {
    if (auto const* p = call.server.prompts.find(key, call.who.identity))
      return {p, &p->completers, p->find_argument(argument) != nullptr};
  }
  if (type == "ref/resource") {
    if (auto const* t = call.server.templates.find(key, call.who.identity))
      return {t, &t->completers, t->has_variable(argument)};
  }
  return {};
}

/** Answer `completion/complete` (MCP "Completion").

    An argument without a completer has no suggestions; one that does not exist is an error.
*/
inline dispatch_result completion_complete(method_call const& call) {
  auto const invalid = [&call](char const* why) {
    return error_response(call.id, {rpc_code::invalid_params, why});
  };
  auto const* ref = call.param("ref");
  auto const* type = text_member(ref, "type");
  if (!type) return invalid("params.ref must have a type");
  bool const of_prompt = *type == "ref/prompt";
  auto const* key = text_member(ref, of_prompt ? "name" : "uri");
  if (!key) return invalid("params.ref must name a prompt or the URI of a template");
  auto const* name = text_member(call.param("argument"), "name");
  auto const* value = text_member(call.param("argument"), "value");
  if (!name || !value) return invalid("params.argument must have the strings name and value");
  completion_request request;
  request.value.assign(value->data(), value->size());
  if (auto const* context_param = call.param("context"); context_param && context_param->is_object()) {
    auto const* filled = present_member(&context_param->get_object(), "arguments");
    if (filled && !filled->is_object()) return invalid("params.context.arguments must be an object");
    if (filled) {
      for (auto const& member : filled->get_object()) {
        auto const* text = member.value().if_string();
        if (!text) return invalid("params.context.arguments must be strings");
        request.arguments.emplace(std::string(member.key().data(), member.key().size()),
                                  std::string(text->data(), text->size()));
      }
    }
  }
  auto const target = find_completion(call, view_of(*type), view_of(*key), view_of(*name));
  if (!target.what) return invalid("params.ref leads to nothing");
  std::string_view const kind = of_prompt ? "prompt" : "resource";
  if (auto refused = missing_scopes(call.server, kind, *target.what, call.who.identity))
    return *std::move(refused);
  if (!target.knows_argument) return invalid("params.argument.name is no argument of that");
  auto const found = target.offered->find(view_of(*name));
  if (found == target.offered->end()) {
    std::string none;
    completion{}.append_member(none);
    return frame_result(call.server, call.protocol, call.id, none);
  }
  completer const& c = found->second;
  return run_handler(call, {"completion", target.what->name, failed_request}, c.coroutine,
                     [&](context& ctx) { return c.invoke(std::move(request), ctx, call.who.identity); });
}

}  // namespace mcpawl::detail
