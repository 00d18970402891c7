// mcpawl/transport/process_control.hpp - what a server does for the whole process: signals, the service manager, its watchdog
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <mcpawl/core/at_once.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/core/log.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/io.hpp>
#include <mcpawl/transport/service_manager.hpp>
#include <mcpawl/transport/thread_check.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** What the process is controlled by. The functions are called on the thread of the server's signals. */
struct process_hooks {
  std::function<void()> stop;
  std::function<task<std::vector<std::string>>()> reload;  ///< What is wrong; empty if nothing is.
  bool reloadable = false;                                 ///< Whether there is anything to read anew.
  std::string url;
  std::function<std::size_t()> connections;           ///< How many are open.
  std::vector<boost::asio::any_io_executor> threads;  ///< Those that the watchdog asks.
};

/** Has the server stop by SIGINT and SIGTERM, and end at once by another one; has it reload by SIGHUP; and tells the service manager, if
    the environment names one. Without anything to reload and without a manager, SIGHUP does what it did before.

    @par Lifetime
    Made by `std::make_shared`. The hooks may be called until the context is gone.
    @par Thread safety
    The thread of the context, but for the constructor and `start`, and for `left` and `end` once that has ended. */
class process_control : public std::enable_shared_from_this<process_control> {
public:
  process_control(boost::asio::io_context& context, process_hooks hooks, logger log)
      : hooks_(std::move(hooks)),
        log_(std::move(log)),
        manager_(service_manager::from_environment()),
        executor_(context.get_executor()),
        ends_(context, SIGINT, SIGTERM),
        hangups_(context) {}

  /** From now on signals are taken; the manager is told once the context runs. */
  void start() {
    auto const self = shared_from_this();
    ends_.async_wait([self](error_code ec, int) {
      if (!ec) self->stop();
    });
    if (manager_) {
      boost::asio::post(executor_,
                        [self] { self->note(self->manager_->ready("listening on " + self->hooks_.url)); });
      if (manager_->watchdog().count() > 0)
        boost::asio::co_spawn(executor_, feed_watchdog(self), boost::asio::detached);
    }
    // without anything to read again, a terminal that is closed ends the server as it ends other programs
    if (!hooks_.reloadable && !manager_) return;
    hangups_.add(SIGHUP);
    boost::asio::co_spawn(executor_, reload_on_hangup(self), boost::asio::detached);
  }

  /** The server has begun to stop, for whatever reason. */
  void stopping() {
    if (!manager_ || std::exchange(stopping_, true)) return;
    last_ = hooks_.connections();
    note(manager_->stopping(status_of(last_, "connections are open")));
    boost::asio::co_spawn(executor_, follow_end(shared_from_this()), boost::asio::detached);
  }

  /** Tell the manager what is still waited for, if it was not told that last. */
  void left(std::size_t count, std::string_view of_what) {
    if (!manager_ || !stopping_ || (last_ == count && what_ == of_what)) return;
    last_ = count;
    what_ = of_what;
    note(manager_->status(status_of(count, of_what)));
  }

  /** The server has stopped: signals are none of its business any more. */
  void end() noexcept { at_once_.reset(); }

private:
  void stop() {
    error_code ignored;
    ends_.clear(ignored);
    at_once_.emplace();
    hooks_.stop();
  }

  void note(error_code ec) {
    if (!ec || std::exchange(unreachable_, true)) return;
    std::string const reason = ec.message();
    log_.warning("service_manager_unreachable", {{"reason", reason}});
  }

  static std::string status_of(std::size_t count, std::string_view of_what) {
    return "stopping, " + std::to_string(count) + ' ' + std::string(of_what);
  }

  /** Keep the manager informed until the context ends. */
  static task<> follow_end(std::shared_ptr<process_control> self) {
    for (;;) {
      co_await http::detail::pause_for(self->executor_, std::chrono::milliseconds{200});
      self->left(self->hooks_.connections(), "connections are open");
    }
  }

  static task<> reload_on_hangup(std::shared_ptr<process_control> self) {
    for (;;) {
      error_code ec;
      co_await self->hangups_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ec));
      if (ec) co_return;
      if (self->manager_) self->note(self->manager_->reloading());
      auto reading = self->hooks_.reload();
      std::vector<std::string> const wrong = co_await std::move(reading);
      if (!self->manager_ || self->stopping_) continue;
      std::string const status =
          wrong.empty() ? "listening on " + self->hooks_.url : "not reloaded: " + wrong.front();
      self->note(self->manager_->ready(status));
    }
  }

  /** Tell the manager in half of its time that all threads have come back; as long as one does not, it hears nothing. */
  static task<> feed_watchdog(std::shared_ptr<process_control> self) {
    auto const pause = std::chrono::duration_cast<std::chrono::milliseconds>(self->manager_->watchdog() / 2);
    for (;;) {
      auto const back = ask_threads(self->hooks_.threads);
      bool const all = co_await back->wait();
      if (all) self->note(self->manager_->alive());
      co_await http::detail::pause_for(self->executor_, std::max(pause, std::chrono::milliseconds{1}));
    }
  }

  process_hooks hooks_;
  logger log_;
  std::optional<service_manager> manager_;
  boost::asio::any_io_executor executor_;
  boost::asio::signal_set ends_, hangups_;
  std::optional<signals_end_at_once> at_once_;
  bool stopping_ = false, unreachable_ = false;
  std::size_t last_ = 0;  // what the manager was told was left, and of what
  std::string_view what_ = "connections are open";
};

}  // namespace mcpawl::detail
