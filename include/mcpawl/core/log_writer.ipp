// mcpawl/core/log_writer.ipp - the bodies of log_writer.hpp
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <mcpawl/core/log_writer.hpp>

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

/** What the thread needs. */
struct log_writer::state {
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

  /** Write in pieces of PIPE_BUF: that many bytes a pipe takes without blocking once it is writable. A file takes more. */
  void write_all(std::string_view rest) {
    struct ::stat about{};
    bool const is_file = ::fstat(descriptor, &about) == 0 && S_ISREG(about.st_mode);
    std::size_t const max_at_once = is_file ? 64 * 1024 : 4096;
    while (!rest.empty()) {
      pollfd ready{descriptor, POLLOUT, 0};
      int const got = ::poll(&ready, 1, 50);
      if (is_stopping()) return;
      if (got == 0 || (got < 0 && errno == EINTR)) continue;
      std::size_t piece = std::min(rest.size(), max_at_once);
      // a record that others write to the same pipe must not land inside of one of ours
      if (void const* const end = ::memrchr(rest.data(), '\n', piece); end != nullptr)
        piece = static_cast<std::size_t>(static_cast<char const*>(end) - rest.data()) + 1;
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

  /** Signals are for the threads of the program; this one takes none. */
  bool ensure_thread(std::shared_ptr<state> const& self) {
    if (thread.joinable()) return true;
    sigset_t all, before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    try {
      thread = std::thread([self] { self->run(); });
    } catch (std::system_error const&) {
      // no thread to be had now; the next line tries again
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return thread.joinable();
  }

  int const descriptor;
  log_writer_options const options;
  mutable std::mutex mutex;
  std::condition_variable changed;  // lines came, were written, or it ends
  std::string queue;
  std::uint64_t dropped = 0;  // since the last line that told of it
  std::uint64_t lost = 0, failed = 0;
  unsigned flushing = 0;
  std::thread thread;  // not begun before the first line
  bool writing = false, stopping = false, ended = false;
};

MCPAWL_DECL log_writer::log_writer(int descriptor, log_writer_options options)
    : state_(std::make_shared<state>(descriptor, options)) {}

MCPAWL_DECL log_writer::~log_writer() {
  flush();
  std::unique_lock lock{state_->mutex};
  state_->stopping = true;
  state_->changed.notify_all();
  if (!state_->thread.joinable()) return;
  bool const ended =
      state_->changed.wait_for(lock, std::chrono::milliseconds{200}, [this] { return state_->ended; });
  lock.unlock();
  if (ended)
    state_->thread.join();
  else
    state_->thread.detach();
}

MCPAWL_DECL void log_writer::write(std::string_view line) {
  {
    std::lock_guard const lock{state_->mutex};
    std::size_t const before = state_->queue.size();
    if (before + line.size() > state_->options.max_bytes || !state_->ensure_thread(state_)) {
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

MCPAWL_DECL bool log_writer::flush() {
  std::unique_lock lock{state_->mutex};
  ++state_->flushing;
  state_->changed.notify_all();
  bool const empty = state_->changed.wait_for(lock, state_->options.patience,
                                              [this] { return state_->queue.empty() && !state_->writing; });
  --state_->flushing;
  return empty;
}

MCPAWL_DECL std::uint64_t log_writer::dropped() const {
  std::lock_guard const lock{state_->mutex};
  return state_->lost;
}

MCPAWL_DECL std::uint64_t log_writer::failures() const {
  std::lock_guard const lock{state_->mutex};
  return state_->failed;
}

}  // namespace mcpawl::detail
