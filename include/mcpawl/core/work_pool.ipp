// mcpawl/core/work_pool.ipp - the bodies of work_pool.hpp
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <signal.h>

#include <mcpawl/core/work_pool.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

namespace mcpawl::detail {

/** What the threads share; each keeps it alive. */
struct work_pool::state {
  struct queued_job {
    std::shared_ptr<job> work;
    time_point since;
  };

  /** The jobs of one caller; it is forgotten when there are none. */
  struct caller_jobs {
    std::list<queued_job> queue;
    std::size_t running = 0;
    bool has_turn = false;  ///< Whether it is among `turns`.
  };
  using callers = std::map<std::string, caller_jobs, std::less<>>;

  explicit state(work_bounds b) : bounds(b) {}

  work_admission take(std::shared_ptr<state> const& self, std::string_view account,
                      std::shared_ptr<job> work) {
    std::lock_guard const lock(mutex);
    if (closed || bounds.threads == 0 || queued >= bounds.max_queued_of_all)
      return work_admission::pool_is_full;
    auto at = known.find(account);
    std::size_t const own = at == known.end() ? 0 : at->second.queue.size();
    if (!account.empty() && own >= bounds.max_queued) return work_admission::caller_is_full;
    if (queued + 1 > idle && threads < bounds.threads && !start(self) && threads == 0)
      return work_admission::pool_is_full;
    if (at == known.end()) at = known.emplace(std::string(account), caller_jobs()).first;
    at->second.queue.push_back(
        {std::move(work), tell_wait ? std::chrono::steady_clock::now() : time_point()});
    ++queued;
    give_turn(at);
    return work_admission::taken;
  }

  bool withdraw(job& work) noexcept {
    queued_job dropped;  // what it owns is destroyed without the lock
    std::lock_guard const lock(mutex);
    if (work.runs_) {
      if (!std::exchange(work.abandoned_, true)) ++abandoned;
      return false;
    }
    for (auto at = known.begin(); at != known.end(); ++at) {
      auto& own = at->second.queue;
      auto const found = std::find_if(own.begin(), own.end(),
                                      [&work](auto const& each) { return each.work.get() == &work; });
      if (found == own.end()) continue;
      dropped = std::move(*found);
      own.erase(found);
      if (own.empty() && std::exchange(at->second.has_turn, false)) turns.remove(at);
      forget_if_idle(at);
      --queued;
      changed.notify_all();
      return true;
    }
    return false;
  }

  void close() noexcept {
    std::list<queued_job> dropped;  // what they own is destroyed without the lock
    std::unique_lock lock(mutex);
    closed = true;
    turns.clear();
    for (auto at = known.begin(); at != known.end();) {
      auto const each = at++;
      each->second.has_turn = false;
      dropped.splice(dropped.end(), each->second.queue);
      forget_if_idle(each);
    }
    queued = 0;
    wake.notify_all();
    changed.notify_all();
    changed.wait(lock, [this] { return telling == 0; });
  }

  /** What a thread does: one job after the other. */
  void work() {
    std::unique_lock lock(mutex);
    for (;;) {
      ++idle;
      wake.wait(lock, [this] { return closed || !turns.empty(); });
      --idle;
      if (closed) break;
      auto const of = turns.front();
      auto [next, since] = take_next();
      next->runs_ = true;
      ++busy;
      if (tell_wait) ++telling;
      lock.unlock();
      if (tell_wait) tell(since, lock);
      next->run();
      lock.lock();
      next->runs_ = false;
      if (next->abandoned_) --abandoned;
      lock.unlock();
      next.reset();
      lock.lock();
      --busy;
      --of->second.running;
      give_turn(of);
      forget_if_idle(of);
      changed.notify_all();
    }
    --threads;
  }

  /** Say how long a job has waited; the lock is not held. */
  void tell(time_point since, std::unique_lock<std::mutex>& lock) noexcept {
    try {
      tell_wait(std::chrono::steady_clock::now() - since);
    } catch (...) {
      // who is told must not change what is told
    }
    lock.lock();
    --telling;
    changed.notify_all();
    lock.unlock();
  }

  queued_job take_next() {
    auto const at = turns.front();
    turns.pop_front();
    queued_job next = std::move(at->second.queue.front());
    at->second.queue.pop_front();
    at->second.has_turn = false;
    ++at->second.running;
    --queued;
    give_turn(at);
    return next;
  }

  /** Let a caller have its turn, if it has a job for it and may run one more. */
  void give_turn(callers::iterator at) {
    auto& jobs = at->second;
    bool const has_room = at->first.empty() || jobs.running == 0 || jobs.running < bounds.max_running;
    if (closed || jobs.has_turn || jobs.queue.empty() || !has_room) return;
    jobs.has_turn = true;
    turns.push_back(at);
    wake.notify_one();
  }

  void forget_if_idle(callers::iterator at) {
    if (at->second.queue.empty() && at->second.running == 0) known.erase(at);
  }

  /** Signals are for the threads of the program: none is delivered here. */
  bool start(std::shared_ptr<state> const& self) {
    sigset_t most, before;
    ::sigfillset(&most);
    for (int const of_a_fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP})
      ::sigdelset(&most, of_a_fault);
    ::pthread_sigmask(SIG_SETMASK, &most, &before);
    bool started = true;
    try {
      std::thread([self] { self->work(); }).detach();
      ++threads;
    } catch (std::system_error const&) {
      started = false;
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return started;
  }

  work_bounds const bounds;
  std::mutex mutex;
  std::condition_variable wake;     // a job for who is idle
  std::condition_variable changed;  // fewer jobs
  callers known;                    // by account; each has a job
  std::list<callers::iterator> turns;
  std::size_t queued = 0, busy = 0, idle = 0, threads = 0, abandoned = 0, telling = 0;
  std::function<void(std::chrono::nanoseconds)> tell_wait;  // set before the first job
  bool closed = false;
};

MCPAWL_DECL work_pool::work_pool(work_bounds bounds) : state_(std::make_shared<state>(bounds)) {}

MCPAWL_DECL work_admission work_pool::take(std::string_view account, std::shared_ptr<job> work) {
  return state_->take(state_, account, std::move(work));
}

MCPAWL_DECL bool work_pool::withdraw(job& work) noexcept { return state_->withdraw(work); }

MCPAWL_DECL void work_pool::close() noexcept { state_->close(); }

MCPAWL_DECL bool work_pool::wait_until_idle(time_point deadline) {
  std::unique_lock lock(state_->mutex);
  return state_->changed.wait_until(lock, deadline,
                                    [this] { return state_->busy == 0 && state_->queued == 0; });
}

MCPAWL_DECL std::size_t work_pool::busy() const {
  std::lock_guard const lock(state_->mutex);
  return state_->busy;
}

MCPAWL_DECL std::size_t work_pool::queued() const {
  std::lock_guard const lock(state_->mutex);
  return state_->queued;
}

MCPAWL_DECL std::size_t work_pool::threads() const {
  std::lock_guard const lock(state_->mutex);
  return state_->threads;
}

MCPAWL_DECL std::size_t work_pool::abandoned() const {
  std::lock_guard const lock(state_->mutex);
  return state_->abandoned;
}

MCPAWL_DECL void work_pool::tell_waits(std::function<void(std::chrono::nanoseconds)> tell) {
  std::lock_guard const lock(state_->mutex);
  state_->tell_wait = std::move(tell);
}

}  // namespace mcpawl::detail
