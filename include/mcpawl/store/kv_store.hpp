// mcpawl/store/kv_store.hpp - the concept of a place where small values survive
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/store/entry.hpp>

#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace mcpawl {

/** A key-value store whose operations are atomic, for all threads and all processes that share it.

    Keys and values are bytes of any kind, within the bounds of `store/entry.hpp`. Every operation takes
    effect at one moment between its call and its answer, or not at all. An entry whose expiry has come is
    absent for every operation, whether or not it has been purged.

    @li `get(key)` finds an entry.
    @li `put(write)` writes whatever was there, and returns the new version.
    @li `compare_and_set(write, expected)` writes if the entry still has the version `expected`, or is
        absent and `expected` is `store_absent`; otherwise it changes nothing and returns no version.
    @li `take(key, durability)` reads and removes: of any number of concurrent calls one gets the entry.
    @li `erase(key, durability)` removes, and returns how many entries that were: 1 or 0.
    @li `scan(prefix, after, limit)` returns entries whose key begins with `prefix` and is greater than
        `after`, at least one if there is one, at most `limit` and `max_store_page`. It is no snapshot:
   entries that come or go between two pages may or may not be seen, all others are seen exactly once.
    @li `purge(limit)` removes at most `limit` entries that have expired and returns how many.

    A write is acknowledged by its answer, and from then on survives what its `durability` says. A write
    that failed, or whose coroutine was cancelled, may have taken effect all the same.

    @par Errors
    `store_errc`; cancellation is `boost::asio::error::operation_aborted`.
    @par Lifetime
    A store outlives the coroutines that use it; their executors may die at any time.
    @par Thread safety
    All operations may be called from any thread at once. A coroutine that awaits one runs on an executor
    of one thread, or on a strand.
*/
template <class Store>
concept kv_store = requires(Store& store, std::string key, store_write write, store_version version,
                            durability survives, std::size_t limit) {
  { store.get(key) } -> std::same_as<task<result<std::optional<store_entry>>>>;
  { store.put(write) } -> std::same_as<task<result<store_version>>>;
  { store.compare_and_set(write, version) } -> std::same_as<task<result<std::optional<store_version>>>>;
  { store.take(key, survives) } -> std::same_as<task<result<std::optional<store_entry>>>>;
  { store.erase(key, survives) } -> std::same_as<task<result<std::size_t>>>;
  { store.scan(key, key, limit) } -> std::same_as<task<result<store_page>>>;
  { store.purge(limit) } -> std::same_as<task<result<std::size_t>>>;
};

}  // namespace mcpawl
