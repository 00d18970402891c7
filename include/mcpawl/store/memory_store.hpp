// mcpawl/store/memory_store.hpp - a store that lives and dies with the process
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/store/entry.hpp>
#include <mcpawl/store/errc.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl {

/** A `kv_store` in memory, for tests and for servers that may forget everything when they restart.

    It holds at most `most_bytes`, keys and its own bookkeeping included; what has expired makes room by
    itself. Whatever durability is asked for, nothing survives the process.

    @par Thread safety
    All functions may be called from any thread at once; none ever waits for longer than a lock.
*/
class memory_store {
public:
  static constexpr std::size_t default_bytes = 64 * 1024 * 1024;
  static constexpr std::size_t bytes_per_entry = 192;  ///< Bookkeeping, roughly.

  /** The clock must outlive the store. */
  explicit memory_store(std::size_t most_bytes = default_bytes, clock const& time = clock::system()) noexcept
      : clock_(time), most_bytes_(most_bytes) {}
  memory_store(memory_store const&) = delete;
  memory_store& operator=(memory_store const&) = delete;

  task<result<std::optional<store_entry>>> get(std::string key) { co_return find(key); }
  task<result<store_version>> put(store_write write) { co_return set(std::move(write)); }
  task<result<std::optional<store_version>>> compare_and_set(store_write write, store_version expected) {
    co_return set_if(std::move(write), expected);
  }
  task<result<std::optional<store_entry>>> take(std::string key, durability = durability::relaxed) {
    co_return remove(key);
  }
  task<result<std::size_t>> erase(std::string key, durability = durability::relaxed) {
    auto const removed = remove(key);
    if (!removed) co_return removed.error();
    co_return std::size_t{removed->has_value()};
  }
  task<result<store_page>> scan(std::string prefix, std::string after, std::size_t limit) {
    co_return page(prefix, after, limit);
  }
  task<result<std::size_t>> purge(std::size_t limit) {
    std::lock_guard const lock(mutex_);
    co_return drop_expired(clock_.wall(), limit);
  }

  /** Bytes in use by the store's own count. */
  std::size_t bytes() const {
    std::lock_guard const lock(mutex_);
    return bytes_;
  }

private:
  using entries = std::map<std::string, store_entry, std::less<>>;

  static std::size_t size_of(std::string_view key, std::string_view value) noexcept {
    // the key is there twice, once in the order of expiry
    return 2 * key.size() + value.size() + bytes_per_entry;
  }

  result<std::optional<store_entry>> find(std::string_view key) {
    if (error_code const bad = detail::check_store_key(key)) return bad;
    std::lock_guard const lock(mutex_);
    auto const at = live(key);
    if (at == entries_.end()) return std::optional<store_entry>{};
    return std::optional<store_entry>{at->second};
  }

  result<store_version> set(store_write write) {
    if (error_code const bad = detail::check_store_write(write)) return bad;
    std::lock_guard const lock(mutex_);
    return store(std::move(write));
  }

  result<std::optional<store_version>> set_if(store_write write, store_version expected) {
    if (error_code const bad = detail::check_store_write(write)) return bad;
    std::lock_guard const lock(mutex_);
    auto const at = live(write.key());
    store_version const found = at == entries_.end() ? store_absent : at->second.version;
    if (found != expected) return std::optional<store_version>{};
    auto const stored = store(std::move(write));
    if (!stored) return stored.error();
    return std::optional<store_version>{*stored};
  }

  result<std::optional<store_entry>> remove(std::string_view key) {
    if (error_code const bad = detail::check_store_key(key)) return bad;
    std::lock_guard const lock(mutex_);
    auto const at = live(key);
    if (at == entries_.end()) return std::optional<store_entry>{};
    std::optional<store_entry> taken{std::move(at->second)};
    bytes_ -= size_of(at->first, taken->value);
    by_expiry_.erase({taken->expires, at->first});
    entries_.erase(at);
    return taken;
  }

  result<store_page> page(std::string_view prefix, std::string_view after, std::size_t limit) {
    limit = std::clamp<std::size_t>(limit, 1, largest_store_page);
    store_page out;
    std::lock_guard const lock(mutex_);
    unix_seconds const now = clock_.wall();
    std::size_t bytes = 0;
    auto at = after < prefix ? entries_.lower_bound(prefix) : entries_.upper_bound(after);
    for (; at != entries_.end() && at->first.starts_with(prefix); ++at) {
      if (at->second.expires <= now) continue;
      if (out.items.size() == limit || bytes > largest_store_page_bytes) {
        out.next = out.items.back().key;
        break;
      }
      bytes += at->first.size() + at->second.value.size();
      out.items.push_back({at->first, at->second});
    }
    return out;
  }

  entries::iterator live(std::string_view key) {
    auto const at = entries_.find(key);
    return at != entries_.end() && at->second.expires <= clock_.wall() ? entries_.end() : at;
  }

  result<store_version> store(store_write write) {
    constexpr std::size_t swept_on_the_way = 4;
    unix_seconds const now = clock_.wall();
    drop_expired(now, swept_on_the_way);
    auto at = entries_.find(write.key());
    std::size_t const old = at == entries_.end() ? 0 : size_of(at->first, at->second.value);
    std::size_t const added = size_of(write.key(), write.value());
    if (bytes_ - old + added > most_bytes_) {
      drop_expired(now, entries_.size());
      at = entries_.find(write.key());
      std::size_t const left = at == entries_.end() ? 0 : size_of(at->first, at->second.value);
      if (bytes_ - left + added > most_bytes_) return store_errc::full;
    }
    if (at == entries_.end()) {
      at = entries_.emplace(write.key(), store_entry{}).first;
    } else {
      bytes_ -= size_of(at->first, at->second.value);
      by_expiry_.erase({at->second.expires, at->first});
    }
    at->second.value = write.value();
    at->second.version = ++last_version_;
    at->second.expires = write.expiry();
    if (write.expiry() != never_expires) by_expiry_.emplace(write.expiry(), at->first);
    bytes_ += added;
    return at->second.version;
  }

  std::size_t drop_expired(unix_seconds now, std::size_t limit) {
    std::size_t dropped = 0;
    while (dropped != limit && !by_expiry_.empty() && by_expiry_.begin()->first <= now) {
      auto const at = entries_.find(by_expiry_.begin()->second);
      bytes_ -= size_of(at->first, at->second.value);
      entries_.erase(at);
      by_expiry_.erase(by_expiry_.begin());
      ++dropped;
    }
    return dropped;
  }

  clock const& clock_;
  std::size_t const most_bytes_;
  mutable std::mutex mutex_;
  entries entries_;
  std::set<std::pair<unix_seconds, std::string>> by_expiry_;
  std::size_t bytes_ = 0;
  store_version last_version_ = store_absent;
};

}  // namespace mcpawl
