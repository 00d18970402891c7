// mcpawl/oauth/grant/write_revocations.hpp - writes the revocations that a store had refused
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/oauth/grant/grant.hpp>
#include <mcpawl/oauth/grant/pending_revocations.hpp>
#include <mcpawl/store/entry.hpp>
#include <mcpawl/store/kv_store.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mcpawl::oauth::detail {

/** Take out of a grant the access tokens that were taken back; their digests. */
inline std::vector<std::string> drop_revoked(pending_revocations const& waiting, std::string const& key,
                                             grant& state) {
  std::vector<std::string> dropped;
  std::erase_if(state.access, [&](grant::access_state const& each) {
    bool const revoked = waiting.ends(key, each.digest);
    if (revoked) dropped.push_back(each.digest);
    return revoked;
  });
  return dropped;
}

/** Write what waits for one grant: 1 if nothing of it waits any more, 0 if somebody else has changed it just
    now.

    @par Errors
    What the store says. */
inline task<result<std::size_t>> write_revocations_of(kv_store& store,
                                                      std::shared_ptr<pending_revocations> waiting,
                                                      std::string key) {
  if (waiting->ends(key)) {
    auto const erased = co_await store.erase(key, durability::power_loss);
    if (!erased) co_return erased.error();
    waiting->written(key);
    co_return std::size_t{1};
  }
  auto const found = co_await store.get(key);
  if (!found) co_return found.error();
  std::vector<std::string> dropped;
  if (*found) {
    auto state = grant::parse((*found)->value);
    if (!state) co_return state.error();
    dropped = drop_revoked(*waiting, key, *state);
    if (!dropped.empty()) {
      store_write write(key, state->bytes());
      write.expires((*found)->expires).survives(durability::power_loss);
      auto const saved = co_await store.compare_and_set(std::move(write), (*found)->version);
      if (!saved) co_return saved.error();
      if (!*saved) co_return std::size_t{0};
    }
  }
  // without any left to drop, the grant has ended or was written without them
  waiting->written_access(key, dropped);
  co_return std::size_t{1};
}

/** Try again to write what waits, up to the first that the store refuses again. Returns how many grants are
    done.

    @par Errors
    What the store says. The store must outlive the task. */
inline task<result<std::size_t>> write_revocations(kv_store& store,
                                                   std::shared_ptr<pending_revocations> waiting) {
  constexpr std::size_t max_at_once = 256;
  std::size_t written = 0;
  std::vector<std::string> const keys = waiting->some(max_at_once);
  for (std::string const& key : keys) {
    auto const done = co_await write_revocations_of(store, waiting, key);
    if (!done) co_return done.error();
    written += *done;
  }
  co_return written;
}

}  // namespace mcpawl::oauth::detail
