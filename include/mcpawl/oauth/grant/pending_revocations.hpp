// mcpawl/oauth/grant/pending_revocations.hpp - what was taken back but could not be written yet
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::oauth::detail {

/** Remembers revocations that the store refused to write, so that they hold in this process at once, and are
    written when that works again. They do not outlive the process: whoever revoked is told that it failed.

    @par Thread safety
    All functions may be called from any thread at once. Without any entry, reading costs no lock.
*/
class pending_revocations {
public:
  /** Grants; each takes a token that was good, so that strangers cannot fill this. */
  static constexpr std::size_t max_pending_revocations = 10'000;

  bool empty() const noexcept { return count_.load(std::memory_order_acquire) == 0; }

  /** Note that a whole grant was taken back, by its key in the store. False if there is no room. */
  bool add_grant(std::string key) { return add(std::move(key), {}); }
  /** Note one access token of a grant, by its digest. */
  bool add_access(std::string key, std::string digest) { return add(std::move(key), std::move(digest)); }

  /** Whether a grant was taken back. */
  bool ends(std::string_view key) const {
    if (empty()) return false;
    std::lock_guard const lock(mutex_);
    auto const at = all_.find(key);
    return at != all_.end() && at->second.whole;
  }
  /** Whether an access token was taken back, or its grant. */
  bool ends(std::string_view key, std::string_view digest) const {
    if (empty()) return false;
    std::lock_guard const lock(mutex_);
    auto const at = all_.find(key);
    if (at == all_.end()) return false;
    auto const& some = at->second.access;
    return at->second.whole || std::find(some.begin(), some.end(), digest) != some.end();
  }

  /** The keys of at most so many grants that wait to be written. */
  std::vector<std::string> some(std::size_t limit) const {
    std::vector<std::string> out;
    std::lock_guard const lock(mutex_);
    for (auto at = all_.begin(); at != all_.end() && out.size() != limit; ++at) out.push_back(at->first);
    return out;
  }

  /** Forget a grant: it was erased. */
  void written(std::string_view key) {
    std::lock_guard const lock(mutex_);
    forget(all_.find(key));
  }
  /** Forget access tokens of a grant, which was written without them; with none, all it had are gone. What was
      added in the meantime stays. */
  void written_access(std::string_view key, std::vector<std::string> const& digests) {
    std::lock_guard const lock(mutex_);
    auto const at = all_.find(key);
    if (at == all_.end() || at->second.whole) return;
    for (auto const& digest : digests) std::erase(at->second.access, digest);
    if (digests.empty() || at->second.access.empty()) forget(at);
  }

private:
  struct entry {
    bool whole = false;
    std::vector<std::string> access;
  };

  bool add(std::string key, std::string digest) {
    std::lock_guard const lock(mutex_);
    auto at = all_.find(key);
    if (at == all_.end()) {
      if (all_.size() >= max_pending_revocations) return false;
      at = all_.emplace(std::move(key), entry{}).first;
      count_.store(all_.size(), std::memory_order_release);
    }
    if (digest.empty())
      at->second.whole = true;
    else
      at->second.access.push_back(std::move(digest));
    return true;
  }

  void forget(std::map<std::string, entry, std::less<>>::iterator at) {
    if (at == all_.end()) return;
    all_.erase(at);
    count_.store(all_.size(), std::memory_order_release);
  }

  mutable std::mutex mutex_;
  std::map<std::string, entry, std::less<>> all_;
  std::atomic<std::size_t> count_{0};
};

}  // namespace mcpawl::oauth::detail
