// mcpawl/http/fields.hpp - header fields as views, and the character rules they follow
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#include <array>
#include <cstddef>
#include <string_view>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

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

namespace detail {

/** Tell whether the text may be the value of a field: it has no control characters but tabs (RFC 9110 section
    5.5). */
inline bool is_field_value(std::string_view text) noexcept {
  std::size_t at = 0;
#ifdef __SSE2__
  for (; text.size() - at >= 16; at += 16) {
    __m128i const bytes = _mm_loadu_si128(reinterpret_cast<__m128i const*>(text.data() + at));
    __m128i const low = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
    __m128i const tabs = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\t'));
    __m128i const deletes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7f));
    if (_mm_movemask_epi8(_mm_or_si128(_mm_andnot_si128(tabs, low), deletes)) != 0) return false;
  }
#endif
  for (; at != text.size(); ++at)
    if (is_control(text[at]) && text[at] != '\t') return false;
  return true;
}

/** Tell whether the text is a list of tokens, as `Connection` is; elements may be empty (RFC 9110 section 5.6.1). */
constexpr bool is_token_list(std::string_view list) noexcept {
  for (;;) {
    std::size_t const comma = list.find(',');
    std::string_view const element = trim(list.substr(0, comma));
    if (!element.empty() && !is_token(element)) return false;
    if (comma == std::string_view::npos) return true;
    list.remove_prefix(comma + 1);
  }
}

}  // namespace detail

}  // namespace mcpawl::http
