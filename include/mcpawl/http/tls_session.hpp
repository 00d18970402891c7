// mcpawl/http/tls_session.hpp - one TLS connection, ours or a client's, as bytes in and bytes out
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/crypto/openssl_version.hpp>

#include <mcpawl/http/errc.hpp>
#include <mcpawl/http/peer_certificate.hpp>
#include <mcpawl/http/tls.hpp>
#include <mcpawl/http/tls_server.hpp>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <climits>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::http::detail {

/** Encrypt and decrypt without a socket: whoever owns the socket moves the bytes.

    OpenSSL is used directly rather than through `asio::ssl::stream`, which would cost every user of the
    library seconds of compile time.
*/
class tls_session {
public:
  enum class step { done, needs_input, closed, failed };

  /** Prepare a session with a host: SNI for a name, and a certificate that must be for this host.

      @param protocols  what is offered by ALPN (RFC 7301): each name behind its length; empty for nothing */
  static std::optional<tls_session> open(tls_trust const& trust, std::string const& host,
                                         std::string_view protocols = "\x08http/1.1") {
    auto made = over(trust.native());
    if (!made) return std::nullopt;
    SSL* const ssl = made->ssl_.get();
    ::SSL_set_connect_state(ssl);
    X509_VERIFY_PARAM* const rules = ::SSL_get0_param(ssl);
    ::X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (::X509_VERIFY_PARAM_set1_ip_asc(rules, host.c_str()) != 1) {
      ::ERR_clear_error();
      if (::X509_VERIFY_PARAM_set1_host(rules, host.data(), host.size()) != 1) return std::nullopt;
      if (::SSL_set_tlsext_host_name(ssl, host.c_str()) != 1) return std::nullopt;
    }
    if (!protocols.empty())
      ::SSL_set_alpn_protos(ssl, reinterpret_cast<unsigned char const*>(protocols.data()),
                            static_cast<unsigned>(protocols.size()));
    return made;
  }

  /** Prepare the server's side. */
  static std::optional<tls_session> accept(std::shared_ptr<tls_server const> server) {
    auto made = over(server->native());
    if (!made) return std::nullopt;
    made->server_ = std::move(server);
    ::SSL_set_accept_state(made->ssl_.get());
    return made;
  }

  /** Go on with the handshake. */
  step handshake() {
    ::ERR_clear_error();
    return validate(::SSL_do_handshake(ssl_.get()));
  }

  /** Whether the handshake is done. */
  bool established() const noexcept { return ::SSL_is_init_finished(ssl_.get()) == 1; }

  /** Encrypt all of a text; the handshake must be done. */
  step write(std::string_view text) {
    ::ERR_clear_error();
    std::size_t written = 0;
    return validate(::SSL_write_ex(ssl_.get(), text.data(), text.size(), &written));
  }

  /** Decrypt up to `size` bytes of what was put in. */
  step read(char* to, std::size_t size, std::size_t& count) {
    ::ERR_clear_error();
    count = 0;
    return validate(::SSL_read_ex(ssl_.get(), to, size, &count));
  }

  /** Hand over bytes from the peer. */
  void put(char const* data, std::size_t size) {
    ::BIO_write(::SSL_get_rbio(ssl_.get()), data, static_cast<int>(size));
  }

  /** Append to `out` the bytes that the peer must get. */
  void take(std::string& out) {
    char* data = nullptr;
    BIO* const source = ::SSL_get_wbio(ssl_.get());
    long const size = BIO_get_mem_data(source, &data);
    if (size > 0) out.append(data, static_cast<std::size_t>(size));
    static_cast<void>(BIO_reset(source));
  }

  /** Say that nothing more will be sent; what must be sent for it is in `take`. */
  void close_notify() noexcept {
    ::ERR_clear_error();
    ::SSL_shutdown(ssl_.get());
    ::ERR_clear_error();
  }

  /** What the verified certificate of the client says; null if there is none. */
  std::shared_ptr<client_certificate const> certificate() const { return peer_certificate(ssl_.get()); }

  /** Why a step failed, in OpenSSL's words. */
  char const* reason() const noexcept { return reason_ != nullptr ? reason_ : "no reason given"; }
  /** Whether the handshake failed because the client speaks HTTP without TLS. */
  bool met_plain_http() const noexcept { return met_plain_http_; }

  /** Why a step failed. */
  http_errc failure() const noexcept {
    return ::SSL_get_verify_result(ssl_.get()) == X509_V_OK ? http_errc::tls_failed
                                                            : http_errc::certificate_refused;
  }

private:
  struct freer {
    void operator()(SSL* ssl) const noexcept { ::SSL_free(ssl); }
  };

  tls_session() = default;

  static std::optional<tls_session> over(SSL_CTX* context) {
    tls_session made;
    made.ssl_.reset(::SSL_new(context));
    if (!made.ssl_) return std::nullopt;
    BIO* const in = ::BIO_new(::BIO_s_mem());
    BIO* const out = ::BIO_new(::BIO_s_mem());
    if (in == nullptr || out == nullptr) {
      ::BIO_free(in);
      ::BIO_free(out);
      return std::nullopt;
    }
    ::BIO_set_mem_eof_return(in, -1);  // empty means "wait", not "end"
    ::SSL_set_bio(made.ssl_.get(), in, out);
    return made;
  }

  step validate(int outcome) noexcept {
    if (outcome == 1) return step::done;
    switch (::SSL_get_error(ssl_.get(), outcome)) {
      case SSL_ERROR_WANT_READ: return step::needs_input;
      case SSL_ERROR_ZERO_RETURN: return step::closed;
      default: break;
    }
    auto const error = ::ERR_peek_error();
    reason_ = ::ERR_reason_error_string(error);
    met_plain_http_ = ERR_GET_LIB(error) == ERR_LIB_SSL && ERR_GET_REASON(error) == SSL_R_HTTP_REQUEST;
    ::ERR_clear_error();
    return step::failed;
  }

  std::shared_ptr<tls_server const> server_;  // before the session, which refers to it
  std::unique_ptr<SSL, freer> ssl_;
  char const* reason_ = nullptr;
  bool met_plain_http_ = false;
};

}  // namespace mcpawl::http::detail
