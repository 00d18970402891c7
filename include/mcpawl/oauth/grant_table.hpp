// mcpawl/oauth/grant_table.hpp - grants in the store: read, changed by compare-and-set, ended
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/oauth/errc.hpp>
#include <mcpawl/oauth/grant.hpp>
#include <mcpawl/oauth/token.hpp>
#include <mcpawl/store/kv_store.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace mcpawl::oauth::detail {

/** The grants of a store, and a count of what was taken back of them.

    @par Lifetime
    The store must outlive it and its tasks.
    @par Thread safety
    All functions may be called from any thread at once. Copies share the count.
*/
template <kv_store Store>
class grant_table {
public:
  explicit grant_table(Store& store) : store_(&store) {}

  /** A grant, and what must not have changed when it is saved. */
  struct loaded {
    grant state;
    store_version version;
  };

  /** Errors: `errc::bad_token` if there is none, `errc::damaged_record`, what the store says. */
  task<result<loaded>> load(grant_name const& name) {
    auto const found = co_await store_->get(name.key());
    if (!found) co_return found.error();
    if (!*found) co_return errc::bad_token;
    auto state = grant::parse((*found)->value);
    if (!state) co_return state.error();
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

  /** Returns 0 if there was none. */
  task<result<std::size_t>> end(grant_name const& name) {
    auto const ended = co_await store_->erase(name.key(), durability::power_loss);
    // also after an error: perhaps it was done
    count_revocation();
    co_return ended;
  }

  std::uint64_t revocations() const noexcept { return revocations_->load(std::memory_order_acquire); }
  void count_revocation() noexcept { revocations_->fetch_add(1, std::memory_order_acq_rel); }

private:
  Store* store_;
  std::shared_ptr<std::atomic<std::uint64_t>> revocations_ = std::make_shared<std::atomic<std::uint64_t>>(0);
};

}  // namespace mcpawl::oauth::detail
