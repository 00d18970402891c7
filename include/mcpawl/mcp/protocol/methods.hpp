// mcpawl/mcp/protocol/methods.hpp - the table of methods, and which revisions and servers have them
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/mcp/protocol/completion_complete.hpp>
#include <mcpawl/mcp/protocol/lists.hpp>
#include <mcpawl/mcp/protocol/logging_set_level.hpp>
#include <mcpawl/mcp/protocol/method_call.hpp>
#include <mcpawl/mcp/protocol/prompts_get.hpp>
#include <mcpawl/mcp/protocol/resources_read.hpp>
#include <mcpawl/mcp/protocol/response.hpp>
#include <mcpawl/mcp/protocol/tools_call.hpp>
#include <mcpawl/mcp/types/revision.hpp>

#include <array>
#include <string_view>

namespace mcpawl::detail {

/** A method: whether this server offers it in a revision, and how it answers. */
struct method_entry {
  std::string_view name;
  bool (*offered)(server_state const&, revision);
  dispatch_result (*handle)(method_call const&);
};

inline bool has_tools(server_state const& s, revision) { return !s.tools.empty(); }
inline bool has_prompts(server_state const& s, revision) { return !s.prompts.empty(); }
inline bool has_resources(server_state const& s, revision) { return s.offers_resources(); }
inline bool has_completion(server_state const& s, revision) { return s.offers_completion(); }
inline bool has_session_logging(server_state const& s, revision r) { return s.can_log && !is_stateless(r); }

inline constexpr std::array<method_entry, 9> methods{{
    {"tools/call", has_tools, tools_call},
    {"tools/list", has_tools, tools_list},
    {"resources/read", has_resources, resources_read},
    {"resources/list", has_resources, resources_list},
    {"resources/templates/list", has_resources, resources_templates_list},
    {"prompts/get", has_prompts, prompts_get},
    {"prompts/list", has_prompts, prompts_list},
    {"completion/complete", has_completion, completion_complete},
    {"logging/setLevel", has_session_logging, logging_set_level},
}};

/** Find a method of a revision; null if there is none, or none that was advertised. */
inline method_entry const* find_method(server_state const& s, revision r, std::string_view name) {
  for (auto const& entry : methods)
    if (entry.name == name) return entry.offered(s, r) ? &entry : nullptr;
  return nullptr;
}

}  // namespace mcpawl::detail
