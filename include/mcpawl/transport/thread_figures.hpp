// mcpawl/transport/thread_figures.hpp - what one I/O thread does at the moment, and how late its event loop is
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <mcpawl/core/error.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace mcpawl::detail {

/** What observers are shown of one I/O thread.

    @par Thread safety
    Its thread writes; any thread reads, and takes the lag. */
class alignas(64) thread_figures {
public:
  using clock = std::chrono::steady_clock;

  void begin_request() noexcept { set_requests(requests() + 1); }
  void end_request() noexcept { set_requests(requests() - 1); }
  std::size_t requests() const noexcept { return requests_.load(std::memory_order_relaxed); }

  /** Expect the event loop to come back at a point in time. */
  void expect(clock::time_point at) noexcept {
    due_.store(at.time_since_epoch().count(), std::memory_order_relaxed);
  }
  /** It has come back. */
  void came_back() noexcept {
    auto const late = lateness();
    auto worst = worst_.load(std::memory_order_relaxed);
    while (late > worst && !worst_.compare_exchange_weak(worst, late, std::memory_order_relaxed)) {
    }
    due_.store(0, std::memory_order_relaxed);
  }
  /** How late it was at worst since the last call; a loop that is late now counts, too. */
  std::chrono::nanoseconds take_lag() noexcept {
    auto const worst = worst_.exchange(0, std::memory_order_relaxed);
    return std::chrono::duration_cast<std::chrono::nanoseconds>(clock::duration(std::max(worst, lateness())));
  }

private:
  using ticks = clock::rep;

  void set_requests(std::size_t n) noexcept { requests_.store(n, std::memory_order_relaxed); }
  ticks lateness() const noexcept {
    ticks const due = due_.load(std::memory_order_relaxed);
    return due == 0 ? 0 : std::max<ticks>(0, clock::now().time_since_epoch().count() - due);
  }

  std::atomic<std::size_t> requests_ = 0;
  std::atomic<ticks> due_ = 0, worst_ = 0;
};

/** Measures how late the event loop of a thread is, ten times a second.

    @par Lifetime
    It must be stopped or destroyed before its context can run dry.
    @par Thread safety
    The thread of its executor. */
class loop_meter {
public:
  static constexpr std::chrono::milliseconds period{100};

  loop_meter(boost::asio::any_io_executor executor, std::shared_ptr<thread_figures> to)
      : timer_(std::move(executor)), to_(std::move(to)) {}
  loop_meter(loop_meter const&) = delete;
  loop_meter& operator=(loop_meter const&) = delete;

  void start() {
    timer_.expires_after(period);
    to_->expect(timer_.expiry());
    timer_.async_wait([this](error_code ec) {
      if (ec || stopped_) return;
      to_->came_back();
      start();
    });
  }
  void stop() {
    stopped_ = true;
    timer_.cancel();
    to_->came_back();
  }

private:
  boost::asio::steady_timer timer_;
  std::shared_ptr<thread_figures> to_;
  bool stopped_ = false;
};

}  // namespace mcpawl::detail
