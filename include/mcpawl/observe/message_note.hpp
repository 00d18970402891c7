// mcpawl/observe/message_note.hpp - what is noted of a message on its way, for the record at its end
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/observe/observation.hpp>
#include <mcpawl/observe/observer.hpp>
#include <mcpawl/observe/short_text.hpp>

#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::detail {

/** Ids of a trace, kept as text. */
struct kept_trace {
  std::string trace_id, span_id, parent_id;
  bool sampled = false;
  std::string link_trace_id, link_span_id;
  bool of_header = false;  ///< The parent is that of the HTTP request.

  trace_ids view() const noexcept {
    return {trace_id, span_id, parent_id, sampled, link_trace_id, link_span_id};
  }

  /** What others are told who are called meanwhile; empty if nobody wants traces. */
  std::string traceparent() const {
    if (span_id.empty()) return {};
    return "00-" + trace_id + '-' + span_id + (sampled ? "-01" : "-00");
  }

  bool empty() const noexcept { return trace_id.empty(); }

  /** Take the ids of a valid `traceparent`. */
  static kept_trace of(std::string_view traceparent) {
    kept_trace out;
    if (traceparent.size() < 55) return out;
    out.trace_id = traceparent.substr(3, 32);
    out.parent_id = traceparent.substr(36, 16);
    char const flags = traceparent[54];
    out.sampled = ((flags >= 'a' ? flags - 'a' : flags - '0') & 1) != 0;
    return out;
  }
};

/** The caller of a message; what may be long is not copied where it need not be. */
struct kept_caller {
  std::string principal;
  std::shared_ptr<void const> identity;  ///< What the email belongs to.
  std::string_view email;
  short_text<16> user_hash, session_hash;
  short_text<64> client;  ///< An address.
  caller_record view() const noexcept { return {principal, email, user_hash, session_hash, client}; }
};

/** Why a response is an error, in a number that costs nothing to carry: 0 for none, a code of JSON-RPC, or one of these. */
enum class failure : int { none = 0, tool = 1, cancelled = 2, scope = 3, internal = 4, timed_out = 5 };

/** The text of it, for records. */
inline std::string_view error_type_of(int why, std::array<char, 12>& room) noexcept {
  switch (static_cast<failure>(why)) {
    case failure::none: return {};
    case failure::tool: return "tool_error";
    case failure::cancelled: return "cancelled";
    case failure::scope: return "insufficient_scope";
    case failure::internal: return "internal";
    case failure::timed_out: return "timeout";
  }
  auto const end = std::to_chars(room.data(), room.data() + room.size(), why).ptr;
  return {room.data(), static_cast<std::size_t>(end - room.data())};
}

/** What is noted of one message while it is answered; a transport makes it, who answers fills it in. */
struct message_note {
  observation const* to = nullptr;
  std::chrono::steady_clock::time_point began = {};  ///< When the request began that brought it,
  std::chrono::system_clock::time_point at = {};     ///< by both clocks.
  kept_caller* caller = nullptr;                     ///< Of the request; it may be filled in further.

  std::string_view method = {};             ///< Static text.
  std::string_view tool = {}, prompt = {};  ///< Names of entries, which outlive the server's calls.
  std::string_view protocol = {};           ///< Static text.
  std::string_view bound = {};              ///< Static text.
  short_text<64> request_id = {};           ///< JSON.
  kept_trace trace = {};
  /** Of the HTTP request, where somebody wants traces; a `traceparent` that is malformed is not here. Views of its head. */
  std::string_view header_traceparent = {}, header_tracestate = {};
  bool in_session = false;
  int error = 0;
  std::size_t messages = 0;  ///< Requests that were answered: a batch has several.

  /** The next message begins. */
  void begin(std::string_view what) {
    ++messages;
    method = what;
    tool = prompt = bound = {};
    error = 0;
  }

  operation_record operation(std::array<char, 12>& room) const noexcept {
    return {method, tool, prompt, protocol, request_id, error_type_of(error, room), bound};
  }
};

/** Tells of one call when it is over; empty where nobody observes. */
class call_report {
public:
  using clock = std::chrono::steady_clock;
  call_report() = default;
  call_report(message_note const& of, clock::time_point began, std::chrono::system_clock::time_point at)
      : state_(std::make_unique<state>(state{of, *of.caller, began, at})) {}

  explicit operator bool() const noexcept { return state_ != nullptr; }

  /** Say that it is over. Once. */
  void end(int error, std::string_view bound = {}) noexcept {
    if (!state_) return;
    state_->note.error = error;
    if (!bound.empty()) state_->note.bound = bound;
    tell(state_->note, state_->caller, state_->began, state_->at);
    state_.reset();
  }

  /** Tell of a call that is over already, without keeping anything. */
  static void tell(message_note const& note, kept_caller const& by, clock::time_point began,
                   std::chrono::system_clock::time_point at) noexcept {
    std::array<char, 12> room;
    call_record record{at, clock::now() - began, by.view(), note.operation(room), note.trace.view()};
    if (!note.in_session) record.caller.session_hash = {};
    note.to->tell(&observer::on_call, record);
    tell_refusal(note.to, note.bound);
  }

private:
  struct state {
    message_note note;
    kept_caller caller;
    clock::time_point began;
    std::chrono::system_clock::time_point at;
  };
  std::unique_ptr<state> state_;
};

}  // namespace mcpawl::detail
