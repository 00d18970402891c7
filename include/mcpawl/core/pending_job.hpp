// mcpawl/core/pending_job.hpp - a callable with its arguments as a job, and what came of it
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/async_event.hpp>
#include <mcpawl/core/work_pool.hpp>

#include <atomic>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

namespace mcpawl::detail {

/** A job that a coroutine waits for.

    @par Thread safety
    `run` on a thread of the pool; the rest anywhere.
*/
class awaited_work : public job {
public:
  /** Whether it is over. */
  bool ended() const noexcept { return ended_.load(std::memory_order_acquire); }
  /** Notified when it is. */
  std::shared_ptr<async_event> const& event() const noexcept { return event_; }
  /** Keep something until the work is done, whoever waits for it; before it is given to a pool. */
  void hold(std::shared_ptr<void const> kept) noexcept { held_ = std::move(kept); }

protected:
  /** Say that it is over; nothing of the job is touched by its thread from now on. */
  void announce() noexcept {
    held_ = nullptr;
    auto const event = event_;
    ended_.store(true, std::memory_order_release);
    event->notify();
  }

private:
  std::shared_ptr<async_event> event_ = std::make_shared<async_event>();
  std::shared_ptr<void const> held_;
  std::atomic<bool> ended_ = false;
};

/** A job with a result. */
template <class R>
class pending_job : public awaited_work {
public:
  /** The result, once, when it has ended.

      @par Errors
      Throws what the work threw. */
  R take() {
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
    if constexpr (!std::is_void_v<R>) return std::move(*result_);
  }

protected:
  /** Call what makes the result. */
  template <class F>
  void finish_with(F&& make) noexcept {
    try {
      if constexpr (std::is_void_v<R>)
        std::forward<F>(make)();
      else
        result_.emplace(std::forward<F>(make)());
    } catch (...) {
      failure_ = std::current_exception();
    }
  }

private:
  using stored = std::conditional_t<std::is_void_v<R>, bool, R>;

  std::optional<stored> result_;
  std::exception_ptr failure_;
};

/** A callable and its arguments, which are destroyed on the thread that used them. */
template <class R, class F, class... Args>
class bound_job final : public pending_job<R> {
public:
  template <class... From>
  explicit bound_job(From&&... parts) : work_(std::in_place, std::forward<From>(parts)...) {}

  void run() noexcept override {
    this->finish_with([this]() -> R {
      return std::apply(
          [](F& f, Args&... args) -> R { return std::invoke(std::move(f), std::move(args)...); }, *work_);
    });
    work_.reset();
    this->announce();
  }

private:
  std::optional<std::tuple<F, Args...>> work_;
};

}  // namespace mcpawl::detail
