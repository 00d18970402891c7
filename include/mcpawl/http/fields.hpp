// mcpawl/http/fields.hpp - header fields as views, and the character rules they follow
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#include <array>
#include <cstddef>
#include <string_view>

namespace mcpawl::http {

/** One header field; the views end with the message they point into. */
struct field_view {
  std::string_view name;
  std::string_view value;
};

namespace detail {

constexpr char to_lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

/** Tell whether it is an ASCII control character, whether char is signed or not. */
constexpr bool is_control(char c) noexcept {
  auto const byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

inline constexpr auto token_characters = [] {
  std::array<bool, 256> table{};
  for (unsigned c = 'a'; c <= 'z'; ++c) table[c] = table[c - 32] = true;
  for (unsigned c = '0'; c <= '9'; ++c) table[c] = true;
  for (char c : std::string_view{"!#$%&'*+-.^_`|~"}) table[static_cast<unsigned char>(c)] = true;
  return table;
}();

}  // namespace detail

/** Compare two ASCII texts without regard to case, as field names are (RFC 9110 section 5.1). */
constexpr bool iequals(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i != a.size(); ++i)
    if (a[i] != b[i] && detail::to_lower(a[i]) != detail::to_lower(b[i])) return false;
  return true;
}

/** Tell whether the text is a token: a method or a field name (RFC 9110 section 5.6.2). */
constexpr bool is_token(std::string_view text) noexcept {
  if (text.empty()) return false;
  for (char c : text)
    if (!detail::token_characters[static_cast<unsigned char>(c)]) return false;
  return true;
}

/** Cut spaces and tabs off both ends (OWS of RFC 9110 section 5.6.3). */
constexpr std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/** Tell whether a comma separated list such as `Connection` holds this element, in any case. */
constexpr bool list_contains(std::string_view list, std::string_view element) noexcept {
  while (!list.empty()) {
    std::size_t const comma = list.find(',');
    if (iequals(trim(list.substr(0, comma)), element)) return true;
    if (comma == std::string_view::npos) break;
    list.remove_prefix(comma + 1);
  }
  return false;
}

}  // namespace mcpawl::http
