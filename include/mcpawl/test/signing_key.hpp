// mcpawl/test/signing_key.hpp - an RSA key pair that signs tokens in tests
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/crypto/openssl_version.hpp>

#include <mcpawl/crypto/base64url.hpp>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace mcpawl::test {

/** Bytes as base64url without padding. */
inline std::string base64url(std::string_view bytes) {
  std::string out;
  mcpawl::detail::append_base64url(
      out, std::span(reinterpret_cast<unsigned char const*>(bytes.data()), bytes.size()));
  return out;
}

/** The tag of HMAC-SHA-256, for forgeries that take a public text for a secret.

    @par Errors
    Throws `std::runtime_error` if OpenSSL fails. */
inline std::string hmac_sha256(std::string_view key, std::string_view text) {
  unsigned char tag[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  if (!::HMAC(::EVP_sha256(), key.data(), static_cast<int>(key.size()),
              reinterpret_cast<unsigned char const*>(text.data()), text.size(), tag, &size))
    throw std::runtime_error("HMAC failed");
  return std::string(reinterpret_cast<char const*>(tag), size);
}

/** An RSA key pair with a kid as Cloudflare Access makes them: 64 hexadecimal digits.

    For tests. Copies share the key.

    @par Errors
    OpenSSL's failures are thrown as `std::runtime_error`.
    @par Thread safety
    The functions are const and may be called from several threads.
*/
class signing_key {
public:
  /** Make a new key; takes 50 to 100 ms of CPU for 2048 bits. */
  static signing_key generate(unsigned bits = 2048) {
    signing_key made;
    made.key_ = std::shared_ptr<EVP_PKEY>(::EVP_RSA_gen(bits), &::EVP_PKEY_free);
    if (!made.key_) throw std::runtime_error("no RSA key could be generated");
    constexpr char hex[] = "0123456789abcdef";
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    std::string const modulus = made.number(OSSL_PKEY_PARAM_RSA_N);
    check(::EVP_Digest(modulus.data(), modulus.size(), digest, &size, ::EVP_sha256(), nullptr));
    for (unsigned i = 0; i != size; ++i) {
      made.kid_ += hex[digest[i] >> 4];
      made.kid_ += hex[digest[i] & 15];
    }
    made.certificate_ = made.certify();
    return made;
  }

  std::string const& kid() const noexcept { return kid_; }

  /** The public key as a member of a certs document, in Access's order. */
  std::string jwk() const { return R"({"kid":")" + kid_ + "\"," + nameless_jwk().substr(1); }

  /** The same without its kid. */
  std::string nameless_jwk() const {
    return R"({"kty":"RSA","alg":"RS256","use":"sig","e":")" + base64url(number(OSSL_PKEY_PARAM_RSA_E)) +
           R"(","n":")" + base64url(number(OSSL_PKEY_PARAM_RSA_N)) + R"("})";
  }

  /** A self-signed certificate of the key, in PEM. */
  std::string const& certificate() const noexcept { return certificate_; }

  /** The signature of RS256 over a text (RFC 7518 section 3.3). */
  std::string sign(std::string_view text) const {
    std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> const context(::EVP_MD_CTX_new(), &::EVP_MD_CTX_free);
    auto const* const data = reinterpret_cast<unsigned char const*>(text.data());
    std::size_t size = 0;
    check(::EVP_DigestSignInit(context.get(), nullptr, ::EVP_sha256(), nullptr, key_.get()));
    check(::EVP_DigestSign(context.get(), nullptr, &size, data, text.size()));
    std::string signature(size, '\0');
    check(::EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, data,
                           text.size()));
    signature.resize(size);
    return signature;
  }

private:
  signing_key() = default;

  static void check(int ok) {
    if (ok != 1) throw std::runtime_error("OpenSSL failed in a test key");
  }

  std::string number(char const* name) const {
    BIGNUM* raw = nullptr;
    check(::EVP_PKEY_get_bn_param(key_.get(), name, &raw));
    std::unique_ptr<BIGNUM, void (*)(BIGNUM*)> const value(raw, &::BN_free);
    std::string bytes(static_cast<std::size_t>(BN_num_bytes(value.get())), '\0');
    ::BN_bn2bin(value.get(), reinterpret_cast<unsigned char*>(bytes.data()));
    return bytes;
  }

  std::string certify() const {
    std::unique_ptr<X509, void (*)(X509*)> const certificate(::X509_new(), &::X509_free);
    ::X509_set_version(certificate.get(), 2);
    ::ASN1_INTEGER_set(::X509_get_serialNumber(certificate.get()), 1);
    ::X509_gmtime_adj(::X509_getm_notBefore(certificate.get()), 0);
    ::X509_gmtime_adj(::X509_getm_notAfter(certificate.get()), 49L * 24 * 3600);
    // a name of its own: since OpenSSL 4.0 the one in the certificate must not be written to
    std::unique_ptr<X509_NAME, void (*)(X509_NAME*)> const name(::X509_NAME_new(), &::X509_NAME_free);
    check(::X509_NAME_add_entry_by_txt(name.get(), "CN", MBSTRING_ASC,
                                       reinterpret_cast<unsigned char const*>("fake access"), -1, -1, 0));
    check(::X509_set_subject_name(certificate.get(), name.get()));
    check(::X509_set_issuer_name(certificate.get(), name.get()));
    check(::X509_set_pubkey(certificate.get(), key_.get()));
    if (::X509_sign(certificate.get(), key_.get(), ::EVP_sha256()) <= 0)
      throw std::runtime_error("no certificate could be signed");
    std::unique_ptr<BIO, int (*)(BIO*)> const memory(::BIO_new(::BIO_s_mem()), &::BIO_free);
    check(::PEM_write_bio_X509(memory.get(), certificate.get()));
    char* text = nullptr;
    long const size = BIO_get_mem_data(memory.get(), &text);
    return std::string(text, static_cast<std::size_t>(size));
  }

  std::shared_ptr<EVP_PKEY> key_;
  std::string kid_;
  std::string certificate_;
};

}  // namespace mcpawl::test
