// mcpawl/http/ticket_keys.hpp - the keys that seal the session tickets of a listener, changed twice a day
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/crypto/openssl_version.hpp>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <mutex>

namespace mcpawl::http::detail {

/** Seals session tickets, so that clients who come back need no full handshake (RFC 5077, RFC 8446 section 2.2).

    A key seals for one period and opens for one more; then what it sealed is worth nothing, to a thief of the memory
    either. The keys outlive a reload of the certificate.

    @par Thread safety
    Any number of threads.
*/
class ticket_keys {
public:
  using clock = std::chrono::steady_clock;

  explicit ticket_keys(clock::duration period = std::chrono::hours{12}) : period_(period) {}
  ticket_keys(ticket_keys const&) = delete;
  ticket_keys& operator=(ticket_keys const&) = delete;
  ~ticket_keys() { ::OPENSSL_cleanse(keys_.data(), sizeof keys_); }

  /** Have `context` use these; they must outlive every session of it. */
  void use_in(SSL_CTX* context) {
    SSL_CTX_set_app_data(context, this);
    ::SSL_CTX_set_tlsext_ticket_key_evp_cb(context, &ticket_keys::prepare);
  }

private:
  struct key {
    std::array<unsigned char, 16> name;
    std::array<unsigned char, 32> cipher;
    std::array<unsigned char, 32> mac;
    bool made;

    bool is_named(unsigned char const* text) const noexcept {
      return made && std::memcmp(name.data(), text, name.size()) == 0;
    }
    bool set_up(unsigned char const* iv, EVP_CIPHER_CTX* sealer, EVP_MAC_CTX* tag, int sealing) noexcept {
      char digest[] = "SHA256";
      std::array<OSSL_PARAM, 3> const parameters{
          ::OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, mac.data(), mac.size()),
          ::OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0), ::OSSL_PARAM_construct_end()};
      return ::EVP_MAC_CTX_set_params(tag, parameters.data()) == 1 &&
             ::EVP_CipherInit_ex(sealer, ::EVP_aes_256_cbc(), nullptr, cipher.data(), iv, sealing) == 1;
    }
  };

  /** Called by OpenSSL to seal or open a ticket: 1 to go on, 2 to renew it too, 0 for a ticket that is none, -1. */
  static int prepare(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                     EVP_MAC_CTX* mac, int sealing) {
    auto* const self = static_cast<ticket_keys*>(SSL_CTX_get_app_data(::SSL_get_SSL_CTX(ssl)));
    std::lock_guard const lock(self->mutex_);
    if (!self->change_when_due()) return -1;
    std::size_t which = 0;
    if (sealing != 0) {
      std::memcpy(name, self->keys_[0].name.data(), self->keys_[0].name.size());
      if (::RAND_bytes(iv, ::EVP_CIPHER_get_iv_length(::EVP_aes_256_cbc())) != 1) return -1;
    } else {
      while (which != self->keys_.size() && !self->keys_[which].is_named(name)) ++which;
      if (which == self->keys_.size()) return 0;
    }
    key& used = self->keys_[which];
    if (!used.set_up(iv, cipher, mac, sealing)) return -1;
    return which == 0 ? 1 : 2;
  }

  bool change_when_due() {
    auto const now = clock::now();
    if (keys_[0].made && now - since_ < period_) return true;
    // after a long silence the key before this one is too old as well
    bool const keep = keys_[0].made && now - since_ < 2 * period_;
    if (keep)
      keys_[1] = keys_[0];
    else
      keys_[1].made = false;
    since_ = now;
    keys_[0].made = ::RAND_bytes(keys_[0].name.data(), 16) == 1 &&
                    ::RAND_priv_bytes(keys_[0].cipher.data(), 32) == 1 &&
                    ::RAND_priv_bytes(keys_[0].mac.data(), 32) == 1;
    return keys_[0].made;
  }

  std::mutex mutex_;
  clock::duration period_;
  clock::time_point since_;
  std::array<key, 2> keys_{};  // the one that seals, and the one before it
};

}  // namespace mcpawl::http::detail
