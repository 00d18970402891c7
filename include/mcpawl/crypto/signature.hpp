// mcpawl/crypto/signature.hpp - verify signatures of one key in one scheme, everything prepared
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/crypto/openssl_version.hpp>

#include <openssl/rsa.h>

#include <mcpawl/crypto/digest.hpp>
#include <mcpawl/crypto/ecdsa_der.hpp>
#include <mcpawl/crypto/errc.hpp>
#include <mcpawl/crypto/openssl_handle.hpp>
#include <mcpawl/crypto/public_key.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <utility>

namespace mcpawl::detail {

/** What is done to a message before the key is used. */
enum class signature_padding : unsigned char {
  pkcs1,  ///< RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2).
  pss,   ///< RSASSA-PSS with a salt as long as the digest and MGF1 of the same digest (RFC 8017 section 8.1).
  none,  ///< ECDSA, Ed25519.
};

/** A way to sign: the kind of key, the digest and the padding. Ed25519 has its digest built in. */
struct signature_scheme {
  key_kind key;
  digest_kind digest;
  signature_padding padding;
};

/** Verifies signatures of one key in one scheme.

    Made once per thread and key; then a verification looks nothing up. Public data only: the time it
    takes depends on the signature, and may.

    @par Thread safety
    One thread at a time. Several of them may share a `public_key`.
*/
class signature_verifier {
public:
  /** Prepare.

      @par Errors
      `crypto_errc::key_scheme`, `crypto_errc::library`; throws `std::bad_alloc`. */
  static result<signature_verifier> make(public_key const& key, signature_scheme scheme) {
    bool const padded = scheme.padding != signature_padding::none;
    if (key.kind() != scheme.key || padded != (scheme.key == key_kind::rsa)) return crypto_errc::key_scheme;
    signature_verifier made{key, scheme};
    openssl_error_scope const quiet;
    if (!made.prepare(scheme)) return crypto_errc::library;
    return made;
  }

  /** Bytes of a signature in the form JOSE gives it. */
  std::size_t signature_size() const noexcept { return key_.signature_size(); }

  /** Tell whether `signature` is one of `message`. */
  bool verify(std::string_view message, std::span<unsigned char const> signature) noexcept {
    // leading zeros or missing ones would be a second spelling of the same signature
    if (signature.size() != signature_size()) return false;
    openssl_error_scope const quiet;
    if (key_.kind() == key_kind::ed25519) {
      return EVP_DigestVerifyInit_ex(one_shot_.get(), nullptr, nullptr, nullptr, nullptr, key_.native(),
                                     nullptr) == 1 &&
             EVP_DigestVerify(one_shot_.get(), signature.data(), signature.size(),
                              reinterpret_cast<unsigned char const*>(message.data()), message.size()) == 1;
    }
    std::array<unsigned char, 64> digest;
    if (!digest_.compute(message, digest)) return false;
    if (key_.kind() == key_kind::rsa) {
      return EVP_PKEY_verify(ctx_.get(), signature.data(), signature.size(), digest.data(), digest_.size()) ==
             1;
    }
    ecdsa_der const der = to_der(signature);
    return EVP_PKEY_verify(ctx_.get(), der.bytes.data(), der.size, digest.data(), digest_.size()) == 1;
  }

private:
  signature_verifier(public_key const& key, signature_scheme scheme) : key_(key), digest_(scheme.digest) {}

  bool prepare(signature_scheme scheme) {
    if (scheme.key == key_kind::ed25519) {
      one_shot_.reset(EVP_MD_CTX_new());
      return one_shot_ != nullptr;
    }
    ctx_.reset(EVP_PKEY_CTX_new_from_pkey(nullptr, key_.native(), nullptr));
    md_handle const md{EVP_MD_fetch(nullptr, digest_name(scheme.digest), nullptr)};
    if (!ctx_ || !md || EVP_PKEY_verify_init(ctx_.get()) != 1) return false;
    switch (scheme.padding) {
      case signature_padding::none: break;
      case signature_padding::pkcs1:
        if (EVP_PKEY_CTX_set_rsa_padding(ctx_.get(), RSA_PKCS1_PADDING) != 1) return false;
        break;
      case signature_padding::pss:
        if (EVP_PKEY_CTX_set_rsa_padding(ctx_.get(), RSA_PKCS1_PSS_PADDING) != 1 ||
            EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx_.get(), RSA_PSS_SALTLEN_DIGEST) != 1 ||
            EVP_PKEY_CTX_set_rsa_mgf1_md(ctx_.get(), md.get()) != 1) {
          return false;
        }
        break;
    }
    return EVP_PKEY_CTX_set_signature_md(ctx_.get(), md.get()) == 1;
  }

  public_key key_;
  digest_context digest_;
  pkey_ctx_handle ctx_;
  md_ctx_handle one_shot_;
};

}  // namespace mcpawl::detail
