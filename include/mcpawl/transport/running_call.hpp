// mcpawl/transport/running_call.hpp - one call as it runs: it can be cancelled, and says when it is over
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/error_code.hpp>

#include <mcpawl/core/task.hpp>
#include <mcpawl/mcp/call/call_channel.hpp>
#include <mcpawl/mcp/protocol/response.hpp>
#include <mcpawl/transport/call_timer.hpp>
#include <mcpawl/transport/message_sink.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace mcpawl::detail {

/** Runs the work of one `pending_response` beside everything else on its thread.

    It keeps itself alive while the work runs.
    @par Thread safety
    `cancel` from any thread while the executor's context lives; the rest on the executor's thread.
*/
class running_call final : public call_channel, public std::enable_shared_from_this<running_call> {
public:
  running_call(boost::asio::any_io_executor executor, std::shared_ptr<message_sink> sink)
      : executor_(std::move(executor)), sink_(std::move(sink)) {}

  task<> send(std::string message) override {
    if (cancelled_) co_return;
    co_await sink_->take(std::move(message));
  }
  bool open() const noexcept override { return sink_->takes_messages(); }
  void close_stream() noexcept override { sink_->let_go(); }
  held_call hold() override {
    if (!shared_) shared_ = std::make_shared<charges>(charges{std::move(held_), std::move(retained_)});
    return {shared_, shared_->call.account_name()};
  }
  void begin_time(std::chrono::milliseconds most) override {
    timed_out_ = false;
    time_.begin(most);
    keep_time();
  }
  void end_time() noexcept override { time_.end(); }
  void pause_time() noexcept override { time_.pause(); }
  void resume_time() override {
    time_.resume();
    keep_time();
  }
  bool timed_out() const noexcept override { return timed_out_; }
  void cancel() noexcept override {
    boost::asio::post(executor_, [weak = weak_from_this()] {
      if (auto const self = weak.lock()) self->cancel_now();
    });
  }

  void start(pending_response call, call_end ended) override {
    slot_ = std::move(call.slot);
    held_ = std::move(call.held);
    retained_ = std::move(call.retained);
    report_ = std::move(call.report);
    auto finish = [self = shared_from_this(), ended = std::move(ended)](std::exception_ptr failure,
                                                                        response result) {
      self->over_ = true;
      self->slot_ = {};
      self->held_ = {};
      self->retained_ = {};
      self->shared_ = {};
      if (self->report_)
        self->report_.end(self->cancelled_ ? static_cast<int>(detail::failure::cancelled)
                          : failure        ? static_cast<int>(detail::failure::internal)
                                           : result.error,
                          result.bound);
      if (self->cancelled_)
        ended(nullptr, std::nullopt);
      else
        ended(failure, std::move(result));
    };
    boost::asio::co_spawn(executor_, std::move(call.work),
                          boost::asio::bind_cancellation_slot(cancel_.slot(), std::move(finish)));
    started_ = true;
    keep_time();
  }

private:
  struct charges {
    charge call;
    charge bytes;
  };

  /** Make a timer if one is needed: not before the call has had its chance to end at once. */
  void keep_time() {
    if (!started_ || over_ || !time_.needs_timer()) return;
    auto& timer = time_.make_timer(executor_);
    timer.async_wait([weak = weak_from_this(), number = time_.number()](boost::system::error_code ec) {
      if (ec) return;
      if (auto const self = weak.lock()) self->time_is_over(number);
    });
  }

  void time_is_over(std::uint64_t number) {
    if (over_ || cancelled_ || !time_.counts(number)) return;
    time_.end();
    timed_out_ = true;
    cancel_.emit(boost::asio::cancellation_type::terminal);
  }

  void cancel_now() {
    if (over_ || cancelled_) return;
    cancelled_ = true;
    cancel_.emit(boost::asio::cancellation_type::terminal);
  }

  boost::asio::any_io_executor executor_;
  std::shared_ptr<message_sink> sink_;
  boost::asio::cancellation_signal cancel_;
  call_table::slot slot_;
  charge held_;
  charge retained_;
  std::shared_ptr<charges> shared_;  // in their place, once others need them
  call_report report_;
  call_timer time_;
  bool started_ = false;
  bool timed_out_ = false;
  bool cancelled_ = false;
  bool over_ = false;
};

}  // namespace mcpawl::detail
