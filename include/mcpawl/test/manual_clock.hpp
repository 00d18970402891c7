// mcpawl/test/manual_clock.hpp - a clock that moves when a test says so
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>

namespace mcpawl::test {

/** A clock that stands still until a test moves it.

    Timers of Asio do not follow it: it decides what is expired, not when something wakes up.

    @par Thread safety
    All functions may be called from any thread at once.
*/
class manual_clock final : public clock {
public:
  /** Start at the given wall time, by default 2027-01-01T00:00:00Z. */
  explicit manual_clock(unix_seconds start = 1'798'761'600) noexcept : wall_(start) {}

  unix_seconds wall() const noexcept override { return wall_.load(); }

  steady_time steady() const noexcept override {
    return steady_time(
        std::chrono::duration_cast<steady_time::duration>(std::chrono::milliseconds(steady_.load())));
  }

  /** Let time pass on both clocks. */
  void advance(std::chrono::milliseconds by) noexcept {
    // the wall counts whole seconds: take them from the sum, or many small steps would lose time
    auto const before = steady_.fetch_add(by.count());
    wall_ += (before + by.count()) / 1000 - before / 1000;
  }

  /** Set the wall clock alone, as an administrator or NTP may do. */
  void jump(unix_seconds to) noexcept { wall_ = to; }

private:
  std::atomic<unix_seconds> wall_;
  std::atomic<std::int64_t> steady_{86'400'000};
};

}  // namespace mcpawl::test
