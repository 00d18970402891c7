// mcpawl/crypto/radix52.hpp - RSA numbers as limbs of 52 bits, the way AVX-512 IFMA multiplies them
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace mcpawl::detail {

/** The form of numbers modulo an odd modulus of exactly `Bits` bits: little-endian limbs of 52 bits, in
    whole vectors of eight, of which the last ones may be unused and zero.

    R, the radix of Montgomery's reduction, is two to the power of 52 times `limbs`, and more than four
    times the modulus: products of numbers below twice the modulus then stay below twice the modulus.
*/
template <std::size_t Bits>
struct radix52 {
  static constexpr std::size_t bytes = Bits / 8;
  static constexpr std::size_t limbs = (Bits + 2 + 51) / 52;
  static constexpr std::size_t slots = (limbs + 7) / 8 * 8;
  static constexpr std::uint64_t mask = (std::uint64_t{1} << 52) - 1;

  static_assert(Bits % 64 == 0);

  struct alignas(64) number {
    std::array<std::uint64_t, slots> limb;
  };

  /** Read a number, unsigned and big-endian. */
  static void split(number& out, std::span<unsigned char const, bytes> in) noexcept {
    // zeros in front, so that the eight bytes that hold a limb are always there
    constexpr std::size_t padding = 16;
    std::array<unsigned char, padding + bytes> padded{};
    std::copy(in.begin(), in.end(), padded.begin() + padding);
    out.limb.fill(0);
    for (std::size_t i = 0; i != limbs; ++i) {
      std::size_t const low = i * 52 / 8, shift = i * 52 % 8;
      out.limb[i] = load(padded.data() + padded.size() - low - 8) >> shift & mask;
    }
  }

  /** Write a number that has at most `Bits` bits. */
  static void join(std::span<unsigned char, bytes> out, number const& in) noexcept {
    for (std::size_t low = 0; low != bytes; low += 8) {
      std::size_t const first = low * 8 / 52, shift = low * 8 % 52;
      std::uint64_t word = in.limb[first] >> shift | in.limb[first + 1] << (52 - shift);
      if (shift > 40) word |= in.limb[first + 2] << (104 - shift);
      store(out.data() + bytes - low - 8, word);
    }
  }

  static bool below(number const& a, number const& b) noexcept {
    return std::lexicographical_compare(a.limb.rbegin(), a.limb.rend(), b.limb.rbegin(), b.limb.rend());
  }

  /** Subtract `n` once from what is below its double, if that leaves something. */
  static void reduce(number& x, number const& n) noexcept {
    number less;
    std::int64_t borrow = 0;
    for (std::size_t i = 0; i != slots; ++i) {
      // all limbs are below 2^52, so that neither conversion nor difference overflows
      std::int64_t const difference =
          static_cast<std::int64_t>(x.limb[i]) - static_cast<std::int64_t>(n.limb[i]) + borrow;
      less.limb[i] = static_cast<std::uint64_t>(difference) & mask;
      borrow = difference >> 52;
    }
    if (borrow == 0) x = less;
  }

private:
  static std::uint64_t load(unsigned char const* p) noexcept {
    std::uint64_t word = 0;
    for (int i = 0; i != 8; ++i) word = word << 8 | p[i];
    return word;
  }
  static void store(unsigned char* p, std::uint64_t word) noexcept {
    for (int i = 0; i != 8; ++i) p[i] = static_cast<unsigned char>(word >> (56 - 8 * i));
  }
};

}  // namespace mcpawl::detail
