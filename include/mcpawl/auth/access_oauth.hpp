// mcpawl/auth/access_oauth.hpp - the policy of a server that is its own authorization server, before Cloudflare
// Access
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/access/access_claims.hpp>
#include <mcpawl/auth/access_oauth_options.hpp>
#include <mcpawl/auth/access_session.hpp>
#include <mcpawl/auth/bearer_challenge.hpp>
#include <mcpawl/auth/bearer_token.hpp>
#include <mcpawl/auth/grant_token_source.hpp>
#include <mcpawl/auth/linked_token.hpp>
#include <mcpawl/auth/policy.hpp>
#include <mcpawl/auth/store_setting.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/core/settings.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/exchange.hpp>
#include <mcpawl/http/request_head.hpp>
#include <mcpawl/jose/token_cache.hpp>
#include <mcpawl/keys/auth_errc.hpp>
#include <mcpawl/oauth/common/errc.hpp>
#include <mcpawl/oauth/server/authorization_server.hpp>
#include <mcpawl/oauth/server/server_state.hpp>
#include <mcpawl/oauth/upstream/upstream_client.hpp>
#include <mcpawl/store/kv_store.hpp>

#include <boost/asio/this_coro.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl {

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
    | `/introspect` | RFC 7662, only with `access_oauth_options::introspection` |

    The token comes in `Authorization: Bearer`; who has none is told where to get one
   (`bearer_challenge`). It was issued for this very endpoint (RFC 8707), and it is looked up in the
   store, or remembered for a few seconds: a revocation takes effect at once in the process that makes it, and
   within `access_oauth_options::remember` in others. What a tool sees is what Access said when the person
   logged in or at the last refresh.

    What is stored where, and for how long: see docs/stores.md.

    @code
    mcpawl::server srv{{"adder", "1.0"}, mcpawl::access_oauth<mcpawl::local_store>::from_env()};
    srv.tool("whoami", "Tell who is calling.", [](mcpawl::access_identity const& who) { return who->email; });
    @endcode

    @tparam Store where clients and grants are kept: `sqlite_store`, `memory_store`, `local_store`, or yours
    @par Lifetime
    As `auth_policy` says. Copies share the store.
    @par Thread safety
    One copy per thread.

    https://developers.cloudflare.com/cloudflare-one/access-controls/ai-controls/secure-mcp-servers/
*/
template <kv_store Store>
class access_oauth {
public:
  using identity_type = access_identity;

  /** Errors: throws `configuration_error` with all mistakes in the options. */
  access_oauth(access_oauth_options options, std::shared_ptr<Store> store)
      : shared_(
            std::make_shared<shared>(access_oauth_options::checked(std::move(options)), std::move(store))),
        upstream_(std::make_unique<oauth::upstream_client>(shared_->options.upstream())),
        cache_(shared_->options.remembered()) {}
  access_oauth(access_oauth const& other)
      : shared_(other.shared_),
        upstream_(std::make_unique<oauth::upstream_client>(*other.upstream_)),
        cache_(shared_->options.remembered()) {}
  access_oauth(access_oauth&&) noexcept = default;
  ~access_oauth() = default;

  /** Read `OAUTH_KV`, where the store is, and the settings that `access_oauth_options::from` names.

      Errors: throws `configuration_error` with all mistakes.
  */
  static access_oauth from_env(settings from = settings()) {
    auto options = access_oauth_options::from(from);
    auto store = open_store<Store>(from);
    from.throw_if_invalid();
    return access_oauth(std::move(options), std::move(store));
  }

  /** Bind this copy to its thread. */
  void attach(auth_environment const& environment) {
    auto const& options = shared_->options;
    auto& parts = *shared_->parts;
    std::call_once(shared_->placed, [&] {
      oauth::client_fetch_settings fetching(options.authorities(), options.time());
      if (options.loopback_is_public()) fetching.allow(unsafe::loopback_is_public{});
      fetching.log = environment.log;
      auto resource = oauth::server_endpoints::resource_of(options.public_url(), environment.endpoint_path);
      parts.place(std::move(resource), std::move(fetching));
    });
    upstream_->attach(environment.executor, environment.log);
    server_.emplace(shared_->parts, *upstream_, sealer(options.cookie_keys()), options.public_url(),
                    environment.endpoint_path, environment.log);
    challenge_ = bearer_challenge(options.required_scopes().text(), server_->endpoints().metadata_url());
  }

  /** Pages of others may use everything but what people see. */
  public_route route_of(http::request_head const& head) const noexcept {
    if (!server_) return public_route::none;
    switch (server_->endpoints().which(head.path())) {
      case oauth::endpoint::none: return public_route::none;
      case oauth::endpoint::authorization:
      case oauth::endpoint::callback: return public_route::same_origin;
      default: return public_route::any_origin;
    }
  }

  /** Answer as the authorization server. */
  task<> serve_unauthenticated(http::exchange& ex) { return server_->serve(ex); }

  /** Decide if that needs no store. */
  std::optional<auth_result<access_identity>> decide_now(http::request_head const& head) {
    if (!server_) return std::nullopt;
    auto const& tokens = shared_->parts->tokens;
    // one that is remembered needs no look at its characters: it is found byte by byte
    auto const text = detail::find_bearer_text(head);
    if (text && head.query().empty()) {
      auto const* const known = cache_.find(*text, now(), shared_->options.time().steady());
      if (known != nullptr && known->revocations() == tokens.revocations()) return known->who();
    }
    auto const token = find_bearer_token(head);
    if (!token) return deny(token.error());
    if (auto const ours = oauth::token::parse(oauth::token_kind::access, *token); !ours)
      return deny(ours.error());
    return std::nullopt;
  }

  /** Decide about a request, with a look into the store. */
  task<auth_result<access_identity>> authenticate(http::request_head const& head) {
    if (!server_) {
      auto executor = co_await boost::asio::this_coro::executor;
      auth_environment alone{std::move(executor), logger()};
      attach(alone);
    }
    auto decided = decide_now(head);
    if (decided) co_return *std::move(decided);
    std::string_view const text = find_bearer_token(head).value();
    auto& parts = *shared_->parts;
    std::uint64_t const revocations = parts.tokens.revocations();
    secret token{std::string{text}};
    std::string resource = parts.rules.resource();
    auto const grant = co_await parts.tokens.look_up(std::move(token), std::move(resource));
    if (!grant) co_return deny(grant.error());
    if (!grant->scope.contains(shared_->options.required_scopes()))
      co_return deny(auth_errc::insufficient_scope);
    auto const session = access_session::open(*grant, revocations);
    if (!session) co_return deny(session.error());
    jose::token_bounds const bounds{0, grant->expires, {}};
    cache_.insert(text, *session, bounds, shared_->options.time().steady());
    co_return session->who();
  }

  /** The caller's name for sessions: kind, issuer and subject. */
  std::string principal(access_identity const& who) const { return access_principal(*who); }

  /** The token of Access with which the caller may be followed downstream (`linked_app`). It must not
      outlive this copy. */
  std::optional<linked_token> linked_token_of(http::request_head const& head, access_identity const&) {
    auto const token = find_bearer_token(head);
    if (!token || !server_) return std::nullopt;
    auto keeper =
        std::make_shared<grant_token_source<Store>>(shared_->parts, *upstream_, secret{std::string{*token}});
    return linked_token(linked_token::form::bearer, std::move(keeper));
  }

  /** Issues, ends and lists grants; any thread may use it. A person is named by `access_claims::subject`. */
  oauth::token_service<Store>& tokens() const noexcept { return shared_->parts->tokens; }
  /** Remembers who approved what; any thread may use it. */
  oauth::approvals<Store>& approvals() const noexcept { return shared_->parts->approved; }

  /** How often a token was found without the store, on this thread. */
  auto const& cache_counts() const noexcept { return cache_.counts(); }

private:
  struct shared {
    shared(access_oauth_options with, std::shared_ptr<Store> store) : options(std::move(with)) {
      auto rules = options.rules();
      rules.authorization.issuer = options.public_url().origin();
      // Access gives none unless it is asked for one
      std::string const asked = ' ' + options.upstream().scopes() + ' ';
      rules.refresh = rules.refresh_unchecked || asked.find(" offline_access ") != std::string::npos;
      parts =
          std::make_shared<oauth::server_state<Store>>(std::move(rules), std::move(store), options.time());
    }
    access_oauth_options options;
    std::shared_ptr<oauth::server_state<Store>> parts;
    std::once_flag placed;
  };

  /** What a caller is told about an error.

      | error | status | code |
      |---|---|---|
      | what `bearer_challenge::about_request` names | 401, 400, 403 | as it says |
      | the store cannot be read | 503 | temporarily_unavailable |
      | any other | 401 | invalid_token |
  */
  auth_result<access_identity> deny(error_code const& why) const {
    if (auto asked = challenge_.about_request(why)) return *std::move(asked);
    bool const token = why == oauth::errc::bad_token || why == oauth::errc::token_expired ||
                       why == oauth::errc::bad_target || why == auth_errc::malformed_authorization;
    if (token) return challenge_.invalid_token(why);
    denial out(503, "temporarily_unavailable", why.message());
    out.retry_after = std::chrono::seconds{5};
    return out;
  }
  unix_seconds now() const { return shared_->options.time().wall(); }

  std::shared_ptr<shared> shared_;
  std::unique_ptr<oauth::upstream_client> upstream_;  // others know its address
  jose::token_cache<access_session> cache_;
  std::optional<oauth::authorization_server<Store>> server_;
  bearer_challenge challenge_;
};

}  // namespace mcpawl
