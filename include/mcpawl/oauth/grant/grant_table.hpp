// mcpawl/oauth/grant/grant_table.hpp - grants in the store: read, changed by compare-and-set, ended
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/oauth/common/errc.hpp>
#include <mcpawl/oauth/grant/grant.hpp>
#include <mcpawl/oauth/grant/pending_revocations.hpp>
#include <mcpawl/oauth/grant/revocation_counts.hpp>
#include <mcpawl/oauth/grant/token.hpp>
#include <mcpawl/oauth/grant/write_revocations.hpp>
#include <mcpawl/store/entry.hpp>
#include <mcpawl/store/errc.hpp>
#include <mcpawl/store/kv_store.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace mcpawl::oauth::detail {

/** The grants of a store, what was taken back of them but could not be written yet, and a count of both.

    @par Lifetime
    The store must outlive it and its tasks.
    @par Thread safety
    All functions may be called from any thread at once. Copies share what is counted and what waits.
*/
class grant_table {
public:
  explicit grant_table(kv_store& store) : store_(&store) {}

  /** A grant, and what must not have changed when it is saved. */
  struct loaded {
    grant state;
    store_version version;
  };

  /** @par Errors
      `oauth_errc::bad_token` if there is none, `oauth_errc::damaged_record`, what the store says. */
  task<result<loaded>> load(grant_name const& name) {
    auto const found = co_await store_->get(name.key());
    if (!found) co_return found.error();
    if (!*found) co_return oauth_errc::bad_token;
    auto state = grant::parse((*found)->value);
    if (!state) co_return state.error();
    if (!pending_->empty()) {
      if (pending_->ends(name.key())) co_return oauth_errc::bad_token;
      (void)drop_revoked(*pending_, name.key(), *state);
    }
    loaded out{std::move(*state), (*found)->version};
    co_return out;
  }

  /** False if somebody else has changed the grant. Where the store could not tell whether the write was done, its
      version in the store does. */
  task<result<std::size_t>> save(grant_name const& name, grant const& state, store_version expected,
                                 durability survives) {
    store_write write(name.key(), state.bytes());
    write.expires(state.forgettable()).survives(survives);
    store_version const mine = write.version();
    auto const written = co_await store_->compare_and_set(std::move(write), expected);
    if (written) co_return std::size_t{written->has_value()};
    if (written.error() != store_errc::unconfirmed) co_return written.error();
    auto const found = co_await store_->get(name.key());
    store_version const now = found && *found ? (*found)->version : store_absent;
    if (found && now == mine) co_return std::size_t{1};
    // as it was, it may be written yet
    if (!found || now == expected) co_return written.error();
    co_return std::size_t{0};
  }

  /** Returns 0 if there was none. */
  task<result<std::size_t>> end(grant_name const& name) {
    auto const ended = co_await store_->erase(name.key(), durability::power_loss);
    // it ends here and now, whether or not that is written
    if (!ended)
      (void)pending_->add_grant(name.key());
    else if (!pending_->empty())
      pending_->written(name.key());
    // also after an error: perhaps it was done
    counts_->count(name.id());
    co_return ended;
  }

  /** What was taken back. */
  std::shared_ptr<revocation_counts> const& revocations() const noexcept { return counts_; }

  /** What the store refused to write; it holds in this process already. */
  pending_revocations& pending() const noexcept { return *pending_; }
  /** Write what waits; see `write_revocations`. */
  task<result<std::size_t>> write_pending() { return write_revocations(*store_, pending_); }
  /** The same for one grant; see `write_revocations_of`. */
  task<result<std::size_t>> write_pending(std::string key) {
    return write_revocations_of(*store_, pending_, std::move(key));
  }

private:
  kv_store* store_;
  std::shared_ptr<pending_revocations> pending_ = std::make_shared<pending_revocations>();
  std::shared_ptr<revocation_counts> counts_ = std::make_shared<revocation_counts>();
};

}  // namespace mcpawl::oauth::detail
