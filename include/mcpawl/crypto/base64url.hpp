// mcpawl/crypto/base64url.hpp - base64url without padding, as JOSE and our own sealed texts use it
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/crypto/base64_codec.hpp>
#include <mcpawl/crypto/errc.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace mcpawl::detail {

/** Characters that `bytes` bytes are encoded as. */
constexpr std::size_t base64url_size(std::size_t bytes) noexcept {
  return bytes / 3 * 4 + (bytes % 3 * 4 + 2) / 3;
}

/** Append bytes as base64url without padding (RFC 4648 section 5, RFC 7515 section 2). */
inline void append_base64url(std::string& out, std::span<unsigned char const> bytes) {
  std::size_t const begin = out.size();
  out.resize(begin + base64url_size(bytes.size()));
  encode_unpadded_base64(bytes.data(), bytes.size(), out.data() + begin, base64url_alphabet);
}

/** Append text as base64url. */
inline void append_base64url(std::string& out, std::string_view text) {
  append_base64url(out, {reinterpret_cast<unsigned char const*>(text.data()), text.size()});
}

/** Whether all characters are of base64url's alphabet; padding is not. */
constexpr bool is_base64url(std::string_view text) noexcept {
  unsigned char outside = 0;
  for (char const c : text)
    outside = static_cast<unsigned char>(outside | base64url_decoding[static_cast<unsigned char>(c)]);
  return outside < 0x80;
}

/** Decode base64url into a buffer of the caller's, strictly, and return the number of bytes.

    One byte string has exactly one text that is accepted: no padding, no white space, no characters of
    the other alphabet, no dropped bits. Otherwise a token could be respelled to slip past a deny-list.

    @par Errors
    `crypto_errc::bad_base64`, `crypto_errc::buffer_too_small`; the buffer may then hold anything.
*/
inline result<std::size_t> decode_base64url(std::string_view in, std::span<unsigned char> out) noexcept {
  std::size_t const size = unpadded_base64_bytes(in.size());
  if (size > out.size()) return crypto_errc::buffer_too_small;
  if (!decode_unpadded_base64(in, out.data(), base64url_decoding, base64url_alphabet))
    return crypto_errc::bad_base64;
  return size;
}

}  // namespace mcpawl::detail
