// mcpawl/transport/readiness.hpp - whether a server can do its work, tried now and then, and never for long
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/co_spawn.hpp>

#include <mcpawl/core/async_event.hpp>
#include <mcpawl/core/task.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace mcpawl::detail {

/** Tries what a server needs, for `/readyz`. However often it is asked, one trial runs at a time, and what came of the last one holds
    for a second.

    @par Lifetime
    What the trial refers to must outlive the executor.
    @par Thread safety
    One thread, that of the executor. */
class readiness {
public:
  using clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds holds{1'000};     ///< How long a result is good.
  static constexpr std::chrono::milliseconds patience{1'000};  ///< How long a trial may take.

  /** @param trial  returns why it failed, in a sentence; empty if it did not */
  explicit readiness(std::function<task<std::string>()> trial) : state_(std::make_shared<state>()) {
    state_->trial = std::move(trial);
  }

  /** Why the server is not ready; empty if it is. */
  task<std::string> why_not(boost::asio::any_io_executor executor) {
    auto const self = state_;
    bool const fresh = self->known && clock::now() - self->at < holds;
    if (fresh) co_return self->result;
    auto event = self->done;
    if (!event) {
      event = std::make_shared<async_event>();
      self->done = event;
      self->began = clock::now();
      // it may be over at once
      boost::asio::co_spawn(executor, run(self), [](std::exception_ptr) {});
    }
    while (self->done == event && clock::now() < self->began + patience) {
      bool const told = co_await event->wait_until(self->began + patience);
      if (!told) break;
    }
    if (self->done == event) co_return "the store does not answer within a second";
    co_return self->result;
  }

private:
  struct state {
    std::function<task<std::string>()> trial;
    std::shared_ptr<async_event> done;  // null: no trial runs
    clock::time_point began, at;
    bool known = false;
    std::string result;
  };

  static task<> run(std::shared_ptr<state> self) {
    std::string why;
    try {
      why = co_await self->trial();
    } catch (std::exception const& e) {
      why = e.what();
    }
    self->result = std::move(why);
    self->known = true;
    self->at = clock::now();
    auto const event = std::exchange(self->done, nullptr);
    event->notify();
  }

  std::shared_ptr<state> state_;
};

}  // namespace mcpawl::detail
