// mcpawl/core/async_event.ipp - the bodies of async_event.hpp
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

#include <mcpawl/core/async_event.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

namespace mcpawl::detail {

/** A coroutine that waits; it lives in its frame. */
class async_event::waiter {
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
struct async_event::waker {
  std::shared_ptr<async_event> self;
  std::uint64_t number;

  void operator()() const {
    std::lock_guard const lock(self->mutex_);
    for (auto* const each : self->waiting_)
      if (each->number == number) each->timer.cancel();
  }
};

MCPAWL_SHARED_DECL std::function<void()> async_event::notifier() {
  return [weak = weak_from_this()] {
    if (auto const self = weak.lock()) self->notify();
  };
}

MCPAWL_SHARED_DECL void async_event::notify() {
  std::lock_guard const lock(mutex_);
  if (waiting_.empty()) set_ = true;
  for (auto* const each : waiting_) {
    if (std::exchange(each->notified, true)) continue;
    // under the lock: the coroutine cannot be destroyed in between, so its executor is alive
    boost::asio::post(each->timer.get_executor(), waker{shared_from_this(), each->number});
  }
}

MCPAWL_SHARED_DECL task<bool> async_event::wait_until(time_point deadline) {
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

MCPAWL_SHARED_DECL task<> throw_if_cancelled() {
  auto const state = co_await boost::asio::this_coro::cancellation_state;
  if (state.cancelled() != boost::asio::cancellation_type::none)
    throw boost::system::system_error(boost::asio::error::operation_aborted);
}

}  // namespace mcpawl::detail
