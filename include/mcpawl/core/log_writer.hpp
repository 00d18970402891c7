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
#include <mutex>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

namespace mcpawl::detail {

/** Writes lines to a descriptor without ever holding up who logs them.

    Lines wait in a queue of bounded size; beyond it they are dropped, and a line that tells their number
    follows when there is room again. A descriptor that nobody reads, or that is closed, costs its lines and
    nothing else: no signal, no wait.

    @par Lifetime
    The descriptor must stay open. The destructor waits `patience` at most for what is queued.
    @par Thread safety
    All members but constructor and destructor may be called from any thread.
*/
class log_writer {
public:
  static constexpr std::size_t default_max_bytes = 1024 * 1024;
  static constexpr std::chrono::milliseconds patience{1'000};

  explicit log_writer(int descriptor, std::size_t max_bytes = default_max_bytes)
      : descriptor_(descriptor), max_bytes_(max_bytes) {}
  log_writer(log_writer const&) = delete;
  log_writer& operator=(log_writer const&) = delete;
  ~log_writer() {
    flush();
    {
      std::lock_guard const lock{mutex_};
      stopping_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
  }

  /** Queue a line, which ends with its newline. Never waits for the descriptor. */
  void write(std::string_view line) {
    {
      std::lock_guard const lock{mutex_};
      if (queue_.size() + line.size() > max_bytes_ || !ensure_thread()) {
        ++dropped_;
        return;
      }
      queue_.append(line);
    }
    changed_.notify_all();
  }

  /** Wait until what is queued was written or dropped, `patience` at most; tells whether it was. */
  bool flush() {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, patience, [this] { return queue_.empty() && !writing_; });
  }

private:
  /** Signals are for the threads of the program; this one takes none. */
  bool ensure_thread() {
    if (thread_.joinable()) return true;
    sigset_t all, before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    try {
      thread_ = std::thread([this] { run(); });
    } catch (std::system_error const&) {
      // no thread to be had now; the next line tries again
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return thread_.joinable();
  }

  void run() {
    std::string batch;
    std::unique_lock lock{mutex_};
    for (;;) {
      changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (stopping_) return;
      batch.clear();
      batch.swap(queue_);
      if (std::uint64_t const count = std::exchange(dropped_, 0); count != 0)
        batch.append("log_lines_dropped count=").append(std::to_string(count)).append("\n");
      writing_ = true;
      lock.unlock();
      write_all(batch);
      lock.lock();
      writing_ = false;
      changed_.notify_all();
    }
  }

  /** Write in pieces of PIPE_BUF: that many bytes a pipe takes without blocking once it is writable. */
  void write_all(std::string_view rest) {
    constexpr std::size_t max_at_once = 4096;
    while (!rest.empty()) {
      pollfd ready{descriptor_, POLLOUT, 0};
      int const got = ::poll(&ready, 1, 50);
      if (is_stopping()) return;
      if (got == 0 || (got < 0 && errno == EINTR)) continue;
      std::size_t piece = std::min(rest.size(), max_at_once);
      // a record that others write to the same pipe must not land inside of one of ours
      if (auto const end = rest.substr(0, piece).rfind('\n'); end != std::string_view::npos) piece = end + 1;
      auto const written = ::write(descriptor_, rest.data(), piece);
      if (written < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (written < 0) return;  // nobody is left to tell
      rest.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  bool is_stopping() {
    std::lock_guard const lock{mutex_};
    return stopping_;
  }

  int const descriptor_;
  std::size_t const max_bytes_;
  std::mutex mutex_;
  std::condition_variable changed_;  // lines came, were written, or it ends
  std::string queue_;
  std::uint64_t dropped_ = 0;
  bool writing_ = false, stopping_ = false;
  std::thread thread_;
};

}  // namespace mcpawl::detail
