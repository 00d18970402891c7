// mcpawl/transport/channel_client.hpp - a client that has one channel for everything: pipes, or the event
// stream of 2024
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include <mcpawl/core/log.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/mcp/protocol/dispatcher.hpp>
#include <mcpawl/mcp/protocol/response.hpp>
#include <mcpawl/mcp/session/event_log.hpp>
#include <mcpawl/mcp/session/single_stream_client.hpp>
#include <mcpawl/mcp/types/request.hpp>
#include <mcpawl/transport/message_sink.hpp>
#include <mcpawl/transport/running_call.hpp>

#include <atomic>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace mcpawl::detail {

/** Takes the messages of one client, runs its calls, and queues all that is for it in one log.

    @par Thread safety
    Messages may come on several threads; each is answered on its own.
*/
class channel_client : public message_sink, public std::enable_shared_from_this<channel_client> {
public:
  channel_client() : out_(std::make_shared<event_log>(event_log::retention::queue)), channel_(out_) {}

  std::shared_ptr<event_log> const& out() const noexcept { return out_; }
  single_stream_client& channel() noexcept { return channel_; }
  /** Calls that are not over. */
  std::size_t running() const noexcept { return running_.load(); }
  /** Called when a call is over, on its thread; set it before the first message. */
  std::function<void()> on_call_over;

  /** Take one message (or a batch): its response goes to the log.

      @return why its caller may not do what it asks for, which is not answered by a message. */
  [[nodiscard]] std::optional<scope_refusal> receive(dispatcher& protocol, std::string_view text,
                                                     caller const& who,
                                                     boost::asio::any_io_executor executor) {
    source from(std::move(executor), shared_from_this());
    dispatch_result r = protocol.handle(text, protocol_headers(), who, from, &channel_);
    if (auto* refused = std::get_if<scope_refusal>(&r)) return std::move(*refused);
    if (auto* whole = std::get_if<response>(&r)) {
      if (!whole->body.empty()) say(std::move(whole->body));
      return std::nullopt;
    }
    auto const group = std::make_shared<responses>();
    std::vector<pending_response> calls;
    if (auto* one = std::get_if<pending_response>(&r)) {
      calls.push_back(std::move(*one));
    } else {
      auto& batch = std::get<batch_response>(r);
      group->batch = true;
      group->ready = std::move(batch.ready);
      calls = std::move(batch.pending);
    }
    group->missing = calls.size();
    running_ += calls.size();
    for (auto& call : calls) {
      auto const channel = call.channel;
      auto ended = [self = shared_from_this(), group](std::exception_ptr failure,
                                                      std::optional<response> result) {
        if (result && !failure) group->ready.push_back(std::move(result->body));
        if (--group->missing == 0) self->finish(*group);
        --self->running_;
        if (self->on_call_over) self->on_call_over();
      };
      channel->start(std::move(call), std::move(ended));
    }
    return std::nullopt;
  }

  task<> take(std::string message) override {
    say(std::move(message));
    co_return;
  }
  bool takes_messages() const noexcept override { return true; }

protected:
  /** Queue a message. */
  virtual void say(std::string message) { out_->append(std::move(message)); }

private:
  /** The responses to messages that came together; they belong to one thread. */
  struct responses {
    std::vector<std::string> ready;
    std::size_t missing = 0;
    bool batch = false;
  };

  class source final : public call_channel_source {
  public:
    source(boost::asio::any_io_executor executor, std::shared_ptr<message_sink> sink)
        : executor_(std::move(executor)), sink_(std::move(sink)) {}
    std::shared_ptr<call_channel> open() override { return std::make_shared<running_call>(executor_, sink_); }

  private:
    boost::asio::any_io_executor executor_;
    std::shared_ptr<message_sink> sink_;
  };

  void finish(responses& group) {
    if (group.ready.empty()) return;
    if (group.batch)
      say(joined_batch(group.ready));
    else
      say(std::move(group.ready.front()));
  }

  std::shared_ptr<event_log> out_;
  single_stream_client channel_;
  std::atomic<std::size_t> running_{0};
};

}  // namespace mcpawl::detail
