// mcpawl/oauth/server/rate_limit.hpp - so many at once, and so many an hour
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>

#include <algorithm>
#include <chrono>
#include <mutex>

namespace mcpawl::oauth {

/** A token bucket: `burst` at once, and one more for each `interval` that passes.

    @par Thread safety
    All functions may be called from any thread at once.
*/
class rate_limit {
public:
  /** No burst: everything is refused. No interval: nothing is. The clock must outlive the limit. */
  rate_limit(unsigned burst, std::chrono::milliseconds interval, clock const& time = clock::system())
      : clock_(time), burst_(burst), interval_(interval), left_(burst), since_(time.steady()) {}

  /** Use one up; false if none is left. */
  bool take() {
    if (interval_.count() == 0) return burst_ != 0;
    std::lock_guard const lock(mutex_);
    auto const now = clock_.steady();
    auto const grown = (now - since_) / interval_;
    if (grown > 0) {
      // what is over the burst is lost, and so is the time it took
      left_ = static_cast<unsigned>(std::min<long long>(burst_, left_ + static_cast<long long>(grown)));
      since_ += grown * interval_;
    }
    if (left_ == 0) return false;
    --left_;
    return true;
  }

  /** When to come back after a refusal, at the latest. */
  std::chrono::seconds back_off() const {
    return std::max(std::chrono::ceil<std::chrono::seconds>(interval_), std::chrono::seconds{1});
  }

private:
  clock const& clock_;
  unsigned const burst_;
  std::chrono::milliseconds const interval_;
  std::mutex mutex_;
  unsigned left_;
  clock::steady_time since_;
};

}  // namespace mcpawl::oauth
