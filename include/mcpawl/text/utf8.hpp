// mcpawl/text/utf8.hpp - Unicode code points of a UTF-8 text that may be broken
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace mcpawl::detail {

/** The first code point of a text. */
struct code_point {
  char32_t value;    ///< U+FFFD where the bytes are not UTF-8.
  std::size_t size;  ///< Bytes it takes, at least 1.
  bool valid;
};

/** Decode the first code point of `text`, which must not be empty.

    Overlong forms, surrogates and values over U+10FFFF are not UTF-8 (RFC 3629 section 3). A broken
    sequence is as long as its longest correct beginning, so that no good byte after it is swallowed.
*/
constexpr code_point first_code_point(std::string_view text) noexcept {
  auto const byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  unsigned const lead = byte(0);
  if (lead < 0x80) return {static_cast<char32_t>(lead), 1, true};

  std::size_t size = 0;
  char32_t value = 0;
  if (lead >= 0xc2 && lead <= 0xdf) {
    size = 2;
    value = lead & 0x1f;
  } else if ((lead & 0xf0) == 0xe0) {
    size = 3;
    value = lead & 0x0f;
  } else if (lead >= 0xf0 && lead <= 0xf4) {
    size = 4;
    value = lead & 0x07;
  } else {
    return {0xfffd, 1, false};
  }
  for (std::size_t i = 1; i != size; ++i) {
    if (i == text.size()) return {0xfffd, i, false};
    unsigned const next = byte(i);
    unsigned least = 0x80, most = 0xbf;
    if (i == 1) {
      // the second byte alone tells overlong forms, surrogates and what is over U+10FFFF
      if (lead == 0xe0) least = 0xa0;
      if (lead == 0xed) most = 0x9f;
      if (lead == 0xf0) least = 0x90;
      if (lead == 0xf4) most = 0x8f;
    }
    if (next < least || next > most) return {0xfffd, i, false};
    value = (value << 6) | (next & 0x3f);
  }
  return {value, size, true};
}

/** Append a code point, which must be none of a surrogate. */
inline void append_utf8(std::string& out, char32_t point) {
  auto const add = [&out](char32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
  auto const add_rest = [&](unsigned shift) { add(0x80 | (point >> shift & 0x3f)); };
  if (point < 0x80) {
    add(point);
  } else if (point < 0x800) {
    add(0xc0 | point >> 6);
    add_rest(0);
  } else if (point < 0x10000) {
    add(0xe0 | point >> 12);
    add_rest(6);
    add_rest(0);
  } else {
    add(0xf0 | point >> 18);
    add_rest(12);
    add_rest(6);
    add_rest(0);
  }
}

/** Count code points as JSON Schema's `minLength` does; a broken sequence counts as one. */
constexpr std::size_t count_code_points(std::string_view text) noexcept {
  std::size_t count = 0;
  while (!text.empty()) {
    text.remove_prefix(first_code_point(text).size);
    ++count;
  }
  return count;
}

}  // namespace mcpawl::detail
