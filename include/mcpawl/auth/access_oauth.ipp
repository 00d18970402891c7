// mcpawl/auth/access_oauth.ipp - the bodies of access_oauth.hpp
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/auth/access_login_reader.hpp>
#include <mcpawl/auth/access_oauth.hpp>
#include <mcpawl/auth/access_session.hpp>
#include <mcpawl/auth/bearer_challenge.hpp>
#include <mcpawl/auth/bearer_token.hpp>
#include <mcpawl/auth/credential_form.hpp>
#include <mcpawl/auth/grant_token_source.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/http/exchange.hpp>
#include <mcpawl/jose/token_cache.hpp>
#include <mcpawl/keys/auth_errc.hpp>
#include <mcpawl/oauth/common/errc.hpp>
#include <mcpawl/oauth/grant/token.hpp>
#include <mcpawl/oauth/server/authorization_server.hpp>
#include <mcpawl/oauth/server/server_state.hpp>
#include <mcpawl/oauth/upstream/upstream_client.hpp>
#include <mcpawl/observe/observation.hpp>
#include <mcpawl/observe/observer.hpp>
#include <mcpawl/store/sealed_store.hpp>

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

class access_oauth::impl {
public:
  impl(access_oauth_options options, std::shared_ptr<kv_store> store)
      : shared_(std::make_shared<shared>(detail::validated(std::move(options)), std::move(store))),
        upstream_(std::make_unique<oauth::upstream_client>(
            shared_->options.login(), std::make_shared<detail::access_login_reader const>())),
        cache_(shared_->options.remember) {}
  impl(impl const& other)
      : shared_(other.shared_),
        upstream_(std::make_unique<oauth::upstream_client>(*other.upstream_)),
        cache_(shared_->options.remember) {}

  void attach(auth_environment const& environment) {
    auto const& options = shared_->options;
    auto& parts = *shared_->parts;
    std::call_once(shared_->placed, [&] {
      oauth::client_fetch_settings fetching(options.authorities(), *options.time);
      if (options.allow) fetching.allow(unsafe::loopback_is_public{});
      fetching.log = environment.log;
      auto resource = oauth::server_endpoints::resource_of(options.endpoint(), environment.endpoint_path);
      parts.place(std::move(resource), std::move(fetching));
      if (shared_->sealed) shared_->sealed->log_to(environment.log);
      shared_->hear_others(environment.log);
    });
    observed_ = environment.observed;
    upstream_->attach(environment.executor, environment.log);
    server_.emplace(shared_->parts, *upstream_, sealer(options.cookie_keys), options.endpoint(),
                    endpoints(environment.endpoint_path, environment.shares_listeners), environment.log,
                    environment.observed);
    challenge_ = detail::bearer_challenge(shared_->required.text(), server_->endpoints().metadata_url());
  }

  task<std::string> probe() const { return write_something(shared_); }

  public_route route_of(http::request_head const& head) const noexcept {
    if (!server_) return public_route::none;
    switch (server_->endpoints().which(head.path())) {
      case oauth::endpoint::none: return public_route::none;
      case oauth::endpoint::authorization:
      case oauth::endpoint::callback: return public_route::same_origin;
      default: return public_route::any_origin;
    }
  }

  std::vector<std::string> public_paths(std::string_view endpoint_path) const {
    return endpoints(endpoint_path, true).paths();
  }

  task<> serve_unauthenticated(http::exchange& ex) { return server_->serve(ex); }

  authentication<access_identity> authenticate(http::request_head const& head) {
    if (!server_) return authenticate_unattached(*this, head);
    // one that is remembered needs no look at its characters: it is found byte by byte
    auto const text = detail::find_bearer_text(head);
    std::optional<access_identity> remembered;
    if (text && head.query().empty()) {
      auto const* const known = cache_.find(*text, now(), shared_->options.time->steady());
      if (observed_) observed_->tell(&observer::on_token_cache, token_cache_record{known != nullptr});
      auto const& revoked = *shared_->parts->tokens.counts();
      if (known != nullptr && known->revocations() == revoked.of_token(*text)) {
        if (!revoked.is_deaf()) return known->who();
        remembered = known->who();
      }
    }
    auto const token = detail::checked_bearer_token(text, head);
    if (!token) return deny(token.error());
    if (auto const ours = oauth::token::parse(oauth::token_kind::access, *token); !ours)
      return deny(ours.error());
    return look_up(*this, *token, std::move(remembered));
  }

  std::optional<linked_token> linked_token_of(http::request_head const& head) {
    auto const token = detail::find_bearer_token(head);
    if (!token || !server_) return std::nullopt;
    auto source =
        std::make_shared<detail::grant_token_source>(shared_->parts, *upstream_, secret{std::string{*token}});
    return linked_token(linked_token::form::bearer, std::move(source));
  }

  std::vector<std::string> known_scopes() const {
    auto const& all = shared_->known;
    return {all.begin(), all.end()};
  }
  denial insufficient_scope(access_identity const& who, scope_demand const& what) const {
    return challenge_.insufficient_scope(what, who->scopes, known_scopes());
  }

  oauth::token_service& tokens() const noexcept { return shared_->parts->tokens; }
  oauth::approvals& approvals() const noexcept { return shared_->parts->approved; }

private:
  oauth::server_endpoints endpoints(std::string_view endpoint_path, bool beside_others) const {
    return {shared_->parts->rules, shared_->options.endpoint(), endpoint_path, beside_others};
  }

  /** A copy that was never attached belongs to the thread it is used on first. */
  static task<auth_result<access_identity>> authenticate_unattached(impl& self,
                                                                    http::request_head const& head) {
    auto executor = co_await boost::asio::this_coro::executor;
    auth_environment alone{std::move(executor), logger()};
    self.attach(alone);
    co_return co_await decision_of(self.authenticate(head));
  }

  /** Look a token up in the store.

      @param text        of the request's head, which outlives this
      @param remembered  whom it stood for a moment ago: what counts if the store cannot say */
  static task<auth_result<access_identity>> look_up(impl& self, std::string_view text,
                                                    std::optional<access_identity> remembered) {
    auto& parts = *self.shared_->parts;
    std::uint64_t const revocations = parts.tokens.counts()->of_token(text);
    secret token{std::string{text}};
    std::string resource = parts.rules.resource();
    auto const grant = co_await parts.tokens.look_up(std::move(token), std::move(resource));
    if (!grant && remembered && !is_about_token(grant.error())) co_return *std::move(remembered);
    if (!grant) co_return self.deny(grant.error());
    if (!grant->scope.contains(self.shared_->required))
      co_return self.deny(detail::auth_errc::insufficient_scope);
    auto const session = detail::access_session::open(*grant, revocations);
    if (!session) co_return self.deny(session.error());
    jose::token_bounds const bounds{0, grant->expires, {}};
    self.cache_.insert(text, *session, bounds, self.shared_->options.time->steady());
    co_return session->who();
  }

  struct shared {
    shared(access_oauth_options with, std::shared_ptr<kv_store> store) : options(std::move(with)) {
      if (options.seal_store && !store->is_private()) {
        using seals = detail::sealed_store;
        store = sealed = std::make_shared<seals>(std::move(store), sealer(options.cookie_keys), scope(),
                                                 seals::unreadable::is_absent);
      }
      auto rules = options.rules();
      rules.authorization.issuer = options.endpoint().origin();
      // Access gives none unless it is asked for one
      std::string const asked = ' ' + options.upstream.scopes + ' ';
      rules.refresh = rules.refresh_unchecked || asked.find(" offline_access ") != std::string::npos;
      parts = std::make_shared<oauth::server_state>(std::move(rules), std::move(store), *options.time);
    }
    /** Hear at once what other instances take back. */
    void hear_others(logger const& log) {
      auto channel = options.several_instances ? parts->store->make_channel() : nullptr;
      if (!channel) return;
      auto by = std::make_shared<detail::bus>(std::move(channel), sealer(options.cookie_keys), scope(),
                                              *options.time, log);
      oauth::detail::revocation_counts::share(parts->tokens.counts(), std::move(by));
    }

    /** What is sealed for others of the same name, and for nobody else. */
    std::string scope() const { return "oauth " + options.endpoint().origin(); }

    access_oauth_options options;
    std::shared_ptr<detail::sealed_store> sealed;  // null where the store is ours alone
    oauth::scope_set required = options.required_scopes();
    oauth::scope_set known = options.rules().authorization.scopes;
    std::shared_ptr<oauth::server_state> parts;
    std::once_flag placed;
  };

  /** Keeps what it needs: it may be awaited when this is gone. */
  static task<std::string> write_something(std::shared_ptr<shared> with) {
    // one key for all instances: what is in it is of no meaning
    store_write write("ready", "");
    write.expires(with->options.time->wall() + 60);
    auto const store = with->parts->store;
    auto const written = co_await store->put(std::move(write));
    if (written) co_return std::string();
    co_return "the store cannot be written: " + written.error().message();
  }

  /** What a caller is told about an error.

      | error | status | code |
      |---|---|---|
      | what `bearer_challenge::about_request` names | 401, 400, 403 | as it says |
      | the store cannot be read | 503 | temporarily_unavailable |
      | any other | 401 | invalid_token |
  */
  auth_result<access_identity> deny(error_code const& why) const {
    if (auto asked = challenge_.about_request(why)) return *std::move(asked);
    if (is_about_token(why)) return challenge_.invalid_token(why);
    denial out(503, "temporarily_unavailable", why.message());
    out.retry_after = std::chrono::seconds{5};
    return out;
  }
  static bool is_about_token(error_code const& why) noexcept {
    return why == oauth::oauth_errc::bad_token || why == oauth::oauth_errc::token_expired ||
           why == oauth::oauth_errc::bad_target || why == detail::auth_errc::malformed_authorization;
  }
  unix_seconds now() const { return shared_->options.time->wall(); }

  std::shared_ptr<shared> shared_;
  std::unique_ptr<oauth::upstream_client> upstream_;  // others know its address
  jose::token_cache<detail::access_session> cache_;
  detail::observation const* observed_ = nullptr;  // null where nobody observes
  std::optional<oauth::authorization_server> server_;
  detail::bearer_challenge challenge_;
};

MCPAWL_DECL access_oauth::access_oauth(access_oauth_options options, std::shared_ptr<kv_store> store)
    : impl_(std::make_unique<impl>(std::move(options), std::move(store))) {}
MCPAWL_DECL access_oauth::access_oauth(access_oauth const& other)
    : impl_(std::make_unique<impl>(*other.impl_)) {}
MCPAWL_DECL access_oauth::access_oauth(access_oauth&&) noexcept = default;
MCPAWL_DECL access_oauth::~access_oauth() = default;

MCPAWL_DECL void access_oauth::attach(auth_environment const& environment) { impl_->attach(environment); }
MCPAWL_DECL task<std::string> access_oauth::probe() const { return impl_->probe(); }
MCPAWL_DECL public_route access_oauth::route_of(http::request_head const& head) const noexcept {
  return impl_->route_of(head);
}
MCPAWL_DECL std::vector<std::string> access_oauth::public_paths(std::string_view endpoint_path) const {
  return impl_->public_paths(endpoint_path);
}
MCPAWL_DECL task<> access_oauth::serve_unauthenticated(http::exchange& ex) {
  return impl_->serve_unauthenticated(ex);
}
MCPAWL_DECL authentication<access_identity> access_oauth::authenticate(http::request_head const& head) {
  return impl_->authenticate(head);
}
MCPAWL_DECL bool access_oauth::recognizes(http::request_head const& head) const noexcept {
  static_assert(oauth::token::prefix_of(oauth::token_kind::access).starts_with(detail::own_token_prefix));
  return detail::has_bearer_of(detail::bearer_form::own, head);
}
MCPAWL_DECL std::vector<std::string> access_oauth::known_scopes() const { return impl_->known_scopes(); }
MCPAWL_DECL denial access_oauth::insufficient_scope(access_identity const& who,
                                                    scope_demand const& what) const {
  return impl_->insufficient_scope(who, what);
}
MCPAWL_DECL std::optional<linked_token> access_oauth::linked_token_of(http::request_head const& head,
                                                                      access_identity const&) {
  return impl_->linked_token_of(head);
}
MCPAWL_DECL oauth::token_service& access_oauth::tokens() const noexcept { return impl_->tokens(); }
MCPAWL_DECL oauth::approvals& access_oauth::approvals() const noexcept { return impl_->approvals(); }

}  // namespace mcpawl
