// mcpawl/core/async_event.hpp - lets coroutines wait until they are notified, by any thread
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/separate.hpp>
#include <mcpawl/core/task.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace mcpawl::detail {

/** An event that coroutines wait for, each on an executor of its own.

    A notification ends every wait that has begun. Where nobody waits, the event stays set, and the next to
    wait goes on at once. Notifications are not counted: who goes on must look at everything there is.

    @par Lifetime
    Made by `std::make_shared`. Who waits keeps the event alive. A coroutine that is destroyed while it waits,
    alone or with its `io_context`, is forgotten: whoever notifies later posts to no executor.
    @par Thread safety
    Any thread, for everything. Where a wait has a deadline, its `io_context` is destroyed only after other
    threads have notified for the last time: a wait that is over just then cannot be told from one that is not.
*/
class async_event : public std::enable_shared_from_this<async_event> {
public:
  using time_point = std::chrono::steady_clock::time_point;

  async_event() = default;
  async_event(async_event const&) = delete;
  async_event& operator=(async_event const&) = delete;

  /** A function that notifies, for who has to tell; it may outlive the event. */
  MCPAWL_DECL std::function<void()> notifier();

  /** Set the event. It resumes nobody before it returns. */
  MCPAWL_DECL void notify();

  /** Wait until it is set. False if the coroutine was cancelled. */
  task<bool> wait() { return wait_until(time_point::max()); }

  /** Wait until it is set. False if that took too long, or the coroutine was cancelled. */
  task<bool> wait(std::chrono::milliseconds patience) {
    return wait_until(std::chrono::steady_clock::now() + patience);
  }

  /** The same with the time until which it waits. */
  MCPAWL_DECL task<bool> wait_until(time_point deadline);

private:
  class waiter;
  struct waker;

  std::mutex mutex_;
  std::vector<waiter*> waiting_;
  std::uint64_t waits_ = 0;
  bool set_ = false;
};

/** Throw `operation_aborted` if this coroutine was cancelled: for who was not notified, and has to know why. */
MCPAWL_DECL task<> throw_if_cancelled();

}  // namespace mcpawl::detail

#ifndef MCPAWL_SEPARATE_COMPILATION
#include <mcpawl/core/async_event.ipp>
#endif
