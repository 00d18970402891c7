// mcpawl/transport/observed_request.hpp - what is noted of one HTTP request, and the record of its end
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/ip/address.hpp>

#include <mcpawl/auth/policy.hpp>
#include <mcpawl/http/exchange.hpp>
#include <mcpawl/mcp/protocol/response.hpp>
#include <mcpawl/observe/message_note.hpp>
#include <mcpawl/observe/observation.hpp>
#include <mcpawl/observe/observer.hpp>
#include <mcpawl/observe/pseudonyms.hpp>

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace mcpawl::detail {

/** The method as records have it: strangers can make up as many as they like. */
inline std::string_view recorded_http_method(std::string_view method) noexcept {
  for (std::string_view const known :
       {"POST", "GET", "DELETE", "OPTIONS", "HEAD", "PUT", "PATCH", "CONNECT", "TRACE"})
    if (known == method) return known;
  return "_OTHER";
}

/** What is noted of one request while it is answered. */
struct request_note {
  message_note message;
  kept_caller caller;
  std::string peer;
  http::detail::response_note response;
  std::string_view route = "_other";
  bool of_policy = false;
};

/** Makes the notes and records of the requests of one thread. */
class request_observer {
public:
  explicit request_observer(observation const& to) : to_(to), hashes_(to.key()) {}

  observation const& to() const noexcept { return to_; }

  /** Begin to note. The note must stay where it is until `end`. */
  void begin(request_note& note, http::exchange& ex) {
    note.message.to = &to_;
    note.message.caller = &note.caller;
    auto const remote = ex.remote().address();
    note.peer = text_of(remote);
    auto const named = ex.named_client();
    note.caller.client = named ? text_of(*named) : note.peer;
    ex.note_response(&note.response);
  }

  /** Note who was let in. */
  void admitted(request_note& note, std::string_view principal, std::string_view email,
                std::string_view session_id) {
    note.caller.principal = principal;
    note.caller.email = email;
    note.caller.user_hash = hashes_.of(principal);
    constexpr std::size_t longest = 512;  // ids of ours are shorter
    if (session_id.size() <= longest) note.caller.session_hash = hashes_.of(session_id);
  }

  /** Tell who was not let in. */
  void denied(request_note& note, std::string_view policy, denial const& d) {
    if (d.status == 429) note.message.bound = d.code;
    to_.tell(&observer::on_denial, denial_record{policy, d.code, d.log_reason, note.caller.client, d.status});
  }

  /** Note how a message was answered at once. */
  void answered(message_note& note, response const& whole) {
    note.error = whole.error;
    note.bound = whole.bound;
    if (!whole.session_id.empty()) session(note, session_record::event::opened, whole.session_id);
  }

  /** A session was opened or ended by this request. */
  void session(message_note& note, session_record::event what, std::string_view id) {
    if (!id.empty()) {
      note.caller->session_hash = hashes_.of(id);
      note.in_session = true;
    }
    to_.tell(&observer::on_session, session_record{what, note.caller->view(), note.protocol});
  }

  /** Tell of the end. */
  void end(request_note const& note, http::exchange& ex, std::string_view listener,
           std::chrono::steady_clock::time_point began, std::chrono::system_clock::time_point at) {
    ex.note_response(nullptr);
    std::array<char, 12> room;
    request_record record;
    record.began = at;
    record.duration = std::chrono::steady_clock::now() - began;
    record.http_method = recorded_http_method(ex.head().method());
    record.route = note.route;
    record.status = note.response.status;
    record.request_bytes = ex.body_bytes();
    record.response_bytes = note.response.body_bytes;
    record.listener = listener;
    record.peer = note.peer;
    record.of_policy = note.of_policy;
    record.caller = note.caller.view();
    if (!note.message.in_session) record.caller.session_hash = {};
    if (note.message.messages <= 1) record.operation = note.message.operation(room);
    record.trace = note.message.trace.view();
    to_.tell(&observer::on_request, record);
  }

private:
  /** The text of an address; many requests come from one. */
  std::string const& text_of(boost::asio::ip::address const& address) {
    if (!last_ || *last_ != address) {
      text_ = address.to_string();
      last_ = address;
    }
    return text_;
  }

  observation const& to_;
  pseudonyms hashes_;
  std::optional<boost::asio::ip::address> last_;
  std::string text_;
};

}  // namespace mcpawl::detail
