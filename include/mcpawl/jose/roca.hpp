// mcpawl/jose/roca.hpp - recognise RSA moduli whose factors can be computed, by their fingerprint
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace mcpawl::jose::detail {

/** Tells which residues a prime allows: the powers of 65537, as a bit for each of its residues. */
class powers_of_65537 {
public:
  constexpr explicit powers_of_65537(std::uint32_t prime) noexcept : prime_(prime) {
    std::uint32_t power = 1;
    do {
      bits_[power / 64] |= std::uint64_t{1} << power % 64;
      power = power * (65537 % prime) % prime;
    } while (power != 1);
  }
  constexpr std::uint32_t prime() const noexcept { return prime_; }
  constexpr bool contains(std::uint32_t residue) const noexcept {
    return (bits_[residue / 64] >> residue % 64 & 1) != 0;
  }

private:
  std::uint32_t prime_;
  std::array<std::uint64_t, 3> bits_{};
};

/** Tell whether a modulus (big-endian) has the form of CVE-2017-15361, "ROCA".

    The library at fault made primes that are powers of 65537 modulo a product of small primes; so are their
    products then, and moduli of 2048 bits could be factored. A good modulus looks like that modulo each of
    these primes, the most telling ones, once in some hundred million.
*/
inline bool has_roca_fingerprint(std::span<unsigned char const> modulus) noexcept {
  static constexpr std::array<powers_of_65537, 17> marks{
      powers_of_65537{11},  powers_of_65537{13},  powers_of_65537{17},  powers_of_65537{19},
      powers_of_65537{37},  powers_of_65537{53},  powers_of_65537{61},  powers_of_65537{71},
      powers_of_65537{73},  powers_of_65537{79},  powers_of_65537{97},  powers_of_65537{103},
      powers_of_65537{107}, powers_of_65537{109}, powers_of_65537{127}, powers_of_65537{151},
      powers_of_65537{157}};
  for (powers_of_65537 const& mark : marks) {
    std::uint32_t residue = 0;
    for (unsigned char byte : modulus) residue = (residue * 256 + byte) % mark.prime();
    if (!mark.contains(residue)) return false;
  }
  return true;
}

}  // namespace mcpawl::jose::detail
