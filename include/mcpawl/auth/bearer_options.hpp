// mcpawl/auth/bearer_options.hpp - the settings of jwt_bearer, from code or from the environment
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/auth/bearer_verifier.hpp>
#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/configuration_error.hpp>
#include <mcpawl/core/settings.hpp>
#include <mcpawl/http/authorities.hpp>
#include <mcpawl/http/tls.hpp>
#include <mcpawl/http/url.hpp>
#include <mcpawl/http/url_setting.hpp>
#include <mcpawl/jose/algorithm.hpp>
#include <mcpawl/jose/leeway.hpp>
#include <mcpawl/jose/token_cache_settings.hpp>
#include <mcpawl/keys/discovery.hpp>
#include <mcpawl/keys/key_origin.hpp>
#include <mcpawl/keys/key_timing.hpp>
#include <mcpawl/oauth/common/scopes.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl {

/** How `jwt_bearer` is to work. Nothing is checked before `validate`, which the policy calls.

    @code
    mcpawl::jwt_bearer<> policy(mcpawl::bearer_options{
        .public_url = "https://mcp.example.com/mcp", .issuer = "https://tenant.eu.auth0.com/", .audiences = {"my-api"},
        .required_scopes = {"files:read"}});
    @endcode

    What issuers do differently, and what to tell them here:

    | issuer          | `issuer`, exactly                                  | granted scopes                     |
    |-----------------|----------------------------------------------------|------------------------------------|
    | Auth0           | `https://TENANT.auth0.com/`, with the slash        | `scope`; with RBAC `permissions` too |
    | Entra ID, v2    | `https://login.microsoftonline.com/TENANT-ID/v2.0` | `scp`; of applications `roles`     |
    | Keycloak        | `https://HOST/realms/REALM`                        | `scope`                            |
    | Okta            | `https://DOMAIN/oauth2/default`                    | `scp`, an array                    |

    `permissions` and `roles` go into `scope_claims`.
*/
struct bearer_options {
  /** The endpoint as clients reach it, or its origin alone, to which the server's path is added then; `http://` is
      for loopback addresses alone. */
  std::string public_url = {};
  std::string issuer = {};  ///< As the tokens and the issuer's metadata have it, to the last slash.
  std::vector<std::string> audiences = {};  ///< What tokens for this server have in `aud`, or several.
  std::string keys_url = {};                ///< Where the keys are; empty: the issuer's metadata is asked.

  std::vector<std::string> required_scopes = {};  ///< Only tokens that have all of them are let in.
  /** Clients are told of these too, for tools that look at `has_scope`. */
  std::vector<std::string> offered_scopes = {};
  std::vector<std::string> scope_claims = {};  ///< Where granted scopes are, besides `scope` and `scp`.

  jose::algorithm_set algorithms{jose::algorithm::rs256, jose::algorithm::es256};
  /** What tokens must have as `typ`, such as "at+jwt" (RFC 9068). Empty: "JWT", "at+jwt" and none will do. */
  std::string required_type = {};
  std::string resource_name = {};  ///< What the server is called in its metadata.
  std::chrono::seconds leeway{
      30};  ///< So far `nbf` and `iat` may be ahead of our clock; `exp` is kept to the second.

  key_timing timing = {};  ///< When keys are fetched.
  /** How verified tokens are remembered, on each thread; `entries` 0 verifies every request anew. */
  jose::token_cache_settings remember = long_tokens();
  clock const* time = &clock::system();       ///< Must outlive the policy.
  std::optional<http::tls_trust> trust = {};  ///< For the connections to the issuer; else the system's.

  /** Read `PUBLIC_URL`, `JWT_ISSUER`, `JWT_AUDIENCE` (one or several, with commas), and optionally
      `JWT_JWKS_URL` and `JWT_SCOPES` (with spaces), noting the errors in `from`. */
  static bearer_options from(settings& from) {
    bearer_options out;
    out.public_url = from.required("PUBLIC_URL");
    out.issuer = from.required("JWT_ISSUER");
    out.audiences = from.required_list("JWT_AUDIENCE");
    out.keys_url = from.optional("JWT_JWKS_URL");
    oauth::append_scopes(from.optional("JWT_SCOPES"), out.required_scopes);
    auto const note = [&from](char const* name, std::string const& wrong) {
      if (!wrong.empty()) from.add_error(name, wrong);
    };
    // an empty value has its error noted already
    if (!out.public_url.empty()) note("PUBLIC_URL", detail::validate_public_url(out.public_url));
    if (!out.issuer.empty()) note("JWT_ISSUER", oauth::validate_issuer(out.issuer));
    for (auto const& audience : out.audiences)
      if (!audience.empty()) note("JWT_AUDIENCE", validate_audience(audience));
    note("JWT_JWKS_URL", validate_keys_url(out.keys_url));
    for (auto const& scope : out.required_scopes) note("JWT_SCOPES", validate_scope(scope));
    return out;
  }

  /** Everything that is wrong, in sentences. */
  std::vector<std::string> validate() const {
    detail::option_errors errors;
    errors.note("the public URL", detail::validate_public_url(public_url));
    errors.note("the issuer", oauth::validate_issuer(issuer));
    if (audiences.empty()) errors.note("the audience", "is missing");
    for (auto const& audience : audiences) errors.note("the audience", validate_audience(audience));
    errors.note("the URL of the keys", validate_keys_url(keys_url));
    for (auto const* scopes : {&required_scopes, &offered_scopes})
      for (auto const& scope : *scopes) errors.note("the scope", validate_scope(scope));
    if (scope_claims.size() > max_scope_claims) errors.note("the claims of scopes", "are too many");
    if (algorithms.empty()) errors.note("the set of algorithms", "is empty");
    errors.note("the leeway", jose::validate_leeway(leeway));
    return std::move(errors.all);
  }

  // --- what follows from valid options ----------------------------------------------------------------------

  detail::bearer_expectation expectation() const {
    detail::bearer_expectation out(issuer, audiences);
    out.algorithms = algorithms;
    if (!required_type.empty()) {
      out.types.assign(1, required_type);
      out.type_required = true;
    }
    out.scopes = required_scopes;
    out.scope_claims.insert(out.scope_claims.end(), scope_claims.begin(), scope_claims.end());
    out.leeway = leeway;
    return out;
  }
  http::origin_url endpoint() const { return http::origin_url::parse(public_url).value(); }
  detail::key_origin keys() const {
    detail::key_origin from = keys_url.empty()
                                  ? detail::key_origin::discover(issuer)
                                  : detail::key_origin(http::origin_url::parse(keys_url).value());
    return from.algorithms(algorithms);
  }

  /** The authorities given, or else the system's, which are read once per process.

      @par Errors
      Throws `configuration_error` if they cannot be read.
  */
  http::tls_trust authorities() const { return detail::given_or_system(trust); }

private:
  static constexpr std::size_t max_scope_claims = 14;

  /** General issuers write longer tokens than Access does. */
  static jose::token_cache_settings long_tokens() noexcept {
    jose::token_cache_settings out;
    out.max_token_bytes = 4 * 1024;
    return out;
  }

  static std::string validate_keys_url(std::string_view text) {
    return text.empty() ? std::string() : detail::validate_url(text);
  }
  static std::string validate_audience(std::string_view audience) {
    if (audience.empty()) return "is empty";
    if (is_placeholder(audience)) return "is still a placeholder";
    if (audience.size() > 512) return "is too long";
    for (char c : audience)
      if (c <= ' ' || c >= '\x7f') return "has spaces or characters beyond ASCII";
    return {};
  }
  static std::string validate_scope(std::string_view scope) {
    if (scope.find(',') != std::string_view::npos)
      return '"' + std::string(scope) + "\" has a comma: scopes have spaces between them";
    return oauth::is_scope(scope) ? std::string()
                                  : '"' + std::string(scope) + "\" has characters that no scope has";
  }
};

}  // namespace mcpawl
