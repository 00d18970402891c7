// mcpawl/auth/access_oauth_options.hpp - the settings of access_oauth, from code or from the environment
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/core/separate.hpp>
#include <mcpawl/core/settings.hpp>
#include <mcpawl/http/authorities.hpp>
#include <mcpawl/http/public_address.hpp>
#include <mcpawl/http/tls.hpp>
#include <mcpawl/http/url.hpp>
#include <mcpawl/jose/token_cache.hpp>
#include <mcpawl/oauth/client/pinned_client.hpp>
#include <mcpawl/oauth/common/redirect_uri.hpp>
#include <mcpawl/oauth/common/scope.hpp>
#include <mcpawl/oauth/page/page.hpp>
#include <mcpawl/oauth/server/server_rules.hpp>
#include <mcpawl/oauth/upstream/upstream_options.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl {

/** How `access_oauth` is to work.

    @code
    mcpawl::settings settings;
    auto options = mcpawl::access_oauth_options::from(settings);
    settings.throw_if_invalid();
    options.offer_scope("files:read", "Read your files").run_by("Example Inc.", "https://example.com");
    @endcode

    @par Errors
    The functions that set something take it as it is; whoever is given the options checks them all
    (`checked`).
*/
class access_oauth_options {
public:
  /** @param public_url  the server's own origin, as clients and browsers reach it, or the URL of the
      endpoint; `http://` is for loopback addresses alone
      @param upstream    the OIDC application of Access; its callback is set here
      @param cookie_keys of 32 bytes each; the first seals, all open */
  access_oauth_options(std::string public_url, oauth::upstream_options upstream,
                       std::vector<secret> cookie_keys)
      : public_url_(std::move(public_url)),
        upstream_(std::move(upstream)),
        cookie_keys_(std::move(cookie_keys)) {
    upstream_.callback(callback_of(public_url_));
    remembered_.max_age = std::chrono::seconds{5};
    remembered_.max_token_bytes = 128;
  }

  /** Read `PUBLIC_URL`, `COOKIE_ENCRYPTION_KEY` (64 hexadecimal digits; several with commas, to change it
      without a gap), optionally `ACCESS_SCOPES` (what Access is asked for, with spaces; by default
      `openid email profile groups offline_access`), `CLIENT_DOCUMENTS` (`on`, `off` or `auto`),
      `CLIENT_DOCUMENTS_FILE` (documents that are not fetched), `REDIRECT_SCHEMES` (as `allow_private_scheme`,
      with commas), `CLIENT_ADDRESS_HEADER` (as `client_address_field`), and what `upstream_options::from`
      reads: `ACCESS_CLIENT_ID`, `ACCESS_CLIENT_SECRET`, and either `ACCESS_AUTHORIZATION_URL`,
      `ACCESS_TOKEN_URL` and `ACCESS_JWKS_URL`, or `ACCESS_CONFIG_URL`. Errors are noted in `from`.
  */
  MCPAWL_DECL static access_oauth_options from(settings& from);

  /** Ask Access for these scopes; spaces between them. Without `offline_access` nobody is asked again whether
      a person may still come in. */
  access_oauth_options& request_scopes(std::string_view scopes) {
    upstream_.scopes(scopes);
    return *this;
  }

  /** Offer a scope, with what it means in words for the consent page. Without any, clients get tokens without
      scopes. */
  access_oauth_options& offer_scope(std::string_view scope, std::string words = {}) {
    auto& all = rules_.authorization.scopes;
    all = all | oauth::scope_set{scope};
    if (!words.empty()) rules_.scope_words[std::string{scope}] = std::move(words);
    return *this;
  }
  /** Let only tokens in that have this scope, and ask for it where a client asks for none. */
  access_oauth_options& require_scope(std::string_view scope, std::string words = {}) {
    offer_scope(scope, std::move(words));
    required_ = required_ | oauth::scope_set{scope};
    auto& preset = rules_.authorization.default_scopes;
    preset = preset | oauth::scope_set{scope};
    return *this;
  }

  /** What the server is called on the consent page and in its metadata. */
  access_oauth_options& named(std::string name) {
    rules_.server_name = std::move(name);
    return *this;
  }
  /** Who runs the server: for the consent page. */
  access_oauth_options& run_by(std::string name, std::string url = {}) {
    rules_.operator_name = std::move(name);
    rules_.operator_url = std::move(url);
    return *this;
  }
  /** A picture for the pages: `https`, or `data:image/...;base64,`. */
  access_oauth_options& logo(std::string url) {
    rules_.logo_url = std::move(url);
    return *this;
  }
  /** Make the pages for people with this. */
  access_oauth_options& pages(std::shared_ptr<oauth::page_maker const> maker) {
    rules_.pages = std::move(maker);
    return *this;
  }

  access_oauth_options& lifetimes(oauth::token_lifetimes times) {
    rules_.lifetimes = times;
    return *this;
  }
  /** Give refresh tokens also where Access gave none, so that it is not asked again whether a person may
      still come in, for as long as `token_lifetimes::refresh`. */
  access_oauth_options& refresh_unchecked() {
    rules_.refresh_unchecked = true;
    return *this;
  }

  /** Allow redirect URIs of a private-use scheme such as `cursor` (RFC 8252 section 7.1), which any program
      on the user's machine can claim. Who has claimed it gets the code, which is of no use without the
      verifier of PKCE; but a program may also begin an authorization in another's name. */
  access_oauth_options& allow_private_scheme(std::string scheme) {
    rules_.authorization.redirects.private_schemes.push_back(std::move(scheme));
    return *this;
  }
  /** Take registrations (RFC 7591)? So many at once, and one more for each interval. */
  access_oauth_options& registrations(unsigned at_once, std::chrono::milliseconds interval) {
    rules_.registration = at_once != 0;
    rules_.registrations_at_once = at_once;
    rules_.registration_interval = interval;
    return *this;
  }
  /** Know the addresses of clients by this header field, which a proxy in front of the server sets, such as
      `CF-Connecting-IP`, or appends to, such as `X-Forwarded-For` (`http::client_address`). Only where no request
      comes by another way. Without it, clients behind a proxy share the limits of all. */
  access_oauth_options& client_address_field(std::string name) {
    rules_.client_address_field = std::move(name);
    return *this;
  }
  /** What one client address may do: register, begin logins, and have documents of unknown clients fetched. */
  access_oauth_options& per_address(oauth::address_share registrations, oauth::address_share logins,
                                    oauth::address_share documents) {
    rules_.registrations_per_address = registrations;
    rules_.logins_per_address = logins;
    rules_.documents_per_address = documents;
    return *this;
  }
  /** Take clients that are described by a document at their URL, which is then fetched? `automatic`, the
      default, advertises them only while that works. */
  access_oauth_options& client_documents(oauth::client_document_mode mode) {
    rules_.client_documents = mode;
    return *this;
  }
  /** Know this client by its URL without fetching its document, whatever `client_documents` says. */
  access_oauth_options& pin_client(oauth::pinned_client const& known) {
    rules_.pinned_documents.push_back(known.json());
    return *this;
  }
  /** Fetch such a document, or the keys of a client, within this time, the lookup of its host included; look
      up so many hosts at once. Further ones get 503. */
  access_oauth_options& client_fetches(std::chrono::milliseconds timeout, std::size_t max_lookups) {
    rules_.client_fetch_timeout = timeout;
    rules_.max_client_lookups = max_lookups;
    return *this;
  }
  /** Look up the hosts of such documents by this resolver, which has its own bounds. */
  access_oauth_options& client_names(std::shared_ptr<http::name_resolver const> by) {
    rules_.client_names = std::move(by);
    return *this;
  }
  /** Fetch such documents from this machine as well; see the tag. */
  access_oauth_options& allow(unsafe::loopback_is_public) {
    loopback_is_public_ = true;
    return *this;
  }
  /** Answer questions about tokens (RFC 7662) of the one with these credentials. */
  access_oauth_options& introspection(std::string id, secret password) {
    rules_.introspector = {std::move(id), std::move(password)};
    return *this;
  }

  /** How tokens that were looked up are remembered, on each thread. What another process revokes may be let
      in for so long still; 5 seconds by default, `entries` 0 looks every request up. */
  access_oauth_options& remember(jose::token_cache_settings tokens) {
    remembered_ = tokens;
    return *this;
  }
  /** Tell the time by this clock, which must outlive the policy. */
  access_oauth_options& time(clock const& source) {
    clock_ = &source;
    upstream_.time(source);
    return *this;
  }
  /** Trust these authorities for the connections to Access and to clients' documents. */
  access_oauth_options& trust(http::tls_trust authorities) {
    upstream_.trust(authorities);
    trust_ = std::move(authorities);
    return *this;
  }

  /** The same options.

      @par Errors
      Throws `configuration_error` with all that is wrong with them. */
  MCPAWL_DECL static access_oauth_options checked(access_oauth_options options);

  http::origin_url public_url() const { return http::origin_url::parse(public_url_).value(); }
  oauth::upstream_options const& upstream() const noexcept { return upstream_; }
  std::vector<secret> const& cookie_keys() const noexcept { return cookie_keys_; }
  oauth::server_rules const& rules() const noexcept { return rules_; }
  oauth::scope_set const& required_scopes() const noexcept { return required_; }
  jose::token_cache_settings const& remembered() const noexcept { return remembered_; }
  clock const& time() const noexcept { return *clock_; }
  bool loopback_is_public() const noexcept { return loopback_is_public_; }

  /** The authorities given, or else the system's.

      @par Errors
      Throws `configuration_error` if they cannot be read. */
  http::tls_trust authorities() const { return detail::given_or_system(trust_); }

private:
  static constexpr std::string_view default_upstream_scopes = "openid email profile groups offline_access";

  static std::string callback_of(std::string_view public_url) {
    auto const url = http::origin_url::parse(public_url);
    return url ? url->origin() + "/callback" : std::string();
  }

  std::string public_url_;
  oauth::upstream_options upstream_;
  std::vector<secret> cookie_keys_;
  oauth::server_rules rules_;
  oauth::scope_set required_;
  jose::token_cache_settings remembered_;
  bool loopback_is_public_ = false;
  clock const* clock_ = &clock::system();
  std::optional<http::tls_trust> trust_;
};

}  // namespace mcpawl

#ifndef MCPAWL_SEPARATE_COMPILATION
#include <mcpawl/auth/access_oauth_options.ipp>
#endif
