// mcpawl/store/memory_store.hpp - a store that lives and dies with the process
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/store/clock_watch.hpp>
#include <mcpawl/store/entry.hpp>
#include <mcpawl/store/errc.hpp>
#include <mcpawl/store/kv_store.hpp>
#include <mcpawl/store/memory_channel.hpp>
#include <mcpawl/store/quota.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl {

/** A `kv_store` in memory, for tests and for servers that may forget everything when they restart.

    It holds at most `max_bytes`, keys and its own bookkeeping included; what has expired makes room by
    itself, as long as the wall clock can be believed (`detail::clock_watch`). `store_quotas` bounds what
    strangers can fill; what gets no larger by a write always fits, so that a full store can still take things
    back. Whatever durability is asked for, nothing survives the process.

    @par Errors
    `store_errc::bad_key`, `value_too_large`, `full`, `over_quota`.
    @par Thread safety
    All functions may be called from any thread at once; none ever waits for longer than a lock.
*/
class memory_store final : public kv_store {
public:
  static constexpr std::size_t default_bytes = 64 * 1024 * 1024;
  static constexpr std::size_t bytes_per_entry = 192;  ///< Bookkeeping, roughly.

  /** The clock must outlive the store. */
  explicit memory_store(std::size_t max_bytes = default_bytes, clock const& time = clock::system())
      : clock_(time), watch_(time, detail::clock_watch::start::trusted), max_bytes_(max_bytes) {}
  memory_store(memory_store const&) = delete;
  memory_store& operator=(memory_store const&) = delete;

  // for open_store
  static constexpr std::string_view url_form = "memory:";
  static bool takes_url(std::string_view url) noexcept { return url == url_form; }
  static result<std::unique_ptr<memory_store>> open_url(std::string_view, clock const& time) {
    return std::make_unique<memory_store>(default_bytes, time);
  }

  task<result<std::optional<store_entry>>> get(std::string key) override { co_return find(key); }
  task<result<store_version>> put(store_write write) override { co_return set(std::move(write)); }
  task<result<std::optional<store_version>>> compare_and_set(store_write write,
                                                             store_version expected) override {
    co_return set_if(std::move(write), expected);
  }
  task<result<std::optional<store_entry>>> take(std::string key, durability) override {
    co_return remove(key);
  }
  task<result<std::size_t>> erase(std::string key, durability) override {
    auto const removed = remove(key);
    if (!removed) co_return removed.error();
    co_return std::size_t{removed->has_value()};
  }
  task<result<store_page>> scan(std::string prefix, std::string after, std::size_t limit) override {
    co_return page(prefix, after, limit);
  }
  task<result<std::size_t>> purge(std::size_t limit) override {
    std::lock_guard const lock(mutex_);
    co_return drop_expired(clock_.wall(), limit);
  }
  bool is_private() const noexcept override { return true; }
  std::unique_ptr<bus_channel> make_channel() override {
    return std::make_unique<detail::memory_channel>(hub_);
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
    if (found == write.version()) return std::optional<store_version>{found};
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
    count_out(at->first, taken->value);
    by_expiry_.erase({taken->expires, at->first});
    entries_.erase(at);
    return taken;
  }

  result<store_page> page(std::string_view prefix, std::string_view after, std::size_t limit) {
    limit = std::clamp<std::size_t>(limit, 1, max_store_page);
    store_page out;
    std::lock_guard const lock(mutex_);
    unix_seconds const now = clock_.wall();
    std::size_t bytes = 0;
    auto at = after < prefix ? entries_.lower_bound(prefix) : entries_.upper_bound(after);
    for (; at != entries_.end() && at->first.starts_with(prefix); ++at) {
      if (at->second.expires <= now) continue;
      if (out.items.size() == limit || bytes > max_store_page_bytes) {
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
    std::size_t const added = size_of(write.key(), write.value());
    error_code lacking = room_for(write.key(), added);
    if (lacking) {
      drop_expired(now, entries_.size());
      lacking = room_for(write.key(), added);
      if (lacking) return lacking;
    }
    auto at = entries_.find(write.key());
    if (at == entries_.end()) {
      at = entries_.emplace(write.key(), store_entry{}).first;
    } else {
      count_out(at->first, at->second.value);
      by_expiry_.erase({at->second.expires, at->first});
    }
    at->second.value = write.value();
    at->second.version = write.version();
    at->second.expires = write.expiry();
    if (write.expiry() != never_expires) by_expiry_.emplace(write.expiry(), at->first);
    bytes_ += added;
    if (auto const quota = detail::quota_of(at->first)) used_[*quota] += added;
    return at->second.version;
  }

  error_code room_for(std::string_view key, std::size_t added) const {
    auto const at = entries_.find(key);
    std::size_t const old = at == entries_.end() ? 0 : size_of(at->first, at->second.value);
    if (added <= old) return {};
    if (bytes_ - old + added > max_bytes_) return store_errc::full;
    auto const quota = detail::quota_of(key);
    if (quota && used_[*quota] - old + added > detail::quota_bytes(*quota, max_bytes_))
      return store_errc::over_quota;
    return {};
  }

  void count_out(std::string_view key, std::string_view value) noexcept {
    std::size_t const size = size_of(key, value);
    bytes_ -= size;
    if (auto const quota = detail::quota_of(key)) used_[*quota] -= size;
  }

  std::size_t drop_expired(unix_seconds now, std::size_t limit) {
    std::size_t dropped = 0;
    if (by_expiry_.empty() || by_expiry_.begin()->first > now || !watch_.believes()) return dropped;
    while (dropped != limit && !by_expiry_.empty() && by_expiry_.begin()->first <= now) {
      auto const at = entries_.find(by_expiry_.begin()->second);
      count_out(at->first, at->second.value);
      entries_.erase(at);
      by_expiry_.erase(by_expiry_.begin());
      ++dropped;
    }
    return dropped;
  }

  clock const& clock_;
  detail::clock_watch watch_;
  std::size_t const max_bytes_;
  std::shared_ptr<detail::memory_hub> const hub_ = std::make_shared<detail::memory_hub>();
  mutable std::mutex mutex_;
  entries entries_;
  std::set<std::pair<unix_seconds, std::string>> by_expiry_;
  std::size_t bytes_ = 0;
  std::array<std::size_t, detail::store_quotas.size()> used_{};  // of bytes_, by quota
};

}  // namespace mcpawl
