// mcpawl/crypto/openssl_handle.hpp - OpenSSL's objects as owning pointers
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/crypto/openssl_version.hpp>

#include <openssl/err.h>
#include <openssl/evp.h>

#include <memory>
#include <new>

namespace mcpawl::detail {

template <auto Free>
struct openssl_free {
  template <class T>
  void operator()(T* object) const noexcept {
    Free(object);
  }
};

/** Owns an object of OpenSSL that the function `Free` gives back. */
template <class T, auto Free>
using openssl_handle = std::unique_ptr<T, openssl_free<Free>>;

using pkey_handle = openssl_handle<EVP_PKEY, &EVP_PKEY_free>;
using pkey_ctx_handle = openssl_handle<EVP_PKEY_CTX, &EVP_PKEY_CTX_free>;
using md_handle = openssl_handle<EVP_MD, &EVP_MD_free>;
using md_ctx_handle = openssl_handle<EVP_MD_CTX, &EVP_MD_CTX_free>;
using cipher_handle = openssl_handle<EVP_CIPHER, &EVP_CIPHER_free>;
using cipher_ctx_handle = openssl_handle<EVP_CIPHER_CTX, &EVP_CIPHER_CTX_free>;

/** Share a key: OpenSSL counts its references. */
inline pkey_handle share(EVP_PKEY* key) noexcept {
  if (key != nullptr) EVP_PKEY_up_ref(key);
  return pkey_handle{key};
}

/** Empties this thread's error queue when it ends: what OpenSSL noted about one input must not be
    found by whoever looks at the queue next, such as a TLS stream. */
class openssl_error_scope {
public:
  openssl_error_scope() noexcept = default;
  openssl_error_scope(openssl_error_scope const&) = delete;
  openssl_error_scope& operator=(openssl_error_scope const&) = delete;
  ~openssl_error_scope() {
    if (ERR_peek_error() != 0) ERR_clear_error();  // clearing an empty queue costs more than looking
  }
};

/** Throw `std::bad_alloc` for what OpenSSL fails at only when memory is out. */
template <class Handle>
Handle require(Handle handle) {
  if (!handle) throw std::bad_alloc();
  return handle;
}

}  // namespace mcpawl::detail
