// mcpawl/access/access_claims.hpp - who a token of Cloudflare Access says is calling
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/access/access_groups.hpp>
#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/verified.hpp>
#include <mcpawl/crypto/engine.hpp>
#include <mcpawl/jose/claims.hpp>
#include <mcpawl/keys/auth_errc.hpp>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl {

namespace detail {
class access_session;
class development_identity_maker;
}  // namespace detail

/** What kind of caller a token of Access names. */
enum class access_kind {
  user,     ///< A person, named by a subject, mostly with an email.
  service,  ///< A service token, with the client id as its common name and no email.
};

/** What Cloudflare Access says about a caller, in an application token (`access_jwt`) or in the ID token of a
    login (`access_oauth`); the last members are known to `access_oauth` alone.

    https://developers.cloudflare.com/cloudflare-one/access-controls/applications/http-apps/authorization-cookie/application-token/
*/
struct access_claims {
  using verified_by = class access_reader;

  access_kind kind = access_kind::user;
  std::string issuer;       ///< The team domain.
  std::string subject;      ///< A user's id in the account; empty for a service.
  std::string email;        ///< Empty for a service, and for users whose identity provider gave none.
  std::string name;         ///< What the identity provider calls a user; often empty.
  std::string country;      ///< Where the user logged in from, two letters; may be empty.
  std::string common_name;  ///< A service token's client id; empty for most users.
  /** Groups that the identity provider put into the token: the strings of `groups` or else of
      `custom.groups`. Objects in them are left out, their names being no identifiers: see `custom()`. */
  std::vector<std::string> groups;
  std::string custom_json;  ///< The text of the `custom` object; empty if there is none.
  unix_seconds issued_at = 0;
  unix_seconds expires_at = 0;
  std::string client_id;            ///< The MCP client that the user let in.
  std::vector<std::string> scopes;  ///< What it may do.

  /** Parse the `custom` object: attributes of the identity provider that the application asks for. Empty if the
      token has none. */
  boost::json::object custom() const {
    boost::system::error_code error;
    boost::json::value parsed = boost::json::parse(custom_json, error);
    return !error && parsed.is_object() ? std::move(parsed.get_object()) : boost::json::object();
  }

  /** What to call the caller in a log or on a page: the email, or else the name, the common name or the
      subject. Only `access_principal` tells callers apart. */
  std::string const& label() const noexcept {
    for (auto const* text : {&email, &name, &common_name})
      if (!text->empty()) return *text;
    return subject;
  }

  bool in_group(std::string_view group) const noexcept {
    return std::find(groups.begin(), groups.end(), group) != groups.end();
  }
  bool has_scope(std::string_view scope) const noexcept {
    return std::find(scopes.begin(), scopes.end(), scope) != scopes.end();
  }
};

/** Claims of Access that were verified: what a tool takes to know its caller. */
using access_identity = verified<access_claims>;

/** A stable text that names a caller: the kind, the issuer, and the subject or common name.

    An issuer holds no space, so two callers never share a text.
*/
inline std::string access_principal(access_claims const& who) {
  bool const service = who.kind == access_kind::service;
  std::string name(service ? "access-service " : "access-user ");
  name.append(who.issuer).append(1, ' ').append(service ? who.common_name : who.subject);
  return name;
}

/** Makes identities of the claims of tokens that were verified. Nothing else can, and only the verifier may
    ask it to; so may `development_or`, in programs that name it. */
class access_reader {
private:
  template <detail::crypto_engine Engine>
  friend class basic_access_verifier;
  friend class detail::access_session;
  friend class detail::development_identity_maker;  // defined in auth/development_identity.hpp alone

  using kind = jose::claim_value::kind;

  /** Which claims are read, beside the registered ones; the order is that of `claim`. */
  static std::vector<std::string> names() {
    return {"type", "email", "country", "common_name", "groups", "custom"};
  }
  struct claim {
    enum index : std::size_t { type, email, country, common_name, groups, custom };
  };

  /** Read what Access says about the caller.

      @param claims of a verifier that was told to collect `names()`

      @par Errors
      `malformed_claim` if a claim has the wrong type, `not_an_application_token`, `no_identity` if the token
      names neither a user (a subject) nor a service (a common name and nothing of a user),
      `service_token_refused`. No refusal allocates.
  */
  static result<access_identity> read(jose::claims_view const& claims, bool service_tokens) {
    auto const& found = claims.wanted;
    for (auto const which : {claim::type, claim::email, claim::country, claim::common_name})
      if (found[which].is == kind::json && found[which].text != "null")
        return detail::auth_errc::malformed_claim;
    if (text(found[claim::type]) != "app") return detail::auth_errc::not_an_application_token;
    auto const& custom = found[claim::custom];
    bool const has_custom = custom.is == kind::json && custom.text.starts_with('{');
    if (custom.is != kind::absent && !has_custom && !is_null(custom))
      return detail::auth_errc::malformed_claim;

    auto const subject = claims.sub.value_or(std::string_view());
    auto const email = text(found[claim::email]), common_name = text(found[claim::common_name]);
    // a common name without an email might be a service's, which not everybody lets in
    bool const user = !subject.empty() && (!email.empty() || common_name.empty());
    bool const service = subject.empty() && email.empty() && !common_name.empty();
    if (!user && !service) return detail::auth_errc::no_identity;
    if (service && !service_tokens) return detail::auth_errc::service_token_refused;

    std::string custom_json(has_custom ? custom.text : std::string_view());
    auto groups = detail::read_access_groups(found[claim::groups], custom_json);
    return access_identity(std::in_place, user ? access_kind::user : access_kind::service,
                           std::string(claims.iss), std::string(subject), std::string(email), std::string(),
                           std::string(text(found[claim::country])), std::string(common_name),
                           std::move(groups), std::move(custom_json), claims.iat.value_or(0), claims.exp);
  }

  /** Claims of an ID token that was verified when the caller logged in, as the sealed grant kept them. */
  static access_identity restore(access_claims claims) { return access_identity(std::move(claims)); }

  static std::string_view text(jose::claim_value const& from) noexcept {
    return from.string().value_or(std::string_view());
  }
  static bool is_null(jose::claim_value const& value) noexcept {
    return value.is == kind::json && value.text == "null";
  }
};

}  // namespace mcpawl
