// mcpawl/mcp/call/call_reports.hpp - what the blocking work of a call says, on its way to the thread of the call
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/async_event.hpp>
#include <mcpawl/mcp/call/call_notifications.hpp>
#include <mcpawl/mcp/types/message_level.hpp>
#include <mcpawl/mcp/types/revision.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <deque>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** The messages of the jobs of one call, which its coroutine sends while it waits for them.

    Nobody waits here: a client that reads too slowly misses the oldest.
    @par Thread safety
    Any thread.
*/
class call_reports {
public:
  static constexpr std::size_t max_waiting = 64;

  /** @param token        JSON text, empty if the client gave none.
      @param least_level  of messages the client wants; none: it wants none. */
  call_reports(revision protocol, std::string token, std::optional<message_level> least_level)
      : protocol_(protocol), token_(std::move(token)), least_level_(least_level) {}

  /** Note how far the call has come; false if that is not for the client to know. */
  bool advance(double done) {
    std::lock_guard const lock(mutex_);
    return advance_locked(done);
  }
  void progress(double done, std::optional<double> total, std::string_view message) {
    std::lock_guard const lock(mutex_);
    if (advance_locked(done)) add(progress_notification(protocol_, token_, done, total, message));
  }
  bool wants(message_level level) const noexcept { return least_level_ && level >= *least_level_; }
  /** @param data  JSON text. */
  void message(message_level level, std::string_view data, std::string_view source) {
    std::lock_guard const lock(mutex_);
    if (wants(level)) add(message_notification(level, data, source));
  }

  /** The next message to be sent; nothing if there is none. */
  std::optional<std::string> next() {
    std::lock_guard const lock(mutex_);
    if (waiting_.empty()) return std::nullopt;
    std::optional<std::string> first = std::move(waiting_.front());
    waiting_.pop_front();
    return first;
  }

  /** Notify who waits for a job of new messages, too. */
  void listen(std::shared_ptr<async_event> event) {
    std::lock_guard const lock(mutex_);
    listening_.push_back(std::move(event));
  }
  void ignore(std::shared_ptr<async_event> const& event) noexcept {
    std::lock_guard const lock(mutex_);
    listening_.erase(std::find(listening_.begin(), listening_.end(), event));
  }

private:
  bool advance_locked(double done) {
    if (token_.empty() || !(done > last_) || !std::isfinite(done)) return false;
    last_ = done;
    return true;
  }
  /** Once no coroutine waits for its jobs the call is over, and nobody sends anything. */
  void add(std::string message) {
    if (listening_.empty()) return;
    if (waiting_.size() == max_waiting) waiting_.pop_front();
    waiting_.push_back(std::move(message));
    for (auto const& event : listening_) event->notify();
  }

  revision const protocol_;
  std::string const token_;
  std::optional<message_level> const least_level_;
  std::mutex mutex_;
  double last_ = -std::numeric_limits<double>::infinity();
  std::deque<std::string> waiting_;
  std::vector<std::shared_ptr<async_event>> listening_;
};

}  // namespace mcpawl::detail
