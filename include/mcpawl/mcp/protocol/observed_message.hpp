// mcpawl/mcp/protocol/observed_message.hpp - note what a request asks for and what came of it, for observers
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <mcpawl/crypto/random.hpp>
#include <mcpawl/jsonrpc/message.hpp>
#include <mcpawl/mcp/protocol/response.hpp>
#include <mcpawl/mcp/types/meta_keys.hpp>
#include <mcpawl/mcp/types/request.hpp>
#include <mcpawl/mcp/types/trace_context.hpp>
#include <mcpawl/observe/message_note.hpp>
#include <mcpawl/reflect/function_ref.hpp>

#include <array>
#include <chrono>
#include <string_view>
#include <utility>
#include <variant>

namespace mcpawl::detail {

/** The methods of requests in all revisions: what records call by name. */
inline constexpr std::array<std::string_view, 14> request_methods{"tools/call",
                                                                  "tools/list",
                                                                  "resources/read",
                                                                  "resources/list",
                                                                  "resources/templates/list",
                                                                  "prompts/get",
                                                                  "prompts/list",
                                                                  "completion/complete",
                                                                  "initialize",
                                                                  "ping",
                                                                  "logging/setLevel",
                                                                  "resources/subscribe",
                                                                  "resources/unsubscribe",
                                                                  "server/discover"};
inline constexpr std::string_view listening_method = "subscriptions/listen";

/** The method as records have it: strangers can make up as many as they like. */
inline std::string_view recorded_method(std::string_view method) noexcept {
  for (auto const known : request_methods)
    if (known == method) return known;
  return method == listening_method ? listening_method : std::string_view("_other");
}

/** The place of a message in a trace: what its `_meta` says, else the HTTP request, and new ids where somebody wants them; empty if it
    has none. */
inline kept_trace recorded_trace(rpc_message const& m, message_note const& note) {
  kept_trace out;
  auto const* parent = member(m.meta, "traceparent");
  if (parent && parent->is_string() && trace_context::is_traceparent(view_of(parent->get_string())))
    out = kept_trace::of(view_of(parent->get_string()));
  if (!note.to->wants_traces()) return out;
  if (!note.header_traceparent.empty()) {
    kept_trace around = kept_trace::of(note.header_traceparent);
    if (out.trace_id.empty()) {
      out = std::move(around);
      out.of_header = true;
    } else if (around.parent_id != out.parent_id) {
      out.link_trace_id = std::move(around.trace_id);
      out.link_span_id = std::move(around.parent_id);
    }
  }
  if (out.trace_id.empty()) out.trace_id = random_hex(16);
  out.span_id = random_hex(8);
  out.sampled = note.to->samples(out.view());
  return out;
}

/** Tell of a message that is no request. */
inline void tell_message(message_note const& note, std::string_view kind) noexcept {
  note.to->tell(&observer::on_message, message_record{kind, note.protocol});
}
inline void tell_message(message_note const& note, rpc_message::kind what) noexcept {
  tell_message(note, what == rpc_message::kind::response ? "response" : "notification");
}

/** Answer a request with `answer`, and tell observers of it: now, or where it is only begun, at its end.

    A caller whose `note` is null must not come here. */
inline dispatch_result observe_message(rpc_message const& m, caller const& who,
                                       function_ref<dispatch_result()> answer) {
  message_note& note = *who.note;
  auto const began = call_report::clock::now();
  auto const at =
      note.at + std::chrono::duration_cast<std::chrono::system_clock::duration>(began - note.began);
  note.begin(recorded_method(m.method));
  if (m.id) note.request_id = std::string_view(m.id->json());
  if (note.to->wants_traces() || !note.trace.empty() || member(m.meta, "traceparent") != nullptr)
    note.trace = recorded_trace(m, note);
  dispatch_result r = answer();
  if (auto* const pending = std::get_if<pending_response>(&r)) {
    pending->report = call_report(note, began, at);
  } else {
    if (auto const* whole = std::get_if<response>(&r)) {
      note.error = whole->error;
      note.bound = whole->bound;
    } else if (std::holds_alternative<scope_refusal>(r)) {
      note.error = static_cast<int>(failure::scope);
    }
    call_report::tell(note, *note.caller, began, at);
  }
  return r;
}

}  // namespace mcpawl::detail
