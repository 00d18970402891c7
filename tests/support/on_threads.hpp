// tests/support/on_threads.hpp - the same function on several threads at once
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <atomic>
#include <thread>
#include <vector>

namespace support {

/** Run `f(i)` on `count` threads, which begin together. */
template <class F>
void on_threads(int count, F f) {
  std::atomic<int> ready{0};
  std::vector<std::thread> threads;
  for (int i = 0; i != count; ++i) {
    threads.emplace_back([&, i] {
      ++ready;
      while (ready != count) std::this_thread::yield();
      f(i);
    });
  }
  for (auto& each : threads) each.join();
}

}  // namespace support
