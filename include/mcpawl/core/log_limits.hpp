// mcpawl/core/log_limits.hpp - how much strangers can write to a log
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace mcpawl {

/** How much strangers can write to a log; what is left out is counted and told. */
struct log_limits {
  std::uint64_t max_lines = 100;             ///< Of one event and level in each window.
  std::chrono::milliseconds window{10'000};  ///< From the first of these lines on.
  /** Events and levels that are counted. They are fixed texts of mcpawl, less than this; further ones would be
      written without a limit. */
  std::size_t max_events = 64;
};

}  // namespace mcpawl
