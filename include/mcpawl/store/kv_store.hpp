// mcpawl/store/kv_store.hpp - the interface of a place where small values survive
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/store/bus_channel.hpp>
#include <mcpawl/store/entry.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace mcpawl {

/** A key-value store whose operations are atomic, for all threads and all processes that share it; derive from it
    to keep things elsewhere.

    Keys and values are bytes of any kind, within the bounds of `store/entry.hpp`. Every operation takes
    effect at one moment between its call and its answer, or not at all. An entry whose expiry has come is
    absent for every operation, whether or not it has been purged.

    A write is acknowledged by its answer, and from then on survives what its `durability` says. A write
    that failed, or whose coroutine was cancelled, may have taken effect all the same. The same `store_write` may be
    sent again: what it has done already is answered as before, and changes nothing.

    @par Errors
    `store_errc`. Of a store behind a network: `unreachable` if nothing was done, which is safe to repeat, and
    `unconfirmed` if that is not known; who reads the entry sees by its version whether the write was done. Cancellation is `boost::asio::error::operation_aborted`.
    @par Lifetime
    A store outlives the coroutines that use it; their executors may die at any time. An implementation takes its
    arguments by value, since a coroutine that has been made may be awaited later.
    @par Thread safety
    All operations may be called from any thread at once. A coroutine that awaits one runs on an executor
    of one thread, or on a strand.
*/
class kv_store {
public:
  virtual ~kv_store() = default;

  /** Find an entry; nothing if there is none, or if it has expired.

      @par Errors
      `store_errc::bad_key`, `busy`, `corrupt`, `io`, `closed`. */
  virtual task<result<std::optional<store_entry>>> get(std::string key) = 0;

  /** Write whatever was there, and return the new version, which is that of the write.

      @par Errors
      Those of `get`, and `store_errc::value_too_large`, `full`, `over_quota`, `read_only`. */
  virtual task<result<store_version>> put(store_write write) = 0;

  /** Write if the entry still has the version `expected`, or is absent and `expected` is `store_absent`; otherwise
      change nothing and return no version. An entry that this very write has written is left as it is, and its
      version returned.

      @par Errors
      Those of `put`; that somebody else was faster is none. */
  virtual task<result<std::optional<store_version>>> compare_and_set(store_write write,
                                                                     store_version expected) = 0;

  /** Read and remove: of any number of concurrent calls one gets the entry.

      @par Errors
      Those of `put`. */
  virtual task<result<std::optional<store_entry>>> take(std::string key, durability survives) = 0;

  /** Remove, and return how many entries that were: 1 or 0.

      @par Errors
      Those of `put`. */
  virtual task<result<std::size_t>> erase(std::string key, durability survives) = 0;

  /** Return entries whose key begins with `prefix` and is greater than `after`, at least one if there is one, at most
      `limit` and `max_store_page`. It is no snapshot: entries that come or go between two pages may or may not be
      seen, all others are seen exactly once.

      @par Errors
      Those of `get`. */
  virtual task<result<store_page>> scan(std::string prefix, std::string after, std::size_t limit) = 0;

  /** Remove at most `limit` entries that have expired, and return how many.

      @par Errors
      Those of `put`. */
  virtual task<result<std::size_t>> purge(std::size_t limit) = 0;

  /** Make what carries messages between the processes that share the store; null for a store that has nothing of the kind. */
  virtual std::unique_ptr<bus_channel> make_channel() { return nullptr; }

  /** Whether nobody but processes of this user can read and write what is kept; where others may, `access_oauth` seals it. */
  virtual bool is_private() const noexcept { return false; }

protected:
  kv_store() = default;
  kv_store(kv_store const&) = default;
  kv_store& operator=(kv_store const&) = default;
};

}  // namespace mcpawl
