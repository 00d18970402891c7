// mcpawl/mcp/registry.hpp - the tools of a server, in the order they were registered
#pragma once

#include <mcpawl/mcp/tool.hpp>
#include <mcpawl/mcp/tool_name.hpp>

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace mcpawl {

/** The tools of a server.

    What is wrong with a registration is collected, so that a server refuses to start with the whole list.

    @par Lifetime
    References to tools stay valid as long as the registry.
    @par Thread safety
    Filled before the server starts; then `find` and `tools` may be called from all threads.
*/
class registry {
public:
  registry() = default;
  registry(registry const&) = delete;
  registry& operator=(registry const&) = delete;

  tool& add(std::string_view name) {
    if (!is_tool_name(name))
      mistakes_.push_back("tool name \"" + std::string(name) +
                          "\" is not 1 to 128 characters of A-Z a-z 0-9 . - _");
    tool& added = tools_.emplace_back();
    added.name = name;
    if (!index_.emplace(added.name, &added).second)
      mistakes_.push_back("tool \"" + std::string(name) + "\" is registered twice");
    return added;
  }

  void report(std::string mistake) { mistakes_.push_back(std::move(mistake)); }
  std::vector<std::string> const& mistakes() const noexcept { return mistakes_; }

  bool empty() const noexcept { return tools_.empty(); }
  std::deque<tool> const& tools() const noexcept { return tools_; }

  /** Find a tool the caller may see; one that is hidden is not found, so that nobody can probe for it. */
  tool const* find(std::string_view name, void const* identity) const {
    auto const at = index_.find(name);
    if (at == index_.end() || !at->second->visible_to(identity)) return nullptr;
    return at->second;
  }

private:
  std::deque<tool> tools_;
  std::unordered_map<std::string_view, tool*> index_;  // keys are views of the tools' own names
  std::vector<std::string> mistakes_;
};

}  // namespace mcpawl
