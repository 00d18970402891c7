// mcpawl/mcp/protocol/required_scopes.hpp - refuse calls for which the caller's token lacks a scope
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <mcpawl/jsonrpc/message.hpp>
#include <mcpawl/mcp/offer/entry.hpp>
#include <mcpawl/mcp/offer/server_state.hpp>
#include <mcpawl/mcp/protocol/response.hpp>
#include <mcpawl/mcp/types/meta_keys.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace mcpawl::detail {

/** Note what an entry needs, if the caller lacks some of it.

    @param kind     of the entry: tool, prompt, resource
    @param refused  gets what is missing; the first entry gives it its name. */
inline void note_missing_scopes(server_state const& s, std::string_view kind, entry const& e,
                                void const* identity, std::optional<scope_refusal>& refused) {
  auto const note = [](std::string const& scope, std::vector<std::string>& to) {
    if (std::find(to.begin(), to.end(), scope) == to.end()) to.push_back(scope);
  };
  auto const& granted = s.granted_scopes(identity);
  auto const lacks = [&granted](std::string const& scope) {
    return std::find(granted.begin(), granted.end(), scope) == granted.end();
  };
  if (std::none_of(e.scopes.begin(), e.scopes.end(), lacks)) return;
  if (!refused) refused = scope_refusal{kind, std::string(e.key()), {}, {}};
  for (auto const& scope : e.scopes) {
    note(scope, refused->scopes);
    if (lacks(scope)) note(scope, refused->missing);
  }
}

/** Why a caller may not use an entry that they see, or nothing (MCP "Authorization", "Scope Challenge Handling").

    Asked when the message is known to be well formed, and before anything is done that it asks for. */
inline std::optional<scope_refusal> missing_scopes(server_state const& s, std::string_view kind,
                                                   entry const& e, void const* identity) {
  std::optional<scope_refusal> refused;
  if (!e.scopes.empty()) note_missing_scopes(s, kind, e, identity, refused);
  return refused;
}

/** The entry that a request is about, and of which kind it is; null if there is none, or none that the caller may see. */
inline std::pair<std::string_view, entry const*> entry_of(server_state const& s, rpc_message const& m,
                                                          void const* identity) {
  auto const text = [](boost::json::object const* object,
                       char const* name) -> std::optional<std::string_view> {
    auto const* value = member(object, name);
    if (!value || !value->is_string()) return std::nullopt;
    return view_of(value->get_string());
  };
  auto const* ref = m.method == "completion/complete" ? object_member(m.params, "ref") : nullptr;
  bool const of_prompt = text(ref, "type") == "ref/prompt";
  auto const name = text(ref ? ref : m.params, "name"), uri = text(ref ? ref : m.params, "uri");
  if (m.method == "tools/call" && name) return {"tool", s.tools.find(*name, identity)};
  if ((m.method == "prompts/get" || of_prompt) && name) return {"prompt", s.prompts.find(*name, identity)};
  if (ref && !of_prompt && uri) return {"resource", s.templates.find(*uri, identity)};
  if ((m.method == "resources/read" || m.method == "resources/subscribe") && uri)
    if (auto const found = s.find_resource(*uri, identity)) return {"resource", found->what};
  return {};
}

/** Why the requests of a batch may not all be run, or nothing: one challenge for all that they need together. */
inline std::optional<scope_refusal> missing_scopes(server_state const& s, boost::json::array const& batch,
                                                   void const* identity) {
  std::optional<scope_refusal> refused;
  for (auto const& element : batch) {
    auto const read = read_message(element);
    auto const* m = std::get_if<rpc_message>(&read);
    if (!m || m->what != rpc_message::kind::request) continue;
    auto const [kind, e] = entry_of(s, *m, identity);
    if (e && !e->scopes.empty()) note_missing_scopes(s, kind, *e, identity, refused);
  }
  return refused;
}

}  // namespace mcpawl::detail
