// mcpawl/crypto/errc.hpp - why the crypto layer did not accept what it was given
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>

namespace mcpawl::detail {

/** Errors of the crypto layer. */
enum class crypto_errc {
  bad_base64 =
      1,  ///< Outside the alphabet, wrong padding, an impossible length, or bits that encode nothing.
  buffer_too_small,  ///< The caller's buffer cannot hold the decoded bytes.
  sealed_malformed,  ///< Not something `sealer::seal` made.
  sealed_elsewhere,  ///< Sealed by a key this sealer does not have.
  sealed_forged,     ///< The authentication tag is wrong: altered, or sealed for another purpose.
  key_encoding,      ///< A number of a public key is empty, has leading zeros or the wrong length.
  key_size,          ///< RSA modulus outside 2048 to 8192 bits.
  key_modulus,       ///< RSA modulus that cannot be a product of two odd primes.
  key_exponent,      ///< RSA public exponent even, below 3 or over 64 bits.
  key_point,         ///< Not a point of the curve.
  key_scheme,        ///< The signature scheme does not go with this kind of key.
  library,           ///< OpenSSL failed for no reason of the input.
};

constexpr error_entry describe(crypto_errc e) noexcept {
  switch (e) {
    case crypto_errc::bad_base64: return {"not canonical base64", condition::malformed};
    case crypto_errc::buffer_too_small: return {"decoded text over its limit", condition::too_large};
    case crypto_errc::sealed_malformed: return {"not a sealed text", condition::malformed};
    case crypto_errc::sealed_elsewhere: return {"sealed with an unknown key", condition::refused};
    case crypto_errc::sealed_forged: return {"sealed text altered or out of place", condition::refused};
    case crypto_errc::key_encoding: return {"public key with a malformed number", condition::malformed};
    case crypto_errc::key_size: return {"RSA key size outside 2048 to 8192 bits", condition::refused};
    case crypto_errc::key_modulus: return {"RSA modulus is even", condition::refused};
    case crypto_errc::key_exponent: return {"RSA exponent unusable", condition::refused};
    case crypto_errc::key_point: return {"public key is not a point of its curve", condition::refused};
    case crypto_errc::key_scheme: return {"signature scheme does not fit the key", condition::refused};
    case crypto_errc::library: return {"OpenSSL failed", condition::internal};
  }
  return {"unknown crypto error", condition::internal};
}
constexpr char const* category_name(crypto_errc) noexcept { return "mcpawl.crypto"; }
inline error_code make_error_code(crypto_errc e) noexcept { return code_of(e); }

}  // namespace mcpawl::detail

template <>
struct boost::system::is_error_code_enum<mcpawl::detail::crypto_errc> : std::true_type {};
