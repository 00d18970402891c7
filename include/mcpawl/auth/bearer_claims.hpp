// mcpawl/auth/bearer_claims.hpp - who an access token says is calling, and what it says in claims of your own
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/core/verified.hpp>
#include <mcpawl/jose/claims.hpp>
#include <mcpawl/keys/auth_errc.hpp>
#include <mcpawl/oauth/common/scopes.hpp>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl {

/** The claims that access tokens of all issuers have (RFC 7519 section 4.1, RFC 9068 section 2.2). */
struct registered_claims {
  std::string issuer;
  std::string subject;                 ///< Never empty.
  std::vector<std::string> audiences;  ///< All of them, also those of others.
  std::vector<std::string> scopes;     ///< Of all claims that hold scopes, each once.
  std::string client_id;               ///< `client_id` or else `azp`; may be empty.
  unix_seconds issued_at = 0;          ///< 0 if the token does not say.
  unix_seconds expires_at = 0;

  bool has_scope(std::string_view scope) const noexcept {
    return std::find(scopes.begin(), scopes.end(), scope) != scopes.end();
  }
};

/** Claims for servers that need no further ones. */
struct no_claims {};

namespace detail {
template <class Claims>
class bearer_verifier;
}  // namespace detail

/** An access token's claims: the registered ones, and your own in `claims`.

    @tparam Claims a plain struct, read from the token as the arguments of a tool are read from JSON: members
            have the names of claims, those without a value of their own must be there, bounds told by
            `mcpawl::docs` are kept. Claims that it does not name are passed over, at any depth.
*/
template <class Claims = no_claims>
struct bearer_claims : registered_claims {
  using verified_by = detail::bearer_verifier<Claims>;
  Claims claims{};
};

/** Claims that were verified: what a tool takes to know its caller.

    @code
    struct staff { std::string department; };
    std::string greet(mcpawl::bearer_identity<staff> const& who) {
      return who->subject + " of " + who->claims.department;
    }
    @endcode
*/
template <class Claims = no_claims>
using bearer_identity = verified<bearer_claims<Claims>>;

/** A predicate for `allow`: callers whose token has this scope.

    @code
    srv.tool("wipe", "Wipe it.", wipe).allow(mcpawl::requires_scope("admin"));
    @endcode
*/
inline auto requires_scope(std::string scope) {
  return [scope = std::move(scope)](auto const& who) { return who->has_scope(scope); };
}

/** A stable text that names a caller: issuer and subject. An issuer holds no space, so two never share one.
 */
inline std::string bearer_principal(registered_claims const& who) {
  return "bearer " + who.issuer + ' ' + who.subject;
}

namespace detail {

/** The claims read beside the registered ones: two names of the client, two that ID tokens alone have, and
    behind them those with scopes. */
inline std::vector<std::string> bearer_claim_names(std::vector<std::string> const& of_scopes) {
  std::vector<std::string> names{"client_id", "azp", "nonce", "at_hash"};
  names.insert(names.end(), of_scopes.begin(), of_scopes.end());
  return names;
}

/** Append the scopes of a claim: a text with spaces, or an array of texts. False for anything else. */
inline bool append_scope_claim(jose::claim_value const& claim, std::vector<std::string>& to) {
  using kind = jose::claim_value::kind;
  if (claim.is == kind::string) oauth::append_scopes(claim.text, to);
  if (claim.is != kind::json || claim.text == "null") return true;
  boost::system::error_code error;
  boost::json::value const parsed = boost::json::parse(claim.text, error);
  auto const* const items = error ? nullptr : parsed.if_array();
  if (items == nullptr) return false;
  for (auto const& item : *items) {
    auto const* const text = item.if_string();
    if (text == nullptr) return false;
    // a space would make one permission two
    std::string_view const one(text->data(), text->size());
    if (oauth::is_scope(one)) oauth::append_scopes(one, to);
  }
  return true;
}

/** Read the registered claims of a token that was verified.

    @param claims of a verifier that was told to collect `bearer_claim_names`

    @par Errors
    `no_subject`, `malformed_claim` for scopes that are neither text nor an array of texts, `id_token` for a
    token with `nonce` or `at_hash`: it was issued to a client, about a login (OpenID Connect Core 1.0 section
    2), and where client ID and audience coincide nothing else tells it from an access token.
*/
inline result<registered_claims> read_registered_claims(jose::claims_view const& claims) {
  registered_claims out;
  if (!claims.sub || claims.sub->empty()) return auth_errc::no_subject;
  for (jose::claim_value const& claim : claims.wanted.subspan(2, 2))
    if (claim.is != jose::claim_value::kind::absent) return auth_errc::id_token;
  out.issuer = claims.iss;
  out.subject = *claims.sub;
  out.audiences.assign(claims.aud.begin(), claims.aud.end());
  out.issued_at = claims.iat.value_or(0);
  out.expires_at = claims.exp;
  out.client_id = claims.wanted[0].string().value_or(claims.wanted[1].string().value_or(std::string_view()));
  for (jose::claim_value const& claim : claims.wanted.subspan(4))
    if (!append_scope_claim(claim, out.scopes)) return auth_errc::malformed_claim;
  return out;
}

}  // namespace detail

}  // namespace mcpawl
