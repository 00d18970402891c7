// mcpawl/http/watchdog.hpp - one timer per connection that enforces whatever deadline is set
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

namespace mcpawl::http::detail {

/** Cancel what a socket is doing once a deadline has passed.

    Arming a timer per read would cost as much as a request. So `set` only writes a field, and the timer
    wakes up every `tick` to look at it; a deadline at least one tick away is met exactly, a nearer one
    re-arms the timer.

    What it does not do: interrupt an operation that completes at the same moment. Whoever waits asks
    `expired()` after each operation, even a successful one.

    @par Lifetime
    The socket must outlive the watchdog.
*/
class watchdog {
public:
  using clock = std::chrono::steady_clock;

  watchdog(boost::asio::ip::tcp::socket& socket, std::chrono::milliseconds tick)
      : state_(std::make_shared<state>(socket, std::max(tick, std::chrono::milliseconds{10}))) {}
  ~watchdog() {
    state_->socket = nullptr;
    state_->timer.cancel();
  }
  watchdog(watchdog const&) = delete;
  watchdog& operator=(watchdog const&) = delete;

  void set(std::chrono::milliseconds from_now) { set_at(clock::now() + from_now); }
  void set_at(clock::time_point deadline) {
    state_->expired = false;
    state_->deadline = deadline;
    if (deadline < state_->armed_for) arm(state_, deadline);
  }
  void clear() noexcept {
    state_->expired = false;
    state_->deadline = clock::time_point::max();
  }
  bool expired() const noexcept { return state_->expired; }

private:
  struct state {
    state(boost::asio::ip::tcp::socket& watched, std::chrono::milliseconds every)
        : timer(watched.get_executor()), socket(&watched), tick(every) {}

    boost::asio::steady_timer timer;
    boost::asio::ip::tcp::socket* socket;
    std::chrono::milliseconds tick;
    clock::time_point deadline = clock::time_point::max();
    clock::time_point armed_for = clock::time_point::max();
    bool expired = false;
  };

  static void arm(std::shared_ptr<state> const& s, clock::time_point at) {
    s->armed_for = std::min(at, clock::now() + s->tick);
    s->timer.expires_at(s->armed_for);
    s->timer.async_wait([s](error_code ec) {
      if (!ec && s->socket != nullptr) wake(s);
    });
  }

  static void wake(std::shared_ptr<state> const& s) {
    s->armed_for = clock::time_point::max();
    if (clock::now() >= s->deadline) {
      s->expired = true;
      s->deadline = clock::time_point::max();
      error_code ignored;
      s->socket->cancel(ignored);
    }
    // re-arming for "never" still wakes up at the next tick: the next deadline then finds a timer at work
    arm(s, s->deadline);
  }

  std::shared_ptr<state> state_;
};

}  // namespace mcpawl::http::detail
