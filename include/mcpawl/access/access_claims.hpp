// mcpawl/access/access_claims.hpp - who a token of Cloudflare Access says is calling
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/verified.hpp>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl {

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

}  // namespace mcpawl
