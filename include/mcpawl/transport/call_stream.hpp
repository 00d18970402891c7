// mcpawl/transport/call_stream.hpp - one coroutine tool's answer: JSON if it is quick and quiet, else an
// event stream
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <mcpawl/core/task.hpp>
#include <mcpawl/http/exchange.hpp>
#include <mcpawl/http/response.hpp>
#include <mcpawl/mcp/answer.hpp>
#include <mcpawl/mcp/context.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <exception>
#include <memory>
#include <string>
#include <utility>

namespace mcpawl::detail {

/** The state a running call shares with the connection that waits for it.

    It is shared because either side may be destroyed first when a server stops.
*/
class call_stream final : public outbound, public std::enable_shared_from_this<call_stream> {
public:
  call_stream(boost::asio::any_io_executor executor, bool events_accepted)
      : wake_(executor), room_(executor), events_accepted_(events_accepted) {}

  /** Queue a notification for the client; waits while too many are queued already. */
  task<> send(std::string message) override {
    if (!events_accepted_ || gone_) co_return;
    while (queue_.size() >= most_queued && !gone_) {
      room_.expires_at(std::chrono::steady_clock::time_point::max());
      co_await room_.async_wait(quiet);
    }
    queue_.push_back(std::move(message));
    wake_.cancel();
  }

  /** Run the call and write what comes of it.

      @param head  makes the head of an answer with status 200.
      The first notification, or `keep_alive` without an answer, turns the answer into an event stream.
  */
  template <class MakeHead>
  task<> run(http::exchange& ex, pending_answer call, MakeHead const& head,
             std::chrono::milliseconds keep_alive) {
    bool const cancels = call.ends_with_connection;
    start(std::move(call.work));
    if (!done_ && cancels) watch(ex);
    bool streaming = false;
    while (!done_ || (!queue_.empty() && !gone_)) {
      if (!queue_.empty() && !gone_) {
        if (!streaming) streaming = co_await ex.start_events(head());
        gone_ = !streaming;
        if (streaming) gone_ = !co_await ex.event(next());
        continue;
      }
      if (gone_ && cancels) cancel_call_.emit(boost::asio::cancellation_type::terminal);
      wake_.expires_after(keep_alive);
      auto const [interrupted] = co_await wake_.async_wait(quiet);
      if (interrupted || done_ || gone_ || !events_accepted_) continue;
      if (!streaming) streaming = co_await ex.start_events(head());
      gone_ = !streaming;
      if (streaming) gone_ = !co_await ex.comment("keep-alive");
    }
    while (watching_) {
      stop_watching_.emit(boost::asio::cancellation_type::terminal);
      wake_.expires_at(std::chrono::steady_clock::time_point::max());
      if (watching_) co_await wake_.async_wait(quiet);
    }
    if (failure_) std::rethrow_exception(failure_);
    if (gone_) {
      // nobody reads it, but the exchange wants to know that it was answered
      if (!streaming) co_await ex.respond(http::response(503));
      co_return;
    }
    if (streaming) {
      co_await ex.event(result_.body);
      co_await ex.end_events();
    } else {
      http::response whole = head();
      whole.body("application/json", std::move(result_.body));
      co_await ex.respond(std::move(whole));
    }
  }

private:
  static constexpr std::size_t most_queued = 64;
  static constexpr boost::asio::as_tuple_t<boost::asio::use_awaitable_t<>> quiet{};

  std::string next() {
    std::string message = std::move(queue_.front());
    queue_.pop_front();
    room_.cancel();
    return message;
  }

  void start(task<answer> work) {
    auto finished = [self = shared_from_this()](std::exception_ptr failure, answer result) {
      self->failure_ = failure;
      self->result_ = std::move(result);
      self->done_ = true;
      self->wake_.cancel();
    };
    boost::asio::co_spawn(wake_.get_executor(), std::move(work),
                          boost::asio::bind_cancellation_slot(cancel_call_.slot(), std::move(finished)));
  }

  void watch(http::exchange& ex) {
    watching_ = true;
    auto ended = [self = shared_from_this()](std::exception_ptr) {
      self->watching_ = false;
      if (!self->done_) self->gone_ = true;
      self->room_.cancel();
      self->wake_.cancel();
    };
    boost::asio::co_spawn(wake_.get_executor(), ex.wait_disconnect(),
                          boost::asio::bind_cancellation_slot(stop_watching_.slot(), std::move(ended)));
  }

  boost::asio::steady_timer wake_;  // cancelled whenever something happened
  boost::asio::steady_timer room_;  // cancelled whenever the queue got shorter
  boost::asio::cancellation_signal cancel_call_;
  boost::asio::cancellation_signal stop_watching_;
  std::deque<std::string> queue_;
  answer result_;
  std::exception_ptr failure_;
  bool events_accepted_;
  bool done_ = false;
  bool gone_ = false;
  bool watching_ = false;
};

}  // namespace mcpawl::detail
