// mcpawl/auth/access_options.hpp - the settings of access_jwt, from code or from the environment
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/access/access_verifier.hpp>
#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/configuration_error.hpp>
#include <mcpawl/core/settings.hpp>
#include <mcpawl/http/authorities.hpp>
#include <mcpawl/http/tls.hpp>
#include <mcpawl/http/url.hpp>
#include <mcpawl/jose/leeway.hpp>
#include <mcpawl/jose/token_cache.hpp>
#include <mcpawl/keys/key_timing.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl {

/** How `access_jwt` is to work. Nothing is checked before `validate`, which the policy calls.

    @code
    mcpawl::access_jwt policy(mcpawl::access_options{
        .team_domain = "https://team.cloudflareaccess.com", .audiences = {"f70ff985..."}, .service_tokens = true});
    @endcode
*/
struct access_options {
  /** `https://TEAM.cloudflareaccess.com`; a slash at its end is dropped, capitals in it are made small; `http://` is
      for loopback addresses alone. */
  std::string team_domain = {};
  std::vector<std::string> audiences = {};  ///< The AUD tag of the application in Access, or several.
  bool service_tokens = false;              ///< Let them in as well: machines, which have no email.

  /** Take the token from the cookie `CF_Authorization` too, where a browser talks to the server without the
      header. Browsers send cookies on their own, so this leans on the server's check of `Origin`. */
  bool cookie = false;

  /** Send `WWW-Authenticate: Bearer` (RFC 6750), for clients that are to log in by OAuth.

      Refused tokens then get 401 instead of 403. Not for applications with Managed OAuth, where Access
      makes the challenge. */
  bool challenge = false;
  std::string resource_metadata =
      {};  ///< For the challenge: absolute URL of the metadata of RFC 9728, or empty.

  /** How far `nbf` and `iat` may be ahead of our clock. `exp` is kept to the second: a token that lives for hours
      needs no grace at its end. */
  std::chrono::seconds leeway{5};

  /** Look at `exp` before the signature: a replay of an expired token costs 1 us instead of 18, at the price
      of reading claims that nobody signed; see `jose::expectation::expiry_first`. */
  bool expiry_first = false;

  key_timing timing = {};  ///< When keys are fetched.
  /** How verified tokens are remembered, on each thread; `entries` 0 verifies every request anew. */
  jose::token_cache_settings remember = {};
  clock const* time = &clock::system();       ///< Must outlive the policy.
  std::optional<http::tls_trust> trust = {};  ///< For the connection to the team domain; else the system's.

  /** Read `TEAM_DOMAIN`, `POLICY_AUD` and `ALLOW_SERVICE_TOKENS`, noting the errors in `from`. */
  static access_options from(settings& from) {
    access_options out;
    out.team_domain = from.required("TEAM_DOMAIN");
    out.audiences = from.required_list("POLICY_AUD");
    out.service_tokens = from.flag("ALLOW_SERVICE_TOKENS");
    // an empty value has its error noted already
    if (auto const wrong = validate_team_domain(out.team_domain); !out.team_domain.empty() && !wrong.empty())
      from.add_error("TEAM_DOMAIN", wrong);
    for (auto const& audience : out.audiences)
      if (auto const wrong = validate_audience(audience); !audience.empty() && !wrong.empty())
        from.add_error("POLICY_AUD", wrong);
    return out;
  }

  /** Everything that is wrong, in sentences. */
  std::vector<std::string> validate() const {
    detail::option_errors errors;
    errors.note("the team domain", team_domain.empty() ? "is empty" : validate_team_domain(team_domain));
    if (audiences.empty()) errors.note("the audience", "is missing");
    for (auto const& audience : audiences) errors.note("the audience", validate_audience(audience));
    errors.note("the leeway", jose::validate_leeway(leeway));
    errors.note("the resource metadata URL",
                is_plain(resource_metadata) ? "" : "has characters that cannot stand in a header");
    return std::move(errors.all);
  }

  // --- what follows from valid options ----------------------------------------------------------------------

  /** The team domain as tokens have it in `iss`. */
  std::string issuer() const { return http::origin_url::parse(team_domain).value().origin(); }
  access_expectation expectation() const {
    access_expectation out(issuer(), audiences);
    out.leeway = leeway;
    out.service_tokens = service_tokens;
    out.expiry_first = expiry_first;
    return out;
  }
  http::origin_url keys_url() const {
    return http::origin_url::parse(issuer() + "/cdn-cgi/access/certs").value();
  }

  /** The authorities given, or else the system's, which are read once per process.

      @par Errors
      Throws `configuration_error` if they cannot be read.
  */
  http::tls_trust authorities() const { return detail::given_or_system(trust); }

private:
  /** Visible ASCII, and nothing that ends a quoted string. */
  static bool is_plain(std::string_view text) noexcept {
    for (char c : text)
      if (c <= ' ' || c >= 0x7f || c == '"' || c == '\\' || c == ',') return false;
    return true;
  }

  static std::string validate_audience(std::string_view audience) {
    if (audience.empty()) return "is empty";
    if (is_placeholder(audience)) return "is still a placeholder";
    if (audience.size() > 256) return "is too long to be an AUD tag";
    if (!is_plain(audience)) return "has characters that no AUD tag has";
    if (audience.find("://") != std::string_view::npos) return "is a URL, not the AUD tag of an application";
    return {};
  }

  static std::string validate_team_domain(std::string_view domain) {
    if (is_placeholder(domain)) return "is still a placeholder";
    if (domain.find("://") == std::string_view::npos) return "must begin with https://";
    auto const url = http::origin_url::parse(domain);
    if (!url) return "is not a URL of scheme, host and perhaps port";
    if (!url->is_secure() && !url->is_loopback())
      return "must begin with https:// (http:// is for loopback addresses alone)";
    if (url->target() != "/") return "must be the team domain alone, without a path or query";
    return {};
  }
};

}  // namespace mcpawl
