// mcpawl/core/async_event.hpp - lets coroutines wait until they are notified, by any thread
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <mcpawl/core/task.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
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
  std::function<void()> notifier() {
    return [weak = weak_from_this()] {
      if (auto const self = weak.lock()) self->notify();
    };
  }

  /** Set the event. It resumes nobody before it returns. */
  void notify() {
    std::lock_guard const lock(mutex_);
    if (waiting_.empty()) set_ = true;
    for (auto* const each : waiting_) {
      if (std::exchange(each->notified, true)) continue;
      // under the lock: the coroutine cannot be destroyed in between, so its executor is alive
      boost::asio::post(each->timer.get_executor(), waker{shared_from_this(), each->number});
    }
  }

  /** Wait until it is set. False if the coroutine was cancelled. */
  task<bool> wait() { return wait_until(time_point::max()); }

  /** Wait until it is set. False if that took too long, or the coroutine was cancelled. */
  task<bool> wait(std::chrono::milliseconds patience) {
    return wait_until(std::chrono::steady_clock::now() + patience);
  }

  /** The same with the time until which it waits. */
  task<bool> wait_until(time_point deadline) {
    constexpr boost::asio::as_tuple_t<boost::asio::use_awaitable_t<>> quiet{};
    auto const self = shared_from_this();
    auto const executor = co_await boost::asio::this_coro::executor;
    waiter here(*self, executor, deadline);
    // a timer that an earlier notification cancelled too late is no reason to go on
    while (!here.take()) {
      auto const state = co_await boost::asio::this_coro::cancellation_state;
      if (state.cancelled() != boost::asio::cancellation_type::none) co_return false;
      if (std::chrono::steady_clock::now() >= deadline) co_return false;
      co_await here.timer.async_wait(quiet);
    }
    co_return true;
  }

private:
  /** A coroutine that waits; it lives in its frame. */
  class waiter {
  public:
    waiter(async_event& event, boost::asio::any_io_executor executor, time_point deadline)
        : timer(std::move(executor), deadline), event_(event) {
      std::lock_guard const lock(event_.mutex_);
      notified = std::exchange(event_.set_, false);
      event_.waiting_.push_back(this);
      number = ++event_.waits_;
    }
    waiter(waiter const&) = delete;
    waiter& operator=(waiter const&) = delete;
    ~waiter() {
      std::lock_guard const lock(event_.mutex_);
      event_.waiting_.erase(std::find(event_.waiting_.begin(), event_.waiting_.end(), this));
      // it never learnt of it: another may
      if (notified && event_.waiting_.empty()) event_.set_ = true;
    }

    bool take() {
      std::lock_guard const lock(event_.mutex_);
      return std::exchange(notified, false);
    }

    boost::asio::steady_timer timer;
    bool notified;         // guarded by the event's mutex, as what follows
    std::uint64_t number;  // among all waits: another may follow at the same address

  private:
    async_event& event_;
  };

  /** Ends a wait, on the thread of who waits. */
  struct waker {
    std::shared_ptr<async_event> self;
    std::uint64_t number;

    void operator()() const {
      std::lock_guard const lock(self->mutex_);
      for (auto* const each : self->waiting_)
        if (each->number == number) each->timer.cancel();
    }
  };

  std::mutex mutex_;
  std::vector<waiter*> waiting_;
  std::uint64_t waits_ = 0;
  bool set_ = false;
};

/** Throw `operation_aborted` if this coroutine was cancelled: for who was not notified, and has to know why. */
inline task<> throw_if_cancelled() {
  auto const state = co_await boost::asio::this_coro::cancellation_state;
  if (state.cancelled() != boost::asio::cancellation_type::none)
    throw boost::system::system_error(boost::asio::error::operation_aborted);
}

}  // namespace mcpawl::detail
