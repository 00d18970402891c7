// mcpawl/crypto/rsa_check.hpp - whether somebody else's RSA arithmetic can be relied on
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/crypto/openssl_version.hpp>

#include <openssl/rsa.h>

#include <mcpawl/crypto/digest.hpp>
#include <mcpawl/crypto/openssl_handle.hpp>
#include <mcpawl/crypto/public_key.hpp>
#include <mcpawl/crypto/rsa_operation.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace mcpawl::detail {

/** Bytes without pattern, the same ones for the same seed. */
inline std::vector<unsigned char> known_bytes(std::size_t size, std::uint64_t seed) {
  std::vector<unsigned char> out(size);
  for (unsigned char& byte : out) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    byte = static_cast<unsigned char>(seed >> 56);
  }
  return out;
}

/** Tell whether the answers for one size of modulus are right: the SHA-256 of s^65537 mod n for known s and
    n, that n is refused, and that n - 1 is its own odd power. */
template <rsa_arithmetic Arithmetic>
bool knows_answers(std::size_t bits, sha256_digest const& power) {
  auto n = known_bytes(bits / 8, bits), s = known_bytes(bits / 8, bits + 1);
  n.front() |= 0x80;
  n.back() |= 1;
  s.front() &= 0x7f;
  auto const operation = Arithmetic::prepare(n);
  std::vector<unsigned char> out(bits / 8);
  if (!operation || !operation->compute(out, s)) return false;
  if (sha256({reinterpret_cast<char const*>(out.data()), out.size()}) != power) return false;
  if (operation->compute(out, n)) return false;
  s = n;
  s.back() ^= 1;
  return operation->compute(out, s) && out == s;
}

/** Compute known answers of all sizes.

    @par Errors
    Throws `std::bad_alloc`. */
template <rsa_arithmetic Arithmetic>
bool passes_self_test() {
  return knows_answers<Arithmetic>(2048, {0xfc, 0x31, 0x4c, 0x69, 0xa0, 0xdc, 0x42, 0x64, 0x50, 0x28, 0x27,
                                          0x85, 0x62, 0x5b, 0x55, 0x53, 0x07, 0x45, 0xd5, 0x46, 0x1c, 0x2c,
                                          0x86, 0xa5, 0x5c, 0xd6, 0x66, 0xed, 0x1e, 0xc9, 0x1b, 0x25}) &&
         knows_answers<Arithmetic>(3072, {0xef, 0x3d, 0x39, 0xe7, 0xe1, 0xc3, 0x61, 0xdd, 0x92, 0xcf, 0xcc,
                                          0xfb, 0x07, 0x8f, 0xca, 0xa1, 0xc2, 0x6f, 0xdb, 0x8a, 0x8c, 0xcc,
                                          0xc9, 0xd2, 0x45, 0xee, 0x9d, 0x1d, 0xa4, 0x77, 0x72, 0x66}) &&
         knows_answers<Arithmetic>(4096, {0x43, 0x66, 0x1a, 0x29, 0x25, 0x0d, 0xe2, 0x2e, 0x6f, 0x37, 0x7d,
                                          0x20, 0xf0, 0x93, 0x13, 0xd2, 0xac, 0xd7, 0xef, 0x89, 0xe5, 0x04,
                                          0xea, 0x82, 0xdb, 0xad, 0x31, 0x87, 0xc5, 0xbc, 0xa7, 0x7d});
}

/** Tell whether OpenSSL makes the same of a number without pattern, another one for each key.

    @par Errors
    Throws `std::bad_alloc`.
*/
inline bool agrees_with_openssl(rsa_operation const& operation, public_key const& key,
                                std::span<unsigned char const> modulus) {
  std::uint64_t seed = 0;
  for (unsigned char byte : modulus) seed = seed * 31 + byte;
  auto s = known_bytes(modulus.size(), seed);
  s.front() &= 0x7f;
  std::vector<unsigned char> ours(s.size()), theirs(s.size());
  std::size_t size = theirs.size();
  openssl_error_scope const quiet;
  pkey_ctx_handle const ctx{EVP_PKEY_CTX_new_from_pkey(nullptr, key.native(), nullptr)};
  return ctx && EVP_PKEY_encrypt_init(ctx.get()) == 1 &&
         EVP_PKEY_CTX_set_rsa_padding(ctx.get(), RSA_NO_PADDING) == 1 &&
         EVP_PKEY_encrypt(ctx.get(), theirs.data(), &size, s.data(), s.size()) == 1 &&
         size == theirs.size() && operation.compute(ours, s) && ours == theirs;
}

}  // namespace mcpawl::detail
