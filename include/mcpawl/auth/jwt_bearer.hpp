// mcpawl/auth/jwt_bearer.hpp - the policy of a server that takes access tokens of any OAuth issuer
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/auth/bearer_claims.hpp>
#include <mcpawl/auth/bearer_options.hpp>
#include <mcpawl/auth/bearer_token.hpp>
#include <mcpawl/auth/bearer_verifier.hpp>
#include <mcpawl/auth/credential_form.hpp>
#include <mcpawl/auth/policy.hpp>
#include <mcpawl/auth/resource_server.hpp>
#include <mcpawl/auth/token_authenticator.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/core/settings.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/exchange.hpp>
#include <mcpawl/http/request_head.hpp>
#include <mcpawl/jose/errc.hpp>
#include <mcpawl/jose/unverified_issuer.hpp>
#include <mcpawl/keys/auth_errc.hpp>
#include <mcpawl/keys/key_source.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl {

/** Let in who has an access token for this server, a JWT of any OAuth or OpenID issuer: Auth0, Entra ID,
    Keycloak, Okta and the like (RFC 6750, RFC 9068, MCP "Authorization").

    The token comes in `Authorization: Bearer` and must be signed, by an algorithm and a key that the options
    and the issuer's key set allow, name exactly that issuer and one of the audiences, not be expired, have a
    subject, all required scopes, and the claims that `Claims` asks for. Who is not let in is told why in
    `WWW-Authenticate`, as far as it concerns a client (see `resource_server::deny`), and where to log in: in
    the metadata of RFC 9728, which everybody may read at `/.well-known/oauth-protected-resource` and at that
    path with the endpoint's behind it. The precise reason is in the log only.

    A token without a `kid` is held against the one key that the issuer has for its algorithm; where there
    are several it is not accepted. Opaque tokens are not.

    @code
    struct staff { std::string department; };
    mcpawl::server srv{{"files", "1.0"}, mcpawl::jwt_bearer<staff>::from_env()};
    srv.tool("whoami", "Tell who is calling.", [](mcpawl::bearer_identity<staff> const& who) {
      return who->subject + " of " + who->claims.department;
    });
    @endcode

    Keys are fetched when the policy is attached to its first thread, kept fresh in the background, and
    serve on while they cannot be fetched: see `key_source`.

    | request | status | code |
    |---|---|---|
    | no token | 401, `WWW-Authenticate` | missing_token |
    | two tokens, or one in the query | 400, `WWW-Authenticate` | invalid_request |
    | a good token without a scope that is required, or that `requires_scope` of a handle asks for | 403, `WWW-Authenticate` | insufficient_scope |
    | a token that is not accepted for another reason | 401, `WWW-Authenticate` | invalid_token |
    | no key to decide with, or none for the token while the keys cannot be fetched | 503, Retry-After | keys_unavailable |

    @tparam Claims see `bearer_claims`.
    @par Lifetime
    As `auth_policy` says. Copies share the keys.
    @par Thread safety
    One copy per thread.
*/
template <class Claims = no_claims>
class jwt_bearer {
  using verifier = detail::bearer_verifier<Claims>;

public:
  using identity_type = bearer_identity<Claims>;
  static constexpr std::string_view policy_name = "jwt_bearer";

  /** @par Errors
      Throws `configuration_error` with all errors in the options. */
  explicit jwt_bearer(bearer_options options)
      : options_(std::make_shared<bearer_options const>(detail::validated(std::move(options)))),
        resource_server_(*options_),
        tokens_(std::make_shared<detail::key_source>(options_->keys(), *options_->time, options_->timing),
                options_->authorities(), *options_->time, options_->expectation(), options_->remember) {}

  /** Read the settings that `bearer_options::from` names.

      @par Errors
      Throws `configuration_error` with all errors.
  */
  static jwt_bearer from_env(settings from = settings()) {
    auto options = bearer_options::from(from);
    from.throw_if_invalid();
    return jwt_bearer(std::move(options));
  }

  /** Bind this copy to its thread and begin to fetch the keys. */
  void attach(auth_environment const& environment) {
    resource_server_.endpoint(environment.endpoint_path, environment.shares_listeners);
    tokens_.attach(environment.executor, environment.log, {}, environment.observed);
  }

  public_route route_of(http::request_head const& head) const noexcept {
    return resource_server_.route_of(head);
  }
  std::vector<std::string> public_paths(std::string_view endpoint_path) const {
    return resource_server_.shared_paths(endpoint_path);
  }

  /** Answer with the metadata. */
  task<> serve_unauthenticated(http::exchange& ex) { return resource_server_.serve(ex); }

  /** Decide about a request. Waits only where newer keys might change the decision.

      @par Errors
      The denials of the table above. */
  authentication<identity_type> authenticate(http::request_head const& head) {
    auto const token = detail::find_bearer_token(head);
    if (!token) return deny(token.error());
    return tokens_.authenticate(*token, [this](error_code why) { return deny(why); });
  }

  /** Whether the request has a bearer token in the form of a JWT. */
  bool recognizes(http::request_head const& head) const noexcept {
    return detail::has_bearer_of(detail::bearer_form::jwt, head);
  }
  /** Whether that token names our issuer. Nothing is verified. */
  bool recognizes_issuer(http::request_head const& head) const {
    auto const token = detail::find_bearer_token(head);
    return token && jose::detail::names_issuer(*token, options_->issuer);
  }

  /** The caller's name for sessions: issuer and subject. */
  std::string principal(identity_type const& who) const { return bearer_principal(*who); }

  /** The scopes of `bearer_options`, required and offered ones. */
  std::vector<std::string> known_scopes() const { return resource_server_.known_scopes(); }
  /** Ask a caller to authorize anew for what a call needs. */
  denial insufficient_scope(identity_type const& who, scope_demand const& what) const {
    return resource_server_.insufficient_scope(what, who->scopes);
  }

  /** The keys, for a look at how they are doing. */
  detail::key_source const& source() const noexcept { return tokens_.source(); }

  /** Whether keys were ever had, with which it can decide. */
  bool ready() const noexcept { return source().generation() != 0; }

private:
  denial deny(error_code error) const {
    denial out = resource_server_.deny(error, source());
    if (error == detail::auth_errc::claims_do_not_fit)
      out.log_reason += " (" + tokens_.verifier().misfit() + ')';
    tokens_.add_kid(out, error);
    return out;
  }

  std::shared_ptr<bearer_options const> options_;
  detail::resource_server resource_server_;
  detail::token_authenticator<verifier> tokens_;
};

static_assert(serves_public_paths<jwt_bearer<>> && asks_for_scopes<jwt_bearer<>>);

}  // namespace mcpawl
