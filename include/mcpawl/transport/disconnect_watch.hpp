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

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <utility>

namespace mcpawl {

/** Watches a connection beside whatever is written to it.

    @par Lifetime
    Whoever starts it awaits `stop` before the exchange ends.
    @par Thread safety
    Belongs to the thread of the exchange.
*/
class disconnect_watch : public std::enable_shared_from_this<disconnect_watch> {
public:
  /** @param changed  is notified when the client has left, and when the watch has stopped. */
  explicit disconnect_watch(std::shared_ptr<async_event> changed) : changed_(std::move(changed)) {}

  /** Begin; `on_left` is called once, when the client has left. */
  void start(http::exchange& ex, std::function<void()> on_left = {}) {
    watching_ = true;
    auto over = [self = shared_from_this(), on_left = std::move(on_left)](std::exception_ptr) {
      self->watching_ = false;
      if (!self->stopping_) {
        self->left_ = true;
        if (on_left) on_left();
      }
      self->changed_->notify();
    };
    boost::asio::co_spawn(ex.executor(), ex.wait_disconnect(),
                          boost::asio::bind_cancellation_slot(stop_.slot(), std::move(over)));
  }

  bool left() const noexcept { return left_; }

  /** Watch no longer, and wait until the exchange may end. */
  task<> stop() {
    stopping_ = true;
    while (watching_) {
      stop_.emit(boost::asio::cancellation_type::terminal);
      if (watching_) co_await changed_->wait();
    }
  }

private:
  std::shared_ptr<async_event> changed_;
  boost::asio::cancellation_signal stop_;
  bool watching_ = false;
  bool stopping_ = false;
  bool left_ = false;
};

}  // namespace mcpawl
