// mcpawl/mcp/methods.hpp - the table of methods that all revisions share
#pragma once

#include <mcpawl/mcp/answer.hpp>
#include <mcpawl/mcp/method_call.hpp>
#include <mcpawl/mcp/tools_call.hpp>
#include <mcpawl/mcp/tools_list.hpp>

#include <array>
#include <string_view>

namespace mcpawl {

/** A method: whether this server offers it, and how it answers. */
struct method_entry {
  std::string_view name;
  bool (*offered)(service const&);
  reply (*answer)(method_call const&);
};

namespace detail {

inline bool has_tools(service const& s) { return !s.tools.empty(); }

// resources, prompts and completion join here
inline constexpr std::array<method_entry, 2> shared_methods{{
    {"tools/call", has_tools, tools_call},
    {"tools/list", has_tools, tools_list},
}};

}  // namespace detail

/** Find a method of all revisions; null if there is none, or none that was advertised. */
inline method_entry const* find_method(service const& s, std::string_view name) {
  for (auto const& entry : detail::shared_methods)
    if (entry.name == name) return entry.offered(s) ? &entry : nullptr;
  return nullptr;
}

}  // namespace mcpawl
