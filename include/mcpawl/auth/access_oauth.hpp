// mcpawl/auth/access_oauth.hpp - the policy of a server that is its own authorization server, before Cloudflare
// Access
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/access/access_claims.hpp>
#include <mcpawl/auth/access_oauth_options.hpp>
#include <mcpawl/auth/linked_token.hpp>
#include <mcpawl/auth/policy.hpp>
#include <mcpawl/core/separate.hpp>
#include <mcpawl/core/settings.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/request_head.hpp>
#include <mcpawl/store/kv_store.hpp>
#include <mcpawl/store/open_store.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl {

namespace oauth {
class approvals;
class token_service;
}  // namespace oauth

/** Let in who has an access token of ours, and give one to clients whose user has logged in at Cloudflare
    Access (Access for SaaS, OIDC): the server is an OAuth 2.1 authorization server for MCP clients and an
    OpenID Connect client of Access.

    | path | what it is |
    |---|---|
    | `/.well-known/oauth-protected-resource`, and with the endpoint behind | RFC 9728 |
    | `/.well-known/oauth-authorization-server`, `/.well-known/openid-configuration`, likewise | RFC 8414 |
    | `/register` | RFC 7591 |
    | `/authorize`, `/callback` | the consent page, and the way back from Access |
    | `/token` | authorization_code, refresh_token |
    | `/revoke` | RFC 7009 |
    | `/introspect` | RFC 7662, only with `access_oauth_options::introspector` |

    The token comes in `Authorization: Bearer`; who has none is told where to get one (`bearer_challenge`). It
    was issued for this very endpoint (RFC 8707), and it is looked up in the store, or remembered for a few
    seconds: a revocation takes effect at once in the process that makes it, and within
    `access_oauth_options::remember` in others. What a tool sees is what Access said when the person logged in
    or at the last refresh.

    | request | status | code |
    |---|---|---|
    | no token | 401, `WWW-Authenticate` | missing_token |
    | two tokens, or one in the query | 400, `WWW-Authenticate` | invalid_request |
    | a good token without a scope that is required, or that `requires_scope` of a handle asks for | 403, `WWW-Authenticate` | insufficient_scope |
    | a token that is not of this server, has expired or was revoked | 401, `WWW-Authenticate` | invalid_token |
    | the store cannot be read | 503, Retry-After | temporarily_unavailable |

    What is stored where, and for how long: see docs/stores.md.

    @code
    mcpawl::server srv{{"adder", "1.0"}, mcpawl::access_oauth::from_env<mcpawl::sqlite_store>()};
    srv.tool("whoami", "Tell who is calling.", [](mcpawl::access_identity const& who) { return who->email; });
    @endcode

    @par Lifetime
    As `auth_policy` says. Copies share the store.
    @par Thread safety
    One copy per thread.

    https://developers.cloudflare.com/cloudflare-one/access-controls/ai-controls/secure-mcp-servers/
*/
class access_oauth {
public:
  using identity_type = access_identity;
  static constexpr std::string_view policy_name = "access_oauth";

  /** @param store  where clients and grants are kept: a `sqlite_store`, a `memory_store`, or yours

      @par Errors
      Throws `configuration_error` with all errors in the options. */
  MCPAWL_DECL access_oauth(access_oauth_options options, std::shared_ptr<kv_store> store);
  MCPAWL_DECL access_oauth(access_oauth const& other);
  MCPAWL_DECL access_oauth(access_oauth&&) noexcept;
  MCPAWL_DECL ~access_oauth();

  /** Read `OAUTH_KV`, where the store is, and the settings that `access_oauth_options::from` names.

      @tparam Kinds  the kinds of stores among which the form of `OAUTH_KV` chooses, such as `sqlite_store` and
                     `memory_store`; see `open_store`

      @par Errors
      Throws `configuration_error` with all errors.
  */
  template <store_kind... Kinds>
  static access_oauth from_env(settings from = settings()) {
    auto options = access_oauth_options::from(from);
    auto store = open_store<Kinds...>(from);
    from.throw_if_invalid();
    return access_oauth(std::move(options), std::move(store));
  }

  /** Bind this copy to its thread. */
  MCPAWL_DECL void attach(auth_environment const& environment);

  /** Pages of others may use everything but what people see. */
  MCPAWL_DECL public_route route_of(http::request_head const& head) const noexcept;

  /** The paths of the table above. */
  MCPAWL_DECL std::vector<std::string> public_paths(std::string_view endpoint_path) const;

  /** Answer as the authorization server.

      @par Errors
      Endpoints for clients answer with the `error` of RFC 6749 section 5.2, RFC 7591 section 3.2.2 and their
      like, those for people with a page or a redirect (RFC 6749 section 4.1.2.1). */
  MCPAWL_DECL task<> serve_unauthenticated(http::exchange& ex);

  /** Whether the request has a bearer token that begins as ours do. */
  MCPAWL_DECL bool recognizes(http::request_head const& head) const noexcept;

  /** Write into the store; why that failed. */
  MCPAWL_DECL task<std::string> probe() const;

  /** Decide about a request. Waits only where it needs a look into the store.

      @par Errors
      The denials of the table above. */
  MCPAWL_DECL authentication<access_identity> authenticate(http::request_head const& head);

  /** The caller's name for sessions: kind, issuer and subject. */
  std::string principal(access_identity const& who) const { return access_principal(*who); }

  /** The scopes of `access_oauth_options`, required and offered ones. */
  MCPAWL_DECL std::vector<std::string> known_scopes() const;
  /** Ask a caller to authorize anew for what a call needs. */
  MCPAWL_DECL denial insufficient_scope(access_identity const& who, scope_demand const& what) const;

  /** The token of Access with which the caller may be followed downstream (`linked_app`). It must not
      outlive this copy. */
  MCPAWL_DECL std::optional<linked_token> linked_token_of(http::request_head const& head,
                                                          access_identity const&);

  /** Issues, ends and lists grants; any thread may use it. A person is named by `access_claims::subject`. Include
      `oauth/grant/token_service.hpp` for it. */
  MCPAWL_DECL oauth::token_service& tokens() const noexcept;
  /** Remembers who approved what; any thread may use it. Include `oauth/server/approvals.hpp` for it. */
  MCPAWL_DECL oauth::approvals& approvals() const noexcept;

private:
  class impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace mcpawl

#ifndef MCPAWL_SEPARATE_COMPILATION
#include <mcpawl/auth/access_oauth.ipp>
#endif
