// mcpawl/oauth/scopes.hpp - lists of scopes, as texts with spaces between them
#pragma once

#include <algorithm>
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

/** Append the scopes of a text, each once. */
inline void append_scopes(std::string_view text, std::vector<std::string>& to) {
  while (!text.empty()) {
    auto const end = text.find(' ');
    auto const one = text.substr(0, end);
    if (!one.empty() && std::find(to.begin(), to.end(), one) == to.end()) to.emplace_back(one);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  }
}

inline std::string join_scopes(std::vector<std::string> const& scopes) {
  std::string text;
  for (auto const& scope : scopes) text.append(text.empty() ? "" : " ").append(scope);
  return text;
}

}  // namespace mcpawl::oauth
