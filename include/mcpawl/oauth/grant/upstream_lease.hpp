// mcpawl/oauth/grant/upstream_lease.hpp - of all requests for one grant, in all processes, one asks the upstream
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/crypto/base64url.hpp>
#include <mcpawl/oauth/grant/process_incarnation.hpp>
#include <mcpawl/oauth/grant/token.hpp>
#include <mcpawl/store/kv_store.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::oauth {

namespace detail {

/** What the lease of a grant is called, in one state of its props: what went well leaves nothing for the next
    one to wait for. */
inline std::string upstream_lease_key(secret const& any_token, std::string_view sealed_props) {
  std::string key{"upstream/"};
  std::string const digest = digest_for("mcpawl.oauth.claim", sealed_props);
  key.append(any_token.reveal().substr(token::prefix_size + grant_name::owner_size, grant_name::id_size));
  key += '/';
  mcpawl::detail::append_base64url(key, digest);
  return key;
}

}  // namespace detail

/** The right to ask the upstream about one grant, if `held`. It ends by itself after
    `upstream_leases::lifetime` unless it is renewed, so that who dies with it stops nobody. */
class upstream_lease {
public:
  upstream_lease() = default;  ///< Of somebody else.
  upstream_lease(std::string lease_key, store_version written)
      : key(std::move(lease_key)), version(written) {}

  bool held() const noexcept { return version != store_absent; }

  std::string key;
  store_version version = store_absent;
};

/** Gives out leases by a store that all processes share.

    A lease names the incarnation of its holder. Of one that is known to have ended (a process of this machine
    that was killed, whoever has its number now) the lease is taken over at once; of one of another machine
    when it has not been renewed for `lifetime`.

    @par Errors
    What the store says.
    @par Lifetime
    Store and clock must outlive it and its tasks.
    @par Thread safety
    All functions may be called from any thread at once.
*/
class upstream_leases {
public:
  /** In the seconds of the store, so that it is between 2 and 3 of them. */
  static constexpr unix_seconds lifetime = 3;
  static constexpr std::chrono::milliseconds renewal_interval{500};

  upstream_leases(kv_store& store, clock const& time, std::string holder = detail::process_incarnation())
      : store_(&store), clock_(&time), holder_(std::move(holder)) {}

  /** Take the lease of that key, unless somebody has it. */
  task<result<upstream_lease>> take(std::string key) {
    store_version expected = store_absent;
    for (int attempt = 0; attempt != 2; ++attempt) {
      store_write lease = write_of(*clock_, key, holder_);
      auto written = co_await store_->compare_and_set(std::move(lease), expected);
      if (!written) co_return written.error();
      if (*written) co_return upstream_lease(std::move(key), **written);
      auto const found = co_await store_->get(key);
      if (!found) co_return found.error();
      if (*found && !detail::has_ended((*found)->value)) break;
      expected = *found ? (*found)->version : store_absent;
    }
    co_return upstream_lease();
  }

  /** Give a lease back before its end; 1, or 0 if it has ended already. */
  task<result<std::size_t>> give_back(std::string key) {
    return store_->erase(std::move(key), durability::relaxed);
  }

  /** Renews a lease from its making to its end, on one thread. */
  class renewal {
  public:
    renewal(upstream_leases const& of, upstream_lease from, boost::asio::any_io_executor const& on)
        : state_(std::make_shared<state>(of, std::move(from), on)) {
      boost::asio::co_spawn(on, run(state_), boost::asio::detached);
    }
    renewal(renewal const&) = delete;
    renewal& operator=(renewal const&) = delete;
    ~renewal() {
      state_->stopped = true;
      state_->timer.cancel();
    }

    /** Whether somebody else has taken the lease over, because it was not renewed in time. */
    bool lost() const noexcept { return state_->lost; }

  private:
    struct state {
      state(upstream_leases const& of, upstream_lease from, boost::asio::any_io_executor const& on)
          : store(of.store_), time(of.clock_), holder(of.holder_), lease(std::move(from)), timer(on) {}
      kv_store* store;
      clock const* time;
      std::string holder;
      upstream_lease lease;
      boost::asio::steady_timer timer;
      bool stopped = false;
      bool lost = false;
    };

    static task<> run(std::shared_ptr<state> s) {
      store_version perhaps = store_absent;
      while (!s->stopped) {
        error_code ignored;
        s->timer.expires_after(renewal_interval);
        co_await s->timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
        if (s->stopped) break;
        store_write next = write_of(*s->time, s->lease.key, s->holder);
        store_version const version = next.version();
        auto written = co_await s->store->compare_and_set(next, s->lease.version);
        if (written && !*written && perhaps != store_absent)
          written = co_await s->store->compare_and_set(std::move(next), perhaps);
        if (!written) {
          perhaps = version;  // it may have been written; the next time shows
          continue;
        }
        s->lost = !*written;
        if (s->lost) break;
        s->lease.version = **written;
        perhaps = store_absent;
      }
    }

    std::shared_ptr<state> state_;
  };

private:
  static store_write write_of(clock const& time, std::string key, std::string holder) {
    store_write lease(std::move(key), std::move(holder));
    lease.expires(time.wall() + lifetime);
    return lease;
  }

  kv_store* store_;
  clock const* clock_;
  std::string holder_;
};

}  // namespace mcpawl::oauth
