// mcpawl/crypto/ifma_multiply.hpp - Montgomery's multiplication by the AVX-512 IFMA instructions
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/crypto/radix52.hpp>
#include <mcpawl/crypto/x86_64.hpp>

#include <cstddef>
#include <cstdint>

#if MCPAWL_X86_64
#include <immintrin.h>
#endif

namespace mcpawl::detail {

#if MCPAWL_X86_64

/** Tell whether this CPU has the instructions and the system saves their registers. */
inline bool cpu_has_ifma() noexcept {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512ifma");
}

/** The vectors of a number. These functions have their target each, so that the rest of a program is
    compiled for any CPU; loops over vectors are unrolled, so that each vector is a register. */
template <std::size_t Count>
struct ifma_vectors {
  __m512i at[Count];

  [[gnu::target("avx512f,avx512ifma"), gnu::always_inline]] inline void load(std::uint64_t const* from) {
#pragma GCC unroll 16
    for (std::size_t i = 0; i != Count; ++i) at[i] = _mm512_load_si512(from + 8 * i);
  }
  [[gnu::target("avx512f,avx512ifma"), gnu::always_inline]] inline void store(std::uint64_t* to) const {
#pragma GCC unroll 16
    for (std::size_t i = 0; i != Count; ++i) _mm512_store_si512(to + 8 * i, at[i]);
  }
  [[gnu::target("avx512f,avx512ifma"), gnu::always_inline]] inline void clear() {
#pragma GCC unroll 16
    for (std::size_t i = 0; i != Count; ++i) at[i] = _mm512_setzero_si512();
  }

  /** Add the low 52 bits of each product of a limb of `a` and `b`. */
  [[gnu::target("avx512f,avx512ifma"), gnu::always_inline]] inline void add_low(ifma_vectors const& a,
                                                                                __m512i const& b) {
#pragma GCC unroll 16
    for (std::size_t i = 0; i != Count; ++i) at[i] = _mm512_madd52lo_epu64(at[i], a.at[i], b);
  }
  /** Add the 52 bits above those. */
  [[gnu::target("avx512f,avx512ifma"), gnu::always_inline]] inline void add_high(ifma_vectors const& a,
                                                                                 __m512i const& b) {
#pragma GCC unroll 16
    for (std::size_t i = 0; i != Count; ++i) at[i] = _mm512_madd52hi_epu64(at[i], a.at[i], b);
  }

  /** Divide by the radix, which drops the lowest limb, and add. */
  [[gnu::target("avx512f,avx512ifma"), gnu::always_inline]] inline void shift_and_add(ifma_vectors const& b) {
#pragma GCC unroll 16
    for (std::size_t i = 0; i != Count; ++i) {
      __m512i const above = i + 1 != Count ? at[(i + 1) % Count] : _mm512_setzero_si512();
      // with a mask of all slots: GCC 12 warns of its own definition of the intrinsic without
      at[i] = _mm512_add_epi64(_mm512_maskz_alignr_epi64(0xff, above, at[i], 1), b.at[i]);
    }
  }
};

/** Compute `a` times `b` divided by R modulo `n`, up to a multiple of `n`.

    All are below twice `n`, and so is the result, which may be written over `a` or `b`. `k` is -1/n modulo
    2^52. For public data: the time it takes does not depend on it, but nobody should rely on that.

    For each limb of `b` the lowest limb of the sum decides which multiple of `n` makes it divisible by
    2^52. To know it early, the sum's lowest limb is kept in scalar registers, and what the limb above it
    receives is computed there a second time: the vectors are needed only one step later, and the
    multipliers stay busy.
*/
template <std::size_t Bits>
[[gnu::target("avx512f,avx512ifma")]] void ifma_multiply(typename radix52<Bits>::number& out,
                                                         typename radix52<Bits>::number const& a,
                                                         typename radix52<Bits>::number const& b,
                                                         typename radix52<Bits>::number const& n,
                                                         std::uint64_t k) noexcept {
  using form = radix52<Bits>;
  __extension__ typedef unsigned __int128 wide;
  constexpr std::uint64_t mask = form::mask;

  ifma_vectors<form::slots / 8> va, vn, sum, high;
  va.load(a.limb.data());
  vn.load(n.limb.data());
  sum.clear();
  std::uint64_t const a0 = a.limb[0], a1 = a.limb[1], n0 = n.limb[0], n1 = n.limb[1];
  std::uint64_t lowest = 0;  // limb 0 of the sum; what lane 0 of the vectors says about it is not used
  for (std::size_t i = 0; i != form::limbs; ++i) {
    std::uint64_t const bi = b.limb[i];
    wide p = static_cast<wide>(a0) * bi + lowest;
    std::uint64_t const m = static_cast<std::uint64_t>(p) * k & mask;
    p += static_cast<wide>(m) * n0;
    auto const second = static_cast<std::uint64_t>(sum.at[0][1]);
    // at most 2^61 even with 80 limbs, as each adds less than 2^54 to a lane
    lowest = static_cast<std::uint64_t>(p >> 52) + (a1 * bi & mask) + (n1 * m & mask) + second;

    __m512i const vb = _mm512_set1_epi64(static_cast<long long>(bi));
    __m512i const vm = _mm512_set1_epi64(static_cast<long long>(m));
    high.clear();
    high.add_high(va, vb);
    sum.add_low(va, vb);
    high.add_high(vn, vm);
    sum.add_low(vn, vm);
    sum.shift_and_add(high);
  }
  sum.store(out.limb.data());
  out.limb[0] = lowest;
  std::uint64_t carry = 0;
  for (std::uint64_t& limb : out.limb) {
    limb += carry;
    carry = limb >> 52;
    limb &= mask;
  }
}

#else

inline bool cpu_has_ifma() noexcept { return false; }

#endif

}  // namespace mcpawl::detail
