// mcpawl/oauth/server/authorization_request.hpp - what a client asks at the authorization endpoint, validated
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/oauth/client/client_metadata.hpp>
#include <mcpawl/oauth/common/errc.hpp>
#include <mcpawl/oauth/common/parameters.hpp>
#include <mcpawl/oauth/common/pkce.hpp>
#include <mcpawl/oauth/common/redirect_uri.hpp>
#include <mcpawl/oauth/common/resource.hpp>
#include <mcpawl/oauth/common/scope.hpp>
#include <mcpawl/oauth/server/authorization_response.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace mcpawl::oauth {

/** The parameters of an authorization request (RFC 6749 section 4.1.1), read but not validated. */
struct authorization_query {
  static constexpr std::size_t max_state_bytes = 4096;

  std::string client_id;
  std::optional<std::string> redirect_uri;
  std::optional<std::string> response_type;
  std::optional<std::string> response_mode;
  std::optional<std::string> scope;
  std::optional<std::string> state;  ///< As it was; bytes of any kind.
  std::optional<std::string> code_challenge;
  std::optional<std::string> code_challenge_method;
  std::vector<std::string> resources;  ///< RFC 8707 section 2 lets a client name several.

  /** Read a query without its `?`, or the body of a POST. A parameter without a value counts as omitted (RFC
      6749 section 3.1); unknown ones are ignored.

      Errors, none of which may be told to a redirect URI: `oauth_errc::malformed_request`,
      `oauth_errc::duplicate_parameter` for any name but `resource`, `oauth_errc::parameter_too_long`, and
      `oauth_errc::missing_parameter` without client_id. `detail` then says more, in words of ours.
  */
  static result<authorization_query> parse(std::string_view query, std::string& detail) {
    auto const form = oauth::detail::read_parameters(query, detail);
    if (!form) return form.error();
    auto const value = [&form](std::string_view name) { return oauth::detail::text_of(*form, name); };
    authorization_query out;
    auto const id = value("client_id");
    if (!id) {
      detail = "client_id";
      return oauth_errc::missing_parameter;
    }
    out.client_id = *id;
    out.redirect_uri = value("redirect_uri");
    out.response_type = value("response_type");
    out.response_mode = value("response_mode");
    out.scope = value("scope");
    out.state = value("state");
    out.code_challenge = value("code_challenge");
    out.code_challenge_method = value("code_challenge_method");
    out.resources = oauth::detail::resources_of(*form);
    std::size_t const state_bytes = out.state ? out.state->size() : 0;
    if (out.client_id.size() > redirect_uri::max_bytes || state_bytes > max_state_bytes) {
      detail = state_bytes > max_state_bytes ? "state may have 4096 bytes" : "client_id may have 2048 bytes";
      return oauth_errc::parameter_too_long;
    }
    return out;
  }
  static result<authorization_query> parse(std::string_view query) {
    std::string untold;
    return parse(query, untold);
  }
};

/** What the server allows. */
struct authorization_rules {
  std::string issuer;
  std::string resource;      ///< The resource all tokens are for.
  scope_set scopes;          ///< All there are; `offline_access` is always understood.
  scope_set default_scopes;  ///< For a request that names none.
  redirect_rules redirects;

  /** All that a request may name with a meaning. */
  scope_set understood() const { return scopes | scope_set{"offline_access"}; }
};

/** An authorization request that may be put before a person. */
struct authorization_request {
  std::string client_id;
  redirect_uri redirect;  ///< In the spelling of the request.
  bool redirect_uri_given;
  scope_set scope;
  std::optional<std::string> state;
  std::string code_challenge;
  std::string resource;  ///< In our own spelling.
};

/** Why a request was refused, and whom to tell. */
struct authorization_refusal {
  error_code why;
  /** Where to send the browser. Unset: show a page and send it nowhere, since nothing vouches for the
      redirect URI (RFC 6749 section 4.1.2.1). */
  std::optional<std::string> location;
  std::string detail;                         ///< More about it, in words of ours. May be empty.
  std::optional<redirect_uri> redirect = {};  ///< That of the request; set with `location`.
};

using validated_authorization = std::variant<authorization_request, authorization_refusal>;

namespace detail {

/** The scopes that are granted: of those asked for, those there are, and where a request names none of them
    the default ones. RFC 6749 section 3.3 lets the server leave some out; it says so in the token response.

    What a client registered is no limit. It is the client's own word, which anybody may give again, and what
    clients register is what they asked for first: asking for more later (the step-up of MCP) would lead
    nowhere. Whoever is asked sees the scopes on the consent page.
*/
inline result<scope_set> validate_scope(authorization_query const& query, authorization_rules const& rules) {
  auto const asked = scope_set::parse(query.scope.value_or(""));
  if (!asked) return asked.error() == oauth_errc::parameter_too_long ? oauth_errc::bad_scope : asked.error();
  scope_set const known = *asked & rules.understood();
  // a client that wants refresh tokens and nothing else has named no scope of ours
  bool const named = !(known - scope_set{"offline_access"}).empty();
  return named ? known : known | rules.default_scopes;
}

/** What is wrong with a request whose redirect URI is right. */
inline error_code validate_parameters(authorization_query const& query, authorization_rules const& rules,
                                      std::string& detail) {
  if (!query.response_type) {
    detail = "response_type";
    return oauth_errc::missing_parameter;
  }
  if (*query.response_type != "code") return oauth_errc::unsupported_response_type;
  if (query.response_mode && *query.response_mode != "query") return oauth_errc::unsupported_response_mode;
  if (!query.code_challenge) return oauth_errc::challenge_missing;
  // without a method it would be `plain`
  if (!query.code_challenge_method || *query.code_challenge_method != "S256")
    return oauth_errc::challenge_method;
  if (!is_code_challenge(*query.code_challenge)) return oauth_errc::challenge_malformed;
  return validate_resources(query.resources, rules.resource, detail);
}

}  // namespace detail

/** Validate a request of a client. */
inline validated_authorization validate_authorization(authorization_query const& query,
                                                      client_metadata const& client,
                                                      authorization_rules const& rules) {
  auto const page = [](error_code why) { return authorization_refusal{why, std::nullopt, {}}; };
  if (!query.redirect_uri && client.redirect_uris.size() != 1) return page(oauth_errc::redirect_uri_needed);
  auto redirect = query.redirect_uri ? redirect_uri::parse(*query.redirect_uri, rules.redirects)
                                     : result<redirect_uri>{client.redirect_uris.front()};
  if (!redirect && redirect.error() == redirect_uri_errc::private_scheme)
    return page(oauth_errc::redirect_scheme_refused);
  if (!redirect || !client.allows(*redirect)) return page(oauth_errc::redirect_uri_mismatch);
  std::string more;
  auto const tell = [&](error_code why) {
    auto location = error_location(*redirect, why, query.state, rules.issuer, more);
    return authorization_refusal{why, std::move(location), more, *redirect};
  };
  if (error_code const bad = detail::validate_parameters(query, rules, more)) return tell(bad);
  auto scope = detail::validate_scope(query, rules);
  if (!scope) return tell(scope.error());
  return authorization_request{query.client_id,   std::move(*redirect), query.redirect_uri.has_value(),
                               std::move(*scope), query.state,          *query.code_challenge,
                               rules.resource};
}

}  // namespace mcpawl::oauth
