// mcpawl/store/sqlite_writer.hpp - the thread that writes, many requests to one transaction
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/store/entry.hpp>
#include <mcpawl/store/errc.hpp>
#include <mcpawl/store/sqlite_connection.hpp>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** Something to be done on the writer's connection, inside of a transaction. */
class sqlite_job {
public:
  explicit sqlite_job(durability wanted) noexcept : wanted_(wanted) {}
  sqlite_job(sqlite_job const&) = delete;
  sqlite_job& operator=(sqlite_job const&) = delete;
  virtual ~sqlite_job() = default;

  durability wanted() const noexcept { return wanted_; }

  /** Do it and keep the answer. An error spoils the whole transaction. */
  virtual error_code perform(sqlite_connection& connection) = 0;
  /** The transaction has ended: tell whoever waits, once. */
  virtual void finish(error_code ec) noexcept = 0;

private:
  durability const wanted_;
};

/** Runs jobs on a thread of its own. What has queued up while the disk was busy becomes one transaction, so
    that a hundred grants cost one flush of the disk.

    @par Lifetime
    The destructor carries out what was submitted before.
    @par Thread safety
    `submit` may be called from any thread at once.
*/
class sqlite_writer {
public:
  explicit sqlite_writer(sqlite_connection connection)
      : connection_(std::move(connection)), thread_([this] { run(); }) {}
  sqlite_writer(sqlite_writer const&) = delete;
  sqlite_writer& operator=(sqlite_writer const&) = delete;
  ~sqlite_writer() { close(); }

  /** False if the writer is being closed. */
  bool submit(std::shared_ptr<sqlite_job> job) {
    {
      std::lock_guard const lock(mutex_);
      if (closing_) return false;
      queue_.push_back(std::move(job));
    }
    wake_.notify_one();
    return true;
  }

  /** Carry out what was submitted, then end. */
  void close() {
    {
      std::lock_guard const lock(mutex_);
      closing_ = true;
    }
    wake_.notify_one();
    if (thread_.joinable()) thread_.join();
  }

private:
  using batch = std::vector<std::shared_ptr<sqlite_job>>;
  static constexpr std::size_t max_at_once = 256;

  void run() {
    for (;;) {
      batch jobs;
      {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [this] { return closing_ || !queue_.empty(); });
        if (queue_.empty()) return;
        while (!queue_.empty() && jobs.size() != max_at_once) {
          jobs.push_back(std::move(queue_.front()));
          queue_.pop_front();
        }
      }
      error_code const ec = transact(jobs);
      if (spoiled_ && jobs.size() > 1) {
        // one job must not spoil the others: each by itself. After a COMMIT that failed nobody knows what was
        // written, and nothing is tried again.
        for (auto& job : jobs) {
          batch const alone(1, std::move(job));
          alone.front()->finish(transact(alone));
        }
        continue;
      }
      for (auto const& job : jobs) job->finish(ec);
    }
  }

  error_code transact(batch const& jobs) noexcept {
    spoiled_ = false;
    try {
      durability wanted = durability::relaxed;
      for (auto const& job : jobs)
        if (job->wanted() == durability::power_loss) wanted = durability::power_loss;
      error_code ec = set_durability(wanted);
      if (!ec) ec = connection_.run("BEGIN IMMEDIATE");
      for (std::size_t i = 0; !ec && i != jobs.size(); ++i) {
        ec = jobs[i]->perform(connection_);
        if (ec) spoiled_ = true;
      }
      if (!ec) ec = connection_.run("COMMIT");
      if (connection_.in_transaction()) connection_.run("ROLLBACK");
      return ec;
    } catch (...) {
      if (connection_.in_transaction()) connection_.run("ROLLBACK");
      return store_errc::io;
    }
  }

  error_code set_durability(durability wanted) {
    if (current_ == wanted) return {};
    bool const full = wanted == durability::power_loss;
    error_code const ec = connection_.run(full ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
    if (!ec) current_ = wanted;
    return ec;
  }

  sqlite_connection connection_;
  std::optional<durability> current_;
  bool spoiled_ = false;  // the last transaction was rolled back because of one of its jobs
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::shared_ptr<sqlite_job>> queue_;
  bool closing_ = false;
  std::thread thread_;  // declared last: it uses all the others
};

}  // namespace mcpawl::detail
