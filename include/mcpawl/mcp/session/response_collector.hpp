// mcpawl/mcp/session/response_collector.hpp - where a call waits for what its client sends on another thread
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <mcpawl/core/task.hpp>
#include <mcpawl/mcp/elicit/client_request.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace mcpawl {

/** Holds the responses to requests that were sent together.

    @par Thread safety
    `deliver` and `abandon` may be called from any thread while the box's executor runs; the rest belongs to
    the thread of that executor.
*/
class response_collector : public std::enable_shared_from_this<response_collector> {
public:
  response_collector(boost::asio::any_io_executor executor, std::size_t requests)
      : wake_(std::move(executor)), responses_(requests), missing_(requests) {}

  void deliver(std::size_t index, client_response response) {
    auto take = [self = shared_from_this(), index, response = std::move(response)]() mutable {
      if (self->responses_[index]) return;
      self->responses_[index] = std::move(response);
      --self->missing_;
      self->wake_.cancel();
    };
    auto const executor = wake_.get_executor();
    boost::asio::post(executor, std::move(take));
  }

  /** Tell who waits that no response will come. */
  void abandon() {
    auto tell = [self = shared_from_this()] {
      self->abandoned_ = true;
      self->wake_.cancel();
    };
    auto const executor = wake_.get_executor();
    boost::asio::post(executor, std::move(tell));
  }

  /** Wait until all responses are there; false if the time is over before.

      Errors: throws `operation_aborted` when abandoned. */
  task<bool> wait(std::chrono::milliseconds patience) {
    constexpr boost::asio::as_tuple_t<boost::asio::use_awaitable_t<>> quiet{};
    auto const until = std::chrono::steady_clock::now() + patience;
    while (missing_ != 0) {
      if (abandoned_) throw boost::system::system_error(boost::asio::error::operation_aborted);
      if (std::chrono::steady_clock::now() >= until) co_return false;
      wake_.expires_at(until);
      co_await wake_.async_wait(quiet);
      auto const state = co_await boost::asio::this_coro::cancellation_state;
      if (state.cancelled() != boost::asio::cancellation_type::none)
        throw boost::system::system_error(boost::asio::error::operation_aborted);
    }
    co_return true;
  }

  std::vector<client_response> take() {
    std::vector<client_response> all;
    for (auto& one : responses_) all.push_back(std::move(*one));
    return all;
  }

private:
  boost::asio::steady_timer wake_;
  std::vector<std::optional<client_response>> responses_;
  std::size_t missing_;
  bool abandoned_ = false;
};

}  // namespace mcpawl
