// mcpawl/mcp/types/extension_id.hpp - which texts name an extension of MCP
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string_view>

namespace mcpawl::detail {

/** Identifiers of extensions: labels with dots between them, a slash, a name (MCP 2026-07-28, "_meta"). */
constexpr bool is_extension_id(std::string_view id) noexcept {
  auto const letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  auto const alnum = [&](char c) { return letter(c) || (c >= '0' && c <= '9'); };
  auto const slash = id.find('/');
  if (slash == std::string_view::npos) return false;
  std::string_view prefix = id.substr(0, slash);
  std::string_view const name = id.substr(slash + 1);
  for (;;) {
    auto const label = prefix.substr(0, prefix.find('.'));
    if (label.empty() || !letter(label.front()) || !alnum(label.back())) return false;
    for (char c : label)
      if (!alnum(c) && c != '-') return false;
    if (label.size() == prefix.size()) break;
    prefix.remove_prefix(label.size() + 1);
  }
  if (name.empty() || !alnum(name.front()) || !alnum(name.back())) return false;
  for (char c : name)
    if (!alnum(c) && c != '-' && c != '_' && c != '.') return false;
  return true;
}

}  // namespace mcpawl::detail
