// mcpawl/core/share_of_time.hpp - how long one of several attempts before a deadline may take
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace mcpawl::detail {

/** The time that one of several attempts may take, so that one that hangs leaves a share to each that follows.

    @param left  how many have not been made, this one among them
    @return at least a millisecond, also when `deadline` is over */
inline std::chrono::milliseconds share_of_time(std::chrono::steady_clock::time_point deadline,
                                               std::size_t left) {
  auto const time = deadline - std::chrono::steady_clock::now();
  auto const share = std::chrono::ceil<std::chrono::milliseconds>(time / static_cast<long>(left));
  return std::max(share, std::chrono::milliseconds(1));
}

}  // namespace mcpawl::detail
