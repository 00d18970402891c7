// mcpawl/oauth/grant/token_service.hpp - codes and tokens: issued, exchanged, refreshed, looked up, revoked
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/io.hpp>
#include <mcpawl/oauth/common/errc.hpp>
#include <mcpawl/oauth/grant/grant.hpp>
#include <mcpawl/oauth/grant/grant_steps.hpp>
#include <mcpawl/oauth/grant/grant_table.hpp>
#include <mcpawl/oauth/grant/pending_refresh.hpp>
#include <mcpawl/oauth/grant/props.hpp>
#include <mcpawl/oauth/grant/token.hpp>
#include <mcpawl/oauth/grant/token_types.hpp>
#include <mcpawl/oauth/grant/unsaved_props.hpp>
#include <mcpawl/oauth/grant/upstream_lease.hpp>
#include <mcpawl/store/kv_store.hpp>

#include <boost/asio/this_coro.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::oauth {

/** Issues tokens and validates them, over any `kv_store`; the store makes all processes that share it agree.

    @li A code is good once. Presented again by its client, it ends the grant and all its tokens.
    @li A refresh token is replaced when it is used. Until one of the new tokens is used, and for a while, the
        old one gets the same response again. After that it counts as a sign of two holders, and ends the
        grant
        at the `token_lifetimes::max_refresh_repeats`th time; older ones end it at once.
    @li A token of a grant that has ended is not good from that moment on; where the store cannot write that
        down, in this process, and everywhere once `write_pending` succeeds.

    What was answered survives a power cut, but for a code that has not been exchanged.

    @par Errors
    `oauth::oauth_errc`: `bad_token`, `token_expired`, `wrong_client` for what is not good; `bad_target`,
    `wrong_redirect_uri`, `wrong_verifier`, `scope_not_allowed` for what does not go with it; `code_replayed`,
    `refresh_token_reused` where the grant has ended for it; `contended`, `damaged_record`. Or what the store
    says. `error_name` makes the `error` of a response of both. Throws what the crypto layer throws without
    memory or randomness.
    @par Lifetime
    The store and the clock must outlive the service and its tasks.
    @par Thread safety
    All functions may be called from any thread at once. Copies are alike and share the count of revocations.
*/
class token_service {
public:
  explicit token_service(kv_store& store, token_lifetimes lifetimes = {}, clock const& time = clock::system())
      : store_(&store),
        clock_(&time),
        lifetimes_(lifetimes),
        grants_(store),
        leases_(store, time),
        unsaved_(std::make_shared<detail::unsaved_props>(lifetimes.max_unsaved)) {}

  token_lifetimes const& lifetimes() const noexcept { return lifetimes_; }

  /** Begin a grant: make the code that the client gets by redirect (RFC 6749 section 4.1.2). */
  task<result<secret>> issue_code(code_issue issue) {
    unix_seconds const now = clock_->wall();
    grant_name const name = grant_name::make(issue.user);
    std::string family_key{detail::make_props_key().reveal()};
    token const code = token::make(token_kind::code, name, family_key);
    grant const state = detail::begin_grant(issue, name, lifetimes_, now, std::move(family_key), code);
    auto const saved = co_await grants_.save(name, state, store_absent, durability::relaxed);
    if (!saved) co_return saved.error();
    if (!*saved) co_return oauth_errc::contended;  // 120 random bits came twice
    co_return code.text();
  }

  /** Counts what this service and its copies have taken back, and what they have heard of from other instances. */
  std::uint64_t revocations() const noexcept { return counts()->total(); }
  std::shared_ptr<detail::revocation_counts> const& counts() const noexcept { return grants_.revocations(); }

  /** Exchange a code for tokens (RFC 6749 section 4.1.3). */
  task<result<issued_tokens>> redeem(code_redemption asked) {
    auto const code = token::parse(token_kind::code, asked.code.reveal());
    if (!code) co_return code.error();
    grant_name const name = code->grant();
    for (int attempt = 0; attempt != max_attempts; ++attempt) {
      auto found = co_await grants_.load(name);
      if (!found) co_return found.error();
      unix_seconds const now = clock_->wall();
      if (error_code const bad = detail::check_code(found->state, *code, asked, now)) {
        if (bad == oauth_errc::code_replayed) co_return co_await end_because(name, bad);
        co_return bad;
      }
      auto tokens = detail::exchange_code(found->state, name, *code, lifetimes_, now);
      if (!tokens) co_return tokens.error();
      auto const saved = co_await grants_.save(name, found->state, found->version, durability::power_loss);
      if (!saved) co_return saved.error();
      if (*saved) co_return std::move(*tokens);
    }
    co_return oauth_errc::contended;
  }

  /** Validate a refresh token and open the props, so that an upstream can be asked before the token is
      replaced. Changes nothing, unless the token is an old one: then the grant ends. */
  task<result<pending_refresh>> begin_refresh(refresh_request asked) {
    auto const presented = token::parse(token_kind::refresh, asked.token.reveal());
    if (!presented) co_return presented.error();
    grant_name const name = presented->grant();
    for (int attempt = 0; attempt != max_attempts; ++attempt) {
      auto found = co_await grants_.load(name);
      if (!found) co_return found.error();
      unix_seconds const now = clock_->wall();
      auto const kind = detail::check_refresh(found->state, *presented, asked, now);
      if (!kind) {
        if (kind.error() != oauth_errc::refresh_token_reused) co_return kind.error();
        error_code const ended = co_await end_because(name, kind.error());
        co_return ended;
      }
      if (*kind == detail::refresh_kind::current) co_return open(name, *presented, std::move(asked), *found);
      std::size_t repeats = 0;
      if (*kind == detail::refresh_kind::repeated && !asked.seen_current) {
        repeats = detail::count_repeat(found->state, now);
        if (repeats >= lifetimes_.max_refresh_repeats) {
          error_code const ended = co_await end_because(name, oauth_errc::refresh_token_reused);
          co_return ended;
        }
        // what cannot be counted is not answered
        auto const saved = co_await grants_.save(name, found->state, found->version, durability::relaxed);
        if (!saved) co_return saved.error();
        if (!*saved) continue;
      }
      auto again = detail::repeat_answer(found->state, name, *presented, asked, now);
      if (!again) co_return again.error();
      again->repeats = repeats;
      pending_refresh out(std::move(asked));
      out.user = found->state.user;
      out.answer = std::move(*again);
      co_return out;
    }
    co_return oauth_errc::contended;
  }

  /** Take the lease to ask the upstream: held by one request of those that want new props for the same grant,
      in all processes. The others wait a moment and begin again, to find what the first has got. It ends with
      new props, by `release_upstream`, or by itself unless it is renewed. */
  task<result<upstream_lease>> lease_upstream(pending_refresh const& pending) {
    return leases_.take(lease_key(pending));
  }
  task<result<upstream_lease>> lease_upstream(pending_renewal const& pending) {
    return leases_.take(lease_key(pending));
  }
  upstream_leases const& leases() const noexcept { return leases_; }
  /** Take leases in the name of this process start. */
  void lease_as(std::string incarnation) {
    leases_ = upstream_leases(*store_, *clock_, std::move(incarnation));
  }

  /** Let others ask the upstream, since it gave nothing. */
  task<result<std::size_t>> release_upstream(pending_refresh const& pending) {
    return leases_.give_back(lease_key(pending));
  }
  task<result<std::size_t>> release_upstream(pending_renewal const& pending) {
    return leases_.give_back(lease_key(pending));
  }

  /** New props that the upstream gave for what is still in the grant, because the store did not take them;
      `since` tells when. */
  std::optional<detail::unsaved_props::entry> unsaved(pending_refresh const& pending) const {
    return unsaved_->find(lease_key(pending));
  }
  std::optional<detail::unsaved_props::entry> unsaved(pending_renewal const& pending) const {
    return unsaved_->find(lease_key(pending));
  }

  /** Replace the token; with new props if there are any. If somebody else was faster, the response is
      theirs, and so are the props. */
  task<result<issued_tokens>> finish_refresh(pending_refresh pending, std::optional<secret> new_props = {}) {
    std::string const key = lease_key(pending);
    int failures = 0;
    for (int attempt = 0; attempt != max_attempts; ++attempt) {
      if (pending.answer) co_return std::move(*pending.answer);
      auto const current = token::parse(token_kind::refresh, pending.asked.token.reveal());
      if (!current) co_return current.error();
      grant_name const name = current->grant();
      grant next = pending.state;
      auto tokens = detail::rotate(next, name, *current, pending.props_key, new_props ? &*new_props : nullptr,
                                   pending.asked, lifetimes_, clock_->wall());
      auto const saved = co_await grants_.save(name, next, pending.version, durability::power_loss);
      if (!saved) {
        if (!new_props) co_return saved.error();
        // what the upstream gave may be the only refresh token that it still takes
        unsaved_->keep(key, *new_props, clock_->steady());
        if (failures == max_retries) co_return saved.error();
        co_await pause_after(failures);
        ++failures;
        continue;
      }
      if (*saved) {
        if (new_props) note_new_props(key, name);
        co_return tokens;
      }
      pending.asked.seen_current = true;
      auto again = co_await begin_refresh(std::move(pending.asked));
      if (!again) co_return again.error();
      pending = std::move(*again);
      if (pending.answer) unsaved_->forget(key);
    }
    co_return oauth_errc::contended;
  }

  /** Replace a refresh token without asking anybody (RFC 6749 section 6). */
  task<result<issued_tokens>> refresh(refresh_request asked) {
    auto pending = co_await begin_refresh(std::move(asked));
    if (!pending) co_return pending.error();
    co_return co_await finish_refresh(std::move(*pending));
  }

  /** Find what an access token stands for; `resource` is whom it must have been issued for. */
  task<result<access_grant>> look_up(secret access_token, std::string resource) {
    auto const access = token::parse(token_kind::access, access_token.reveal());
    if (!access) co_return access.error();
    grant_name const name = access->grant();
    for (int attempt = 0;; ++attempt) {
      auto found = co_await grants_.load(name);
      if (!found) co_return found.error();
      unix_seconds const now = clock_->wall();
      auto known = detail::read_access(found->state, name, *access, resource, now);
      if (!known || !detail::is_first_use(found->state, *access, now)) co_return known;
      // noted once for each refresh; if it cannot be, the refresh token before is taken for a lost response
      found->state.refresh.unused_access.clear();
      auto const saved = co_await grants_.save(name, found->state, found->version, durability::relaxed);
      if (!saved || *saved || attempt == max_retries) co_return known;
    }
  }

  /** Open the props by an access token, so that an upstream can be asked for new ones. Changes nothing. */
  task<result<pending_renewal>> begin_renewal(secret access_token, std::string resource) {
    auto const access = token::parse(token_kind::access, access_token.reveal());
    if (!access) co_return access.error();
    grant_name const name = access->grant();
    auto found = co_await grants_.load(name);
    if (!found) co_return found.error();
    auto known = detail::read_access(found->state, name, *access, resource, clock_->wall());
    if (!known) co_return known.error();
    pending_renewal out(std::move(access_token), std::move(found->state.sealed_props));
    out.user = std::move(known->user);
    out.props = std::move(known->props);
    co_return out;
  }

  /** Replace the props of a grant, whose tokens stay; 0 if somebody else has replaced them since. */
  task<result<std::size_t>> finish_renewal(pending_renewal pending, secret new_props) {
    auto const access = token::parse(token_kind::access, pending.access.reveal());
    if (!access) co_return access.error();
    grant_name const name = access->grant();
    std::string const key = lease_key(pending);
    int failures = 0;
    for (int attempt = 0; attempt != max_attempts; ++attempt) {
      auto found = co_await grants_.load(name);
      if (!found && found.error() != oauth_errc::bad_token && failures != max_retries) {
        unsaved_->keep(key, new_props, clock_->steady());
        co_await pause_after(failures);
        ++failures;
        continue;
      }
      if (!found) co_return found.error();
      if (found->state.sealed_props != pending.sealed_props) {
        note_new_props(key, name);
        co_return std::size_t{0};
      }
      auto const* const holder = detail::find_access(found->state, access->digest());
      if (holder == nullptr) co_return oauth_errc::bad_token;
      auto const props_key = detail::unwrap_key(*access, holder->wrapped_key, name.key());
      if (!props_key) co_return props_key.error();
      found->state.sealed_props = detail::seal_props(*props_key, new_props, name.key());
      auto const saved = co_await grants_.save(name, found->state, found->version, durability::power_loss);
      if (!saved) {
        unsaved_->keep(key, new_props, clock_->steady());
        if (failures == max_retries) co_return saved.error();
        co_await pause_after(failures);
        ++failures;
        continue;
      }
      if (!*saved) continue;
      note_new_props(key, name);
      co_return std::size_t{1};
    }
    co_return oauth_errc::contended;
  }

  /** Revoke a token for its own client (RFC 7009): an access token ends alone, a refresh token with its
      grant. Returns the number of tokens or grants that ended; a token that is not good is no error.

      @par Errors
      `oauth_errc::wrong_client` for the token of another client.
  */
  task<result<std::size_t>> revoke(secret the_token, std::string client_id) {
    if (auto const refresh = token::parse(token_kind::refresh, the_token.reveal())) {
      co_return co_await revoke_refresh(*refresh, std::move(client_id));
    }
    auto const access = token::parse(token_kind::access, the_token.reveal());
    if (!access) co_return std::size_t{0};
    co_return co_await revoke_access(*access, std::move(client_id));
  }

  /** The grants of a user that have tokens. */
  task<result<std::vector<grant_summary>>> grants_of(std::string user) {
    std::vector<grant_summary> all;
    std::string const prefix = grant_name::prefix_of(grant_name::owner_of(user));
    std::optional<std::string> after = std::string{};
    while (after) {
      auto page = co_await store_->scan(prefix, std::move(*after), max_store_page);
      if (!page) co_return page.error();
      for (auto const& item : page->items) {
        auto const state = grant::parse(item.entry.value);
        if (!state || state->user != user || !state->code.redeemed) continue;
        all.push_back({item.key.substr(prefix.size()), state->client_id, state->client_name, state->scope,
                       state->resource, state->created, state->expires});
      }
      after = std::move(page->next);
    }
    co_return all;
  }

  /** End a grant and all its tokens; returns 0 if there was none. */
  task<result<std::size_t>> end_grant(std::string user, std::string grant_id) {
    grant_name const name(grant_name::owner_of(user), std::move(grant_id));
    co_return co_await grants_.end(name);
  }

  /** End the grant that the upstream was asked about, because it has ended there. */
  task<result<std::size_t>> end_grant(pending_refresh const& pending) {
    unsaved_->forget(lease_key(pending));
    return end_grant_of(token::parse(token_kind::refresh, pending.asked.token.reveal()));
  }
  task<result<std::size_t>> end_grant(pending_renewal const& pending) {
    unsaved_->forget(lease_key(pending));
    return end_grant_of(token::parse(token_kind::access, pending.access.reveal()));
  }

  /** Whether revocations wait to be written; `write_pending` does that. */
  bool has_pending() const noexcept { return !grants_.pending().empty(); }

  /** Write what waits. Returns how many grants are done; see `write_revocations` for the errors. */
  task<result<std::size_t>> write_pending() { return grants_.write_pending(); }

private:
  static constexpr int max_attempts = 16;
  static constexpr int max_retries = 4;  // of a write that failed

  static std::string lease_key(pending_refresh const& pending) {
    return detail::upstream_lease_key(pending.asked.token, pending.state.sealed_props);
  }
  static std::string lease_key(pending_renewal const& pending) {
    return detail::upstream_lease_key(pending.access, pending.sealed_props);
  }

  /** What a refresh needs that finds the current token. */
  static result<pending_refresh> open(grant_name const& name, token const& presented, refresh_request asked,
                                      typename detail::grant_table::loaded& found) {
    auto props_key = detail::unwrap_key(presented, found.state.refresh.wrapped_key, name.key());
    if (!props_key) return props_key.error();
    auto props = detail::open_props(*props_key, found.state.sealed_props, name.key());
    if (!props) return props.error();
    pending_refresh out(std::move(asked));
    out.user = found.state.user;
    out.props = std::move(*props);
    out.props_key = std::move(*props_key);
    out.state = std::move(found.state);
    out.version = found.version;
    return out;
  }

  /** Wait before a failed write is tried again: 50, 100, 200 and 400 ms. */
  static task<> pause_after(int failures) {
    auto const executor = co_await boost::asio::this_coro::executor;
    co_await http::detail::pause_for(executor, std::chrono::milliseconds{50 << failures});
  }

  void note_new_props(std::string const& lease, grant_name const& name) {
    unsaved_->forget(lease);
    counts()->count(name.id());  // what was remembered of the grant is no longer true
  }

  task<result<std::size_t>> end_grant_of(result<token> of) {
    if (!of) co_return of.error();
    grant_name const name = of->grant();
    co_return co_await grants_.end(name);
  }

  task<error_code> end_because(grant_name const& name, error_code why) {
    auto const ended = co_await grants_.end(name);
    co_return ended ? why : ended.error();
  }

  task<result<std::size_t>> revoke_refresh(token const& refresh, std::string client_id) {
    grant_name const name = refresh.grant();
    // to answer for what is written alone
    if (grants_.pending().ends(name.key())) co_return co_await grants_.end(name);
    auto const found = co_await grants_.load(name);
    if (!found) co_return nothing_or(found.error());
    // an old one will do: its client wants the grant to end
    if (!refresh.is_of_family(found->state.family_key)) co_return std::size_t{0};
    if (found->state.client_id != client_id) co_return oauth_errc::wrong_client;
    co_return co_await grants_.end(name);
  }

  task<result<std::size_t>> revoke_access(token const& access, std::string client_id) {
    grant_name const name = access.grant();
    if (grants_.pending().ends(name.key(), access.digest()))
      co_return co_await grants_.write_pending(name.key());
    for (int attempt = 0; attempt != max_attempts; ++attempt) {
      auto found = co_await grants_.load(name);
      if (!found) co_return nothing_or(found.error());
      auto& all = found->state.access;
      auto const* const which = detail::find_access(found->state, access.digest());
      if (which == nullptr) co_return std::size_t{0};
      if (found->state.client_id != client_id) co_return oauth_errc::wrong_client;
      all.erase(all.begin() + (which - all.data()));
      auto const saved = co_await grants_.save(name, found->state, found->version, durability::power_loss);
      if (!saved) (void)grants_.pending().add_access(name.key(), access.digest());
      counts()->count(name.id());
      if (!saved) co_return saved.error();
      if (*saved) co_return std::size_t{1};
    }
    co_return oauth_errc::contended;
  }

  static result<std::size_t> nothing_or(error_code why) {
    if (why == oauth_errc::bad_token) return std::size_t{0};
    return why;
  }

  kv_store* store_;
  clock const* clock_;
  token_lifetimes lifetimes_;
  detail::grant_table grants_;
  upstream_leases leases_;
  std::shared_ptr<detail::unsaved_props> unsaved_;
};

}  // namespace mcpawl::oauth
