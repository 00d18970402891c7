// mcpawl/test/fake_oidc_tokens.hpp - ID tokens and access tokens of the fake Access for SaaS, true and forged
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/crypto/digest.hpp>
#include <mcpawl/crypto/random.hpp>
#include <mcpawl/test/access_token.hpp>
#include <mcpawl/test/fake_access.hpp>
#include <mcpawl/test/fake_oidc_faults.hpp>
#include <mcpawl/test/fake_oidc_options.hpp>
#include <mcpawl/test/signing_key.hpp>

#include <boost/json/array.hpp>

#include <string>
#include <string_view>

namespace mcpawl::test {

/** What an authorization was for. */
struct oidc_grant {
  std::string email;
  std::string scope;  ///< Of those that Access knows, with one space between.
  std::string nonce;

  bool has(std::string_view wanted) const noexcept {
    std::string_view rest = scope;
    while (!rest.empty()) {
      auto const space = rest.find(' ');
      if (rest.substr(0, space) == wanted) return true;
      rest = space == std::string_view::npos ? std::string_view() : rest.substr(space + 1);
    }
    return false;
  }
};

namespace detail {

inline boost::json::array oidc_list(std::string_view one) {
  boost::json::array list;
  list.emplace_back(one);
  return list;
}

/** The left half of a digest, as `at_hash` has it (OpenID Connect Core section 3.1.3.6). */
inline std::string half_hash(std::string_view text) {
  mcpawl::detail::sha256_digest const digest = mcpawl::detail::sha256(text);
  return base64url(std::string_view(reinterpret_cast<char const*>(digest.data()), digest.size() / 2));
}

inline access_token oidc_common(fake_access const& access, std::string_view issuer,
                                std::string_view client_id, std::string_view email, unix_seconds now,
                                unix_seconds lifetime) {
  access_token token;
  token.claim("iss", issuer)
      .claim("aud", oidc_list(client_id))
      .claim("sub", access.user(email).claims().at("sub"));
  return token.claim("iat", now).claim("nbf", now).claim("exp", now + lifetime);
}

}  // namespace detail

/** The access token of a grant: a JWT, as Access's linked applications need it. */
inline std::string make_oidc_access_token(fake_access const& access, std::string_view issuer,
                                          fake_oidc_options const& of, oidc_grant const& grant,
                                          unix_seconds now) {
  access_token token =
      detail::oidc_common(access, issuer, of.client_id, grant.email, now, of.access_lifetime);
  token.claim("email", grant.email).claim("type", "app").claim("scope", grant.scope);
  return access.sign(token.claim("identity_nonce", mcpawl::detail::random_hex(8)));
}

/** The ID token that goes with an access token, perhaps with something wrong about it.

    @param nonce empty for a refresh, which has none
*/
inline std::string make_id_token(fake_access const& access, std::string_view issuer,
                                 fake_oidc_options const& of, oidc_grant const& grant,
                                 oidc_person const& person, std::string_view nonce,
                                 std::string_view access_text, unix_seconds now, id_forgery how) {
  access_token token =
      detail::oidc_common(access, issuer, of.client_id, grant.email, now, of.access_lifetime);
  token.claim("at_hash", detail::half_hash(access_text));
  if (!nonce.empty()) token.claim("nonce", nonce);
  if (grant.has("email")) token.claim("email", grant.email);
  if (grant.has("profile")) token.claim("name", person.name);
  if (grant.has("groups"))
    token.claim("groups", boost::json::array(person.groups.begin(), person.groups.end()));
  if (!person.custom.empty()) token.claim("custom", person.custom);
  for (auto const& [name, value] : person.claims) token.claim(name, value);
  std::string const kid = access.current_key().kid();
  switch (how) {
    case id_forgery::none: break;
    case id_forgery::wrong_audience: token.claim("aud", detail::oidc_list("another-client")); break;
    case id_forgery::wrong_issuer: token.claim("iss", std::string(issuer) + "-of-another"); break;
    case id_forgery::wrong_nonce: token.claim("nonce", "of-another-browser"); break;
    case id_forgery::missing_nonce: token.without("nonce"); break;
    case id_forgery::expired: token.expires_at(now - 3); break;
    case id_forgery::missing_exp: token.without("exp"); break;
    case id_forgery::not_yet_valid: token.claim("nbf", now + 300); break;
    case id_forgery::alg_none: return token.sign_none(kid);
    case id_forgery::hs256_with_secret: return token.sign_hs256(of.client_secret, kid);
    case id_forgery::other_key: return token.sign(access.stranger_key(), kid);
    case id_forgery::unknown_kid: return token.sign(access.stranger_key());
    case id_forgery::wrong_access_hash: token.claim("at_hash", detail::half_hash("another")); break;
    case id_forgery::other_subject:
      token.claim("sub", access.user("mallory@example.com").claims().at("sub"));
      break;
  }
  return access.sign(token);
}

}  // namespace mcpawl::test
