// mcpawl/crypto/rsa_ifma.hpp - the public operation of RSA by AVX-512 IFMA
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/crypto/openssl_version.hpp>

#include <openssl/bn.h>

#include <mcpawl/crypto/ifma_multiply.hpp>
#include <mcpawl/crypto/openssl_handle.hpp>
#include <mcpawl/crypto/radix52.hpp>
#include <mcpawl/crypto/rsa_operation.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <string_view>

namespace mcpawl::detail {

#if MCPAWL_X86_64

/** s^65537 modulo a modulus of exactly `Bits` bits. */
template <std::size_t Bits>
class rsa_ifma final : public rsa_operation {
  using form = radix52<Bits>;
  using number = typename form::number;
  using modulus_bytes = std::span<unsigned char const, form::bytes>;

public:
  /** @par Errors
      Throws `std::bad_alloc`. */
  explicit rsa_ifma(modulus_bytes modulus) {
    form::split(n_, modulus);
    // Newton's iteration: each step doubles the number of right bits, of which one is there
    std::uint64_t inverse = 1;
    for (int bits = 1; bits != 64; bits *= 2) inverse *= 2 - n_.limb[0] * inverse;
    k_ = (0 - inverse) & form::mask;
    prepare_correction(modulus);
  }

  bool compute(std::span<unsigned char> out, std::span<unsigned char const> s) const noexcept override {
    number base;
    form::split(base, s.template first<form::bytes>());
    if (!form::below(base, n_)) return false;
    // s stands for itself and not for s R, which saves a multiplication: each of the 17 leaves a division
    // by R too many, up to R^65536 and, with the one by the correction, R^65537
    number x = base;
    for (int i = 0; i != 16; ++i) ifma_multiply<Bits>(x, x, x, n_, k_);
    ifma_multiply<Bits>(x, x, base, n_, k_);
    ifma_multiply<Bits>(x, x, correction_, n_, k_);
    form::reduce(x, n_);
    form::join(out.template first<form::bytes>(), x);
    return true;
  }

private:
  /** R^65537 modulo n. */
  void prepare_correction(modulus_bytes modulus) {
    using bignum = openssl_handle<BIGNUM, &BN_free>;
    openssl_handle<BN_CTX, &BN_CTX_free> const ctx = require(decltype(ctx){BN_CTX_new()});
    bignum const n = require(bignum{BN_bin2bn(modulus.data(), static_cast<int>(modulus.size()), nullptr)});
    bignum const power = require(bignum{BN_new()}), exponent = require(bignum{BN_new()});
    std::array<unsigned char, form::bytes> bytes;
    if (BN_set_bit(power.get(), 52 * static_cast<int>(form::limbs)) != 1 ||
        BN_set_word(exponent.get(), 65537) != 1 ||
        BN_mod_exp(power.get(), power.get(), exponent.get(), n.get(), ctx.get()) != 1 ||
        BN_bn2binpad(power.get(), bytes.data(), static_cast<int>(bytes.size())) < 0) {
      throw std::bad_alloc();
    }
    form::split(correction_, bytes);
  }

  number n_;
  number correction_;
  std::uint64_t k_;
};

#endif

/** The arithmetic of `avx512_ifma_engine`. */
struct ifma_arithmetic {
  static constexpr std::string_view name = "avx512_ifma";

  static std::string_view obstacle() noexcept {
    return cpu_has_ifma() ? std::string_view{} : "no AVX-512 IFMA here";
  }

  static std::unique_ptr<rsa_operation const> prepare(
      [[maybe_unused]] std::span<unsigned char const> modulus) {
#if MCPAWL_X86_64
    switch (modulus.size() * 8) {
      case 2048: return std::make_unique<rsa_ifma<2048> const>(modulus.first<2048 / 8>());
      case 3072: return std::make_unique<rsa_ifma<3072> const>(modulus.first<3072 / 8>());
      case 4096: return std::make_unique<rsa_ifma<4096> const>(modulus.first<4096 / 8>());
      default: break;
    }
#endif
    return nullptr;
  }
};

static_assert(rsa_arithmetic<ifma_arithmetic>);

}  // namespace mcpawl::detail
