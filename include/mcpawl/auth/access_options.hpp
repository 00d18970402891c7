// mcpawl/auth/access_options.hpp - the settings of access_jwt, from code or from the environment
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/access/access_verifier.hpp>
#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/settings.hpp>
#include <mcpawl/http/authorities.hpp>
#include <mcpawl/http/tls.hpp>
#include <mcpawl/http/url.hpp>
#include <mcpawl/jose/token_cache.hpp>
#include <mcpawl/keys/key_timing.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl {

/** How `access_jwt` is to work.

    @code
    mcpawl::access_jwt policy(mcpawl::access_options("https://team.cloudflareaccess.com", "f70ff985...")
                                .allow_service_tokens());
    @endcode

    @par Errors
    The functions that set something take it as it is; whoever is given the options checks them all
    (`checked`).
*/
class access_options {
public:
  /** @param team_domain `https://TEAM.cloudflareaccess.com`; a slash at its end is dropped, capitals in it
             are made small; `http://` is for loopback addresses alone
      @param audience the AUD tag of the application in Access, or several */
  access_options(std::string team_domain, std::string audience)
      : access_options(std::move(team_domain), std::vector<std::string>(1, std::move(audience))) {}
  access_options(std::string team_domain, std::vector<std::string> audiences)
      : expected_(std::move(team_domain), std::move(audiences)) {}

  /** Read `TEAM_DOMAIN`, `POLICY_AUD` and `ALLOW_SERVICE_TOKENS`, noting the errors in `from`. */
  static access_options from(settings& from) {
    auto domain = from.required("TEAM_DOMAIN");
    auto audiences = from.required_list("POLICY_AUD");
    access_options out(std::move(domain), std::move(audiences));
    if (from.flag("ALLOW_SERVICE_TOKENS")) out.allow_service_tokens();
    // an empty value has its error noted already
    if (!out.expected_.issuer.empty())
      if (auto const wrong = out.mend_team_domain(); !wrong.empty()) from.add_error("TEAM_DOMAIN", wrong);
    for (auto const& audience : out.expected_.audiences)
      if (auto const wrong = validate_audience(audience); !audience.empty() && !wrong.empty())
        from.add_error("POLICY_AUD", wrong);
    return out;
  }

  /** Let service tokens in as well: machines, which have no email. */
  access_options& allow_service_tokens() {
    expected_.service_tokens = true;
    return *this;
  }

  /** Take the token from the cookie `CF_Authorization` too, where a browser talks to the server without the
      header. Browsers send cookies on their own, so this leans on the server's check of `Origin`. */
  access_options& accept_cookie() {
    cookie_ = true;
    return *this;
  }

  /** Send `WWW-Authenticate: Bearer` (RFC 6750), for clients that are to log in by OAuth.

      Refused tokens then get 401 instead of 403. Not for applications with Managed OAuth, where Access
      makes the challenge.

      @param resource_metadata absolute URL of the metadata of RFC 9728, or empty
  */
  access_options& challenge(std::string resource_metadata = {}) {
    challenges_ = true;
    resource_metadata_ = std::move(resource_metadata);
    return *this;
  }

  /** How far `nbf` and `iat` may be ahead of our clock; 5 s. `exp` is kept to the second: a token that lives
      for hours needs no grace at its end. */
  access_options& leeway(std::chrono::seconds time) {
    expected_.leeway = time;
    return *this;
  }

  access_options& timing(detail::key_timing intervals) {
    timing_ = intervals;
    return *this;
  }

  /** Look at `exp` before the signature: a replay of an expired token costs 1 us instead of 18, at the price
      of reading claims that nobody signed; see `jose::expectation::expiry_first`. */
  access_options& expiry_first() {
    expected_.expiry_first = true;
    return *this;
  }

  /** How verified tokens are remembered, on each thread; `entries` 0 verifies every request anew. */
  access_options& remember(jose::token_cache_settings tokens) {
    remembered_ = tokens;
    return *this;
  }

  /** Tell the time by this clock, which must outlive the policy. */
  access_options& time(clock const& source) {
    clock_ = &source;
    return *this;
  }

  /** Trust these authorities for the connection to the team domain instead of the system's. */
  access_options& trust(http::tls_trust authorities) {
    trust_ = std::move(authorities);
    return *this;
  }

  /** The same options, mended.

      @par Errors
      Throws `configuration_error` with all that is wrong with them. */
  static access_options checked(access_options options) {
    std::vector<std::string> mistakes;
    auto const note = [&mistakes](std::string_view name, std::string const& wrong) {
      if (!wrong.empty()) mistakes.push_back(std::string(name) + ' ' + wrong);
    };
    auto& issuer = options.expected_.issuer;
    note("the team domain", issuer.empty() ? "is empty" : options.mend_team_domain());
    if (options.expected_.audiences.empty()) note("the audience", "is missing");
    for (auto const& audience : options.expected_.audiences)
      note("the audience", validate_audience(audience));
    note("the leeway", options.expected_.leeway.count() < 0 || options.expected_.leeway.count() > 60
                           ? "must be from 0 to 60 seconds"
                           : "");
    note("the resource metadata URL",
         is_plain(options.resource_metadata_) ? "" : "has characters that cannot stand in a header");
    if (!mistakes.empty()) throw configuration_error(std::move(mistakes));
    return options;
  }

  access_expectation const& expectation() const noexcept { return expected_; }
  std::string const& team_domain() const noexcept { return expected_.issuer; }
  std::vector<std::string> const& audiences() const noexcept { return expected_.audiences; }
  http::origin_url keys_url() const {
    return http::origin_url::parse(expected_.issuer + "/cdn-cgi/access/certs").value();
  }
  bool cookie_accepted() const noexcept { return cookie_; }
  bool challenges() const noexcept { return challenges_; }
  std::string const& resource_metadata() const noexcept { return resource_metadata_; }
  detail::key_timing const& timing() const noexcept { return timing_; }
  jose::token_cache_settings const& remembered() const noexcept { return remembered_; }
  clock const& time() const noexcept { return *clock_; }

  /** The authorities given, or else the system's, which are read once per process.

      @par Errors
      Throws `configuration_error` if they cannot be read.
  */
  http::tls_trust authorities() const { return detail::given_or_system(trust_); }

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

  /** Bring the team domain into the form that tokens have as `iss`; returns what is wrong with it. */
  std::string mend_team_domain() {
    auto& domain = expected_.issuer;
    if (is_placeholder(domain)) return "is still a placeholder";
    if (domain.find("://") == std::string::npos) return "must begin with https://";
    auto const url = http::origin_url::parse(domain);
    if (!url) return "is not a URL of scheme, host and perhaps port";
    if (!url->is_secure() && !url->is_loopback())
      return "must begin with https:// (http:// is for loopback addresses alone)";
    if (url->target() != "/") return "must be the team domain alone, without a path or query";
    domain = url->origin();
    return {};
  }

  access_expectation expected_;
  bool cookie_ = false;
  bool challenges_ = false;
  std::string resource_metadata_;
  detail::key_timing timing_;
  jose::token_cache_settings remembered_;
  clock const* clock_ = &clock::system();
  std::optional<http::tls_trust> trust_;
};

}  // namespace mcpawl
