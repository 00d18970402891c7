// mcpawl/core/async_event.hpp - lets a coroutine wait until it is told of something, by any thread
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <mcpawl/core/task.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <utility>

namespace mcpawl {

/** An event that one coroutine waits for. It stays set until that coroutine has seen it.

    @par Thread safety
    `notifier()` may be called from any thread while the executor's context lives; the rest belongs to the
    thread of the executor.
*/
class async_event : public std::enable_shared_from_this<async_event> {
public:
  explicit async_event(boost::asio::any_io_executor executor) : timer_(std::move(executor)) {}

  /** A function that notifies, for who has to tell; it may outlive the event. */
  std::function<void()> notifier() {
    return [weak = weak_from_this()] {
      auto self = weak.lock();
      if (!self) return;
      auto const executor = self->timer_.get_executor();
      boost::asio::post(executor, [self = std::move(self)] { self->notify(); });
    };
  }

  /** Set the event, from the thread of the executor. */
  void notify() {
    notified_ = true;
    timer_.cancel();
  }

  /** Wait until it is set, or was since the last time; false if that took too long. */
  task<bool> wait(std::chrono::milliseconds patience) {
    constexpr boost::asio::as_tuple_t<boost::asio::use_awaitable_t<>> quiet{};
    if (!notified_) {
      timer_.expires_after(patience);
      co_await timer_.async_wait(quiet);
    }
    co_return std::exchange(notified_, false);
  }

private:
  boost::asio::steady_timer timer_;
  bool notified_ = false;
};

}  // namespace mcpawl
