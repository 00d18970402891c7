// mcpawl/oauth/upstream/upstream_options.hpp - where the upstream is, and as whom we ask it
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/configuration_error.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/core/settings.hpp>
#include <mcpawl/http/authorities.hpp>
#include <mcpawl/http/tls.hpp>
#include <mcpawl/http/url.hpp>
#include <mcpawl/jose/algorithm.hpp>
#include <mcpawl/keys/discovery.hpp>
#include <mcpawl/keys/key_origin.hpp>
#include <mcpawl/keys/key_timing.hpp>
#include <mcpawl/oauth/common/scopes.hpp>
#include <mcpawl/oauth/upstream/upstream_settings.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::oauth {

/** How `upstream_client` is to work: the OpenID provider, in the main Cloudflare Access for SaaS, and the
    application that we are there.

    @code
    auto options = mcpawl::oauth::upstream_options::discover(
        "https://team.cloudflareaccess.com/cdn-cgi/access/sso/oidc/ID");
    options.client("ID", mcpawl::secret(password)).callback("https://mcp.example.com/callback");
    @endcode

    @par Errors
    The functions that set something take it as it is; whoever is given the options checks them all
    (`checked`).
*/
class upstream_options {
public:
  /** An upstream with these addresses, which signs as this issuer. */
  static upstream_options at(http::origin_url authorization, http::origin_url token, http::origin_url jwks,
                             std::string issuer) {
    upstream_options out;
    out.at_ =
        upstream_addresses{std::move(issuer), std::move(authorization), std::move(token), std::move(jwks)};
    return out;
  }
  /** An upstream whose metadata has the addresses.

      @param issuer the configuration URL without `/.well-known/openid-configuration` */
  static upstream_options discover(std::string issuer) {
    upstream_options out;
    out.at_.issuer = std::move(issuer);
    return out;
  }

  /** Read `ACCESS_CLIENT_ID`, `ACCESS_CLIENT_SECRET`, and the addresses as `read_upstream_addresses` says,
      noting the errors in `from`: call its `throw_if_invalid` before the options are used. */
  static upstream_options from(settings& from, std::string callback) {
    upstream_options out;
    out.id_ = from.required("ACCESS_CLIENT_ID");
    out.secret_ = secret{from.required("ACCESS_CLIENT_SECRET")};
    out.at_ = read_upstream_addresses(from);
    out.callback_ = std::move(callback);
    if (auto const wrong = validate_word(out.id_); !out.id_.empty() && !wrong.empty())
      from.add_error("ACCESS_CLIENT_ID", wrong);
    if (auto const wrong = validate_word(out.secret_.reveal()); !out.secret_.empty() && !wrong.empty())
      from.add_error("ACCESS_CLIENT_SECRET", wrong);
    return out;
  }

  /** Our client id and client secret there. */
  upstream_options& client(std::string id, secret the_secret) {
    id_ = std::move(id);
    secret_ = std::move(the_secret);
    return *this;
  }
  /** Where browsers come back to: our redirect URI, as the upstream has it registered. */
  upstream_options& callback(std::string redirect_uri) {
    callback_ = std::move(redirect_uri);
    return *this;
  }
  /** What to ask for; "openid email profile groups" by default. `offline_access` beside them asks for a
      refresh token. Another provider than Access may not know `groups`. */
  upstream_options& scopes(std::string_view with_spaces) {
    std::vector<std::string> all;
    append_scopes(with_spaces, all);
    scopes_ = join_scopes(all);
    return *this;
  }
  /** For a whole exchange or refresh, keys aside; 10 seconds by default. */
  upstream_options& timeout(std::chrono::milliseconds total) {
    timeout_ = total;
    return *this;
  }
  /** Trust these authorities for the connections to the upstream instead of the system's. */
  upstream_options& trust(http::tls_trust authorities) {
    trust_ = std::move(authorities);
    return *this;
  }
  /** Tell the time by this clock, which must outlive the clients. */
  upstream_options& time(clock const& source) {
    clock_ = &source;
    return *this;
  }
  /** When keys are fetched. */
  upstream_options& timing(mcpawl::detail::key_timing intervals) {
    timing_ = intervals;
    return *this;
  }
  /** How far `nbf` and `iat` may be ahead of our clock; 30 s. `exp` is kept to the second. */
  upstream_options& leeway(std::chrono::seconds time) {
    leeway_ = time;
    return *this;
  }

  /** The same options.

      @par Errors
      Throws `configuration_error` with all that is wrong with them. */
  static upstream_options checked(upstream_options options) {
    std::vector<std::string> mistakes;
    auto const note = [&mistakes](std::string_view name, std::string const& wrong) {
      if (!wrong.empty()) mistakes.push_back(std::string(name) + ' ' + wrong);
    };
    note("the client id", validate_word(options.id_));
    note("the client secret", validate_word(options.secret_.reveal()));
    note("the callback", validate_endpoint(http::origin_url::parse(options.callback_)));
    note("the upstream's issuer", validate_issuer(options.at_.issuer));
    for (auto const* url : {&options.at_.authorization, &options.at_.token, &options.at_.jwks})
      if (*url) note("the upstream's endpoint", validate_endpoint(**url));
    if ((" " + options.scopes_ + " ").find(" openid ") == std::string::npos)
      mistakes.emplace_back("the scopes must have openid among them");
    note("the leeway",
         options.leeway_.count() < 0 || options.leeway_.count() > 60 ? "must be from 0 to 60 seconds" : "");
    if (options.timeout_.count() <= 0) mistakes.emplace_back("the time-out must be positive");
    if (!mistakes.empty()) throw configuration_error(std::move(mistakes));
    return options;
  }

  upstream_addresses const& addresses() const noexcept { return at_; }
  std::string const& issuer() const noexcept { return at_.issuer; }
  std::string const& client_id() const noexcept { return id_; }
  secret const& client_secret() const noexcept { return secret_; }
  std::string const& callback() const noexcept { return callback_; }
  std::string const& scopes() const noexcept { return scopes_; }
  std::chrono::milliseconds timeout() const noexcept { return timeout_; }
  clock const& time() const noexcept { return *clock_; }
  std::chrono::seconds leeway() const noexcept { return leeway_; }

  /** Nobody waits longer for keys than for the rest. */
  mcpawl::detail::key_timing timing() const noexcept {
    mcpawl::detail::key_timing out = timing_;
    out.fetch_timeout = std::min(out.fetch_timeout, timeout_);
    return out;
  }
  mcpawl::detail::key_origin keys() const {
    mcpawl::detail::key_origin origin =
        at_.jwks ? mcpawl::detail::key_origin(*at_.jwks) : mcpawl::detail::key_origin::discover(at_.issuer);
    origin.algorithms({jose::algorithm::rs256});
    return origin;
  }
  /** The authorities given, or else the system's, which are read once per process.

      @par Errors
      Throws `configuration_error` if they cannot be read.
  */
  http::tls_trust authorities() const { return mcpawl::detail::given_or_system(trust_); }

private:
  upstream_options() = default;

  static std::string validate_word(std::string_view text) {
    if (text.empty()) return "is empty";
    if (is_placeholder(text)) return "is still a placeholder";
    if (text.size() > 1024) return "is too long";
    for (char c : text)
      if (c <= ' ' || c >= '\x7f') return "has spaces or characters beyond ASCII";
    return {};
  }
  static std::string validate_endpoint(result<http::origin_url> const& url) {
    if (!url) return "is not an https:// URL";
    if (!url->is_secure() && !url->is_loopback())
      return "must begin with https:// (http:// is for loopback addresses alone)";
    return {};
  }

  upstream_addresses at_;
  std::string id_;
  secret secret_;
  std::string callback_;
  std::string scopes_ = "openid email profile groups";
  std::chrono::milliseconds timeout_{10'000};
  std::optional<http::tls_trust> trust_;
  clock const* clock_ = &clock::system();
  mcpawl::detail::key_timing timing_;
  std::chrono::seconds leeway_{30};
};

}  // namespace mcpawl::oauth
