// mcpawl/mcp/call/await_job.hpp - wait for blocking work on the pool, and send what it says meanwhile
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/async_event.hpp>
#include <mcpawl/core/pending_job.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/core/work_pool.hpp>
#include <mcpawl/mcp/call/call_channel.hpp>
#include <mcpawl/mcp/call/call_reports.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::detail {

/** Thrown where there is no room for a job: the call ends with what other bounds say.

    Not a std::exception, so that a tool which catches those lets it pass. */
struct work_refused {
  std::string_view bound;  ///< The field of `limits`.
};

/** What the jobs of a call need of it. */
struct job_site {
  std::shared_ptr<work_pool> pool;
  std::shared_ptr<call_channel> out;  ///< May be null: then nothing is sent and nobody is charged.
  std::shared_ptr<call_reports> reports;
  std::shared_ptr<void const> kept = {};  ///< By each job, until it is done.
};

/** One pointer to two things that are kept. */
inline std::shared_ptr<void const> kept_together(std::shared_ptr<void const> one,
                                                 std::shared_ptr<void const> other) {
  if (!one || !other) return one ? std::move(one) : std::move(other);
  using both = std::pair<std::shared_ptr<void const>, std::shared_ptr<void const>>;
  return std::make_shared<both>(std::move(one), std::move(other));
}

/** One job, from its start until nobody waits for it any more: then it is not begun, or told to stop. */
class awaited_job {
public:
  /** @par Errors
      Throws `work_refused`. */
  awaited_job(job_site const& site, std::shared_ptr<awaited_work> work,
              std::shared_ptr<std::atomic<bool>> stop, std::string_view account)
      : site_(site), work_(std::move(work)), stop_(std::move(stop)) {
    site_.reports->listen(work_->event());
    auto const admitted = site_.pool->take(account, work_);
    if (admitted == work_admission::taken) return;
    site_.reports->ignore(work_->event());
    throw work_refused{admitted == work_admission::caller_is_full ? "max_queued_work"
                                                                  : "max_queued_work_in_process"};
  }
  awaited_job(awaited_job const&) = delete;
  awaited_job& operator=(awaited_job const&) = delete;
  ~awaited_job() {
    stop_->store(true, std::memory_order_relaxed);
    site_.reports->ignore(work_->event());
    if (!work_->ended()) site_.pool->withdraw(*work_);
  }

private:
  job_site const& site_;
  std::shared_ptr<awaited_work> work_;
  std::shared_ptr<std::atomic<bool>> stop_;
};

/** Run a job and wait for its result.

    @param stop  becomes true when nobody waits any more.
    @par Errors
    Throws what the job threw, `work_refused`, and `operation_aborted` when the coroutine is cancelled.
    @par Cancellation
    Ends the wait at once. A job that has begun goes on; its result is dropped, and the call counts as running,
    against the bounds of its caller, until it is done.
*/
template <class R>
task<R> await_job(job_site site, std::shared_ptr<pending_job<R>> work,
                  std::shared_ptr<std::atomic<bool>> stop) {
  held_call held;
  if (site.out) held = site.out->hold();
  work->hold(kept_together(std::move(held.charge), site.kept));
  awaited_job const waiting(site, work, std::move(stop), held.account);
  bool over = false;
  while (!over) {
    over = work->ended();  // first, so that what it said before its end is sent
    std::optional<std::string> message = site.reports->next();
    while (message) {
      std::string text = *std::move(message);
      if (site.out) co_await site.out->send(std::move(text));
      message = site.reports->next();
    }
    if (over) break;
    bool const notified = co_await work->event()->wait();
    if (!notified) co_await throw_if_cancelled();
  }
  co_return work->take();
}

}  // namespace mcpawl::detail
