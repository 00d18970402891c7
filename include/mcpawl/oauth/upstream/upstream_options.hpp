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
#include <mcpawl/jose/leeway.hpp>
#include <mcpawl/keys/discovery.hpp>
#include <mcpawl/keys/key_origin.hpp>
#include <mcpawl/keys/key_timing.hpp>
#include <mcpawl/oauth/common/scopes.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::oauth {

/** Where an OpenID provider is; without all three endpoints its metadata must be asked. */
struct upstream_addresses {
  std::string issuer = {};  ///< The configuration URL without `/.well-known/openid-configuration`.
  std::optional<http::origin_url> authorization = {}, token = {}, jwks = {};

  bool complete() const noexcept { return authorization && token && jwks; }
};

namespace detail {

/** What is wrong with a client id or a client secret, as a sentence without its subject; empty if nothing. */
inline std::string validate_credential(std::string_view text) {
  if (text.empty()) return "is empty";
  if (is_placeholder(text)) return "is still a placeholder";
  if (text.size() > 1024) return "is too long";
  for (char c : text)
    if (c <= ' ' || c >= '\x7f') return "has spaces or characters beyond ASCII";
  return {};
}

}  // namespace detail

/** How `upstream_client` is to work: the OpenID provider, such as Cloudflare Access for SaaS, and the
    application that we are there. Nothing is checked before `validate`, which the client calls.

    @code
    mcpawl::oauth::upstream_options options{
        .at = {.issuer = "https://team.cloudflareaccess.com/cdn-cgi/access/sso/oidc/ID"},
        .client_id = "ID",
        .client_secret = mcpawl::secret(password),
        .callback = "https://mcp.example.com/callback"};
    @endcode
*/
struct upstream_options {
  /** Who it is, and its addresses; those that are not set are looked for in its metadata. */
  upstream_addresses at = {};
  std::string client_id = {};  ///< Our client id and client secret there.
  secret client_secret = {};
  std::string callback =
      {};  ///< Where browsers come back to: our redirect URI, as the upstream has it registered.
  /** What to ask for, with spaces. `offline_access` beside them asks for a refresh token. Another provider than
      Access may not know `groups`. */
  std::string scopes = "openid email profile groups";
  std::chrono::milliseconds timeout{10'000};  ///< For a whole exchange or refresh, keys aside.
  std::chrono::seconds leeway{
      30};                 ///< So far `nbf` and `iat` may be ahead of our clock; `exp` is kept to the second.
  key_timing timing = {};  ///< When keys are fetched.
  clock const* time = &clock::system();       ///< Must outlive the clients.
  std::optional<http::tls_trust> trust = {};  ///< For the connections to the upstream; else the system's.

  /** Everything that is wrong, in sentences. */
  std::vector<std::string> validate() const {
    mcpawl::detail::option_errors errors;
    errors.note("the client id", detail::validate_credential(client_id));
    errors.note("the client secret", detail::validate_credential(client_secret.reveal()));
    errors.note("the callback", validate_endpoint(http::origin_url::parse(callback)));
    errors.note("the upstream's issuer", validate_issuer(at.issuer));
    for (auto const* url : {&at.authorization, &at.token, &at.jwks})
      if (*url) errors.note("the upstream's endpoint", validate_endpoint(**url));
    if ((" " + scopes + " ").find(" openid ") == std::string::npos)
      errors.all.emplace_back("the scopes must have openid among them");
    errors.note("the leeway", jose::validate_leeway(leeway));
    if (timeout.count() <= 0) errors.all.emplace_back("the time-out must be positive");
    return std::move(errors.all);
  }

  // --- what follows from valid options ----------------------------------------------------------------------

  /** Nobody waits longer for keys than for the rest. */
  key_timing intervals() const noexcept {
    key_timing out = timing;
    out.fetch_timeout = std::min(out.fetch_timeout, timeout);
    return out;
  }
  mcpawl::detail::key_origin keys() const {
    mcpawl::detail::key_origin origin =
        at.jwks ? mcpawl::detail::key_origin(*at.jwks) : mcpawl::detail::key_origin::discover(at.issuer);
    origin.algorithms({jose::algorithm::rs256});
    return origin;
  }
  /** The authorities given, or else the system's, which are read once per process.

      @par Errors
      Throws `configuration_error` if they cannot be read.
  */
  http::tls_trust authorities() const { return mcpawl::detail::given_or_system(trust); }

private:
  static std::string validate_endpoint(result<http::origin_url> const& url) {
    if (!url) return "is not an https:// URL";
    if (!url->is_secure() && !url->is_loopback())
      return "must begin with https:// (http:// is for loopback addresses alone)";
    return {};
  }
};

}  // namespace mcpawl::oauth
