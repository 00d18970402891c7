// mcpawl/oauth/common/scopes.hpp - lists of scopes, as texts with spaces between them
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <concepts>
#include <string>
#include <string_view>
#include <vector>

namespace mcpawl::oauth {

/** True for one scope: visible ASCII without quotes and backslashes (RFC 6749 section 3.3). */
constexpr bool is_scope(std::string_view text) noexcept {
  for (char c : text)
    if (c <= ' ' || c >= '\x7f' || c == '"' || c == '\\') return false;
  return !text.empty();
}

/** Call `each` with every scope of a text until it returns false, and return that.

    One space stands between two scopes (RFC 6749 section 3.3), but clients that put a text together send
    several, and some at its ends: a run of spaces separates like one.
*/
template <std::predicate<std::string_view> Each>
constexpr bool all_scopes(std::string_view text, Each each) {
  while (!text.empty()) {
    auto const end = text.find(' ');
    auto const one = text.substr(0, end);
    if (!one.empty() && !each(one)) return false;
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return true;
}

/** Append the scopes of a text, each once. */
inline void append_scopes(std::string_view text, std::vector<std::string>& to) {
  all_scopes(text, [&to](std::string_view one) {
    if (std::find(to.begin(), to.end(), one) == to.end()) to.emplace_back(one);
    return true;
  });
}

inline std::string join_scopes(std::vector<std::string> const& scopes) {
  std::string text;
  for (auto const& scope : scopes) text.append(text.empty() ? "" : " ").append(scope);
  return text;
}

}  // namespace mcpawl::oauth
