// mcpawl/core/log_writer.hpp - writes log lines to a descriptor from a thread of its own
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

namespace mcpawl::detail {

/** How a `log_writer` writes. */
struct log_writer_options {
  std::size_t max_bytes = 1024 * 1024;        ///< Of lines that wait; beyond, the newest are dropped.
  std::chrono::milliseconds patience{1'000};  ///< How long its end waits for what is queued.
  std::chrono::milliseconds gather{0};  ///< How long lines are collected, so that many are written at once.
  std::chrono::milliseconds retry{0};   ///< After an error; without it the lines at hand are given up.
  /** The line that tells how many were dropped. */
  std::string (*dropped_line)(std::uint64_t count) = [](std::uint64_t count) {
    return "log_lines_dropped count=" + std::to_string(count) + "\n";
  };
};

/** Writes lines to a descriptor without ever holding up who logs them.

    Lines wait in a queue of bounded size; beyond it they are dropped, and a line that tells their number
    follows when there is room again. A descriptor that nobody reads, or that is closed, costs its lines and
    nothing else: no signal, no wait.

    @par Lifetime
    The descriptor must stay open. The destructor waits `patience` at most for what is queued; a thread that hangs in
    the system is then left alone with what it needs.
    @par Thread safety
    All members but constructor and destructor may be called from any thread.
*/
class log_writer {
public:
  static constexpr std::size_t default_max_bytes = 1024 * 1024;

  explicit log_writer(int descriptor, std::size_t max_bytes = default_max_bytes)
      : log_writer(descriptor, log_writer_options{.max_bytes = max_bytes}) {}
  log_writer(int descriptor, log_writer_options options)
      : state_(std::make_shared<state>(descriptor, options)) {}
  log_writer(log_writer const&) = delete;
  log_writer& operator=(log_writer const&) = delete;
  ~log_writer() {
    flush();
    std::unique_lock lock{state_->mutex};
    state_->stopping = true;
    state_->changed.notify_all();
    if (!thread_.joinable()) return;
    bool const ended =
        state_->changed.wait_for(lock, std::chrono::milliseconds{200}, [this] { return state_->ended; });
    lock.unlock();
    if (ended)
      thread_.join();
    else
      thread_.detach();
  }

  /** Queue a line, which ends with its newline. Never waits for the descriptor. */
  void write(std::string_view line) {
    {
      std::lock_guard const lock{state_->mutex};
      std::size_t const before = state_->queue.size();
      if (before + line.size() > state_->options.max_bytes || !ensure_thread()) {
        ++state_->dropped;
        ++state_->lost;
        return;
      }
      state_->queue.append(line);
      // while lines are collected nobody has to be told of one more
      std::size_t const half = state_->options.max_bytes / 2;
      if (before != 0 && (before >= half || state_->queue.size() < half)) return;
    }
    state_->changed.notify_all();
  }

  /** Wait until what is queued was written or dropped, `patience` at most; tells whether it was. */
  bool flush() {
    std::unique_lock lock{state_->mutex};
    ++state_->flushing;
    state_->changed.notify_all();
    bool const empty = state_->changed.wait_for(lock, state_->options.patience,
                                                [this] { return state_->queue.empty() && !state_->writing; });
    --state_->flushing;
    return empty;
  }

  /** Lines that were dropped since the beginning. */
  std::uint64_t dropped() const {
    std::lock_guard const lock{state_->mutex};
    return state_->lost;
  }
  /** Attempts to write that failed. */
  std::uint64_t failures() const {
    std::lock_guard const lock{state_->mutex};
    return state_->failed;
  }

private:
  /** What the thread needs. */
  struct state {
    state(int to, log_writer_options const& how) : descriptor(to), options(how) {}

    void run() {
      std::string batch;
      std::unique_lock lock{mutex};
      while (!stopping) {
        changed.wait(lock, [this] { return stopping || !queue.empty(); });
        if (options.gather.count() != 0)
          changed.wait_for(lock, options.gather, [this] {
            return stopping || flushing != 0 || queue.size() >= options.max_bytes / 2;
          });
        if (stopping) break;
        batch.clear();
        batch.swap(queue);
        if (std::uint64_t const count = std::exchange(dropped, 0); count != 0)
          batch.append(options.dropped_line(count));
        writing = true;
        lock.unlock();
        write_all(batch);
        lock.lock();
        writing = false;
        changed.notify_all();
      }
      ended = true;
      changed.notify_all();
    }

    /** Write in pieces of PIPE_BUF: that many bytes a pipe takes without blocking once it is writable. */
    void write_all(std::string_view rest) {
      constexpr std::size_t max_at_once = 4096;
      while (!rest.empty()) {
        pollfd ready{descriptor, POLLOUT, 0};
        int const got = ::poll(&ready, 1, 50);
        if (is_stopping()) return;
        if (got == 0 || (got < 0 && errno == EINTR)) continue;
        std::size_t piece = std::min(rest.size(), max_at_once);
        // a record that others write to the same pipe must not land inside of one of ours
        if (auto const end = rest.substr(0, piece).rfind('\n'); end != std::string_view::npos)
          piece = end + 1;
        auto const written = ::write(descriptor, rest.data(), piece);
        if (written < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (written < 0 && !try_again()) return;
        if (written > 0) rest.remove_prefix(static_cast<std::size_t>(written));
      }
    }

    /** After an error: whether to try again, which is when somebody may have made room. */
    bool try_again() {
      std::unique_lock lock{mutex};
      ++failed;
      if (options.retry.count() == 0) return false;
      return !changed.wait_for(lock, options.retry, [this] { return stopping; });
    }

    bool is_stopping() {
      std::lock_guard const lock{mutex};
      return stopping;
    }

    int const descriptor;
    log_writer_options const options;
    mutable std::mutex mutex;
    std::condition_variable changed;  // lines came, were written, or it ends
    std::string queue;
    std::uint64_t dropped = 0;  // since the last line that told of it
    std::uint64_t lost = 0, failed = 0;
    unsigned flushing = 0;
    bool writing = false, stopping = false, ended = false;
  };

  /** Signals are for the threads of the program; this one takes none. */
  bool ensure_thread() {
    if (thread_.joinable()) return true;
    sigset_t all, before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    try {
      thread_ = std::thread([state = state_] { state->run(); });
    } catch (std::system_error const&) {
      // no thread to be had now; the next line tries again
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return thread_.joinable();
  }

  std::shared_ptr<state> state_;
  std::thread thread_;
};

}  // namespace mcpawl::detail
