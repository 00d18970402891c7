// mcpawl/core/clock.hpp - the two clocks, replaceable in tests
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#include <chrono>
#include <cstdint>
#include <ctime>

namespace mcpawl {

/** Seconds since 1970-01-01T00:00:00Z, the NumericDate of RFC 7519 section 2 without its fraction. */
using unix_seconds = std::int64_t;

/** Tell the time: wall time for what others stamped, steady time for our own intervals.

    Claims such as `exp` are compared with `wall()`, caches and cool-downs with `steady()`, so that a
    jump of the system clock can neither keep a cache alive nor start a storm of refreshes.

    @par Lifetime
    A clock given to a component must outlive it. `system()` lives for the whole program.
    @par Thread safety
    Both functions may be called from any thread at once.
*/
class clock {
public:
  using steady_time = std::chrono::steady_clock::time_point;

  virtual ~clock() = default;
  virtual unix_seconds wall() const noexcept = 0;
  virtual steady_time steady() const noexcept = 0;

  /** The clocks of the operating system. */
  static clock const& system() noexcept;
};

namespace detail {

class system_clock final : public clock {
public:
  // whole seconds are kept at hand; the time of day to the nanosecond would have to be computed
  unix_seconds wall() const noexcept override { return std::time(nullptr); }
  steady_time steady() const noexcept override { return std::chrono::steady_clock::now(); }
};

}  // namespace detail

inline clock const& clock::system() noexcept {
  static detail::system_clock const instance;
  return instance;
}

}  // namespace mcpawl
