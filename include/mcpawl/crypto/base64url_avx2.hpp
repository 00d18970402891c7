// mcpawl/crypto/base64url_avx2.hpp - decode base64url 32 characters at a time, where the CPU can
#pragma once

#include <cstddef>
#include <string_view>

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define MCPAWL_BASE64URL_AVX2 1
#else
#define MCPAWL_BASE64URL_AVX2 0
#endif

namespace mcpawl::detail {

#if MCPAWL_BASE64URL_AVX2

/** Decode 32 characters into 24 bytes; false, with nothing written, if one is not in the alphabet. */
[[gnu::target("avx2"), gnu::always_inline]] inline bool decode_base64url_block(char const* in,
                                                                               unsigned char* out) noexcept {
  __m256i const in_each_lane = _mm256_setr_epi8(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1,  //
                                                2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1);
  __m256i const together = _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 3, 7);
  __m256i const by_upper =
      _mm256_setr_epi8(0x40, 0x40, 1, 2, 4, 8, 0x10, 0x20, 0x40, 0x40, 0x40, 0x40, 0x40, 0x40, 0x40, 0x40,  //
                       0x40, 0x40, 1, 2, 4, 8, 0x10, 0x20, 0x40, 0x40, 0x40, 0x40, 0x40, 0x40, 0x40, 0x40);
  __m256i const by_lower = _mm256_setr_epi8(
      0x55, 0x41, 0x41, 0x41, 0x41, 0x41, 0x41, 0x41, 0x41, 0x41, 0x43, 0x6b, 0x6b, 0x6a, 0x6b, 0x63,  //
      0x55, 0x41, 0x41, 0x41, 0x41, 0x41, 0x41, 0x41, 0x41, 0x41, 0x43, 0x6b, 0x6b, 0x6a, 0x6b, 0x63);
  __m256i const shifts =
      _mm256_setr_epi8(0, 0, 62 - '-', 52 - '0', -'A', -'A', 26 - 'a', 26 - 'a', 0, 0, 0, 0, 0, 0, 0, 0,  //
                       0, 0, 62 - '-', 52 - '0', -'A', -'A', 26 - 'a', 26 - 'a', 0, 0, 0, 0, 0, 0, 0, 0);
  __m256i const c = _mm256_loadu_si256(reinterpret_cast<__m256i const*>(in));
  // a character is known if its upper half and its lower half have no bit in common in these tables; of a
  // byte from 0x80 on, the lower half is found under the upper half's row for "unknown"
  __m256i const upper = _mm256_and_si256(_mm256_srli_epi32(c, 4), _mm256_set1_epi8(15));
  __m256i const lower = _mm256_and_si256(c, _mm256_set1_epi8(15));
  __m256i const unknown =
      _mm256_and_si256(_mm256_shuffle_epi8(by_upper, upper), _mm256_shuffle_epi8(by_lower, lower));
  if (_mm256_testz_si256(unknown, unknown) == 0) return false;
  // what is added depends on the upper half alone, but for `_`, which is among the capitals
  __m256i const is_under = _mm256_cmpeq_epi8(c, _mm256_set1_epi8('_'));
  __m256i const shift = _mm256_add_epi8(_mm256_shuffle_epi8(shifts, upper),
                                        _mm256_and_si256(is_under, _mm256_set1_epi8(63 - '_' + 'A')));
  __m256i const six_bits = _mm256_add_epi8(c, shift);
  __m256i const twelve_bits = _mm256_maddubs_epi16(six_bits, _mm256_set1_epi32(0x01400140));
  __m256i const groups = _mm256_madd_epi16(twelve_bits, _mm256_set1_epi32(0x00011000));
  __m256i const bytes = _mm256_permutevar8x32_epi32(_mm256_shuffle_epi8(groups, in_each_lane), together);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(out), _mm256_castsi256_si128(bytes));
  _mm_storel_epi64(reinterpret_cast<__m128i*>(out + 16), _mm256_extracti128_si256(bytes, 1));
  return true;
}

/** The part of `decode_base64url_blocks` for CPUs with AVX2; `in` has at least 32 characters. */
[[gnu::target("avx2")]] inline std::size_t decode_base64url_avx2(std::string_view in,
                                                                 unsigned char* out) noexcept {
  std::size_t done = 0;
  for (; in.size() - done >= 32; done += 32) {
    if (!decode_base64url_block(in.data() + done, out + done / 4 * 3)) return done;
  }
  // what is left of whole groups, with some before it a second time
  std::size_t const whole = in.size() / 4 * 4;
  if (done != whole && decode_base64url_block(in.data() + whole - 32, out + (whole - 32) / 4 * 3))
    return whole;
  return done;
}

#endif

/** Decode groups of four characters from the front, and return the number of characters decoded; `out` has
    room for three bytes of each group. It ends at the last whole group or anywhere before a character outside
    the alphabet: the rest, and what is wrong with it, is left to `decode_unpadded_base64`. */
inline std::size_t decode_base64url_blocks([[maybe_unused]] std::string_view in,
                                           [[maybe_unused]] unsigned char* out) noexcept {
#if MCPAWL_BASE64URL_AVX2
  if (in.size() >= 32 && __builtin_cpu_supports("avx2")) return decode_base64url_avx2(in, out);
#endif
  return 0;
}

}  // namespace mcpawl::detail

#undef MCPAWL_BASE64URL_AVX2
