// mcpawl/core/log_limiter.hpp - which of many log lines of one kind are written
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/log_limits.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** Admits so many lines of one event and level in each window of time, and counts the others.

    @par Thread safety
    May be used from any thread.
*/
class log_limiter {
public:
  using time_point = std::chrono::steady_clock::time_point;

  explicit log_limiter(log_limits limits = {}) : limits_(limits) {}

  /** Whether a line is to be written. Calls `tell(event, count)` for each event whose window has passed and
      of which lines were left out. */
  template <class Tell>
  bool admit(std::string_view level, std::string_view event, time_point now, Tell const& tell) {
    std::vector<std::pair<std::string, std::uint64_t>> left_out;
    bool admitted = true;
    {
      std::lock_guard const lock{mutex_};
      bool known = false;
      for (auto& each : events_) {
        if (now - each.begin >= limits_.window) {
          if (each.count > limits_.max_lines)
            left_out.emplace_back(each.name, each.count - limits_.max_lines);
          each.begin = now;
          each.count = 0;
        }
        if (each.level != level || each.name != event) continue;
        known = true;
        admitted = ++each.count <= limits_.max_lines;
      }
      if (!known && events_.size() < limits_.max_events)
        events_.push_back({std::string(level), std::string(event), now, 1});
    }
    for (auto const& [name, count] : left_out) tell(name, count);
    return admitted;
  }

private:
  struct counted {
    std::string level, name;
    time_point begin;
    std::uint64_t count;
  };
  log_limits const limits_;
  std::mutex mutex_;
  std::vector<counted> events_;
};

}  // namespace mcpawl::detail
