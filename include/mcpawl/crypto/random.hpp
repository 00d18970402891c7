// mcpawl/crypto/random.hpp - unpredictable bytes
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/crypto/openssl_version.hpp>

#include <openssl/rand.h>

#include <cstddef>
#include <span>
#include <string>
#include <system_error>

namespace mcpawl::detail {

/** Fill a buffer from OpenSSL's per-thread generator, which the operating system seeds.

    @par Errors
    Throws `std::system_error` if there is no randomness to be had; nothing can be done safely then.
*/
inline void fill_random(std::span<unsigned char> out) {
  while (!out.empty()) {
    constexpr std::size_t at_once = 1 << 20;  // RAND_bytes takes an int
    auto const part = out.first(out.size() < at_once ? out.size() : at_once);
    if (RAND_bytes(part.data(), static_cast<int>(part.size())) != 1) {
      throw std::system_error(std::make_error_code(std::errc::io_error), "no randomness available");
    }
    out = out.subspan(part.size());
  }
}

/** `bytes` random bytes as twice as many lower-case hexadecimal digits. */
inline std::string random_hex(std::size_t bytes) {
  std::string text(bytes * 2, '\0');
  // the bytes are made in the upper half and spread from the front: a digit pair never passes its byte
  auto* const raw = reinterpret_cast<unsigned char*>(text.data()) + bytes;
  fill_random({raw, bytes});
  constexpr char digits[] = "0123456789abcdef";
  for (std::size_t i = 0; i != bytes; ++i) {
    unsigned const byte = raw[i];
    text[2 * i] = digits[byte >> 4];
    text[2 * i + 1] = digits[byte & 15];
  }
  return text;
}

}  // namespace mcpawl::detail
