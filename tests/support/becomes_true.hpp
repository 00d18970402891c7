// tests/support/becomes_true.hpp - waits for what another thread does
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <chrono>
#include <thread>

namespace support {

/** Whether `now()` is true within 10 seconds; asked each millisecond. */
template <class Predicate>
bool becomes_true(Predicate now) {
  auto const until = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while (!now()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  return true;
}

}  // namespace support
