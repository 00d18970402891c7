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
#include <mcpawl/jose/token_cache_settings.hpp>
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

/** A scope that clients may ask for. */
struct offered_scope {
  std::string name = {};
  std::string words = {};  ///< What it means, for the consent page.
  bool required =
      false;  ///< Only tokens that have it are let in; it is asked for where a client asks for none.
};

/** How `access_oauth` is to work. Nothing is checked before `validate`, which the policy calls.

    @code
    mcpawl::settings settings;
    auto options = mcpawl::access_oauth_options::from(settings);
    settings.throw_if_invalid();
    options.server_name = "Files";
    options.scopes = {{.name = "files:read", .words = "Read your files"}};
    @endcode
*/
struct access_oauth_options {
  /** The server's own origin, as clients and browsers reach it, or the URL of the endpoint; `http://` is for loopback
      addresses alone. */
  std::string public_url = {};
  /** The OIDC application of Access; its callback, its clock and its authorities are set from here. Without
      `offline_access` among its scopes nobody is asked again whether a person may still come in. */
  oauth::upstream_options upstream = {};
  std::vector<secret> cookie_keys = {};  ///< Of 32 bytes each; the first seals, all open.

  std::vector<offered_scope> scopes = {};  ///< Without any, clients get tokens without scopes.

  std::string server_name =
      "MCP server";                ///< What the server is called on the consent page and in its metadata.
  std::string operator_name = {};  ///< Who runs it, for the consent page; may be empty.
  std::string operator_url = {};
  std::string logo_url = {};  ///< A picture for the pages: `https`, or `data:image/...;base64,`.
  std::shared_ptr<oauth::page_maker const> pages = std::make_shared<oauth::page_maker const>();

  oauth::token_lifetimes lifetimes = {};
  /** Give refresh tokens also where Access gave none, so that it is not asked again whether a person may
      still come in, for as long as `token_lifetimes::refresh`. */
  bool refresh_unchecked = false;

  /** Redirect URIs of these private-use schemes such as `cursor` (RFC 8252 section 7.1) are allowed, which any
      program on the user's machine can claim. Who has claimed it gets the code, which is of no use without the
      verifier of PKCE; but a program may also begin an authorization in another's name. */
  std::vector<std::string> private_schemes = {};

  /** So many registrations (RFC 7591) at once, and one more for each interval; none if it is 0. With `several_instances` so many
      for all of them together. */
  unsigned registrations_at_once = 60;
  std::chrono::milliseconds registration_interval{1'000};

  /** The header field by which the addresses of clients are known: a proxy in front of the server sets it, such as
      `CF-Connecting-IP`, or appends to it, such as `X-Forwarded-For` (`http::client_address`). Only where no request
      comes by another way. Without it, clients behind a proxy share the limits of all. */
  std::string client_address_field = {};
  // what one client address may do: register, begin logins, and have documents of unknown clients fetched
  oauth::address_share registrations_per_address{10, std::chrono::minutes{1}};
  oauth::address_share logins_per_address{60, std::chrono::seconds{1}};
  oauth::address_share documents_per_address{10, std::chrono::seconds{10}};

  /** Whether clients are taken that are described by a document at their URL, which is then fetched. */
  oauth::client_document_mode client_documents = oauth::client_document_mode::automatic;
  /** Clients that are known by their URL without fetching a document, whatever `client_documents` says. */
  std::vector<oauth::pinned_client> pinned_clients = {};
  std::vector<std::string> pinned_documents = {};  ///< The same, as JSON texts of their documents.
  /** For such a document, or for the keys of a client, the lookup of its host included. */
  std::chrono::milliseconds client_fetch_timeout{5'000};
  std::size_t max_client_lookups = 8;  ///< So many hosts are looked up at once; further ones get 503.
  /** What looks them up, with bounds of its own; may be null. */
  std::shared_ptr<http::name_resolver const> client_names = {};
  std::optional<unsafe::loopback_is_public> allow = {};  ///< Fetch such documents from this machine as well.

  /** Who may ask about tokens (RFC 7662); nobody if it is not set. */
  std::optional<oauth::introspecting_party> introspector = {};

  /** How tokens that were looked up are remembered, on each thread. What another process revokes may be let
      in for so long still, unless `several_instances`; `entries` 0 looks every request up. */
  jose::token_cache_settings remember = five_seconds();
  /** Other instances with the same `cookie_keys` share the store, and tell by it what they revoke, so that it counts
      here within milliseconds; the store must make channels (`kv_store::make_channel`). */
  bool several_instances = false;
  /** Seal by `cookie_keys` what is kept in a store that others could write to (`kv_store::is_private`), so that nobody can make a
      grant there. What was sealed by a key that is removed is gone: clients register and people log in again. */
  bool seal_store = true;
  clock const* time = &clock::system();       ///< Must outlive the policy.
  std::optional<http::tls_trust> trust = {};  ///< For Access and for clients' documents; else the system's.

  /** Read `PUBLIC_URL`, `COOKIE_ENCRYPTION_KEY` (64 hexadecimal digits; several with commas, to change it
      without a gap), optionally `ACCESS_SCOPES` (what Access is asked for, with spaces; by default
      `openid email profile groups offline_access`),
      `CLIENT_DOCUMENTS` (`on`, `off` or `auto`), `CLIENT_DOCUMENTS_FILE` (documents that are not fetched),
      `REDIRECT_SCHEMES` (`private_schemes`, with commas), `CLIENT_ADDRESS_HEADER` (`client_address_field`),
      and for `upstream` `ACCESS_CLIENT_ID`, `ACCESS_CLIENT_SECRET`, either `ACCESS_AUTHORIZATION_URL`,
      `ACCESS_TOKEN_URL` and `ACCESS_JWKS_URL`, or `ACCESS_CONFIG_URL`, and optionally `ACCESS_ISSUER`. Errors are
      noted in `from`.
  */
  MCPAWL_DECL static access_oauth_options from(settings& from);

  /** Everything that is wrong, in sentences. */
  MCPAWL_DECL std::vector<std::string> validate() const;

  // --- what follows from valid options ----------------------------------------------------------------------

  http::origin_url endpoint() const { return http::origin_url::parse(public_url).value(); }
  /** The options of the upstream, with what is set from here. */
  MCPAWL_DECL oauth::upstream_options login() const;
  MCPAWL_DECL oauth::server_rules rules() const;
  MCPAWL_DECL oauth::scope_set required_scopes() const;

  /** The authorities given, or else the system's.

      @par Errors
      Throws `configuration_error` if they cannot be read. */
  http::tls_trust authorities() const { return detail::given_or_system(trust); }

private:
  static std::string callback_of(std::string_view public_url) {
    auto const url = http::origin_url::parse(public_url);
    return url ? url->origin() + "/callback" : std::string();
  }
  static jose::token_cache_settings five_seconds() noexcept {
    jose::token_cache_settings out;
    out.max_age = std::chrono::seconds{5};
    out.max_token_bytes = 128;
    return out;
  }
};

}  // namespace mcpawl

#ifndef MCPAWL_SEPARATE_COMPILATION
#include <mcpawl/auth/access_oauth_options.ipp>
#endif
