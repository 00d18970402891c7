// mcpawl/mcp/session/session_sweeper.hpp - the timer that lets go of sessions nobody comes back to
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <mcpawl/core/error.hpp>
#include <mcpawl/mcp/session/session_table.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace mcpawl::detail {

/** Sweeps a table of sessions now and then, so that what abandoned sessions hold is given back also when no
    client comes any more. One is enough for all threads that share the table.

    @par Lifetime
    The table must outlive it. It must be stopped or destroyed before its context can run dry.
    @par Thread safety
    Belongs to the thread of its executor.
*/
class session_sweeper {
public:
  session_sweeper(boost::asio::any_io_executor executor, session_table& of)
      : timer_(std::move(executor)), table_(&of) {}
  session_sweeper(session_sweeper const&) = delete;
  session_sweeper& operator=(session_sweeper const&) = delete;

  void start() {
    timer_.expires_after(pause());
    timer_.async_wait([this](error_code ec) {
      if (ec || stopped_) return;
      // where there is more to drop, others have their turn in between
      more_ = table_->sweep();
      start();
    });
  }

  /** No more rounds; what was waited for is over at once. */
  void stop() {
    stopped_ = true;
    timer_.cancel();
  }

private:
  std::chrono::milliseconds pause() const {
    using std::chrono::seconds;
    if (more_) return std::chrono::milliseconds(1);
    return std::clamp(table_->bounds().idle / 4, seconds(1), seconds(60));
  }

  boost::asio::steady_timer timer_;
  session_table* table_;
  bool more_ = false;
  bool stopped_ = false;
};

}  // namespace mcpawl::detail
