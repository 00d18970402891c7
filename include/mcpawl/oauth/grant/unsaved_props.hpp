// mcpawl/oauth/grant/unsaved_props.hpp - what the upstream gave and the store did not take
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/secret.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::oauth::detail {

/** Keeps in this process the new props of grants whose record could not be written. The upstream may have
    ended the refresh token that is in the record, so whoever asks next must ask with the one in these.

    @par Thread safety
    All functions may be called from any thread at once.
*/
class unsaved_props {
public:
  struct entry {
    secret props;
    clock::steady_time since;
  };

  explicit unsaved_props(std::size_t max_entries) : max_entries_(max_entries) {}

  /** Keep them, unless there are `max_entries` already of the last day. */
  void keep(std::string const& key, secret const& props, clock::steady_time now) {
    std::lock_guard const lock(mutex_);
    if (entries_.size() >= max_entries_)
      std::erase_if(entries_, [now](auto const& e) { return now - e.second.since > keep_at_least; });
    if (entries_.size() >= max_entries_ && !entries_.contains(key)) return;
    entries_.insert_or_assign(key, entry{props, now});
  }
  void forget(std::string_view key) {
    std::lock_guard const lock(mutex_);
    auto const at = entries_.find(key);
    if (at != entries_.end()) entries_.erase(at);
  }
  std::optional<entry> find(std::string_view key) const {
    std::lock_guard const lock(mutex_);
    auto const at = entries_.find(key);
    if (at == entries_.end()) return std::nullopt;
    return at->second;
  }

private:
  static constexpr std::chrono::hours keep_at_least{24};

  std::mutex mutable mutex_;
  std::map<std::string, entry, std::less<>> entries_;  // under the mutex
  std::size_t max_entries_;
};

}  // namespace mcpawl::oauth::detail
