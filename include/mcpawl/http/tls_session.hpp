// mcpawl/http/tls_session.hpp - the client side of one TLS connection, as bytes in and bytes out
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/http/errc.hpp>
#include <mcpawl/http/tls.hpp>

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

namespace mcpawl::http::detail {

/** Encrypt and decrypt without a socket: whoever owns the socket moves the bytes.

    OpenSSL is used directly rather than through `asio::ssl::stream`, which would cost every user of the
    library seconds of compile time for a connection that is opened once an hour.
*/
class tls_session {
public:
  enum class step { done, needs_input, closed, failed };

  /** Prepare a session with a host: SNI for a name, and a certificate that must be for this host. */
  static std::optional<tls_session> open(tls_trust const& trust, std::string const& host) {
    tls_session made;
    made.ssl_.reset(::SSL_new(trust.native()));
    if (!made.ssl_) return std::nullopt;
    SSL* const ssl = made.ssl_.get();
    BIO* const in = ::BIO_new(::BIO_s_mem());
    BIO* const out = ::BIO_new(::BIO_s_mem());
    if (in == nullptr || out == nullptr) {
      ::BIO_free(in);
      ::BIO_free(out);
      return std::nullopt;
    }
    ::BIO_set_mem_eof_return(in, -1);  // empty means "wait", not "end"
    ::SSL_set_bio(ssl, in, out);
    ::SSL_set_connect_state(ssl);
    X509_VERIFY_PARAM* const rules = ::SSL_get0_param(ssl);
    ::X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (::X509_VERIFY_PARAM_set1_ip_asc(rules, host.c_str()) != 1) {
      ::ERR_clear_error();
      if (::X509_VERIFY_PARAM_set1_host(rules, host.data(), host.size()) != 1) return std::nullopt;
      if (::SSL_set_tlsext_host_name(ssl, host.c_str()) != 1) return std::nullopt;
    }
    constexpr unsigned char protocols[] = "\x08http/1.1";
    ::SSL_set_alpn_protos(ssl, protocols, sizeof protocols - 1);
    return made;
  }

  /** Go on with the handshake. */
  step handshake() {
    ::ERR_clear_error();
    return validate(::SSL_do_handshake(ssl_.get()));
  }

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

  step validate(int outcome) noexcept {
    if (outcome == 1) return step::done;
    switch (::SSL_get_error(ssl_.get(), outcome)) {
      case SSL_ERROR_WANT_READ: return step::needs_input;
      case SSL_ERROR_ZERO_RETURN: return step::closed;
      default: ::ERR_clear_error(); return step::failed;
    }
  }

  std::unique_ptr<SSL, freer> ssl_;
};

}  // namespace mcpawl::http::detail
