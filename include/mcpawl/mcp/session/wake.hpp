// mcpawl/mcp/session/wake.hpp - lets a coroutine sleep until another thread has something for it
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

/** A bell with one sleeper.

    @par Thread safety
    `ringer()` may be called from any thread while the executor's context lives; the rest belongs to the
    thread of the executor.
*/
class wake : public std::enable_shared_from_this<wake> {
public:
  explicit wake(boost::asio::any_io_executor executor) : timer_(std::move(executor)) {}

  /** A function that rings, for who has to tell; it may outlive the bell. */
  std::function<void()> ringer() {
    return [weak = weak_from_this()] {
      auto self = weak.lock();
      if (!self) return;
      auto const executor = self->timer_.get_executor();
      boost::asio::post(executor, [self = std::move(self)] { self->ring(); });
    };
  }

  /** Ring from the thread of the executor. */
  void ring() {
    rung_ = true;
    timer_.cancel();
  }

  /** Sleep until it rings, or has rung since the last time; false if that took too long. */
  task<bool> wait(std::chrono::milliseconds patience) {
    constexpr boost::asio::as_tuple_t<boost::asio::use_awaitable_t<>> quiet{};
    if (!rung_) {
      timer_.expires_after(patience);
      co_await timer_.async_wait(quiet);
    }
    co_return std::exchange(rung_, false);
  }

private:
  boost::asio::steady_timer timer_;
  bool rung_ = false;
};

}  // namespace mcpawl
