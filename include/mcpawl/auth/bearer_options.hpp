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
#include <mcpawl/jose/token_cache.hpp>
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

/** How `jwt_bearer` is to work.

    @code
    mcpawl::bearer_options options("https://mcp.example.com/mcp", "https://tenant.eu.auth0.com/", "my-api");
    options.require_scopes("files:read");
    mcpawl::jwt_bearer<> policy(options);
    @endcode

    What issuers do differently, and what to tell them here:

    | issuer | `issuer`, exactly | granted scopes |
    |---|---|---|
    | Auth0 | `https://TENANT.auth0.com/`, with the slash | `scope`; with RBAC also `scope_claims({"permissions"})` |
    | Entra ID, v2 tokens | `https://login.microsoftonline.com/TENANT-ID/v2.0` | `scp` for users; applications have `scope_claims({"roles"})` |
    | Keycloak | `https://HOST/realms/REALM` | `scope` |
    | Okta | `https://DOMAIN/oauth2/default` | `scp`, an array |

    @par Errors
    The functions that set something take it as it is; whoever is given the options checks them all
    (`checked`).
*/
class bearer_options {
public:
  /** @param public_url the endpoint as clients reach it, or its origin alone, to which the server's path is
             added then; `http://` is for loopback addresses alone
      @param issuer     as the tokens and the issuer's metadata have it, to the last slash
      @param audience   what tokens for this server have in `aud`, or several */
  bearer_options(std::string public_url, std::string issuer, std::string audience)
      : bearer_options(std::move(public_url), std::move(issuer),
                       std::vector<std::string>(1, std::move(audience))) {}
  bearer_options(std::string public_url, std::string issuer, std::vector<std::string> audiences)
      : public_url_(std::move(public_url)), expected_(std::move(issuer), std::move(audiences)) {
    remembered_.max_token_bytes = 4 * 1024;  // general issuers write longer tokens than Access does
  }

  /** Read `PUBLIC_URL`, `JWT_ISSUER`, `JWT_AUDIENCE` (one or several, with commas), and optionally
      `JWT_JWKS_URL` and `JWT_SCOPES` (with spaces), noting the errors in `from`. */
  static bearer_options from(settings& from) {
    auto url = from.required("PUBLIC_URL");
    auto issuer = from.required("JWT_ISSUER");
    auto audiences = from.required_list("JWT_AUDIENCE");
    bearer_options out(std::move(url), std::move(issuer), std::move(audiences));
    out.keys_at(from.optional("JWT_JWKS_URL")).require_scopes(from.optional("JWT_SCOPES"));
    auto const note = [&from](char const* name, std::string const& wrong) {
      if (!wrong.empty()) from.add_error(name, wrong);
    };
    // an empty value has its error noted already
    if (!out.public_url_.empty()) note("PUBLIC_URL", detail::validate_public_url(out.public_url_));
    if (!out.expected_.issuer.empty()) note("JWT_ISSUER", oauth::validate_issuer(out.expected_.issuer));
    for (auto const& audience : out.expected_.audiences)
      if (!audience.empty()) note("JWT_AUDIENCE", validate_audience(audience));
    note("JWT_JWKS_URL", validate_keys_url(out.keys_url_));
    for (auto const& scope : out.expected_.scopes) note("JWT_SCOPES", validate_scope(scope));
    return out;
  }

  /** Fetch the keys from this URL; without one, or with an empty one, the issuer's metadata is asked. */
  bearer_options& keys_at(std::string url) {
    keys_url_ = std::move(url);
    return *this;
  }

  /** Let only tokens in that have all of these scopes; spaces between them. */
  bearer_options& require_scopes(std::string_view scopes) {
    oauth::append_scopes(scopes, expected_.scopes);
    return *this;
  }

  /** Tell clients of these scopes too, beside the required ones; spaces between them. For tools that look at
      `has_scope`. */
  bearer_options& offer_scopes(std::string_view scopes) {
    oauth::append_scopes(scopes, offered_);
    return *this;
  }

  /** Look for granted scopes in these claims as well as in `scope` and `scp`. */
  bearer_options& scope_claims(std::vector<std::string> names) {
    for (auto& name : names) expected_.scope_claims.push_back(std::move(name));
    return *this;
  }

  /** Accept these algorithms instead of RS256 and ES256. */
  bearer_options& algorithms(jose::algorithm_set accepted) {
    expected_.algorithms = accepted;
    return *this;
  }

  /** Refuse tokens whose `typ` is not this one. Otherwise "JWT", "at+jwt" (RFC 9068) and none will do. */
  bearer_options& require_type(std::string type = "at+jwt") {
    expected_.types.assign(1, std::move(type));
    expected_.type_required = true;
    return *this;
  }

  /** What the server is called in its metadata. */
  bearer_options& resource_name(std::string name) {
    name_ = std::move(name);
    return *this;
  }

  /** How far `nbf` and `iat` may be ahead of our clock; 30 s. `exp` is kept to the second. */
  bearer_options& leeway(std::chrono::seconds time) {
    expected_.leeway = time;
    return *this;
  }

  bearer_options& timing(detail::key_timing intervals) {
    timing_ = intervals;
    return *this;
  }

  /** How verified tokens are remembered, on each thread; `entries` 0 verifies every request anew. */
  bearer_options& remember(jose::token_cache_settings tokens) {
    remembered_ = tokens;
    return *this;
  }

  /** Tell the time by this clock, which must outlive the policy. */
  bearer_options& time(clock const& source) {
    clock_ = &source;
    return *this;
  }

  /** Trust these authorities for the connections to the issuer instead of the system's. */
  bearer_options& trust(http::tls_trust authorities) {
    trust_ = std::move(authorities);
    return *this;
  }

  /** The same options.

      @par Errors
      Throws `configuration_error` with all that is wrong with them. */
  static bearer_options checked(bearer_options options) {
    std::vector<std::string> mistakes;
    auto const note = [&mistakes](std::string_view name, std::string const& wrong) {
      if (!wrong.empty()) mistakes.push_back(std::string(name) + ' ' + wrong);
    };
    auto const& expected = options.expected_;
    note("the public URL", detail::validate_public_url(options.public_url_));
    note("the issuer", oauth::validate_issuer(expected.issuer));
    if (expected.audiences.empty()) note("the audience", "is missing");
    for (auto const& audience : expected.audiences) note("the audience", validate_audience(audience));
    note("the URL of the keys", validate_keys_url(options.keys_url_));
    for (auto const* scopes : {&expected.scopes, &std::as_const(options.offered_)})
      for (auto const& scope : *scopes) note("the scope", validate_scope(scope));
    if (expected.scope_claims.size() > max_scope_claims) note("the claims of scopes", "are too many");
    if (expected.algorithms.empty()) note("the set of algorithms", "is empty");
    note("the leeway",
         expected.leeway.count() < 0 || expected.leeway.count() > 60 ? "must be from 0 to 60 seconds" : "");
    if (!mistakes.empty()) throw configuration_error(std::move(mistakes));
    return options;
  }

  detail::bearer_expectation const& expectation() const noexcept { return expected_; }
  http::origin_url public_url() const { return http::origin_url::parse(public_url_).value(); }
  std::vector<std::string> const& offered_scopes() const noexcept { return offered_; }
  std::string const& name() const noexcept { return name_; }
  detail::key_timing const& timing() const noexcept { return timing_; }
  jose::token_cache_settings const& remembered() const noexcept { return remembered_; }
  clock const& time() const noexcept { return *clock_; }

  detail::key_origin keys() const {
    detail::key_origin from = keys_url_.empty()
                                  ? detail::key_origin::discover(expected_.issuer)
                                  : detail::key_origin(http::origin_url::parse(keys_url_).value());
    return from.algorithms(expected_.algorithms);
  }

  /** The authorities given, or else the system's, which are read once per process.

      @par Errors
      Throws `configuration_error` if they cannot be read.
  */
  http::tls_trust authorities() const { return detail::given_or_system(trust_); }

private:
  static constexpr std::size_t max_scope_claims = 16;

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

  std::string public_url_;
  detail::bearer_expectation expected_;
  std::string keys_url_;
  std::vector<std::string> offered_;
  std::string name_;
  detail::key_timing timing_;
  jose::token_cache_settings remembered_;
  clock const* clock_ = &clock::system();
  std::optional<http::tls_trust> trust_;
};

}  // namespace mcpawl
