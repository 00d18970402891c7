// mcpawl/oauth/common/pkce.hpp - proof key for code exchange, S256 and nothing else
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/secret.hpp>
#include <mcpawl/crypto/base64url.hpp>
#include <mcpawl/crypto/digest.hpp>
#include <mcpawl/crypto/random.hpp>

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::oauth {

/** Tell whether the text is a code_verifier: 43 to 128 unreserved characters (RFC 7636 section 4.1). */
constexpr bool is_code_verifier(std::string_view text) noexcept {
  if (text.size() < 43 || text.size() > 128) return false;
  for (char const c : text) {
    bool const unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                            c == '-' || c == '.' || c == '_' || c == '~';
    if (!unreserved) return false;
  }
  return true;
}

/** Tell whether the text can be an S256 code_challenge: the base64url of 32 bytes (RFC 7636 section 4.2). */
inline bool is_code_challenge(std::string_view text) noexcept {
  std::array<unsigned char, 32> digest;
  return text.size() == mcpawl::detail::base64url_size(digest.size()) &&
         mcpawl::detail::decode_base64url(text, digest).has_value();
}

/** The S256 challenge of a verifier: BASE64URL(SHA256(ASCII(code_verifier))). Throws `std::bad_alloc`. */
inline std::string code_challenge_of(std::string_view verifier) {
  std::string challenge;
  mcpawl::detail::append_base64url(challenge, mcpawl::detail::sha256(verifier));
  return challenge;
}

/** Tell whether a verifier fits a challenge (RFC 7636 section 4.6), in constant time. */
inline bool fits_challenge(std::string_view verifier, std::string_view challenge) {
  return is_code_verifier(verifier) && equal_in_constant_time(code_challenge_of(verifier), challenge);
}

/** A verifier for a request of our own, of 256 random bits. Throws as `fill_random` does. */
inline secret make_code_verifier() {
  std::array<unsigned char, 32> bytes;
  mcpawl::detail::fill_random(bytes);
  std::string text;
  mcpawl::detail::append_base64url(text, bytes);
  wipe(bytes.data(), bytes.size());
  return secret{std::move(text)};
}

}  // namespace mcpawl::oauth
