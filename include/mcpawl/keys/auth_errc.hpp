// mcpawl/keys/auth_errc.hpp - what can be wrong with a request or with a source of keys, beyond the token
// itself
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>

#include <type_traits>

namespace mcpawl::detail {

/** Refusals of the auth layer; the token's own faults are values of `jose::jose_errc`. */
enum class auth_errc {
  missing_token = 1,
  several_tokens,
  bearer_prefix,
  cookie_differs,
  ambiguous_cookie,
  malformed_claim,
  not_an_application_token,
  token_expired,
  no_identity,
  service_token_refused,
  no_keys,
  keys_too_old,
  web_page_instead_of_keys,
  redirect_instead_of_keys,
  status_instead_of_keys,
  no_acceptable_key,
  no_discovery_document,
  bad_discovery_document,
  discovery_of_another_issuer,
  no_keys_address,
  no_endpoint_address,
  malformed_authorization,
  token_in_query,
  no_subject,
  claims_do_not_fit,
  insufficient_scope,
  id_token,
  token_too_short,
  token_too_long,
  unknown_token,
};

constexpr char const* category_name(auth_errc) noexcept { return "mcpawl.auth"; }

constexpr error_entry describe(auth_errc e) noexcept {
  switch (e) {
    case auth_errc::missing_token: return {"no token in the request", condition::refused};
    case auth_errc::several_tokens: return {"more than one token in the request", condition::refused};
    case auth_errc::bearer_prefix:
      return {"the token has an authentication scheme in front of it", condition::malformed};
    case auth_errc::cookie_differs: return {"header and cookie hold different tokens", condition::refused};
    case auth_errc::ambiguous_cookie: return {"more than one cookie holds a token", condition::refused};
    case auth_errc::malformed_claim: return {"a claim has the wrong type", condition::malformed};
    case auth_errc::not_an_application_token:
      return {"not an application token (its type is not \"app\")", condition::refused};
    case auth_errc::token_expired: return {"the token has expired", condition::expired};
    case auth_errc::no_identity: return {"the token names neither a user nor a service", condition::refused};
    case auth_errc::service_token_refused: return {"service tokens are not allowed here", condition::refused};
    case auth_errc::no_keys: return {"no keys were fetched yet", condition::unavailable};
    case auth_errc::keys_too_old: return {"the keys are too old to be trusted", condition::unavailable};
    case auth_errc::web_page_instead_of_keys:
      return {"the keys' address answered a web page, not keys: is it the right one, and not behind a login?",
              condition::unavailable};
    case auth_errc::redirect_instead_of_keys:
      return {"the keys' address answered a redirect, which is not followed: is it the right one?",
              condition::unavailable};
    case auth_errc::status_instead_of_keys:
      return {"the keys' address answered with an error status", condition::unavailable};
    case auth_errc::no_acceptable_key:
      return {"none of the published keys is for an algorithm that is accepted here", condition::unavailable};
    case auth_errc::no_discovery_document:
      return {"the issuer has no metadata where it should be", condition::unavailable};
    case auth_errc::bad_discovery_document:
      return {"the issuer's metadata is no JSON object, or has a member twice", condition::unavailable};
    case auth_errc::discovery_of_another_issuer:
      return {"the metadata names another issuer than the one it was asked of", condition::unavailable};
    case auth_errc::no_keys_address:
      return {"the issuer's metadata has no jwks_uri that may be used", condition::unavailable};
    case auth_errc::no_endpoint_address:
      return {"the issuer's metadata lacks an endpoint that may be used", condition::unavailable};
    case auth_errc::malformed_authorization:
      return {"the Authorization field holds no bearer token", condition::malformed};
    case auth_errc::token_in_query:
      return {"the request has a token in its query as well", condition::refused};
    case auth_errc::no_subject: return {"the token names no subject", condition::refused};
    case auth_errc::claims_do_not_fit:
      return {"the claims are not those that the server reads", condition::refused};
    case auth_errc::insufficient_scope: return {"the token lacks a scope", condition::refused};
    case auth_errc::id_token:
      return {"an ID token, which tells a client of a login and is no access token", condition::refused};
    case auth_errc::token_too_short: return {"the token is too short to be one", condition::refused};
    case auth_errc::token_too_long: return {"the token is too long to be one", condition::refused};
    case auth_errc::unknown_token: return {"the token is none of those that are known", condition::refused};
  }
  return {"unknown error of the auth layer", condition::internal};
}

inline error_code make_error_code(auth_errc e) noexcept { return code_of(e); }

}  // namespace mcpawl::detail

template <>
struct boost::system::is_error_code_enum<mcpawl::detail::auth_errc> : std::true_type {};
