// mcpawl/transport/call_stream.hpp - the response to calls that run: JSON if they are quick and quiet, else an
// event stream
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include <mcpawl/core/async_event.hpp>
#include <mcpawl/core/limits.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/exchange.hpp>
#include <mcpawl/http/io.hpp>
#include <mcpawl/http/response.hpp>
#include <mcpawl/mcp/protocol/response.hpp>
#include <mcpawl/mcp/session/event_log.hpp>
#include <mcpawl/mcp/session/session.hpp>
#include <mcpawl/transport/disconnect_watch.hpp>
#include <mcpawl/transport/event_stream.hpp>
#include <mcpawl/transport/message_sink.hpp>
#include <mcpawl/transport/response_status.hpp>
#include <mcpawl/transport/running_call.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** The calls of one POST and the connection that waits for them.

    In the stateless protocol they end with their connection. In a session they go on, and what they say is
    kept for a client that comes back.

    It is shared because either side may be destroyed first when a server stops.
    @par Thread safety
    Belongs to one thread, but for the log, which a client that comes back may read on another.
*/
class call_stream final : public message_sink,
                          public call_channel_source,
                          public std::enable_shared_from_this<call_stream> {
public:
  call_stream(boost::asio::any_io_executor executor, bool events_accepted, limits const& bounds)
      : executor_(std::move(executor)),
        max_messages_(bounds.max_unread_messages),
        max_bytes_(bounds.max_unread_bytes),
        events_accepted_(events_accepted) {}

  std::shared_ptr<call_channel> open() override {
    return std::make_shared<running_call>(executor_, shared_from_this());
  }

  /** Queue a message for the client; waits while too many are queued already. */
  task<> take(std::string message) override {
    if (!events_accepted_ || gone_) co_return;
    log_->append(std::move(message));
    while (full() && !gone_) co_await room_->wait();
  }
  bool takes_messages() const noexcept override { return events_accepted_; }
  void let_go() noexcept override {
    if (!session_ || session_->protocol() < revision::v2025_11_25 || !events_accepted_) return;
    if (streaming_) {
      log_->close_stream();
    } else {
      letting_go_ = true;
      changed_->notify();
    }
  }

  /** Run the calls and write what comes of them.

      @param make_head  makes the head of a response with the status it is given.
      @param style      of the event stream: how often it is kept alive, and whether its client may listen.

      The first notification, or `keep_alive` without a response, turns the response into an event stream.
  */
  template <class MakeHead>
  task<> run(http::exchange& ex, dispatch_result calls, MakeHead const& make_head, event_style style,
             std::chrono::milliseconds retry) {
    std::optional<log_reader> reader;
    start(std::move(calls), reader);
    auto const watch = std::make_shared<disconnect_watch>(
        ex, changed_, [self = shared_from_this()] { self->client_left(); });
    // the response to a call is worth waiting for, whatever becomes of its token meanwhile
    if (!listens_) style.may_listen = {};
    try {
      bool streaming = co_await must_stream(*watch, style.keep_alive);
      ex.hold_events();
      if (streaming) streaming = co_await ex.start_events(make_head(200));
      if (streaming) {
        begin_stream(style, retry);
        co_await write_events(ex, *reader, *watch, style, 0);
      }
    } catch (...) {
      failure_ = std::current_exception();
    }
    reader.reset();
    if (streaming_ || running_ != 0) leave();
    co_await watch->stop();
    if (failure_) std::rethrow_exception(failure_);
    if (ex.responded()) co_return;
    if (gone_ || (left_ && running_ != 0)) {
      // nobody reads it, but the exchange wants to know that it was answered
      co_await ex.respond(http::response(503));
      co_return;
    }
    // cancelled: there is no response, and the protocol demands none
    http::response whole = make_head(finished_.empty() ? 202 : status_of(status_));
    if (status_ == response::outcome::too_many) whole.field("Retry-After", "1");
    if (!finished_.empty()) whole.body("application/json", response_text());
    co_await ex.respond(std::move(whole));
  }

  /** For observers: why the one call failed, or is not over. */
  int error() const noexcept {
    return !batch_ && (running_ != 0 || left_) ? static_cast<int>(failure::cancelled) : error_;
  }
  std::string_view bound() const noexcept { return bound_; }

private:
  bool full() const { return log_->to_read().exceeds(max_messages_, max_bytes_); }

  /** @param reader  is made before the calls begin: what they say at once counts as unread, or a call that never
      waits for anything else would fill the memory. */
  void start(dispatch_result calls, std::optional<log_reader>& reader) {
    changed_ = std::make_shared<async_event>();
    room_ = std::make_shared<async_event>();
    auto* const one = std::get_if<pending_response>(&calls);
    auto* const batch = std::get_if<batch_response>(&calls);
    if (one) {
      session_ = one->session;
      listens_ = one->listens;
    } else {
      batch_ = true;
      session_ = std::move(batch->session);
      finished_ = std::move(batch->ready);
    }
    if (session_)
      log_ = session_->make_stream();
    else
      log_ = std::make_shared<event_log>(event_log::retention::queue);
    log_->on_room(room_->notifier());
    reader.emplace(log_, changed_);
    running_ = one ? 1 : batch->pending.size();
    if (one) return start_call(std::move(*one));
    for (auto& call : batch->pending) start_call(std::move(call));
  }

  void start_call(pending_response&& call) {
    auto const channel = call.channel;
    calls_.push_back(channel);
    channel->start(std::move(call),
                   [self = shared_from_this()](std::exception_ptr failure, std::optional<response> result) {
                     self->ended(failure, std::move(result));
                   });
  }

  void ended(std::exception_ptr failure, std::optional<response> result) {
    if (failure) failure_ = failure;
    if (result) {
      if (!batch_) {
        status_ = result->what;
        error_ = result->error;
        bound_ = result->bound;
      }
      finished_.push_back(std::move(result->body));
    }
    if (--running_ == 0 && streaming_) finish_log();
    changed_->notify();
  }

  void finish_log() {
    if (!finished_.empty()) log_->append(response_text());
    log_->finish();
  }

  std::string response_text() { return batch_ ? joined_batch(finished_) : std::move(finished_.front()); }

  /** Wait until it is clear how the response goes out: true for events, false if it is there, or nobody waits.
   */
  task<bool> must_stream(disconnect_watch& watch, std::chrono::milliseconds keep_alive) {
    // a call that waits for nothing is over by then: nobody has to be woken, and all it said goes out together
    if (running_ != 0) co_await http::detail::let_others_run(executor_);
    while (running_ != 0 && !left_) {
      if (log_->backlog() != 0 || letting_go_) co_return true;
      bool const notified = co_await watch.wait(keep_alive);
      if (!notified && events_accepted_) co_return true;
    }
    co_return !left_ && log_->backlog() != 0;
  }

  void begin_stream(event_style& style, std::chrono::milliseconds retry) {
    streaming_ = true;
    if (session_) {
      style.name = session_->keep(log_);
      if (session_->protocol() >= revision::v2025_11_25) style.retry = retry;
    }
    if (running_ == 0)
      finish_log();
    else if (letting_go_)
      log_->close_stream();
  }

  /** The connection is not there any more. */
  void leave() {
    if (session_) return;
    gone_ = true;
    for (auto const& call : calls_)
      if (auto const alive = call.lock()) alive->cancel();
    room_->notify();
  }

  /** The client closed the connection: in the stateless protocol that cancels (MCP 2026-07-28,
      "Cancellation"), in a session it does not. */
  void client_left() {
    left_ = true;
    if (running_ == 0 || session_) return;
    leave();
    log_->close_stream();
  }

  boost::asio::any_io_executor executor_;
  std::size_t max_messages_, max_bytes_;
  std::shared_ptr<async_event> changed_;  // whenever something happened
  std::shared_ptr<async_event> room_;     // whenever a message was read
  std::shared_ptr<event_log> log_;
  std::shared_ptr<session> session_;
  std::vector<std::weak_ptr<call_channel>> calls_;
  std::vector<std::string> finished_;
  std::exception_ptr failure_;
  std::size_t running_ = 0;
  response::outcome status_ = response::outcome::answered;
  int error_ = 0;
  std::string_view bound_;
  bool events_accepted_;
  bool listens_ = false;
  bool left_ = false;  // the client closed the connection
  bool batch_ = false;
  bool streaming_ = false;
  bool letting_go_ = false;
  bool gone_ = false;  // and nobody will read what the calls say
};

/** The stream of one POST, made when it is needed: most calls are answered without. */
class post_stream final : public call_channel_source {
public:
  post_stream(http::exchange& ex, bool events_accepted, limits const& bounds) noexcept
      : ex_(ex), bounds_(bounds), events_accepted_(events_accepted) {}

  std::shared_ptr<call_channel> open() override { return get()->open(); }

  std::shared_ptr<call_stream> const& get() {
    if (!made_) made_ = std::make_shared<call_stream>(ex_.executor(), events_accepted_, bounds_);
    return made_;
  }

private:
  http::exchange& ex_;
  limits const& bounds_;
  bool events_accepted_;
  std::shared_ptr<call_stream> made_;
};

}  // namespace mcpawl::detail
