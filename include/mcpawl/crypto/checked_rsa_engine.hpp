// mcpawl/crypto/checked_rsa_engine.hpp - RSA with arithmetic of its own, as long as OpenSSL confirms it
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/crypto/openssl_version.hpp>

#include <openssl/bn.h>
#include <openssl/core_names.h>

#include <mcpawl/crypto/digest.hpp>
#include <mcpawl/crypto/engine.hpp>
#include <mcpawl/crypto/openssl_handle.hpp>
#include <mcpawl/crypto/pkcs1_block.hpp>
#include <mcpawl/crypto/public_key.hpp>
#include <mcpawl/crypto/rsa_check.hpp>
#include <mcpawl/crypto/rsa_operation.hpp>
#include <mcpawl/crypto/signature.hpp>

#include <array>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** Verifies RSASSA-PKCS1-v1_5 with a public operation of its own. */
class pkcs1_verifier {
public:
  pkcs1_verifier(std::unique_ptr<rsa_operation const> operation, digest_kind kind, std::size_t size)
      : operation_(std::move(operation)), digest_(kind), expected_(kind, size) {}

  bool verify(std::string_view message, std::span<unsigned char const> signature) noexcept {
    auto const expected = expected_.bytes();
    std::array<unsigned char, public_key::max_rsa_bits / 8> opened;
    return signature.size() == expected.size() &&
           operation_->compute(std::span{opened}.first(expected.size()), signature) &&
           digest_.compute(message, expected_.digest()) &&
           std::memcmp(opened.data(), expected.data(), expected.size()) == 0;
  }

private:
  std::unique_ptr<rsa_operation const> operation_;
  digest_context digest_;
  pkcs1_block expected_;
};

/** An engine that uses `Arithmetic` for the keys it is for, as long as it computes what OpenSSL does.

    Once in a process known answers are computed, and for each key that is prepared OpenSSL must confirm
    one more. What fails is not used.
*/
template <rsa_arithmetic Arithmetic>
class checked_rsa_engine {
public:
  class verifier {
  public:
    static result<verifier> make(public_key const& key, signature_scheme scheme) {
      auto openssl = signature_verifier::make(key, scheme);
      if (!openssl) return openssl.error();
      verifier made{*std::move(openssl)};
      made.report_ = made.accelerate(key, scheme);
      return made;
    }

    std::size_t signature_size() const noexcept { return openssl_.signature_size(); }

    bool verify(std::string_view message, std::span<unsigned char const> signature) noexcept {
      return fast_ ? fast_->verify(message, signature) : openssl_.verify(message, signature);
    }

  private:
    friend checked_rsa_engine;
    using number = std::vector<unsigned char>;

    explicit verifier(signature_verifier openssl) : openssl_(std::move(openssl)) {}

    engine_report accelerate(public_key const& key, signature_scheme scheme) {
      constexpr std::string_view evp = "evp";
      if (auto const why = Arithmetic::obstacle(); !why.empty()) return {evp, why};
      auto const modulus = scheme.padding == signature_padding::pkcs1 ? modulus_of(key) : number{};
      auto operation = modulus.empty() ? nullptr : Arithmetic::prepare(modulus);
      if (!operation) return {evp, "not for this kind of key or signature"};
      static bool const right = passes_self_test<Arithmetic>();
      if (!right) return {evp, "the self-test failed", true};
      if (!agrees_with_openssl(*operation, key, modulus))
        return {evp, "OpenSSL does not confirm it for this key", true};
      fast_ = std::make_unique<pkcs1_verifier>(std::move(operation), scheme.digest, modulus.size());
      return {Arithmetic::name, {}};
    }

    /** The modulus, if it fills its bytes and the exponent is 65537; nothing otherwise. */
    static number modulus_of(public_key const& key) {
      openssl_error_scope const quiet;
      BIGNUM* n = nullptr;
      BIGNUM* e = nullptr;
      EVP_PKEY_get_bn_param(key.native(), OSSL_PKEY_PARAM_RSA_N, &n);
      EVP_PKEY_get_bn_param(key.native(), OSSL_PKEY_PARAM_RSA_E, &e);
      openssl_handle<BIGNUM, &BN_free> const modulus{n}, exponent{e};
      if (!modulus || !exponent || BN_is_word(e, 65537) != 1) return {};
      number bytes(key.signature_size());
      if (BN_bn2binpad(n, bytes.data(), static_cast<int>(bytes.size())) < 0) return {};
      return (bytes.front() & 0x80) != 0 ? bytes : number{};
    }

    signature_verifier openssl_;
    std::unique_ptr<pkcs1_verifier> fast_;
    engine_report report_;
  };

  static engine_report report(verifier const& of) noexcept { return of.report_; }
};

}  // namespace mcpawl::detail
