// mcpawl/crypto/public_key.hpp - public keys made of their numbers, checked before they are used
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/crypto/openssl_version.hpp>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include <mcpawl/crypto/errc.hpp>
#include <mcpawl/crypto/openssl_handle.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstring>
#include <span>
#include <utility>

namespace mcpawl::detail {

/** What a public key is good for. */
enum class key_kind : unsigned char { rsa, p256, p384, p521, ed25519 };

/** Bytes of one coordinate of a curve's points, or of one half of its signatures. */
constexpr std::size_t coordinate_size(key_kind curve) noexcept {
  switch (curve) {
    case key_kind::p256: return 32;
    case key_kind::p384: return 48;
    case key_kind::p521: return 66;
    case key_kind::ed25519: return 32;
    case key_kind::rsa: break;
  }
  return 0;
}

/** A public key for verifying signatures.

    All numbers are unsigned and big-endian. Copies share OpenSSL's key.

    @par Thread safety
    Immutable: copies may be used by several threads at once.
*/
class public_key {
public:
  using bytes = std::span<unsigned char const>;

  static constexpr std::size_t smallest_rsa_bits = 2048;
  static constexpr std::size_t max_rsa_bits = 8192;

  /** Make an RSA key of modulus and exponent, both without leading zeros (RFC 7518 section 6.3.1).

      @par Errors
      `crypto_errc::key_encoding`, `key_size`, `key_modulus`, `key_exponent`, `library`.
  */
  static result<public_key> rsa(bytes n, bytes e) noexcept {
    if (n.empty() || n[0] == 0 || e.empty() || e[0] == 0) return crypto_errc::key_encoding;
    std::size_t const bits = (n.size() - 1) * 8 + static_cast<std::size_t>(std::bit_width(n[0]));
    if (bits < smallest_rsa_bits || bits > max_rsa_bits) return crypto_errc::key_size;
    if (n.back() % 2 == 0) return crypto_errc::key_modulus;
    bool const one = e.size() == 1 && e[0] == 1;
    if (e.size() > 8 || e.back() % 2 == 0 || one) return crypto_errc::key_exponent;

    openssl_error_scope const quiet;
    bignum const modulus{BN_bin2bn(n.data(), static_cast<int>(n.size()), nullptr)};
    bignum const exponent{BN_bin2bn(e.data(), static_cast<int>(e.size()), nullptr)};
    builder const build{OSSL_PARAM_BLD_new()};
    if (!modulus || !exponent || !build ||
        OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) != 1 ||
        OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()) != 1) {
      return crypto_errc::library;
    }
    pkey_handle key = from_parameters("RSA", build.get());
    if (!key) return crypto_errc::library;
    return public_key{key_kind::rsa, (bits + 7) / 8, std::move(key)};
  }

  /** Make a key of a NIST curve from the coordinates of its point, each of the curve's full length
      (RFC 7518 section 6.2.1).

      @par Errors
      `crypto_errc::key_scheme` (not such a curve), `key_encoding`, `key_point`, `library`.
  */
  static result<public_key> ec(key_kind curve, bytes x, bytes y) noexcept {
    char const* const group = curve == key_kind::p256   ? "P-256"
                              : curve == key_kind::p384 ? "P-384"
                              : curve == key_kind::p521 ? "P-521"
                                                        : nullptr;
    if (group == nullptr) return crypto_errc::key_scheme;
    std::size_t const size = coordinate_size(curve);
    if (x.size() != size || y.size() != size) return crypto_errc::key_encoding;
    std::array<unsigned char, 1 + 2 * 66> point;
    point[0] = 4;  // uncompressed, SEC 1 section 2.3.3
    std::memcpy(point.data() + 1, x.data(), size);
    std::memcpy(point.data() + 1 + size, y.data(), size);

    openssl_error_scope const quiet;
    builder const build{OSSL_PARAM_BLD_new()};
    if (!build || OSSL_PARAM_BLD_push_utf8_string(build.get(), OSSL_PKEY_PARAM_GROUP_NAME, group, 0) != 1 ||
        OSSL_PARAM_BLD_push_octet_string(build.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), 1 + 2 * size) !=
            1) {
      return crypto_errc::library;
    }
    pkey_handle key = from_parameters("EC", build.get());
    if (!key) return crypto_errc::key_point;
    pkey_ctx_handle const check{EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr)};
    if (!check) return crypto_errc::library;
    if (EVP_PKEY_public_check(check.get()) != 1) return crypto_errc::key_point;
    return public_key{curve, 2 * size, std::move(key)};
  }

  /** Make an Ed25519 key of its 32 bytes (RFC 8037 section 2).

      @par Errors
      `crypto_errc::key_encoding`, `library`.
  */
  static result<public_key> ed25519(bytes x) noexcept {
    if (x.size() != 32) return crypto_errc::key_encoding;
    openssl_error_scope const quiet;
    pkey_handle key{EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, x.data(), x.size())};
    if (!key) return crypto_errc::library;
    return public_key{key_kind::ed25519, 64, std::move(key)};
  }

  public_key(public_key const& other) noexcept
      : kind_(other.kind_), signature_size_(other.signature_size_), key_(share(other.key_.get())) {}
  public_key(public_key&&) noexcept = default;
  public_key& operator=(public_key other) noexcept {
    kind_ = other.kind_;
    signature_size_ = other.signature_size_;
    key_ = std::move(other.key_);
    return *this;
  }
  ~public_key() = default;

  key_kind kind() const noexcept { return kind_; }

  /** Bytes of every signature this key can verify, in the form JOSE gives it: the modulus length for RSA. */
  std::size_t signature_size() const noexcept { return signature_size_; }

  EVP_PKEY* native() const noexcept { return key_.get(); }

private:
  using bignum = openssl_handle<BIGNUM, &BN_free>;
  using builder = openssl_handle<OSSL_PARAM_BLD, &OSSL_PARAM_BLD_free>;
  using parameters = openssl_handle<OSSL_PARAM, &OSSL_PARAM_free>;

  public_key(key_kind kind, std::size_t signature_size, pkey_handle key) noexcept
      : kind_(kind), signature_size_(signature_size), key_(std::move(key)) {}

  static pkey_handle from_parameters(char const* type, OSSL_PARAM_BLD* build) noexcept {
    parameters const params{OSSL_PARAM_BLD_to_param(build)};
    pkey_ctx_handle const ctx{EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr)};
    EVP_PKEY* key = nullptr;
    if (!params || !ctx || EVP_PKEY_fromdata_init(ctx.get()) != 1 ||
        EVP_PKEY_fromdata(ctx.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1) {
      return {};
    }
    return pkey_handle{key};
  }

  key_kind kind_;
  std::size_t signature_size_;
  pkey_handle key_;
};

}  // namespace mcpawl::detail
