// mcpawl/mcp/types/meta_keys.hpp - the names that MCP 2026-07-28 defines in `_meta`, and how they are read
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <string_view>

namespace mcpawl::detail {

inline constexpr std::string_view version_key = "io.modelcontextprotocol/protocolVersion";
inline constexpr std::string_view capabilities_key = "io.modelcontextprotocol/clientCapabilities";
inline constexpr std::string_view client_info_key = "io.modelcontextprotocol/clientInfo";
inline constexpr std::string_view subscription_key = "io.modelcontextprotocol/subscriptionId";

inline boost::json::value const* member(boost::json::object const* object, std::string_view name) {
  return object ? object->if_contains({name.data(), name.size()}) : nullptr;
}

/** A member that may be left out; null if it was, or is null itself, which says the same. */
inline boost::json::value const* present_member(boost::json::object const* object, std::string_view name) {
  auto const* found = member(object, name);
  return found && !found->is_null() ? found : nullptr;
}

/** A member that is an object; null if it is something else or missing. */
inline boost::json::object const* object_member(boost::json::object const* object, std::string_view name) {
  auto const* found = member(object, name);
  return found ? found->if_object() : nullptr;
}

}  // namespace mcpawl::detail
