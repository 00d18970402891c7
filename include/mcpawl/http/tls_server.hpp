// mcpawl/http/tls_server.hpp - the certificate and the rules of a TLS listener, read from files and checked
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/crypto/openssl_version.hpp>

#include <mcpawl/core/clock.hpp>
#include <mcpawl/crypto/digest.hpp>
#include <mcpawl/crypto/openssl_handle.hpp>
#include <mcpawl/http/peer_certificate.hpp>
#include <mcpawl/http/ticket_keys.hpp>
#include <mcpawl/http/tls_options.hpp>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::http::detail {

using mcpawl::detail::openssl_handle;
using bio_handle = openssl_handle<BIO, &BIO_free>;
using certificate_handle = openssl_handle<X509, &X509_free>;

/** What is wrong with the files of a certificate. */
struct tls_errors {
  std::vector<std::string> all = {};  ///< Sentences that name file and fault; empty if nothing is wrong.
  bool mismatch = false;              ///< Certificate and key are good and do not belong together.
};

/** What all TLS connections of a listener use, until it is read again.

    @par Thread safety
    Any number of threads.
*/
class tls_server {
public:
  /** Read the files and check them: a chain that is valid now, the key to its first certificate.

      @return null if anything is wrong, which is in `errors` then, all of it */
  static std::shared_ptr<tls_server const> load(tls_options const& options, std::string_view listener,
                                                std::shared_ptr<ticket_keys> tickets, tls_errors& errors) {
    mcpawl::detail::openssl_error_scope const scope;
    std::size_t const before = errors.all.size();
    auto made = std::shared_ptr<tls_server>(new tls_server(std::move(tickets)));
    SSL_CTX* const context = made->native();
    if (context == nullptr || !made->set_rules(options.at_least)) {
      errors.all.emplace_back("TLS cannot be set up: " + last_error());
      return nullptr;
    }
    auto const chain = read_certificates("certificate", options.certificate, errors);
    auto const key = read_key(options.key, errors);
    auto const authorities =
        options.client_authorities.empty()
            ? std::vector<certificate_handle>()
            : read_certificates("client_authorities", options.client_authorities, errors);
    if (!chain.empty() && key) made->take_pair(options, chain, key.get(), errors);
    if (errors.all.size() == before) made->set_clients(options, listener, authorities, errors);
    if (errors.all.size() != before) return nullptr;
    return made;
  }

  SSL_CTX* native() const noexcept { return context_.get(); }
  /** When its certificate ends. */
  unix_seconds not_after() const noexcept {
    X509 const* const shown = ::SSL_CTX_get0_certificate(context_.get());
    return shown == nullptr ? 0 : seconds_of(::X509_get0_notAfter(shown));
  }

private:
  explicit tls_server(std::shared_ptr<ticket_keys> tickets)
      : tickets_(std::move(tickets)), context_(::SSL_CTX_new(::TLS_server_method())) {}

  bool set_rules(tls_version at_least) {
    SSL_CTX* const context = context_.get();
    int const version = at_least == tls_version::v1_3 ? TLS1_3_VERSION : TLS1_2_VERSION;
    if (::SSL_CTX_set_min_proto_version(context, version) != 1) return false;
    if (::SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20") != 1) return false;
    ::SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    ::SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    ::SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    ::SSL_CTX_set_max_early_data(context, 0);
    ::SSL_CTX_set_num_tickets(context, 1);
    ::SSL_CTX_set_alpn_select_cb(context, &tls_server::choose_protocol, nullptr);
    // a file with a password must fail, not ask for it on the terminal
    ::SSL_CTX_set_default_passwd_cb(context, &tls_server::no_password);
    tickets_->use_in(context);
    return true;
  }

  /** RFC 7301: a client that offers protocols and not ours is told so. */
  static int choose_protocol(SSL*, unsigned char const** chosen, unsigned char* size,
                             unsigned char const* offered, unsigned offered_size, void*) {
    static constexpr unsigned char ours[] = "\x08http/1.1";
    unsigned char* found = nullptr;
    if (::SSL_select_next_proto(&found, size, ours, sizeof ours - 1, offered, offered_size) !=
        OPENSSL_NPN_NEGOTIATED)
      return SSL_TLSEXT_ERR_ALERT_FATAL;
    *chosen = found;
    return SSL_TLSEXT_ERR_OK;
  }

  static int no_password(char*, int, int, void*) { return -1; }

  static std::string last_error() {
    char const* const reason = ::ERR_reason_error_string(::ERR_peek_last_error());
    return reason != nullptr ? reason : "OpenSSL does not say why";
  }

  /** `certificate "tls.crt"`, the beginning of a sentence. */
  static std::string quoted(std::string_view option, std::string_view file) {
    return std::string(option).append(" \"").append(file).append("\" ");
  }

  static std::vector<certificate_handle> read_certificates(std::string_view option, std::string const& file,
                                                           tls_errors& errors) {
    std::vector<certificate_handle> found;
    if (file.empty()) {
      errors.all.push_back(std::string(option) + " is missing");
      return found;
    }
    ::ERR_clear_error();
    bio_handle const source(::BIO_new_file(file.c_str(), "r"));
    if (!source) {
      errors.all.push_back(quoted(option, file) + "cannot be opened");
      return found;
    }
    for (;;) {
      certificate_handle each(::PEM_read_bio_X509(source.get(), nullptr, &tls_server::no_password, nullptr));
      if (!each) break;
      found.push_back(std::move(each));
    }
    // the reading of a good file ends with "no start line"
    bool const at_end = ERR_GET_REASON(::ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    ::ERR_clear_error();
    if (found.empty() || !at_end) {
      errors.all.push_back(quoted(option, file) + (at_end ? "holds no certificate in PEM"
                                                          : "holds a certificate that cannot be read"));
      found.clear();
    }
    for (auto const& each : found) {
      if (::X509_cmp_current_time(::X509_get0_notAfter(each.get())) < 0)
        errors.all.push_back(quoted(option, file) + "has expired: " + name_of(each.get()));
      if (::X509_cmp_current_time(::X509_get0_notBefore(each.get())) > 0)
        errors.all.push_back(quoted(option, file) + "is not valid yet: " + name_of(each.get()));
    }
    return found;
  }

  static std::string name_of(X509* certificate) {
    char text[256] = "";
    ::X509_NAME_oneline(::X509_get_subject_name(certificate), text, sizeof text);
    return text;
  }

  static mcpawl::detail::pkey_handle read_key(std::string const& file, tls_errors& errors) {
    if (file.empty()) {
      errors.all.emplace_back("key is missing");
      return {};
    }
    bio_handle const source(::BIO_new_file(file.c_str(), "r"));
    if (!source) {
      errors.all.push_back(quoted("key", file) + "cannot be opened");
      return {};
    }
    mcpawl::detail::pkey_handle key(
        ::PEM_read_bio_PrivateKey(source.get(), nullptr, &tls_server::no_password, nullptr));
    if (!key) errors.all.push_back(quoted("key", file) + "holds no private key in PEM without a password");
    ::ERR_clear_error();
    return key;
  }

  void take_pair(tls_options const& options, std::vector<certificate_handle> const& chain, EVP_PKEY* key,
                 tls_errors& errors) {
    SSL_CTX* const context = context_.get();
    if (::X509_check_private_key(chain.front().get(), key) != 1) {
      errors.mismatch = true;
      errors.all.push_back(quoted("key", options.key) + "does not belong to certificate \"" +
                           options.certificate + '"');
      return;
    }
    bool taken = ::SSL_CTX_use_certificate(context, chain.front().get()) == 1;
    for (std::size_t i = 1; i < chain.size() && taken; ++i)
      taken = SSL_CTX_add1_chain_cert(context, chain[i].get()) == 1;
    taken = taken && ::SSL_CTX_use_PrivateKey(context, key) == 1;
    if (!taken)
      errors.all.push_back(quoted("certificate", options.certificate) + "cannot be used: " + last_error());
  }

  /** Ask clients for certificates; a ticket is good only where the same authorities are asked for. */
  void set_clients(tls_options const& options, std::string_view listener,
                   std::vector<certificate_handle> const& authorities, tls_errors& errors) {
    SSL_CTX* const context = context_.get();
    std::string scope(listener);
    X509_STORE* const store = ::SSL_CTX_get_cert_store(context);
    for (auto const& authority : authorities) {
      std::array<unsigned char, 32> digest{};
      unsigned size = 0;
      bool const taken = ::X509_digest(authority.get(), ::EVP_sha256(), digest.data(), &size) == 1 &&
                         ::X509_STORE_add_cert(store, authority.get()) == 1 &&
                         ::SSL_CTX_add_client_CA(context, authority.get()) == 1;
      if (!taken) {
        errors.all.push_back(quoted("client_authorities", options.client_authorities) + "cannot be used");
        return;
      }
      scope.append(reinterpret_cast<char const*>(digest.data()), size);
    }
    if (!authorities.empty()) {
      bool const must = options.client_certificates == client_certificate_mode::required;
      scope += must ? 'r' : 'o';
      ::SSL_CTX_set_verify(context, SSL_VERIFY_PEER | (must ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), nullptr);
      ::SSL_CTX_set_verify_depth(context, 4);
    }
    auto const id = mcpawl::detail::sha256(scope);
    ::SSL_CTX_set_session_id_context(context, id.data(), static_cast<unsigned>(id.size()));
  }

  std::shared_ptr<ticket_keys> tickets_;  // the context refers to them
  openssl_handle<SSL_CTX, &SSL_CTX_free> context_;
};

}  // namespace mcpawl::http::detail
