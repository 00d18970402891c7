// mcpawl/crypto/base64_codec.hpp - what base64 and base64url have in common
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/crypto/base64_avx2.hpp>

#include <array>
#include <cstddef>
#include <string_view>

namespace mcpawl::detail {

inline constexpr std::string_view base64_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
inline constexpr std::string_view base64url_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** The value of each byte in an alphabet; 0x80 for those outside of it. */
using base64_values = std::array<unsigned char, 256>;

constexpr base64_values values_of(std::string_view alphabet) noexcept {
  base64_values values{};
  for (auto& value : values) value = 0x80;
  for (std::size_t i = 0; i != alphabet.size(); ++i) {
    values[static_cast<unsigned char>(alphabet[i])] = static_cast<unsigned char>(i);
  }
  return values;
}

inline constexpr base64_values base64_decoding = values_of(base64_alphabet);
inline constexpr base64_values base64url_decoding = values_of(base64url_alphabet);

/** Bytes that `size` characters without padding decode to. */
constexpr std::size_t unpadded_base64_bytes(std::size_t size) noexcept {
  return size / 4 * 3 + (size % 4 == 0 ? 0 : size % 4 - 1);
}

/** Decode text without padding; `out` has room for `unpadded_base64_bytes(in.size())`.

    False if a byte is outside the alphabet, if the length is one that no bytes encode to, or if bits of
    the last character would be dropped (RFC 4648 section 3.5): equal bytes have one spelling only.
*/
inline bool decode_unpadded_base64(std::string_view in, unsigned char* out, base64_values const& values,
                                   std::string_view alphabet) noexcept {
  if (std::size_t const groups = in.size() / 32; groups != 0 && cpu_has_avx2()) {
    auto const* const text = reinterpret_cast<unsigned char const*>(in.data());
    if (!decode_base64_avx2(text, groups, out, alphabet[62], alphabet[63])) return false;
    in.remove_prefix(32 * groups);
    out += 24 * groups;
  }
  auto const* p = reinterpret_cast<unsigned char const*>(in.data());
  // one test at the end instead of one per character: the loop then has no branch to miss
  unsigned seen = 0;
  for (std::size_t groups = in.size() / 4; groups != 0; --groups, p += 4, out += 3) {
    unsigned const a = values[p[0]], b = values[p[1]], c = values[p[2]], d = values[p[3]];
    seen |= a | b | c | d;
    unsigned const bits = a << 18 | b << 12 | c << 6 | d;
    out[0] = static_cast<unsigned char>(bits >> 16);
    out[1] = static_cast<unsigned char>(bits >> 8);
    out[2] = static_cast<unsigned char>(bits);
  }
  unsigned dropped = 0;
  switch (in.size() % 4) {
    case 1: return false;
    case 2: {
      unsigned const a = values[p[0]], b = values[p[1]];
      seen |= a | b;
      dropped = b & 0x0f;
      out[0] = static_cast<unsigned char>(a << 2 | b >> 4);
      break;
    }
    case 3: {
      unsigned const a = values[p[0]], b = values[p[1]], c = values[p[2]];
      seen |= a | b | c;
      dropped = c & 0x03;
      out[0] = static_cast<unsigned char>(a << 2 | b >> 4);
      out[1] = static_cast<unsigned char>(b << 4 | c >> 2);
      break;
    }
    default: break;
  }
  return (seen & 0x80) == 0 && dropped == 0;
}

/** Encode without padding; `out` has room for `(size * 4 + 2) / 3` characters. Returns the end of the text.
 */
inline char* encode_unpadded_base64(unsigned char const* in, std::size_t size, char* out,
                                    std::string_view alphabet) noexcept {
  for (; size >= 3; in += 3, size -= 3) {
    unsigned const bits = unsigned{in[0]} << 16 | unsigned{in[1]} << 8 | in[2];
    *out++ = alphabet[bits >> 18];
    *out++ = alphabet[bits >> 12 & 63];
    *out++ = alphabet[bits >> 6 & 63];
    *out++ = alphabet[bits & 63];
  }
  if (size == 0) return out;
  unsigned const bits = unsigned{in[0]} << 16 | (size == 2 ? unsigned{in[1]} << 8 : 0);
  *out++ = alphabet[bits >> 18];
  *out++ = alphabet[bits >> 12 & 63];
  if (size == 2) *out++ = alphabet[bits >> 6 & 63];
  return out;
}

}  // namespace mcpawl::detail
