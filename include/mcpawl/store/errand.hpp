// mcpawl/store/errand.hpp - a coroutine waits for what another thread does for it
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/task.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <mutex>
#include <utility>

namespace mcpawl::detail {

/** Wakes one coroutine from another thread, if it is still there.

    The coroutine belongs to its `io_context` while it waits, so it dies with it; whoever finishes the
    errand later finds nobody and touches no executor.
*/
class completion_event : public std::enable_shared_from_this<completion_event> {
public:
  completion_event() = default;
  completion_event(completion_event const&) = delete;
  completion_event& operator=(completion_event const&) = delete;

  /** Say that the errand is done; from any thread. */
  void raise() noexcept {
    std::lock_guard const lock(mutex_);
    done_ = true;
    // under the lock: the coroutine cannot die in between, so its executor is alive
    if (waiting_ != nullptr) boost::asio::post(waiting_->get_executor(), waker{shared_from_this()});
  }

  /** Wait for `raise`. False if the waiting was cancelled. */
  static task<bool> wait(std::shared_ptr<completion_event> self) {
    auto const executor = co_await boost::asio::this_coro::executor;
    boost::asio::steady_timer timer(executor, boost::asio::steady_timer::time_point::max());
    presence const here(*self, timer);
    if (self->done()) co_return true;
    boost::system::error_code ignored;
    co_await timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
    co_return self->done();
  }

private:
  struct waker {
    std::shared_ptr<completion_event> self;
    void operator()() const {
      std::lock_guard const lock(self->mutex_);
      if (self->waiting_ != nullptr) self->waiting_->cancel();
    }
  };

  class presence {
  public:
    presence(completion_event& end, boost::asio::steady_timer& timer) : end_(end) { set(&timer); }
    presence(presence const&) = delete;
    presence& operator=(presence const&) = delete;
    ~presence() { set(nullptr); }

  private:
    void set(boost::asio::steady_timer* timer) {
      std::lock_guard const lock(end_.mutex_);
      end_.waiting_ = timer;
    }
    completion_event& end_;
  };

  bool done() {
    std::lock_guard const lock(mutex_);
    return done_;
  }

  std::mutex mutex_;
  boost::asio::steady_timer* waiting_ = nullptr;  // the coroutine's
  bool done_ = false;
};

}  // namespace mcpawl::detail
