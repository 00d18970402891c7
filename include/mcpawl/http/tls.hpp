// mcpawl/http/tls.hpp - which certificates our fetches trust, loaded once
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/crypto/openssl_version.hpp>

#include <mcpawl/core/error.hpp>
#include <mcpawl/http/errc.hpp>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>
#include <string_view>
#include <utility>

namespace mcpawl::http {

/** The certificate authorities that a TLS server is checked against.

    Reading the system's bundle takes 25 to 40 ms of CPU: make one at start and copy it, which is cheap.
    TLS 1.2 is the least version spoken; the peer is always verified.

    @par Thread safety
    Copies may be used by any number of threads.
*/
class tls_trust {
public:
  /** Trust what the operating system trusts; `SSL_CERT_FILE` and `SSL_CERT_DIR` override it.

      @par Errors
      `http_errc::trust_unusable`.
  */
  static result<tls_trust> system() {
    auto made = make();
    if (made && ::SSL_CTX_set_default_verify_paths(made->native()) != 1) return unusable();
    return made;
  }

  /** Trust exactly the certificates in a PEM text.

      @par Errors
      `http_errc::trust_unusable` if it holds none or one that cannot be read.
  */
  static result<tls_trust> from_pem(std::string_view pem) {
    auto made = make();
    if (!made) return made;
    std::unique_ptr<BIO, int (*)(BIO*)> const source(
        ::BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &::BIO_free);
    if (!source) return unusable();
    X509_STORE* const store = ::SSL_CTX_get_cert_store(made->native());
    int count = 0;
    for (;; ++count) {
      std::unique_ptr<X509, void (*)(X509*)> const certificate(
          ::PEM_read_bio_X509(source.get(), nullptr, nullptr, nullptr), &::X509_free);
      if (!certificate) break;
      if (::X509_STORE_add_cert(store, certificate.get()) != 1) return unusable();
    }
    // the loop ends with "no start line" at the end of a good text, and with anything else in a bad one
    bool const at_end = ERR_GET_REASON(::ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    ::ERR_clear_error();
    if (count == 0 || !at_end) return unusable();
    return made;
  }

  /** Trust nobody: for what goes over plain http alone.

      @par Errors
      `http_errc::trust_unusable`. */
  static result<tls_trust> nobody() { return make(); }

  /** A handle of OpenSSL for the fetch; it lives as long as any copy. */
  SSL_CTX* native() const noexcept { return context_.get(); }

private:
  explicit tls_trust(std::shared_ptr<SSL_CTX> context) noexcept : context_(std::move(context)) {}

  static error_code unusable() noexcept {
    ::ERR_clear_error();
    return make_error_code(http_errc::trust_unusable);
  }

  static result<tls_trust> make() {
    std::shared_ptr<SSL_CTX> context(::SSL_CTX_new(::TLS_client_method()), &::SSL_CTX_free);
    if (!context || ::SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) != 1) return unusable();
    ::SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    ::SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    ::SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
    return tls_trust(std::move(context));
  }

  std::shared_ptr<SSL_CTX> context_;
};

}  // namespace mcpawl::http
