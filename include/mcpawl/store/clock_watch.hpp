// mcpawl/store/clock_watch.hpp - whether the wall clock can be believed so far that something is deleted
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>

#include <chrono>
#include <mutex>

namespace mcpawl::detail {

/** Compares the wall clock with the steady one.

    A wall clock in the wrong year makes everything look expired. What looks so is absent, but it comes back
    with the right time, unless it was deleted. So nothing is deleted until both clocks have run alike for
    `probation` since the wall clock was last set, or, where the entries are older than the process, since
    the start.

    @par Lifetime
    The clock must outlive it.
    @par Thread safety
    All functions may be called from any thread at once.
*/
class clock_watch {
public:
  static constexpr unix_seconds tolerance = 300;  ///< Seconds that a step may have and be believed.
  static constexpr std::chrono::seconds probation{3600};

  /** Whether the clock is believed at the start. */
  enum class start : unsigned char { trusted, on_probation };

  clock_watch(clock const& watched, start how) noexcept
      : clock_(watched), wall_(watched.wall()), steady_(watched.steady()), believed_from_(steady_) {
    if (how == start::on_probation) believed_from_ += probation;
  }

  /** Whether what has expired by the wall clock may be deleted now. */
  bool believes() {
    std::lock_guard const lock(mutex_);
    unix_seconds const wall = clock_.wall();
    auto const steady = clock_.steady();
    unix_seconds const passed = std::chrono::duration_cast<std::chrono::seconds>(steady - steady_).count();
    unix_seconds const ahead = wall - wall_ - passed;
    if (ahead > tolerance || ahead < -tolerance) {
      wall_ = wall;
      steady_ = steady;
      believed_from_ = steady + probation;
    }
    return steady >= believed_from_;
  }

private:
  clock const& clock_;
  std::mutex mutex_;
  unix_seconds wall_;
  clock::steady_time steady_;
  clock::steady_time believed_from_;
};

}  // namespace mcpawl::detail
