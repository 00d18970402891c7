// mcpawl/mcp/session/response_collector.hpp - where a call waits for what its client sends on another thread
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <mcpawl/core/async_event.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/mcp/elicit/client_request.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** Holds the responses to requests that were sent together.

    @par Thread safety
    `deliver` and `abandon` may be called from any thread; one coroutine waits and takes.
*/
class response_collector {
public:
  explicit response_collector(std::size_t requests) : responses_(requests), missing_(requests) {}

  /** Take the response to the request of that index; only the first counts. */
  void deliver(std::size_t index, client_response response) {
    {
      std::lock_guard const lock{mutex_};
      if (responses_[index]) return;
      responses_[index] = std::move(response);
      --missing_;
    }
    changed_->notify();
  }

  /** Tell who waits that no response will come. */
  void abandon() {
    {
      std::lock_guard const lock{mutex_};
      abandoned_ = true;
    }
    changed_->notify();
  }

  /** Wait until all responses are there; false if the time is over before.

      @par Errors
      Throws `operation_aborted` when abandoned, or when the call was cancelled. */
  task<bool> wait(std::chrono::milliseconds patience) {
    auto const deadline = std::chrono::steady_clock::now() + patience;
    while (!complete()) {
      if (co_await changed_->wait_until(deadline)) continue;
      co_await throw_if_cancelled();
      co_return complete();
    }
    co_return true;
  }

  /** The responses, in the order of their requests; only after `wait` was true. */
  std::vector<client_response> take() {
    std::lock_guard const lock{mutex_};
    std::vector<client_response> all;
    for (auto& one : responses_) all.push_back(std::move(*one));
    return all;
  }

private:
  bool complete() const {
    std::lock_guard const lock{mutex_};
    if (missing_ == 0) return true;
    if (abandoned_) throw boost::system::system_error(boost::asio::error::operation_aborted);
    return false;
  }

  std::shared_ptr<async_event> const changed_ = std::make_shared<async_event>();
  mutable std::mutex mutex_;
  std::vector<std::optional<client_response>> responses_;
  std::size_t missing_;
  bool abandoned_ = false;
};

}  // namespace mcpawl::detail
