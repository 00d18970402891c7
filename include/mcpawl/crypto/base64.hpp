// mcpawl/crypto/base64.hpp - base64 with padding, for images and other binary content
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/crypto/base64_codec.hpp>
#include <mcpawl/crypto/errc.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace mcpawl {

/** Encode bytes as base64 with padding (RFC 4648 section 4), without line breaks. */
inline std::string encode_base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4, '=');
  detail::encode_unpadded_base64(reinterpret_cast<unsigned char const*>(bytes.data()), bytes.size(),
                                 text.data(), detail::base64_alphabet);
  return text;
}

/** Decode base64, strictly: the standard alphabet, required padding, no white space, no dropped bits.

    @par Errors
    `crypto_errc::bad_base64`.
*/
inline result<std::string> decode_base64(std::string_view text) {
  if (text.size() % 4 != 0) return detail::crypto_errc::bad_base64;
  // at most two are taken off: a third `=` is then outside the alphabet
  for (int i = 0; i != 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  std::string bytes(detail::unpadded_base64_bytes(text.size()), '\0');
  if (!detail::decode_unpadded_base64(text, reinterpret_cast<unsigned char*>(bytes.data()),
                                      detail::base64_decoding, detail::base64_alphabet)) {
    return detail::crypto_errc::bad_base64;
  }
  return bytes;
}

}  // namespace mcpawl
