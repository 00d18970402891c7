// mcpawl/mcp/types/message_level.hpp - how serious a message to the client is
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace mcpawl {

/** The levels of `notifications/message`, those of RFC 5424, from chatter to catastrophe. */
enum class message_level : unsigned char { debug, info, notice, warning, error, critical, alert, emergency };

namespace detail {

/** Where a request of 2026-07-28 says which messages it wants: in its `_meta`. */
inline constexpr std::string_view log_level_key = "io.modelcontextprotocol/logLevel";

inline constexpr std::array<std::string_view, 8> message_levels{"debug", "info",     "notice", "warning",
                                                                "error", "critical", "alert",  "emergency"};

}  // namespace detail

/** The level as MCP spells it. */
constexpr std::string_view to_string(message_level level) noexcept {
  return detail::message_levels[static_cast<std::size_t>(level)];
}

/** Read a level's name; nothing if there is no such level. */
constexpr std::optional<message_level> parse_message_level(std::string_view name) noexcept {
  for (std::size_t i = 0; i != detail::message_levels.size(); ++i)
    if (detail::message_levels[i] == name) return static_cast<message_level>(i);
  return std::nullopt;
}

}  // namespace mcpawl
