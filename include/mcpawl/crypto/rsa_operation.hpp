// mcpawl/crypto/rsa_operation.hpp - the public operation of RSA, and who can do it
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <memory>
#include <span>
#include <string_view>

namespace mcpawl::detail {

/** Computes s^65537 modulo one modulus, with everything prepared (RFC 8017 section 5.2.2).

    For public data only: it may take a time that depends on its numbers.

    @par Thread safety
    One thread at a time.
*/
class rsa_operation {
public:
  rsa_operation() = default;
  rsa_operation(rsa_operation const&) = delete;
  rsa_operation& operator=(rsa_operation const&) = delete;
  virtual ~rsa_operation() = default;

  /** Compute `out` of `s`, both unsigned, big-endian and as long as the modulus; false if `s` is not below
      the modulus. */
  virtual bool compute(std::span<unsigned char> out, std::span<unsigned char const> s) const noexcept = 0;
};

/** A way to do the public operation.

    `obstacle` says in a fixed text why this machine cannot, and nothing if it can. `prepare` takes a modulus,
    odd and without leading zero bits, and returns null for sizes that it is not for.
*/
template <class Arithmetic>
concept rsa_arithmetic = requires(std::span<unsigned char const> modulus) {
  { Arithmetic::name } -> std::convertible_to<std::string_view>;
  { Arithmetic::obstacle() } -> std::same_as<std::string_view>;
  { Arithmetic::prepare(modulus) } -> std::same_as<std::unique_ptr<rsa_operation const>>;
};

}  // namespace mcpawl::detail
