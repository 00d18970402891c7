// mcpawl/core/work_pool.hpp - threads for work that blocks, a bounded number of them, in turn by who asked
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/separate.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <string_view>

namespace mcpawl::detail {

/** Work for a thread of a pool. It owns what it touches: it may outlive whoever asked for it, and the pool. */
class job {
public:
  job() = default;
  job(job const&) = delete;
  job& operator=(job const&) = delete;
  virtual ~job() = default;
  virtual void run() noexcept = 0;

private:
  friend class work_pool;
  // of the pool, under its lock
  bool runs_ = false, abandoned_ = false;
};

/** The bounds of a pool. */
struct work_bounds {
  std::size_t threads;            ///< None: every job is refused.
  std::size_t max_queued;         ///< Jobs of one caller that have not begun.
  std::size_t max_queued_of_all;  ///< The same of all callers.
  std::size_t max_running =
      std::numeric_limits<std::size_t>::max();  ///< Jobs of one caller that run; at least one.
};

/** What became of a job that was offered. */
enum class work_admission { taken, caller_is_full, pool_is_full };

/** Threads that run jobs. They start when there is a job for them, so a pool that is not used has none.

    Callers who wait have their turns: of each one job, then the next. A caller whose jobs have as many threads as
    one may have waits until one of them is done, and the other threads are for others. Who cannot be told apart
    from others (an empty account) has only the bounds of all.

    @par Lifetime
    Destroying it drops the jobs that have not begun, and waits for none: those that run go on, each on a thread
    that keeps what it needs and then ends.
    @par Thread safety
    Any thread.
*/
class work_pool {
public:
  using time_point = std::chrono::steady_clock::time_point;

  MCPAWL_DECL explicit work_pool(work_bounds bounds);
  work_pool(work_pool const&) = delete;
  work_pool& operator=(work_pool const&) = delete;
  ~work_pool() { close(); }

  /** Take a job, to be run once; or refuse it and keep nothing of it. */
  MCPAWL_DECL work_admission take(std::string_view account, std::shared_ptr<job> work);
  /** Drop a job that has not begun; false if it has, and then it counts as abandoned until it is done. */
  MCPAWL_DECL bool withdraw(job& work) noexcept;
  /** Drop what has not begun, and take no more. */
  MCPAWL_DECL void close() noexcept;

  /** Wait until no job is left; false if that took too long. */
  MCPAWL_DECL bool wait_until_idle(time_point deadline);

  /** Jobs that run. */
  MCPAWL_DECL std::size_t busy() const;
  /** Jobs that have not begun. */
  MCPAWL_DECL std::size_t queued() const;
  MCPAWL_DECL std::size_t threads() const;
  /** Jobs that run though they were withdrawn. */
  MCPAWL_DECL std::size_t abandoned() const;
  /** Have `tell` called, on the thread of the pool, with how long each job has waited; before the first job. It is called no more
      once `close` has returned. */
  MCPAWL_DECL void tell_waits(std::function<void(std::chrono::nanoseconds)> tell);

private:
  struct state;

  std::shared_ptr<state> state_;
};

}  // namespace mcpawl::detail

#ifndef MCPAWL_SEPARATE_COMPILATION
#include <mcpawl/core/work_pool.ipp>
#endif
