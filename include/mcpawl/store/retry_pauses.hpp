// mcpawl/store/retry_pauses.hpp - how long to wait between two attempts to connect to a server
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/crypto/random.hpp>

#include <algorithm>
#include <chrono>

namespace mcpawl::detail {

/** Pauses of a random length, of a span that doubles with each: many instances do not come back in step.

    @par Thread safety
    One thread. */
class retry_pauses {
public:
  static constexpr std::chrono::milliseconds shortest{10};
  static constexpr std::chrono::milliseconds longest{500};

  std::chrono::milliseconds next() {
    unsigned char byte = 0;
    fill_random({&byte, 1});
    auto const span = std::min(longest, shortest * (1 << std::min(attempts_, 6u)));
    ++attempts_;
    return shortest + (span - shortest) * byte / 255;
  }
  /** There is a connection: begin with the shortest again. */
  void reset() noexcept { attempts_ = 0; }

private:
  unsigned attempts_ = 0;
};

}  // namespace mcpawl::detail
