// tests/unit/jose/signing.hpp - the other side of verification: keys that sign, and tokens of any shape
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <mcpawl/crypto/base64url.hpp>
#include <mcpawl/crypto/openssl_handle.hpp>
#include <mcpawl/jose/algorithm.hpp>

#include "long_keys.hpp"

#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::jose_tests {

using bytes = std::vector<unsigned char>;

inline std::string base64url(std::string_view text) {
  std::string out;
  detail::append_base64url(out, text);
  return out;
}
inline std::string base64url(bytes const& data) {
  std::string out;
  detail::append_base64url(out, std::span<unsigned char const>{data});
  return out;
}
inline bytes from_base64url(std::string_view text) {
  bytes out(detail::unpadded_base64_bytes(text.size()));
  if (!detail::decode_base64url(text, out)) std::abort();
  return out;
}

/** A private key. Making RSA keys takes a moment, so the tests share `named` ones. */
class signing_key {
public:
  static signing_key rsa(unsigned bits, unsigned exponent = 65537) {
    detail::pkey_ctx_handle const ctx{EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr)};
    BIGNUM* e = BN_new();
    BN_set_word(e, exponent);
    EVP_PKEY* key = nullptr;
    if (EVP_PKEY_keygen_init(ctx.get()) != 1 ||
        EVP_PKEY_CTX_set_rsa_keygen_bits(ctx.get(), static_cast<int>(bits)) != 1 ||
        EVP_PKEY_CTX_set1_rsa_keygen_pubexp(ctx.get(), e) != 1 || EVP_PKEY_keygen(ctx.get(), &key) != 1) {
      std::abort();
    }
    BN_free(e);
    return signing_key{key};
  }
  static signing_key from_base64(std::string_view pkcs8) {
    bytes der(pkcs8.size());
    int const size = EVP_DecodeBlock(der.data(), reinterpret_cast<unsigned char const*>(pkcs8.data()),
                                     static_cast<int>(pkcs8.size()));
    unsigned char const* at = der.data();
    EVP_PKEY* const key = size < 0 ? nullptr : d2i_AutoPrivateKey(nullptr, &at, size);
    if (key == nullptr) std::abort();
    return signing_key{key};
  }
  static signing_key ec(char const* curve) {
    return signing_key{EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve)};
  }
  static signing_key ed25519() { return signing_key{EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")}; }

  /** One key per name and kind for the whole run. */
  // a std::string as the parameter would be a temporary that GCC 14 takes the result to refer to
  static signing_key const& named(char const* name, unsigned bits = 2048, unsigned exponent = 65537) {
    static std::map<std::string, signing_key> keys;
    auto const found = keys.find(name);
    if (found != keys.end()) return found->second;
    std::string_view const made = long_key(name);
    return keys.emplace(name, made.empty() ? rsa(bits, exponent) : from_base64(made)).first->second;
  }

  EVP_PKEY* native() const noexcept { return key_.get(); }

  bytes number(char const* parameter) const {
    BIGNUM* value = nullptr;
    if (EVP_PKEY_get_bn_param(key_.get(), parameter, &value) != 1) std::abort();
    bytes out(static_cast<std::size_t>(BN_num_bytes(value)));
    BN_bn2bin(value, out.data());
    BN_free(value);
    return out;
  }
  bytes modulus() const { return number(OSSL_PKEY_PARAM_RSA_N); }

  /** The members of its public JWK that depend on the key, without braces. */
  std::string jwk_members() const {
    if (EVP_PKEY_is_a(key_.get(), "RSA")) {
      return R"("kty":"RSA","n":")" + base64url(modulus()) + R"(","e":")" +
             base64url(number(OSSL_PKEY_PARAM_RSA_E)) + '"';
    }
    if (EVP_PKEY_is_a(key_.get(), "ED25519")) {
      bytes x(32);
      std::size_t size = x.size();
      if (EVP_PKEY_get_raw_public_key(key_.get(), x.data(), &size) != 1) std::abort();
      return R"("kty":"OKP","crv":"Ed25519","x":")" + base64url(x) + '"';
    }
    auto const size = static_cast<std::size_t>(EVP_PKEY_get_bits(key_.get()) + 7) / 8;
    auto const padded = [&](char const* parameter) {
      bytes n = number(parameter);
      n.insert(n.begin(), size - n.size(), 0);
      return base64url(n);
    };
    std::string const curve = size == 32 ? "P-256" : size == 48 ? "P-384" : "P-521";
    return R"("kty":"EC","crv":")" + curve + R"(","x":")" + padded(OSSL_PKEY_PARAM_EC_PUB_X) + R"(","y":")" +
           padded(OSSL_PKEY_PARAM_EC_PUB_Y) + '"';
  }
  std::string jwk(std::string_view kid, std::string_view more = R"(,"use":"sig","alg":"RS256")") const {
    std::string json{"{"};
    json += jwk_members();
    json += R"(,"kid":")";
    json += kid;
    json += '"';
    json += more;
    json += '}';
    return json;
  }

  bytes sign(std::string_view message, jose::algorithm a = jose::algorithm::rs256) const {
    detail::signature_scheme const scheme = jose::scheme_of(a);
    bool const ed = scheme.key == detail::key_kind::ed25519;
    detail::md_ctx_handle const ctx{EVP_MD_CTX_new()};
    EVP_PKEY_CTX* options = nullptr;
    if (EVP_DigestSignInit_ex(ctx.get(), &options, ed ? nullptr : detail::digest_name(scheme.digest), nullptr,
                              nullptr, key_.get(), nullptr) != 1) {
      std::abort();
    }
    if (scheme.padding == detail::signature_padding::pss) {
      EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING);
      EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST);
    }
    auto const* data = reinterpret_cast<unsigned char const*>(message.data());
    bytes out(1100);
    std::size_t size = out.size();
    if (EVP_DigestSign(ctx.get(), out.data(), &size, data, message.size()) != 1) std::abort();
    out.resize(size);
    bool const ecdsa = scheme.padding == detail::signature_padding::none && !ed;
    return ecdsa ? from_der(out, detail::coordinate_size(scheme.key)) : out;
  }

  /** The private operation on any block as long as the modulus: makes signatures with any padding. */
  bytes raw(bytes const& block) const {
    detail::pkey_ctx_handle const ctx{EVP_PKEY_CTX_new_from_pkey(nullptr, key_.get(), nullptr)};
    bytes out(block.size());
    std::size_t size = out.size();
    if (EVP_PKEY_sign_init(ctx.get()) != 1 || EVP_PKEY_CTX_set_rsa_padding(ctx.get(), RSA_NO_PADDING) != 1 ||
        EVP_PKEY_sign(ctx.get(), out.data(), &size, block.data(), block.size()) != 1) {
      std::abort();
    }
    return out;
  }

  /** header.payload.signature, signed right, of any two texts. */
  std::string token(std::string_view header, std::string_view payload,
                    jose::algorithm a = jose::algorithm::rs256) const {
    std::string const input = base64url(header) + '.' + base64url(payload);
    return input + '.' + base64url(sign(input, a));
  }

private:
  explicit signing_key(EVP_PKEY* key) : key_(key) {
    if (key == nullptr) std::abort();
  }

  static bytes from_der(bytes const& der, std::size_t half) {
    std::size_t at = der[1] == 0x81 ? 3 : 2;
    bytes out;
    for (int i = 0; i != 2; ++i) {
      std::size_t const size = der[at + 1];
      bytes n(der.begin() + static_cast<std::ptrdiff_t>(at + 2),
              der.begin() + static_cast<std::ptrdiff_t>(at + 2 + size));
      while (n.size() > half) n.erase(n.begin());
      n.insert(n.begin(), half - n.size(), 0);
      out.insert(out.end(), n.begin(), n.end());
      at += 2 + size;
    }
    return out;
  }

  detail::pkey_handle key_;
};

}  // namespace mcpawl::jose_tests
