// mcpawl/text/fixed_number.hpp - numbers as so many digits or bytes, so that texts compare as they do
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mcpawl::detail {

/** Sixteen hexadecimal digits. */
inline std::string hex_number(std::uint64_t number) {
  std::string out(16, '0');
  for (std::size_t i = out.size(); i != 0; number >>= 4) out[--i] = "0123456789abcdef"[number & 15];
  return out;
}

/** Decimal digits, with zeros before them.

    @pre it has not more */
inline std::string padded_number(std::uint64_t number, std::size_t digits) {
  std::string const text = std::to_string(number);
  return std::string(digits - text.size(), '0') + text;
}

/** Append the last `size` bytes of a number, the most significant first. */
inline void append_big_endian(std::string& out, std::uint64_t number, unsigned size) {
  for (unsigned i = size; i != 0; --i) out += static_cast<char>((number >> (i - 1) * 8) & 0xff);
}

/** The number of at most 8 such bytes. */
inline std::uint64_t read_big_endian(std::string_view bytes) noexcept {
  std::uint64_t out = 0;
  for (char const each : bytes) out = out << 8 | static_cast<unsigned char>(each);
  return out;
}

}  // namespace mcpawl::detail
