// mcpawl/mcp/session/answer_box.hpp - where a call waits for what its client answers on another thread
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
#include <mcpawl/mcp/elicit/question.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace mcpawl {

/** Holds the answers to questions that were asked together.

    @par Thread safety
    `deliver` and `abandon` may be called from any thread while the box's executor runs; the rest belongs to
    the thread of that executor.
*/
class answer_box : public std::enable_shared_from_this<answer_box> {
public:
  answer_box(boost::asio::any_io_executor executor, std::size_t questions)
      : wake_(std::move(executor)), answers_(questions), missing_(questions) {}

  void deliver(std::size_t index, client_answer answer) {
    auto take = [self = shared_from_this(), index, answer = std::move(answer)]() mutable {
      if (self->answers_[index]) return;
      self->answers_[index] = std::move(answer);
      --self->missing_;
      self->wake_.cancel();
    };
    auto const executor = wake_.get_executor();
    boost::asio::post(executor, std::move(take));
  }

  /** Tell who waits that no answer will come. */
  void abandon() {
    auto tell = [self = shared_from_this()] {
      self->abandoned_ = true;
      self->wake_.cancel();
    };
    auto const executor = wake_.get_executor();
    boost::asio::post(executor, std::move(tell));
  }

  /** Wait until all answers are there; false if the time is over before.

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

  std::vector<client_answer> take() {
    std::vector<client_answer> all;
    for (auto& one : answers_) all.push_back(std::move(*one));
    return all;
  }

private:
  boost::asio::steady_timer wake_;
  std::vector<std::optional<client_answer>> answers_;
  std::size_t missing_;
  bool abandoned_ = false;
};

}  // namespace mcpawl
