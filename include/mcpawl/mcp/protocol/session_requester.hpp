// mcpawl/mcp/protocol/session_requester.hpp - asks a client in the revisions with sessions: by a request, and by waiting
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/this_coro.hpp>

#include <mcpawl/mcp/call/call_channel.hpp>
#include <mcpawl/mcp/elicit/client_request.hpp>
#include <mcpawl/mcp/protocol/interruption.hpp>
#include <mcpawl/mcp/protocol/response.hpp>
#include <mcpawl/mcp/session/response_collector.hpp>
#include <mcpawl/mcp/session/session.hpp>
#include <mcpawl/mcp/types/revision.hpp>
#include <mcpawl/mcp/types/tool_error.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** Asks within a session: the requests go out beside the call's notifications, the call waits.

    They travel on the stream of the call; if the client takes none there, on the stream it has open for the
    session (MCP 2025-11-25 "Streamable HTTP").
*/
class session_requester final : public client_requester {
public:
  session_requester(std::shared_ptr<session> session, std::shared_ptr<call_channel> out,
                    std::chrono::milliseconds patience)
      : session_(std::move(session)), out_(std::move(out)), patience_(patience) {}

  task<std::vector<client_response>> ask(std::vector<client_request> requests) override {
    for (auto const& q : requests)
      if (!session_->client().can(q.needs)) throw tool_error(undeclared(q));
    auto const peers = session_->peers();
    // somebody else may have the stream, since a moment ago
    if (peers && !out_->open() && !session_->listens()) co_await peers->refresh(session_);
    if (!out_->open() && !session_->listens()) {
      call_refused const refused = refusal_without_stream(requests);
      co_await tell_others();
      throw refused;
    }
    for (auto& q : requests)
      if (!q.visit.empty()) session_->sent_to_page(std::move(q.visit));
    auto const collector = std::make_shared<response_collector>(requests.size());
    expectation expected(*session_);
    for (std::size_t i = 0; i != requests.size(); ++i) {
      auto const id = session_->expect(collector, i, requests[i].method);
      expected.ids.push_back(id);
      std::string request = write_request(id, requests[i].method, requests[i].params);
      if (out_->open())
        co_await out_->send(std::move(request));
      else if (!session_->send(std::move(request)))
        throw tool_error(no_stream);
    }
    co_await tell_others();
    out_->pause_time();
    bool const answered = co_await collector->wait(patience_);
    out_->resume_time();
    if (!answered) {
      for (auto const id : expected.ids) {
        std::string params = R"({"requestId":)";
        append_json_number(params, id);
        params += R"(,"reason":"no answer in time"})";
        std::string notice = write_notification("notifications/cancelled", params);
        if (out_->open())
          co_await out_->send(std::move(notice));
        else
          session_->send(std::move(notice));
      }
      co_await tell_others();
      throw tool_error("no answer from the client in time");
    }
    co_return collector->take();
  }

  [[noreturn]] void reject(std::string_view key, std::string_view why) const override {
    std::string text = "the client's answer to \"";
    text.append(key).append("\" is of no use: ").append(why);
    throw tool_error(text);
  }

  // a call is run once: nothing has to be recalled
  boost::json::value const* recall(std::string_view) const override { return nullptr; }
  void keep(std::string_view, std::string_view) override {}
  void end_round() override {}

private:
  /** Forgets the requests when the call does not wait any more, for whatever reason. */
  struct expectation {
    explicit expectation(mcpawl::detail::session& s) : session(s) {}
    ~expectation() {
      for (auto const id : ids) session.forget(id);
    }
    expectation(expectation const&) = delete;
    expectation& operator=(expectation const&) = delete;
    mcpawl::detail::session& session;
    std::vector<std::uint64_t> ids;
  };

  static constexpr char no_stream[] = "the client takes no questions during this call: it accepts no events";

  /** There is no way to ask. Pages can be visited all the same: the client is told which, and calls again
      (MCP 2025-11-25 "Elicitation", "URL Elicitation Required Error"). */
  call_refused refusal_without_stream(std::vector<client_request>& requests) {
    bool pages = session_->protocol() == revision::v2025_11_25;
    for (auto const& q : requests) pages = pages && q.needs == client_capability::url;
    if (!pages) throw tool_error(no_stream);
    std::string data = R"({"elicitations":)";
    char separator = '[';
    for (auto& q : requests) {
      data += separator;
      data += q.params;
      separator = ',';
      session_->sent_to_page(std::move(q.visit));
    }
    return {response::outcome::answered,
            {rpc_code::url_elicitation_required,
             "the user must visit a page before this request can be answered", data + "]}"}};
  }

  /** Where there are other instances, the answer may come to one of them, or the stream be there. */
  task<> tell_others() {
    auto const peers = session_->peers();
    if (peers) co_await peers->tell(session_);
  }

  static std::string undeclared(client_request const& q) {
    return "the client cannot be asked this: it did not declare " +
           required_capabilities(static_cast<unsigned>(q.needs));
  }

  std::shared_ptr<session> session_;
  std::shared_ptr<call_channel> out_;
  std::chrono::milliseconds patience_;
};

}  // namespace mcpawl::detail
