// mcpawl/transport/forwarded_reader.hpp - takes the messages of an HTTP+SSE client that came to other instances
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/json/parse.hpp>

#include <mcpawl/core/async_event.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/jsonrpc/id.hpp>
#include <mcpawl/jsonrpc/write.hpp>
#include <mcpawl/mcp/protocol/dispatcher.hpp>
#include <mcpawl/mcp/protocol/response.hpp>
#include <mcpawl/mcp/session/forwarded_messages.hpp>
#include <mcpawl/mcp/session/session_table.hpp>
#include <mcpawl/mcp/types/request.hpp>
#include <mcpawl/transport/channel_client.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::detail {

/** Takes what came elsewhere for a client whose event stream is written here, and answers it as if it had come here: by the identity
    that has opened the stream, since that of the message stays where it was verified.

    @par Lifetime
    Ends with the stream; what it refers to outlives it.
    @par Thread safety
    Belongs to the thread of the stream. */
class forwarded_reader {
public:
  static constexpr std::chrono::seconds claim_again{30};
  static constexpr std::chrono::seconds look_again{5};  ///< In case that what others told was lost.
  static constexpr std::chrono::seconds pause{5};       ///< After the store did not answer.

  /** @param changed  wakes who writes the stream. */
  forwarded_reader(forwarded_messages& all, std::string_view id, caller const& who, dispatcher& protocol,
                   std::shared_ptr<channel_client> client, boost::asio::any_io_executor executor,
                   std::shared_ptr<async_event> const& changed)
      : all_(all),
        name_(session_table::shared_name_of(id)),
        who_(who),
        protocol_(protocol),
        client_(std::move(client)),
        executor_(std::move(executor)) {
    who_.note = nullptr;  // the request that it is of is another
    all_.listen(name_, [news = news_, wake = changed->notifier()] {
      news->store(true);
      wake();
    });
  }
  ~forwarded_reader() { all_.release(name_); }
  forwarded_reader(forwarded_reader const&) = delete;
  forwarded_reader& operator=(forwarded_reader const&) = delete;

  /** Say that the stream is here if that has to be said, and take what is there. The stream is held up meanwhile, so a store that does
      not answer is left alone for a while. */
  task<> look() {
    auto const now = std::chrono::steady_clock::now();
    if (now < next_try_) co_return;
    if (now >= next_claim_) {
      bool const claimed = co_await all_.claim(name_, std::string(who_.principal));
      if (!claimed) co_return leave_store_alone();
      next_claim_ = now + claim_again;
    }
    if (!news_->exchange(false) && now < next_look_) co_return;
    next_look_ = now + look_again;
    auto const messages = co_await all_.take(name_);
    if (!messages) co_return leave_store_alone();
    for (auto const& each : *messages) {
      auto const refused = client_->receive(protocol_, each, who_, executor_);
      if (!refused) continue;
      // the response to its POST, which would have said so, is gone
      std::string answer = refused_text(each, *refused);
      co_await client_->take(std::move(answer));
    }
  }

private:
  using time_point = std::chrono::steady_clock::time_point;

  void leave_store_alone() {
    next_try_ = std::chrono::steady_clock::now() + pause;
    news_->store(true);
  }

  static std::string refused_text(std::string_view message, scope_refusal const& why) {
    boost::system::error_code malformed;
    auto const value = boost::json::parse({message.data(), message.size()}, malformed);
    auto const* const object = malformed ? nullptr : value.if_object();
    auto const* const id = object == nullptr ? nullptr : object->if_contains("id");
    std::string text = "insufficient scope: authorize anew for";
    for (auto const& scope : why.scopes) text.append(1, ' ').append(scope);
    return write_error(id == nullptr ? std::nullopt : request_id::from(*id),
                       {rpc_code::invalid_request, text + ", and open the event stream again"});
  }

  forwarded_messages& all_;
  session::shared_name const name_;
  caller who_;
  dispatcher& protocol_;
  std::shared_ptr<channel_client> client_;
  boost::asio::any_io_executor executor_;
  std::shared_ptr<std::atomic<bool>> const news_ = std::make_shared<std::atomic<bool>>(true);
  time_point next_try_{}, next_claim_{}, next_look_{};
};

}  // namespace mcpawl::detail
