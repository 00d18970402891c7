// mcpawl/crypto/base64_avx2.hpp - base64 decoded 32 characters at a time by AVX2
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/crypto/x86_64.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace mcpawl::detail {

#if MCPAWL_X86_64

inline bool cpu_has_avx2() noexcept { return __builtin_cpu_supports("avx2") != 0; }

/** Decode `groups` times 32 characters into 24 bytes each, in the alphabet whose last two characters are
    given. False if a character is outside of it; the bytes may then be anything.

    Written with the vectors of GCC and Clang: the header of the intrinsics takes longer to compile than all
    else here.
*/
[[gnu::target("avx2")]] inline bool decode_base64_avx2(unsigned char const* in, std::size_t groups,
                                                       unsigned char* out, char c62, char c63) noexcept {
  using chars [[gnu::vector_size(32)]] = signed char;
  using words [[gnu::vector_size(32)]] = std::uint32_t;
  auto const last = static_cast<signed char>(c62), very_last = static_cast<signed char>(c63);
  auto const to62 = static_cast<signed char>(62 - c62), to63 = static_cast<signed char>(63 - c63);
  chars valid = chars{} == 0;
  for (; groups != 0; --groups, in += 32, out += 24) {
    chars c;
    std::memcpy(&c, in, sizeof c);
    // what kind of character each is, all bits or none; bytes from 0x80 are negative, and of no kind
    chars const upper = (c >= 'A') & (c <= 'Z'), lower = (c >= 'a') & (c <= 'z');
    chars const digit = (c >= '0') & (c <= '9'), is62 = c == last, is63 = c == very_last;
    valid &= upper | lower | digit | is62 | is63;
    chars const values =
        c + ((upper & -'A') | (lower & (26 - 'a')) | (digit & (52 - '0')) | (is62 & to62) | (is63 & to63));

    // four values of 6 bits become 24 bits, which are three bytes in the wrong order
    words const v = reinterpret_cast<words>(values);
    words const bits = (v & 0x3f) << 18 | (v & 0x3f00) << 4 | (v >> 10 & 0xfc0) | v >> 24;
    chars const bytes = __builtin_shufflevector(reinterpret_cast<chars>(bits), reinterpret_cast<chars>(bits),
                                                2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12,          //
                                                18, 17, 16, 22, 21, 20, 26, 25, 24, 30, 29, 28,  //
                                                3, 7, 11, 15, 19, 23, 27, 31);
    std::memcpy(out, &bytes, 24);
  }
  using quads [[gnu::vector_size(32)]] = std::int64_t;
  quads const all = reinterpret_cast<quads>(valid);
  return (all[0] & all[1] & all[2] & all[3]) == -1;
}

#else

inline bool cpu_has_avx2() noexcept { return false; }
inline bool decode_base64_avx2(unsigned char const*, std::size_t, unsigned char*, char, char) noexcept {
  return false;
}

#endif

}  // namespace mcpawl::detail
