// mcpawl/oauth/client/assertion_verifier.hpp - whether a JWT was signed by a client, about itself, for us
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/crypto/base64url.hpp>
#include <mcpawl/jose/algorithm.hpp>
#include <mcpawl/jose/claims.hpp>
#include <mcpawl/jose/compact.hpp>
#include <mcpawl/jose/errc.hpp>
#include <mcpawl/jose/expectation.hpp>
#include <mcpawl/jose/jwk_set.hpp>
#include <mcpawl/jose/verifier.hpp>
#include <mcpawl/oauth/common/errc.hpp>
#include <mcpawl/oauth/common/json_members.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::oauth {

inline constexpr std::size_t max_assertion = 4096;  ///< Bytes.

namespace detail {

/** What is kept of an assertion that was verified. */
struct verified_assertion {
  std::string jti;
  unix_seconds expires = 0;
};

inline jose::expectation expect_assertion(std::string client_id, std::vector<std::string> audiences) {
  jose::expectation out;
  out.issuer = std::move(client_id);
  out.audiences = std::move(audiences);
  out.algorithms = {jose::algorithm::rs256, jose::algorithm::es256};
  out.types = {"JWT", "client-authentication+jwt"};
  out.wanted = {"jti"};
  out.max_token_bytes = max_assertion;
  return out;
}

/** What RFC 7523 section 3 and OpenID Connect Core section 9 demand beyond a good token. */
inline result<verified_assertion> validate_assertion(jose::claims_view const& claims,
                                                     jose::expectation const& expected, unix_seconds now) {
  constexpr unix_seconds longest = 300;
  constexpr std::size_t max_jti = 256;
  bool const self = claims.sub && *claims.sub == expected.issuer;
  // for us alone: what is meant for others too could be presented here by one of them
  bool const ours = claims.aud.size() == 1;
  bool const brief = claims.exp - now <= longest + expected.leeway.count();
  auto const jti = claims.wanted[0].string();
  if (!self || !ours || !brief || !jti || jti->empty() || jti->size() > max_jti)
    return oauth_errc::authentication_failed;
  return verified_assertion{std::string{*jti}, claims.exp};
}

/** Verify an assertion with the keys of a client.

    One that names no key is held against the only one for its algorithm (RFC 7515 section 4.1.4).

    @par Errors
    `jose::jose_errc`, of which `jose::newer_keys_may_help` tells those that newer keys may cure, and
    `oauth_errc::authentication_failed`.
*/
inline result<verified_assertion> verify_assertion(std::string_view jwt,
                                                   std::shared_ptr<jose::jwk_set const> const& keys,
                                                   jose::expectation expected, unix_seconds now) {
  auto const verifier = std::make_unique<jose::verifier>(std::move(expected));
  verifier->use(keys);
  auto const claims = verifier->verify(jwt, now);
  if (!claims) return claims.error();
  return validate_assertion(*claims, verifier->expected(), now);
}

}  // namespace detail

/** Who an assertion says it is from, so that the client can be looked up whose keys will tell. It is not
    verified; nothing but that may be concluded from it.

    @par Errors
    `oauth_errc::authentication_failed`.
*/
inline result<std::string> claimed_client_of(std::string_view jwt) {
  auto const parts = jose::split_compact(jwt, max_assertion);
  if (!parts) return oauth_errc::authentication_failed;
  std::string payload(mcpawl::detail::unpadded_base64_bytes(parts->payload.size()), '\0');
  if (!mcpawl::detail::decode_base64url(parts->payload,
                                        {reinterpret_cast<unsigned char*>(payload.data()), payload.size()}))
    return oauth_errc::authentication_failed;
  auto const members = detail::read_json_members(payload, max_assertion);
  if (members)
    for (auto const& each : *members)
      if (each.name == "sub" && each.type == detail::json_member::kind::string) return each.text;
  return oauth_errc::authentication_failed;
}

}  // namespace mcpawl::oauth
