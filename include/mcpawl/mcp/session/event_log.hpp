// mcpawl/mcp/session/event_log.hpp - the messages of one stream, kept until they were read, or longer for who comes
// back
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/limits.hpp>
#include <mcpawl/mcp/session/budget.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <utility>

namespace mcpawl::detail {

/** A queue of messages between who writes them and the one connection that reads them.

    The writer goes on when the reader has left; another reader may take its place and begin after the last
    message it got (MCP "Resumability and Redelivery"). It is bounded: over
    `limits::max_kept_events` or `limits::max_kept_bytes` the oldest messages go, read or not.

    @par Thread safety
    Any thread. The callbacks are called with the lock held, from the thread that caused them: they may only
    post.
*/
class event_log {
public:
  enum class reading {
    message,   ///< One was read.
    none,      ///< Wait to be woken.
    finished,  ///< There are no more and will be none.
    let_go,    ///< Another reader took over, or the writer wants the connection closed.
  };

  /** What becomes of messages that were read, and of too many that were not. */
  enum class retention {
    keep,   ///< Keep them for a reader that comes back, within the bounds.
    drop,   ///< Drop what was read; the bounds hold for the rest.
    queue,  ///< Drop what was read, and nothing else: who writes minds the backlog.
  };

  /** @param held  of the budget that its messages are counted in. Where that has no room the oldest go, too. */
  explicit event_log(retention kept, charge held = {}, limits const& bounds = {})
      : held_(std::move(held)),
        max_events_(bounds.max_kept_events),
        max_bytes_(bounds.max_kept_bytes),
        retention_(kept) {}
  event_log(event_log const&) = delete;
  event_log& operator=(event_log const&) = delete;

  // --- writing --------------------------------------------------------------------------------------------

  void append(std::string message) {
    std::lock_guard const lock{mutex_};
    if (finished_) return;
    std::size_t const size = message.size();
    while (!held_.grow(size)) {
      if (retention_ == retention::queue || entries_.empty()) {
        held_.force(size);
        break;
      }
      drop_first();
    }
    bytes_ += size;
    entries_.push_back({++last_, size, std::move(message)});
    while (retention_ != retention::queue &&
           (entries_.size() > max_events_ || (bytes_ > max_bytes_ && entries_.size() > 1)))
      drop_first();
    notify();
  }

  /** Append a message that has a number already, greater than all before: it was written elsewhere. */
  void append_numbered(std::uint64_t number, std::string message) {
    {
      std::lock_guard const lock{mutex_};
      if (number <= last_) return;
      last_ = number - 1;
    }
    append(std::move(message));
  }

  /** Forget what was written so far. */
  void clear() {
    std::lock_guard const lock{mutex_};
    while (!entries_.empty()) drop_first();
    read_ = last_;
  }

  /** Append a message unless the same one waits to be read. */
  void append_once(std::string message) {
    {
      std::lock_guard const lock{mutex_};
      for (auto const& entry : entries_)
        if (entry.at > read_ && entry.message == message) return;
    }
    append(std::move(message));
  }

  /** Say that no more will come. */
  void finish() {
    std::lock_guard const lock{mutex_};
    finished_ = true;
    notify();
  }

  /** Ask the reader to close its connection and come back. */
  void close_stream() {
    std::lock_guard const lock{mutex_};
    reader_ = 0;
    notify();
    notify_ = nullptr;
    if (room_) room_();
  }

  /** Call `room` whenever a message was read or the reader left. */
  void on_room(std::function<void()> room) {
    std::lock_guard const lock{mutex_};
    room_ = std::move(room);
  }

  /** What a reader has still to read. */
  struct unread {
    std::size_t messages = 0, bytes = 0;

    /** Whether a writer should wait. */
    bool exceeds(std::size_t max_messages, std::size_t max_bytes) const noexcept {
      return messages > max_messages || bytes > max_bytes;
    }
  };

  /** What is still to be read; nothing if nobody reads. */
  unread to_read() const {
    std::lock_guard const lock{mutex_};
    unread out;
    if (reader_ == 0) return out;
    for (auto it = entries_.rbegin(); it != entries_.rend() && it->at > read_; ++it) {
      ++out.messages;
      out.bytes += it->size;
    }
    return out;
  }
  std::size_t backlog() const { return to_read().messages; }

  // --- reading --------------------------------------------------------------------------------------------

  /** Become the reader; who was it before is told to let go. Returns a ticket for the calls below.

      @param wake  called when there is something to read. */
  std::uint64_t attach(std::function<void()> wake_reader) {
    std::lock_guard const lock{mutex_};
    notify();
    notify_ = std::move(wake_reader);
    return reader_ = ++tickets_;
  }

  void detach(std::uint64_t ticket) noexcept {
    std::lock_guard const lock{mutex_};
    if (ticket != reader_) return;
    reader_ = 0;
    notify_ = nullptr;
    if (room_) room_();
  }

  /** Read the first message after number `cursor`, which moves on to it. */
  reading next(std::uint64_t ticket, std::uint64_t& cursor, std::string& message) {
    std::lock_guard const lock{mutex_};
    if (ticket != reader_) return reading::let_go;
    for (auto& entry : entries_) {
      if (entry.at <= cursor) continue;
      cursor = entry.at;
      if (entry.at > read_) read_ = entry.at;
      if (retention_ == retention::keep) {
        message = entry.message;
      } else {
        message = std::move(entry.message);
        while (!entries_.empty() && entries_.front().at <= cursor) drop_first();
      }
      if (room_) room_();
      return reading::message;
    }
    return finished_ ? reading::finished : reading::none;
  }

  bool being_read() const {
    std::lock_guard const lock{mutex_};
    return reader_ != 0;
  }
  bool finished() const {
    std::lock_guard const lock{mutex_};
    return finished_;
  }
  /** The number of the last message that anybody has read. */
  std::uint64_t last_read() const {
    std::lock_guard const lock{mutex_};
    return read_;
  }

private:
  struct record {
    std::uint64_t at;
    std::size_t size;
    std::string message;
  };

  void notify() {
    if (notify_) notify_();
  }
  void drop_first() {
    bytes_ -= entries_.front().size;
    held_.shrink(entries_.front().size);
    entries_.pop_front();
  }

  mutable std::mutex mutex_;
  std::deque<record> entries_;
  charge held_;
  std::size_t max_events_, max_bytes_;
  std::size_t bytes_ = 0;
  std::uint64_t last_ = 0;  // number of the newest message; the first has 1
  std::uint64_t read_ = 0;
  std::uint64_t tickets_ = 0;
  std::uint64_t reader_ = 0;  // ticket of the reader, 0 for none
  std::function<void()> notify_;
  std::function<void()> room_;
  retention retention_;
  bool finished_ = false;
};

}  // namespace mcpawl::detail
