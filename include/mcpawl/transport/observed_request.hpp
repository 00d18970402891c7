// mcpawl/transport/observed_request.hpp - what is noted of one HTTP request, and the record of its end
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/ip/address.hpp>

#include <mcpawl/auth/policy.hpp>
#include <mcpawl/http/exchange.hpp>
#include <mcpawl/http/request_head.hpp>
#include <mcpawl/mcp/protocol/response.hpp>
#include <mcpawl/mcp/session/session_table.hpp>
#include <mcpawl/mcp/types/revision.hpp>
#include <mcpawl/mcp/types/trace_context.hpp>
#include <mcpawl/observe/message_note.hpp>
#include <mcpawl/observe/observation.hpp>
#include <mcpawl/observe/observer.hpp>
#include <mcpawl/observe/pseudonyms.hpp>
#include <mcpawl/observe/short_text.hpp>
#include <mcpawl/transport/thread_figures.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

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
  short_text<64> peer;
  http::detail::response_note response;
  std::string_view route = "_other";
  bool of_policy = false;
};

/** Tells of sessions that no request has ended.

    @par Thread safety
    Any thread. */
class session_observer {
public:
  explicit session_observer(observation const& to) : to_(to), hashes_(to.key()) {}

  void operator()(ended_session const& which) {
    session_record told{session_record::event::ended, {}, to_string(which.protocol)};
    told.reason = which.reason;
    told.duration = which.lasted;
    std::string user, session;
    {
      std::lock_guard const lock{mutex_};
      user = hashes_.of(which.principal);
      session = hashes_.of(which.id);
    }
    told.caller.principal = which.principal;
    told.caller.user_hash = user;
    told.caller.session_hash = session;
    to_.tell(&observer::on_session, told);
  }

private:
  observation const& to_;
  std::mutex mutex_;
  pseudonyms hashes_;
};

/** Makes the notes and records of the requests of one thread. */
class request_observer {
public:
  explicit request_observer(observation const& to) : to_(to), hashes_(to.key()) {}

  observation const& to() const noexcept { return to_; }
  /** Count requests under way, from now on. */
  void show(thread_figures& figures) noexcept { figures_ = &figures; }

  /** Begin to note. The note must stay where it is until `end`. */
  void begin(request_note& note, http::exchange& ex) {
    note.message.began = std::chrono::steady_clock::now();
    note.message.at = std::chrono::system_clock::now();
    note.message.to = &to_;
    note.message.caller = &note.caller;
    auto const remote = ex.remote().address();
    note.peer = text_of(remote);
    auto const named = ex.named_client();
    note.caller.client = named ? std::string_view(text_of(*named)) : note.peer.view();
    ex.note_response(&note.response);
    if (to_.wants_traces()) note_trace(note.message, ex.head());
    if (figures_) figures_->begin_request();
  }

  /** Note who was let in.

      @param email  of the identity */
  void admitted(request_note& note, std::string_view principal, std::shared_ptr<void const> identity,
                std::string_view email, std::string_view session_id) {
    if (!principal.empty()) note.caller.principal = principal;
    note.caller.identity = std::move(identity);
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
    if (whole.session_id.empty()) return;
    note.caller->session_hash = hashes_.of(whole.session_id);
    note.in_session = true;
    to_.tell(&observer::on_session,
             session_record{session_record::event::opened, note.caller->view(), note.protocol});
  }

  /** A session was ended by this request. */
  void ended(message_note& note, ended_session const& which) {
    note.in_session = true;
    note.protocol = to_string(which.protocol);
    session_record told{session_record::event::ended, note.caller->view(), note.protocol};
    told.reason = which.reason;
    told.duration = which.lasted;
    to_.tell(&observer::on_session, told);
  }

  /** Tell of the end. */
  void end(request_note const& note, http::exchange& ex, std::string_view listener) {
    ex.note_response(nullptr);
    if (figures_) figures_->end_request();
    std::array<char, 12> room;
    message_note const& message = note.message;
    request_record record{.began = message.at,
                          .duration = std::chrono::steady_clock::now() - message.began,
                          .http_method = recorded_http_method(ex.head().method()),
                          .route = note.route,
                          .status = note.response.status,
                          .request_bytes = ex.body_bytes(),
                          .response_bytes = note.response.body_bytes,
                          .listener = listener,
                          .peer = note.peer,
                          .of_policy = note.of_policy,
                          .caller = note.caller.view(),
                          .operation = message.messages <= 1 ? message.operation(room) : operation_record(),
                          .trace = message.trace.view()};
    if (!message.in_session) record.caller.session_hash = {};
    to_.tell(&observer::on_request, record);
  }

private:
  /** Note the trace of an HTTP request. What is malformed, or there twice, counts as not sent (W3C Trace Context section 3.2). */
  static void note_trace(message_note& note, http::request_head const& head) {
    auto const parent = trace_field(head, "traceparent", 256);
    if (!trace_context::is_traceparent(parent)) return;
    note.header_traceparent = parent;
    note.header_tracestate = trace_field(head, "tracestate", 4'096);
  }
  /** A field that may be sent on as it is; empty if it may not, or is there more than once. */
  static std::string_view trace_field(http::request_head const& head, std::string_view name,
                                      std::size_t most) {
    auto const value = head.count(name) == 1 ? *head.find(name) : std::string_view();
    bool const plain = std::all_of(value.begin(), value.end(), [](char c) { return c >= 0x20 && c <= 0x7e; });
    return plain && value.size() <= most ? value : std::string_view();
  }

  /** The text of an address; many requests come from one. */
  std::string const& text_of(boost::asio::ip::address const& address) {
    if (!last_ || *last_ != address) {
      text_ = address.to_string();
      last_ = address;
    }
    return text_;
  }

  observation const& to_;
  thread_figures* figures_ = nullptr;
  pseudonyms hashes_;
  std::optional<boost::asio::ip::address> last_;
  std::string text_;
};

}  // namespace mcpawl::detail
