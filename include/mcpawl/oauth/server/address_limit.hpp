// mcpawl/oauth/server/address_limit.hpp - so many at once and so many an hour, for each client address
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/oauth/client/client_fetch_budget.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace mcpawl::oauth {

/** What one client address may do. */
struct address_share {
  unsigned at_once;
  std::chrono::milliseconds interval;  ///< One more for each; none: no limit.
};

/** Token buckets by client address, so that one caller does not use up what all have together.

    More addresses than are told apart have one bucket together; those who were here before keep theirs.

    @par Lifetime
    The clock must outlive it.
    @par Thread safety
    All functions may be called from any thread at once.
*/
class address_limit {
public:
  static constexpr std::size_t default_max_addresses = 4096;

  address_limit(address_share each, clock const& time, std::size_t max_addresses = default_max_addresses)
      : clock_(time), each_(each), max_addresses_(max_addresses) {}

  /** Use one up; false if this address has none left. An unknown address, which is empty, is not counted. */
  bool take(std::string_view address) {
    if (address.empty() || each_.interval.count() <= 0) return true;
    std::lock_guard const lock(mutex_);
    auto const now = clock_.steady();
    return bucket_of(address, now).take(rate(), each_.at_once, now);
  }

  /** When to come back after a refusal, at the latest. */
  std::chrono::seconds back_off() const {
    return std::max(std::chrono::ceil<std::chrono::seconds>(each_.interval), std::chrono::seconds{1});
  }

private:
  double rate() const noexcept { return 1000.0 / static_cast<double>(each_.interval.count()); }

  detail::token_bucket& bucket_of(std::string_view address, clock::steady_time now) {
    auto const found = buckets_.find(address);
    if (found != buckets_.end()) return found->second;
    if (buckets_.size() >= max_addresses_ && now >= swept_ + std::chrono::seconds{1}) {
      swept_ = now;
      std::erase_if(buckets_,
                    [&](auto const& each) { return each.second.is_full(rate(), each_.at_once, now); });
    }
    if (buckets_.size() >= max_addresses_) return others_;
    return buckets_[std::string{address}];
  }

  clock const& clock_;
  address_share const each_;
  std::size_t const max_addresses_;
  std::mutex mutex_;
  detail::token_bucket others_;
  std::map<std::string, detail::token_bucket, std::less<>> buckets_;
  clock::steady_time swept_{};
};

}  // namespace mcpawl::oauth
