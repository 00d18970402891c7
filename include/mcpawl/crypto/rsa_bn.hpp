// mcpawl/crypto/rsa_bn.hpp - the public operation of RSA by OpenSSL's Montgomery multiplication alone
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/crypto/openssl_version.hpp>

#include <openssl/bn.h>

#include <mcpawl/crypto/openssl_handle.hpp>
#include <mcpawl/crypto/rsa_operation.hpp>

#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <string_view>

namespace mcpawl::detail {

/** s^65537 modulo a modulus of any size.

    The multiplications are OpenSSL's, and so is their speed on every CPU. What is saved is all that
    `EVP_PKEY_verify` does around them for each signature: locks, allocations, copies and conversions. Nothing
    is allocated after the first operations.
*/
class rsa_bn final : public rsa_operation {
  using bignum = openssl_handle<BIGNUM, &BN_free>;

public:
  /** @par Errors
      Throws `std::bad_alloc`. */
  explicit rsa_bn(std::span<unsigned char const> modulus)
      : ctx_(require(decltype(ctx_){BN_CTX_new()})),
        montgomery_(require(decltype(montgomery_){BN_MONT_CTX_new()})),
        n_(require(bignum{BN_bin2bn(modulus.data(), static_cast<int>(modulus.size()), nullptr)})),
        correction_(require(bignum{BN_new()})),
        s_(require(bignum{BN_new()})),
        x_(require(bignum{BN_new()})) {
    bignum const exponent = require(bignum{BN_new()});
    // R^65537 modulo n, of which the power of s has lost as much on its way
    if (BN_MONT_CTX_set(montgomery_.get(), n_.get(), ctx_.get()) != 1 || BN_one(x_.get()) != 1 ||
        BN_to_montgomery(correction_.get(), x_.get(), montgomery_.get(), ctx_.get()) != 1 ||
        BN_set_word(exponent.get(), 65537) != 1 ||
        BN_mod_exp(correction_.get(), correction_.get(), exponent.get(), n_.get(), ctx_.get()) != 1) {
      throw std::bad_alloc();
    }
  }

  bool compute(std::span<unsigned char> out, std::span<unsigned char const> s) const noexcept override {
    if (BN_bin2bn(s.data(), static_cast<int>(s.size()), s_.get()) == nullptr) return false;
    if (BN_ucmp(s_.get(), n_.get()) >= 0 || !multiply(s_, s_)) return false;
    for (int i = 1; i != 16; ++i)
      if (!multiply(x_, x_)) return false;
    return multiply(x_, s_) && multiply(x_, correction_) &&
           BN_bn2binpad(x_.get(), out.data(), static_cast<int>(out.size())) >= 0;
  }

private:
  bool multiply(bignum const& a, bignum const& b) const noexcept {
    return BN_mod_mul_montgomery(x_.get(), a.get(), b.get(), montgomery_.get(), ctx_.get()) == 1;
  }

  openssl_handle<BN_CTX, &BN_CTX_free> ctx_;
  openssl_handle<BN_MONT_CTX, &BN_MONT_CTX_free> montgomery_;
  bignum n_;
  bignum correction_;
  bignum s_;
  bignum x_;
};

/** The arithmetic of `openssl_engine`. */
struct bn_arithmetic {
  static constexpr std::string_view name = "openssl";

  static std::string_view obstacle() noexcept { return {}; }

  static std::unique_ptr<rsa_operation const> prepare(std::span<unsigned char const> modulus) {
    return std::make_unique<rsa_bn const>(modulus);
  }
};

static_assert(rsa_arithmetic<bn_arithmetic>);

}  // namespace mcpawl::detail
