// mcpawl/transport/call_timer.hpp - how long the function of a call may still work, and the timer that ends it
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

namespace mcpawl::detail {

/** The time of one call. It has a timer only while the time runs and the call waits for something, so a call that
    ends at once costs none.

    @par Lifetime
    No timer is left when nothing runs: what keeps it may outlive its executor.
    @par Thread safety
    One thread.
*/
class call_timer {
public:
  using steady = std::chrono::steady_clock;

  /** Let the time run from now on. */
  void begin(std::chrono::milliseconds most) noexcept {
    constexpr std::chrono::hours far(24 * 366);  // what a steady clock can add up
    left_ = std::min<steady::duration>(most, far);
    runs_ = true;
    pauses_ = 0;
  }
  void end() noexcept {
    runs_ = false;
    timer_.reset();
  }
  void pause() noexcept {
    if (++pauses_ != 1 || !timer_) return;
    left_ = timer_->expiry() - steady::now();
    timer_.reset();
  }
  void resume() noexcept {
    if (pauses_ != 0) --pauses_;
  }

  /** Whether there should be a timer and is none. */
  bool needs_timer() const noexcept { return runs_ && pauses_ == 0 && !timer_; }
  /** Make it; `number` then tells it from earlier ones. */
  boost::asio::steady_timer& make_timer(boost::asio::any_io_executor const& executor) {
    ++number_;
    return timer_.emplace(executor, left_);
  }
  std::uint64_t number() const noexcept { return number_; }
  /** Whether the timer with that number is the one that counts. */
  bool counts(std::uint64_t number) const noexcept { return runs_ && timer_ && number == number_; }

private:
  std::optional<boost::asio::steady_timer> timer_;
  steady::duration left_{0};
  std::uint64_t number_ = 0;
  unsigned pauses_ = 0;
  bool runs_ = false;
};

}  // namespace mcpawl::detail
