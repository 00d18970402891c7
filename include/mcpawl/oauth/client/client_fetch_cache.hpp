// mcpawl/oauth/client/client_fetch_cache.hpp - what was fetched from clients, and who may fetch it again
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/async_event.hpp>
#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/oauth/client/client_fetch_budget.hpp>
#include <mcpawl/oauth/common/errc.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::oauth::detail {

/** Keeps what was fetched from URLs that clients chose, shared by all threads.

    It decides and fetches nothing itself. There is one fetch at a time for a URL; others wait for it. What
    failed is not tried again for `failure_pause`. What was good once serves on while the client's host is
    down, until `keep` is over; a response that is no good document ends it at once.

    @par Lifetime
    The clock must outlive it.
    @par Thread safety
    All functions may be called from any thread at once.
*/
template <class Value>
class client_fetch_cache : public std::enable_shared_from_this<client_fetch_cache<Value>> {
public:
  using seconds = std::chrono::seconds;
  using value_ptr = std::shared_ptr<Value const>;
  static constexpr seconds failure_pause{30};
  static constexpr seconds keep{24 * 3600};

  client_fetch_cache(client_fetch_limits limits, clock const& time)
      : limits_(limits), clock_(&time), budget_(limits) {}

  /** The right to fetch one URL. Whoever lets it die without a result leaves it to the next one. */
  class fetch_lease {
  public:
    fetch_lease(std::shared_ptr<client_fetch_cache> cache, std::string url)
        : cache_(std::move(cache)), url_(std::move(url)) {}
    fetch_lease(fetch_lease&&) noexcept = default;
    fetch_lease& operator=(fetch_lease&&) = delete;
    ~fetch_lease() {
      if (cache_) cache_->abandon(url_);
    }

    /** Keep what was fetched for a while. */
    void succeed(value_ptr value, seconds fresh) {
      cache_->finish(url_, std::move(value), {}, fresh);
      cache_.reset();
    }
    /** Note that it failed; for good, if the host had a response. */
    void fail(error_code why, bool for_good) {
      cache_->finish(url_, nullptr, why, for_good ? seconds(0) : keep);
      cache_.reset();
    }

  private:
    std::shared_ptr<client_fetch_cache> cache_;
    std::string url_;
  };

  /** What `look` decided: one of a value, an error, a lease to carry out, or what to wait for. */
  struct answer {
    value_ptr value;
    error_code error;
    std::optional<fetch_lease> task;
    std::shared_ptr<mcpawl::detail::async_event>
        ended;                 ///< Notified when the fetch of somebody else is over.
    bool over_budget = false;  ///< The error is that there were too many fetches.
  };

  /** Look for a URL. What is older than `oldest` is fetched again even if it is fresh. */
  answer look(std::string const& url, std::string_view host, std::optional<seconds> oldest = {}) {
    auto const now = clock_->steady();
    std::lock_guard const lock(mutex_);
    answer out;
    auto at = entries_.find(url);
    if (at != entries_.end()) {
      entry& e = at->second;
      e.used = ++uses_;
      if (e.value && now - e.fetched >= keep) e.value.reset();
      bool const fresh = e.value && now < e.fresh_until && !(oldest && now - e.fetched >= *oldest);
      if (fresh || (now < e.quiet_until && !e.flying)) {
        out.value = e.value;
        if (!out.value) out.error = e.error;
        return out;
      }
      if (e.flying) {
        // one event for each who waits: none can miss it
        out.ended = e.waiting.emplace_back(std::make_shared<mcpawl::detail::async_event>());
        return out;
      }
    }
    if (flying_ >= budget_.at_once(host) || !budget_.take(host, now)) {
      if (at != entries_.end()) out.value = at->second.value;
      if (!out.value) out.error = oauth_errc::document_unavailable;
      out.over_budget = !out.value;
      return out;
    }
    if (at == entries_.end()) {
      make_room();
      at = entries_.emplace(url, entry{}).first;
      at->second.used = ++uses_;
      at->second.host = host;
    }
    at->second.flying = true;
    ++flying_;
    out.task.emplace(this->shared_from_this(), url);
    return out;
  }

  /** Whether something good of this URL is kept, however old. */
  bool knows(std::string_view url) const {
    std::lock_guard const lock(mutex_);
    auto const at = entries_.find(url);
    return at != entries_.end() && at->second.value != nullptr;
  }

  /** Count this host among those that gave something good. */
  void know_host(std::string_view host) {
    std::lock_guard const lock(mutex_);
    budget_.know(host);
  }

  /** How many URLs are known, for better or worse. */
  std::size_t size() const {
    std::lock_guard const lock(mutex_);
    return entries_.size();
  }

private:
  friend class fetch_lease;

  struct entry {
    std::string host;
    value_ptr value;
    clock::steady_time fetched{};
    clock::steady_time fresh_until{};
    error_code error;
    clock::steady_time quiet_until{};
    bool flying = false;
    std::vector<std::shared_ptr<mcpawl::detail::async_event>> waiting;  ///< For the fetch that is under way.
    std::uint64_t used = 0;

    void end_fetch() {
      flying = false;
      for (auto const& event : std::exchange(waiting, {})) event->notify();
    }
  };

  void finish(std::string const& url, value_ptr value, error_code why, seconds time) {
    auto const now = clock_->steady();
    std::lock_guard const lock(mutex_);
    --flying_;
    entry& e = entries_.find(url)->second;  // what flies is never thrown out
    e.error = why;
    if (value) {
      budget_.know(e.host);
      e.value = std::move(value);
      e.fetched = now;
      e.fresh_until = now + time;
      e.quiet_until = now;
    } else {
      if (time == seconds(0)) e.value.reset();
      e.quiet_until = now + failure_pause;
    }
    e.end_fetch();
  }

  void abandon(std::string const& url) noexcept {
    std::lock_guard const lock(mutex_);
    --flying_;
    auto const at = entries_.find(url);
    at->second.end_fetch();
    if (!at->second.value && !at->second.error) entries_.erase(at);
  }

  /** Throw out what failed before what is good, and of these what was not used for longest. */
  void make_room() {
    if (entries_.size() < limits_.documents) return;
    auto victim = entries_.end();
    for (auto at = entries_.begin(); at != entries_.end(); ++at) {
      if (at->second.flying) continue;
      auto const rank = [](entry const& e) { return std::pair(e.value != nullptr, e.used); };
      if (victim == entries_.end() || rank(at->second) < rank(victim->second)) victim = at;
    }
    if (victim != entries_.end()) entries_.erase(victim);
  }

  client_fetch_limits const limits_;
  clock const* const clock_;
  std::mutex mutable mutex_;  // guards what follows
  client_fetch_budget budget_;
  std::map<std::string, entry, std::less<>> entries_;
  std::size_t flying_ = 0;
  std::uint64_t uses_ = 0;
};

}  // namespace mcpawl::oauth::detail
