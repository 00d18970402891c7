// mcpawl/mcp/uri_template/uri_characters.hpp - the characters of URIs and their percent-encoding
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/text/utf8.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace mcpawl::detail {

/** RFC 3986 section 2.3. */
constexpr bool is_uri_unreserved(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

/** RFC 3986 section 2.2. */
constexpr bool is_uri_reserved(char c) noexcept {
  return std::string_view(":/?#[]@!$&'()*+,;=").find(c) != std::string_view::npos;
}

/** What a segment of a path may hold as it is (RFC 3986 section 3.3, without the escapes). */
constexpr bool is_uri_segment_character(char c) noexcept {
  return is_uri_unreserved(c) || std::string_view(":@!$&'()*+,;=").find(c) != std::string_view::npos;
}

constexpr int uri_hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/** The byte that `%HH` at the beginning of `text` stands for, or -1. */
constexpr int uri_escape(std::string_view text) noexcept {
  if (text.size() < 3 || text[0] != '%') return -1;
  int const high = uri_hex_digit(text[1]), low = uri_hex_digit(text[2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/** The size of the first character of a part of a URI, which must not be empty; 0 if it is none.

    All the escapes of one code point are one character, so whatever is cut between characters decodes to
    UTF-8. An escaped NUL is none: what comes after it would be lost in every interface of the system.
*/
constexpr std::size_t uri_character_size(std::string_view text) noexcept {
  if (text[0] != '%') return is_uri_unreserved(text[0]) || is_uri_reserved(text[0]) ? 1 : 0;
  char bytes[4] = {};
  std::size_t size = 1;
  for (std::size_t i = 0; i != size; ++i) {
    int const byte = text.size() < 3 * i ? -1 : uri_escape(text.substr(3 * i));
    if (byte <= 0) return 0;
    if (i == 0) size = byte < 0xc0 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    bytes[i] = static_cast<char>(byte);
  }
  auto const point = first_code_point({bytes, size});
  return point.valid && point.size == size ? 3 * size : 0;
}

/** Whether every character of `text` is one of a URI. */
constexpr bool is_uri_text(std::string_view text) noexcept {
  while (!text.empty()) {
    std::size_t const size = uri_character_size(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

/** Count the characters of a text that `is_uri_text`. */
constexpr std::size_t count_uri_characters(std::string_view text) noexcept {
  std::size_t count = 0;
  for (; !text.empty(); ++count) text.remove_prefix(uri_character_size(text));
  return count;
}

/** Whether `text` begins with `literal`, in whichever case either spells its escapes. */
constexpr bool starts_with_uri_text(std::string_view text, std::string_view literal) noexcept {
  if (text.size() < literal.size()) return false;
  for (std::size_t i = 0; i != literal.size(); ++i) {
    if (text[i] == literal[i]) continue;
    bool const in_escape = (i >= 1 && literal[i - 1] == '%') || (i >= 2 && literal[i - 2] == '%');
    int const digit = uri_hex_digit(literal[i]);
    if (!in_escape || digit < 0 || digit != uri_hex_digit(text[i])) return false;
  }
  return true;
}

inline std::string decode_uri_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    int const byte = uri_escape(text);
    out += byte < 0 ? text[0] : static_cast<char>(byte);
    text.remove_prefix(byte < 0 ? 1 : 3);
  }
  return out;
}

inline void append_uri_escape(std::string& out, char c) {
  constexpr char hex[] = "0123456789ABCDEF";
  auto const byte = static_cast<unsigned char>(c);
  out += '%';
  out += hex[byte >> 4];
  out += hex[byte & 15];
}

}  // namespace mcpawl::detail
