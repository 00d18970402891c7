// mcpawl/oauth/token_service.hpp - codes and tokens: issued, exchanged, refreshed, looked up, revoked
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/oauth/errc.hpp>
#include <mcpawl/oauth/grant.hpp>
#include <mcpawl/oauth/grant_steps.hpp>
#include <mcpawl/oauth/issue.hpp>
#include <mcpawl/oauth/pending_revocations.hpp>
#include <mcpawl/oauth/props.hpp>
#include <mcpawl/oauth/token.hpp>
#include <mcpawl/oauth/write_revocations.hpp>
#include <mcpawl/store/kv_store.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::oauth {

/** A refresh token that was found good and has not been replaced yet; made by `begin_refresh`. */
class pending_refresh {
public:
  /** The answer, if another request has refreshed already; then nothing remains to be done. */
  std::optional<issued_tokens> answer;
  std::string user;
  secret props;

private:
  template <kv_store Store>
  friend class token_service;

  explicit pending_refresh(refresh_request from) : asked(std::move(from)) {}

  refresh_request asked;
  secret props_key;
  grant state;
  store_version version = store_absent;
};

/** A look at the props of a grant, so that an upstream can be asked for new ones; made by `begin_renewal`. */
class pending_renewal {
public:
  std::string user;
  secret props;

private:
  template <kv_store Store>
  friend class token_service;

  pending_renewal(secret access_token, std::string sealed)
      : access(std::move(access_token)), sealed_props(std::move(sealed)) {}

  secret access;
  std::string sealed_props;
};

/** Issues tokens and judges them, over any `kv_store`; the store makes all processes that share it agree.

    @li A code is good once. Presented again by its client, it ends the grant and all its tokens.
    @li A refresh token is replaced when it is used. Until the new one is used, and for a while, the old one
        gets the same answer again; older ones end the grant.
    @li A token of a grant that has ended is not good from that moment on; where the store cannot write that
        down, in this process, and everywhere once `write_pending` succeeds.

    What was answered survives a power cut, but for a code that has not been exchanged.

    @par Errors
    `oauth::errc`, or what the store says; `error_name` makes the `error` of an answer of both. Throws what
    the crypto layer throws without memory or randomness.
    @par Lifetime
    The store and the clock must outlive the service and its tasks.
    @par Thread safety
    All functions may be called from any thread at once. Copies are alike and share the count of revocations.
*/
template <kv_store Store>
class token_service {
public:
  explicit token_service(Store& store, token_lifetimes lifetimes = {}, clock const& time = clock::system())
      : store_(&store), clock_(&time), lifetimes_(lifetimes) {}

  token_lifetimes const& lifetimes() const noexcept { return lifetimes_; }

  /** Begin a grant: make the code that the client gets by redirect (RFC 6749 section 4.1.2). */
  task<result<secret>> issue_code(code_issue issue) {
    unix_seconds const now = clock_->wall();
    grant_name const name = grant_name::make(issue.user);
    std::string family_key{detail::make_props_key().reveal()};
    token const code = token::make(token_kind::code, name, family_key);
    grant const state = detail::begin_grant(issue, name, lifetimes_, now, std::move(family_key), code);
    auto const saved = co_await save(name, state, store_absent, durability::relaxed);
    if (!saved) co_return saved.error();
    if (!*saved) co_return errc::contended;  // 120 random bits came twice
    co_return code.text();
  }

  /** Counts what this service and its copies have taken back. What was looked up after this was read may be
      used again, instead of looking it up once more, as long as the number stays the same. What other
     processes take back is not counted. */
  std::uint64_t revocations() const noexcept { return revocations_->load(std::memory_order_acquire); }

  /** Exchange a code for tokens (RFC 6749 section 4.1.3). */
  task<result<issued_tokens>> redeem(code_redemption asked) {
    auto const code = token::parse(token_kind::code, asked.code.reveal());
    if (!code) co_return code.error();
    grant_name const name = code->grant();
    for (int attempt = 0; attempt != most_attempts; ++attempt) {
      auto found = co_await load(name);
      if (!found) co_return found.error();
      unix_seconds const now = clock_->wall();
      if (error_code const bad = detail::check_code(found->state, *code, asked, now)) {
        if (bad == errc::code_replayed) co_return co_await end_because(name, bad);
        co_return bad;
      }
      auto tokens = detail::exchange_code(found->state, name, *code, lifetimes_, now);
      if (!tokens) co_return tokens.error();
      auto const saved = co_await save(name, found->state, found->version, durability::power_loss);
      if (!saved) co_return saved.error();
      if (*saved) co_return std::move(*tokens);
    }
    co_return errc::contended;
  }

  /** Judge a refresh token and open the props, so that an upstream can be asked before the token is
      replaced. Changes nothing, unless the token is an old one: then the grant ends. */
  task<result<pending_refresh>> begin_refresh(refresh_request asked) {
    auto const presented = token::parse(token_kind::refresh, asked.token.reveal());
    if (!presented) co_return presented.error();
    grant_name const name = presented->grant();
    auto found = co_await load(name);
    if (!found) co_return found.error();
    unix_seconds const now = clock_->wall();
    auto const kind = detail::check_refresh(found->state, *presented, asked, now);
    if (!kind) {
      if (kind.error() == errc::refresh_token_reused) {
        error_code const ended = co_await end_because(name, kind.error());
        co_return ended;
      }
      co_return kind.error();
    }
    pending_refresh out(std::move(asked));
    out.user = found->state.user;
    if (*kind == detail::refresh_kind::previous) {
      auto again = detail::repeat_answer(found->state, name, *presented, out.asked, now);
      if (!again) co_return again.error();
      out.answer = std::move(*again);
      co_return out;
    }
    auto props_key = detail::unwrap_key(*presented, found->state.refresh.wrapped_key, name.key());
    if (!props_key) co_return props_key.error();
    auto props = detail::open_props(*props_key, found->state.sealed_props, name.key());
    if (!props) co_return props.error();
    out.props = std::move(*props);
    out.props_key = std::move(*props_key);
    out.state = std::move(found->state);
    out.version = found->version;
    co_return out;
  }

  /** Reserve the asking of the upstream: 1 for one request of those that want new props for the same grant,
     in all processes, 0 for the others, which should wait a moment and begin again to find what the first has
      got. It ends with new props, by `release_upstream`, or by itself after `seconds`, in case that request
      has died. */
  task<result<std::size_t>> claim_upstream(pending_refresh const& pending, unix_seconds seconds = 30) {
    return claim(pending.asked.token, pending.state.sealed_props, seconds);
  }
  task<result<std::size_t>> claim_upstream(pending_renewal const& pending, unix_seconds seconds = 30) {
    return claim(pending.access, pending.sealed_props, seconds);
  }

  /** Let others ask the upstream, since it gave nothing. */
  task<result<std::size_t>> release_upstream(pending_refresh const& pending) {
    return store_->erase(claim_key(pending.asked.token, pending.state.sealed_props), durability::relaxed);
  }
  task<result<std::size_t>> release_upstream(pending_renewal const& pending) {
    return store_->erase(claim_key(pending.access, pending.sealed_props), durability::relaxed);
  }

  /** Replace the token; with new props if there are any. If somebody else was faster, the answer is
      theirs, and so are the props. */
  task<result<issued_tokens>> finish_refresh(pending_refresh pending, std::optional<secret> new_props = {}) {
    for (int attempt = 0; attempt != most_attempts; ++attempt) {
      if (pending.answer) co_return std::move(*pending.answer);
      auto const current = token::parse(token_kind::refresh, pending.asked.token.reveal());
      if (!current) co_return current.error();
      grant_name const name = current->grant();
      auto tokens =
          detail::rotate(pending.state, name, *current, pending.props_key, new_props ? &*new_props : nullptr,
                         pending.asked, lifetimes_, clock_->wall());
      auto const saved = co_await save(name, pending.state, pending.version, durability::power_loss);
      if (!saved) co_return saved.error();
      if (*saved) {
        if (new_props) count_revocation();
        co_return tokens;
      }
      auto again = co_await begin_refresh(std::move(pending.asked));
      if (!again) co_return again.error();
      pending = std::move(*again);
    }
    co_return errc::contended;
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
    auto const found = co_await load(name);
    if (!found) co_return found.error();
    co_return detail::read_access(found->state, name, *access, resource, clock_->wall());
  }

  /** Open the props by an access token, so that an upstream can be asked for new ones. Changes nothing. */
  task<result<pending_renewal>> begin_renewal(secret access_token, std::string resource) {
    auto const access = token::parse(token_kind::access, access_token.reveal());
    if (!access) co_return access.error();
    grant_name const name = access->grant();
    auto found = co_await load(name);
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
    for (int attempt = 0; attempt != most_attempts; ++attempt) {
      auto found = co_await load(name);
      if (!found) co_return found.error();
      if (found->state.sealed_props != pending.sealed_props) co_return std::size_t{0};
      auto const* const holder = detail::find_access(found->state, access->digest());
      if (holder == nullptr) co_return errc::bad_token;
      auto const props_key = detail::unwrap_key(*access, holder->wrapped_key, name.key());
      if (!props_key) co_return props_key.error();
      found->state.sealed_props = detail::seal_props(*props_key, new_props, name.key());
      auto const saved = co_await save(name, found->state, found->version, durability::power_loss);
      if (!saved) co_return saved.error();
      if (!*saved) continue;
      count_revocation();
      co_return std::size_t{1};
    }
    co_return errc::contended;
  }

  /** Revoke a token for its own client (RFC 7009): an access token ends alone, a refresh token with its
      grant. Returns the number of tokens or grants that ended; a token that is not good is no error.

      Errors: `errc::wrong_client` for the token of another client.
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
      auto page = co_await store_->scan(prefix, std::move(*after), largest_store_page);
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
    co_return co_await end(name);
  }

  /** End the grant that the upstream was asked about, because it has ended there. */
  task<result<std::size_t>> end_grant(pending_refresh const& pending) {
    return end_grant_of(token::parse(token_kind::refresh, pending.asked.token.reveal()));
  }
  task<result<std::size_t>> end_grant(pending_renewal const& pending) {
    return end_grant_of(token::parse(token_kind::access, pending.access.reveal()));
  }

  /** Whether revocations wait to be written; `write_pending` does that. */
  bool has_pending() const noexcept { return !pending_->empty(); }

  /** Write what waits. Returns how many grants are done; see `write_revocations` for the errors. */
  task<result<std::size_t>> write_pending() { return detail::write_revocations(*store_, pending_); }

private:
  static constexpr int most_attempts = 16;

  /** Of a grant in one state of its props: what went well leaves nothing for the next one to wait for. */
  static std::string claim_key(secret const& any_token, std::string_view sealed_props) {
    std::string key{"upstream/"};
    std::string const digest = detail::digest_for("mcpawl.oauth.claim", sealed_props);
    key.append(any_token.reveal().substr(token::prefix_size + grant_name::owner_size, grant_name::id_size));
    key += '/';
    append_base64url(key, digest);
    return key;
  }

  task<result<std::size_t>> claim(secret const& any_token, std::string_view sealed_props,
                                  unix_seconds seconds) {
    store_write write(claim_key(any_token, sealed_props), std::string{});
    write.expires(clock_->wall() + seconds);
    return put_claim(std::move(write));
  }
  task<result<std::size_t>> put_claim(store_write write) {
    auto const written = co_await store_->compare_and_set(std::move(write), store_absent);
    if (!written) co_return written.error();
    co_return std::size_t{written->has_value()};
  }

  struct loaded {
    grant state;
    store_version version;
  };

  task<result<loaded>> load(grant_name const& name) {
    auto const found = co_await store_->get(name.key());
    if (!found) co_return found.error();
    if (!*found) co_return errc::bad_token;
    auto state = grant::parse((*found)->value);
    if (!state) co_return state.error();
    if (!pending_->empty()) {
      if (pending_->ends(name.key())) co_return errc::bad_token;
      (void)detail::drop_revoked(*pending_, name.key(), *state);
    }
    loaded out{std::move(*state), (*found)->version};
    co_return out;
  }

  /** False if somebody else has changed the grant. */
  task<result<std::size_t>> save(grant_name const& name, grant const& state, store_version expected,
                                 durability survives) {
    store_write write(name.key(), state.bytes());
    write.expires(state.forgettable()).survives(survives);
    auto const written = co_await store_->compare_and_set(std::move(write), expected);
    if (!written) co_return written.error();
    co_return std::size_t{written->has_value()};
  }

  task<result<std::size_t>> end(grant_name const& name) {
    auto const ended = co_await store_->erase(name.key(), durability::power_loss);
    // it ends here and now, whether or not that is written
    if (!ended)
      (void)pending_->add_grant(name.key());
    else if (!pending_->empty())
      pending_->written(name.key());
    // also after an error: perhaps it was done
    count_revocation();
    co_return ended;
  }

  task<result<std::size_t>> end_grant_of(result<token> of) {
    if (!of) co_return of.error();
    grant_name const name = of->grant();
    co_return co_await end(name);
  }

  task<error_code> end_because(grant_name const& name, error_code why) {
    auto const ended = co_await end(name);
    co_return ended ? why : ended.error();
  }

  task<result<std::size_t>> revoke_refresh(token const& refresh, std::string client_id) {
    grant_name const name = refresh.grant();
    if (pending_->ends(name.key())) co_return co_await end(name);  // to answer for what is written alone
    auto const found = co_await load(name);
    if (!found) co_return nothing_or(found.error());
    // an old one will do: its client wants the grant to end
    if (!refresh.is_of_family(found->state.family_key)) co_return std::size_t{0};
    if (found->state.client_id != client_id) co_return errc::wrong_client;
    co_return co_await end(name);
  }

  task<result<std::size_t>> revoke_access(token const& access, std::string client_id) {
    grant_name const name = access.grant();
    if (pending_->ends(name.key(), access.digest()))
      co_return co_await detail::write_revocations_of(*store_, pending_, name.key());
    for (int attempt = 0; attempt != most_attempts; ++attempt) {
      auto found = co_await load(name);
      if (!found) co_return nothing_or(found.error());
      auto& all = found->state.access;
      auto const* const which = detail::find_access(found->state, access.digest());
      if (which == nullptr) co_return std::size_t{0};
      if (found->state.client_id != client_id) co_return errc::wrong_client;
      all.erase(all.begin() + (which - all.data()));
      auto const saved = co_await save(name, found->state, found->version, durability::power_loss);
      if (!saved) {
        (void)pending_->add_access(name.key(), access.digest());
        count_revocation();
        co_return saved.error();
      }
      count_revocation();
      if (*saved) co_return std::size_t{1};
    }
    co_return errc::contended;
  }

  static result<std::size_t> nothing_or(error_code why) {
    if (why == errc::bad_token) return std::size_t{0};
    return why;
  }

  void count_revocation() noexcept { revocations_->fetch_add(1, std::memory_order_acq_rel); }

  Store* store_;
  clock const* clock_;
  token_lifetimes lifetimes_;
  std::shared_ptr<std::atomic<std::uint64_t>> revocations_ = std::make_shared<std::atomic<std::uint64_t>>(0);
  std::shared_ptr<detail::pending_revocations> pending_ = std::make_shared<detail::pending_revocations>();
};

}  // namespace mcpawl::oauth
