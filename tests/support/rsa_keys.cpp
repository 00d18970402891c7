// tests/support/rsa_keys.cpp - RSA keys of a test program are made a few times, not hundreds of times
// SPDX-License-Identifier: BSL-1.0
//
// Making one takes 100 ms, and each stand-in for Cloudflare Access has three. This takes the place of the function of OpenSSL that
// mcpawl::test::signing_key::generate calls: RSA keys come from a ring, so that keys that are made one after the other differ.
#include <openssl/evp.h>

#include <dlfcn.h>

#include <array>
#include <cstdarg>
#include <cstddef>
#include <cstdlib>
#include <mutex>
#include <string_view>

namespace {

using maker = EVP_PKEY* (*)(OSSL_LIB_CTX*, char const*, char const*, ...);

maker of_openssl() {
  static auto const found = reinterpret_cast<maker>(::dlsym(RTLD_NEXT, "EVP_PKEY_Q_keygen"));
  if (found == nullptr) std::abort();
  return found;
}

EVP_PKEY* next_in_ring(OSSL_LIB_CTX* context, char const* properties) {
  static std::mutex one_at_a_time;
  static std::array<EVP_PKEY*, 16> ring{};  // what it holds is left to the end of the process
  static std::size_t turn = 0;
  std::scoped_lock const lock(one_at_a_time);
  EVP_PKEY*& key = ring[turn++ % ring.size()];
  if (key == nullptr) key = of_openssl()(context, properties, "RSA", std::size_t{2048});
  if (key == nullptr || EVP_PKEY_up_ref(key) != 1) return nullptr;
  return key;
}

}  // namespace

extern "C" EVP_PKEY* EVP_PKEY_Q_keygen(OSSL_LIB_CTX* context, char const* properties, char const* type, ...) {
  std::va_list arguments;
  va_start(arguments, type);
  EVP_PKEY* made = nullptr;
  if (std::string_view{type} == "RSA") {
    std::size_t const bits = va_arg(arguments, std::size_t);
    made = bits == 2048 ? next_in_ring(context, properties) : of_openssl()(context, properties, type, bits);
  } else if (std::string_view{type} == "EC") {
    made = of_openssl()(context, properties, type, va_arg(arguments, char*));
  } else {
    made = of_openssl()(context, properties, type);
  }
  va_end(arguments);
  return made;
}
