// mcpawl/transport/disconnect_watch.hpp - notices that a client has left while a response is on its way
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/co_spawn.hpp>

#include <mcpawl/core/async_event.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/exchange.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <utility>

namespace mcpawl::detail {

/** Watches a connection beside whatever is written to it, once nothing has happened for a while.

    Most responses are over before that; and who keeps writing learns from the connection that nobody reads.

    @par Lifetime
    Whoever waits by it awaits `stop` before the exchange ends.
    @par Thread safety
    Belongs to the thread of the exchange.
*/
class disconnect_watch : public std::enable_shared_from_this<disconnect_watch> {
public:
  static constexpr std::chrono::milliseconds unwatched{100};

  /** @param changed  is waited for; notified when the client has left, and when the watch has stopped.
      @param on_left  is called once, when the client has left. */
  disconnect_watch(http::exchange& ex, std::shared_ptr<async_event> changed,
                   std::function<void()> on_left = {})
      : ex_(ex), changed_(std::move(changed)), on_left_(std::move(on_left)) {}

  bool left() const noexcept { return left_; }

  /** Wait until something has changed, the departure of the client included. False if that took too long, or
      the coroutine was cancelled. */
  task<bool> wait(std::chrono::milliseconds patience) {
    if (!started_) {
      auto const first = std::min(patience, unwatched);
      if (co_await changed_->wait(first)) co_return true;
      if (patience <= unwatched) co_return false;
      patience -= unwatched;
      start();
    }
    co_return co_await changed_->wait(patience);
  }

  /** Watch no longer, and wait until the exchange may end. */
  task<> stop() {
    stopping_ = true;
    while (watching_) {
      stop_.emit(boost::asio::cancellation_type::terminal);
      if (watching_) co_await changed_->wait();
    }
  }

private:
  void start() {
    started_ = watching_ = true;
    auto over = [self = shared_from_this()](std::exception_ptr) {
      self->watching_ = false;
      if (!self->stopping_) {
        self->left_ = true;
        if (self->on_left_) self->on_left_();
      }
      self->changed_->notify();
    };
    boost::asio::co_spawn(ex_.executor(), ex_.wait_disconnect(),
                          boost::asio::bind_cancellation_slot(stop_.slot(), std::move(over)));
  }

  http::exchange& ex_;
  std::shared_ptr<async_event> changed_;
  std::function<void()> on_left_;
  boost::asio::cancellation_signal stop_;
  bool started_ = false;
  bool watching_ = false;
  bool stopping_ = false;
  bool left_ = false;
};

}  // namespace mcpawl::detail
