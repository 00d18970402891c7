// mcpawl/auth/credential_form.hpp - of which kind a credential is, by its form alone
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/auth/bearer_token.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/http/request_head.hpp>
#include <mcpawl/keys/auth_errc.hpp>

#include <cstddef>
#include <string_view>

namespace mcpawl::detail {

/** What a bearer token looks like. Nothing of it is verified: it only says who is to judge it. */
enum class bearer_form : unsigned char {
  none,     ///< There is no bearer token.
  several,  ///< There are several `Authorization` fields, which every policy of bearer tokens refuses.
  jwt,      ///< The three parts of a signed JWT (RFC 7515 section 7.1).
  own,      ///< It begins as tokens of our own authorization server do.
  opaque,   ///< Anything else.
};

/** How all tokens of `access_oauth` begin. */
inline constexpr std::string_view own_token_prefix = "mcpawl_";

/** Whether a token has three parts with dots between them, of which the first is that of a JSON object in base64url. */
constexpr bool looks_like_jwt(std::string_view token) noexcept {
  // an open brace, and behind it a quote or white space
  if (!token.starts_with("ey") && !token.starts_with("ew")) return false;
  std::size_t const first = token.find('.');
  if (first == token.npos) return false;
  std::size_t const second = token.find('.', first + 1);
  return second != token.npos && second != first + 1 && second + 1 != token.size() &&
         token.find('.', second + 1) == token.npos;
}

/** The form of the bearer token of a request. */
inline bearer_form bearer_form_of(http::request_head const& head) noexcept {
  auto const token = find_bearer_text(head);
  if (!token)
    return token.error() == make_error_code(auth_errc::several_tokens) ? bearer_form::several
                                                                       : bearer_form::none;
  if (token->starts_with(own_token_prefix)) return bearer_form::own;
  return looks_like_jwt(*token) ? bearer_form::jwt : bearer_form::opaque;
}

/** Whether a policy of bearer tokens of this form is to judge a request. */
inline bool has_bearer_of(bearer_form wanted, http::request_head const& head) noexcept {
  bearer_form const found = bearer_form_of(head);
  return found == wanted || found == bearer_form::several;
}

}  // namespace mcpawl::detail
