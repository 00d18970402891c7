// mcpawl/jose/compact.hpp - a token cut into its three parts
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/jose/errc.hpp>

#include <cstddef>
#include <cstring>
#include <string_view>

namespace mcpawl::jose {

/** The parts of a JWS in compact serialization (RFC 7515 section 7.1), still encoded; views into the token.
 */
struct compact_parts {
  std::string_view header;
  std::string_view payload;
  std::string_view signature;
  std::string_view signing_input;  ///< `header "." payload`, what is signed.
};

/** Cut a token at its dots.

    The five parts of an encrypted token, the JSON serialization and everything else are refused here,
    before anything is decoded.

    @par Errors
    `jose_errc::token_too_large`, `jose_errc::malformed_token`.
*/
inline result<compact_parts> split_compact(std::string_view token, std::size_t max_bytes) noexcept {
  if (token.size() > max_bytes) return jose_errc::token_too_large;
  std::size_t const first = token.find('.');
  if (first == token.npos) return jose_errc::malformed_token;
  std::size_t const second = token.find('.', first + 1);
  if (second == token.npos || token.find('.', second + 1) != token.npos) return jose_errc::malformed_token;
  compact_parts const parts{token.substr(0, first), token.substr(first + 1, second - first - 1),
                            token.substr(second + 1), token.substr(0, second)};
  if (parts.header.empty() || parts.payload.empty() || parts.signature.empty())
    return jose_errc::malformed_token;
  return parts;
}

}  // namespace mcpawl::jose
