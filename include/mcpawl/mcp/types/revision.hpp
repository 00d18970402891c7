// mcpawl/mcp/types/revision.hpp - the published revisions of MCP
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace mcpawl {

/** The protocol revisions, oldest first, so that `>=` means "at least as new". */
enum class revision : unsigned char { v2024_11_05 = 1, v2025_03_26, v2025_06_18, v2025_11_25, v2026_07_28 };

namespace detail {

inline constexpr std::array<std::pair<revision, std::string_view>, 5> revision_names{{
    {revision::v2024_11_05, "2024-11-05"},
    {revision::v2025_03_26, "2025-03-26"},
    {revision::v2025_06_18, "2025-06-18"},
    {revision::v2025_11_25, "2025-11-25"},
    {revision::v2026_07_28, "2026-07-28"},
}};

}  // namespace detail

/** The revision as MCP spells it, such as `2025-11-25`. */
constexpr std::string_view to_string(revision r) noexcept {
  return detail::revision_names[static_cast<std::size_t>(r) - 1].second;
}

/** Read a revision's name; nothing if mcpawl does not speak it. */
constexpr std::optional<revision> parse_revision(std::string_view name) noexcept {
  for (auto const& [value, text] : detail::revision_names)
    if (text == name) return value;
  return std::nullopt;
}

/** True for the revisions that carry everything in each request; the older ones open a session first. */
constexpr bool is_stateless(revision r) noexcept { return r >= revision::v2026_07_28; }

/** True if a version text names a revision of the stateless kind, known or not: names are ISO dates. */
constexpr bool names_stateless_revision(std::string_view name) noexcept {
  return name.size() == 10 && name[4] == '-' && name[7] == '-' && name >= to_string(revision::v2026_07_28);
}

/** The newest revision that `initialize` may agree on. */
inline constexpr revision newest_with_sessions = revision::v2025_11_25;

}  // namespace mcpawl
