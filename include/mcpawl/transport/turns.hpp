// mcpawl/transport/turns.hpp - lets the requests of one caller wait for those of others
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/transport/turn_order.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace mcpawl::detail {

/** The turns of the callers of one thread, in the order of `turn_order`.

    While requests wait, a function is posted to the executor that begins the next round. It is posted twice:
    first it comes behind the next look at the sockets, and then behind what that look has found, so that who
    has arrived meanwhile need not wait for another round. Those who wait are destroyed with the context of the
    executor. Where nobody waits, taking a turn allocates nothing, but for that function once in half a round.

    @par Lifetime
    Must outlive the context of the executor, as everything that coroutines refer to. `attach` comes first.
    @par Thread safety
    Belongs to one thread.
    @par Example
    @code
    if (!turns.take(name)) co_await turns.wait(name);
    @endcode
*/
class turns {
public:
  explicit turns(std::size_t max_alone) : order_(max_alone) {}
  turns(turns const&) = delete;
  turns& operator=(turns const&) = delete;
  ~turns() { drop_all(); }

  /** Say where requests are served; once, before the first. */
  void attach(boost::asio::any_io_executor executor) { executor_ = std::move(executor); }

  /** Whether a request of this caller may be answered at once. */
  bool take(std::string_view who) {
    bool const at_once = order_.take(key(who));
    if (order_.wants_round()) keep_going();
    return at_once;
  }

  /** Wait for the turn that `take` did not give.

      @par Cancellation
      Gives up the place and throws `operation_aborted`.
  */
  task<> wait(std::string_view who) {
    return boost::asio::async_initiate<boost::asio::use_awaitable_t<> const, void(error_code)>(
        enter{}, boost::asio::use_awaitable, this, key(who));
  }

private:
  /** A coroutine that waits. */
  class parked : public turn_order::waiter {
  public:
    virtual ~parked() = default;
    /** Go on, at once; this is no more then. */
    virtual void resume(error_code ec) = 0;
  };

  template <class Handler>
  class parked_handler final : public parked {
  public:
    void set(Handler handler) noexcept { handler_.emplace(std::move(handler)); }
    void resume(error_code ec) override {
      Handler handler = std::move(*handler_);
      auto slot = boost::asio::get_associated_cancellation_slot(handler);
      if (slot.is_connected()) slot.clear();
      delete this;
      std::move(handler)(ec);
    }

  private:
    std::optional<Handler> handler_;  // it owns the coroutine
  };

  struct enter {
    template <class Handler>
    void operator()(Handler&& handler, turns* self, std::size_t who) const {
      using type = parked_handler<std::decay_t<Handler>>;
      auto slot = boost::asio::get_associated_cancellation_slot(handler);
      // what can fail comes first: from then on the handler belongs to the line
      auto place = std::make_unique<type>();
      self->keep_going();
      self->order_.enter(who, *place);
      if (slot.is_connected()) {
        slot.assign([self, waiting = place.get()](boost::asio::cancellation_type) {
          self->order_.leave(*waiting);
          std::unique_ptr<parked> mine(waiting);
          boost::asio::post(self->executor_, [mine = std::move(mine)]() mutable {
            mine.release()->resume(boost::asio::error::operation_aborted);
          });
        });
      }
      place.release()->set(std::forward<Handler>(handler));
    }
  };

  /** Begins the next round; if its context is destroyed before, nobody waits any more. */
  class round {
  public:
    explicit round(turns& self) : self_(&self) {}
    round(round&& other) noexcept : self_(std::exchange(other.self_, nullptr)), looked_(other.looked_) {}
    ~round() {
      if (self_) self_->drop_all();
    }
    void operator()() {
      if (looked_ || self_->order_.empty()) {
        std::exchange(self_, nullptr)->run_round();
      } else {
        looked_ = true;
        auto const executor = self_->executor_;
        boost::asio::post(executor, std::move(*this));
      }
    }

  private:
    turns* self_;
    bool looked_ = false;  // the sockets were looked at since it was posted
  };

  static std::size_t key(std::string_view who) noexcept { return std::hash<std::string_view>{}(who); }

  void keep_going() {
    if (posted_) return;
    round next(*this);
    boost::asio::post(executor_, std::move(next));
    posted_ = true;
  }

  void run_round() {
    posted_ = false;
    order_.begin_round();
    try {
      while (auto* const waiting = order_.next()) static_cast<parked*>(waiting)->resume({});
    } catch (...) {
      if (!order_.empty()) keep_going();
      throw;
    }
    if (!order_.empty()) keep_going();
  }

  void drop_all() noexcept {
    posted_ = false;
    while (auto* const waiting = order_.remove_any()) delete static_cast<parked*>(waiting);
  }

  turn_order order_;
  boost::asio::any_io_executor executor_;
  bool posted_ = false;
};

}  // namespace mcpawl::detail
