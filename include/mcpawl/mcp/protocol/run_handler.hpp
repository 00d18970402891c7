// mcpawl/mcp/protocol/run_handler.hpp - call what the user registered and frame what comes of it
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/log.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/mcp/call/call_channel.hpp>
#include <mcpawl/mcp/call/call_details.hpp>
#include <mcpawl/mcp/call/call_outcome.hpp>
#include <mcpawl/mcp/call/call_rules.hpp>
#include <mcpawl/mcp/call/context.hpp>
#include <mcpawl/mcp/call/handler_result.hpp>
#include <mcpawl/mcp/protocol/admit_call.hpp>
#include <mcpawl/mcp/protocol/failed_call.hpp>
#include <mcpawl/mcp/protocol/method_call.hpp>
#include <mcpawl/mcp/protocol/open_context.hpp>
#include <mcpawl/mcp/protocol/response.hpp>
#include <mcpawl/mcp/types/message_level.hpp>
#include <mcpawl/observe/message_note.hpp>
#include <mcpawl/reflect/function_ref.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace mcpawl::detail {

/** Run a coroutine to its end; the frame owns what the call needs. */
inline task<response> run_to_end(server_state const& s, logger log, request_id id, revision r,
                                 std::unique_ptr<context> ctx, call_target target,
                                 std::chrono::milliseconds most, task<handler_result> work) {
  handler_result done;
  std::optional<call_outcome> failed;
  try {
    timed_section const section(ctx->channel(), most);
    done = co_await std::move(work);
  } catch (...) {
    failed.emplace(failed_call({s, log, target, r, id}, {most, ctx->channel()}));
  }
  ctx.reset();
  if (failed) co_return response_of(s, r, id, *failed);
  co_return response_of(s, r, id, done);
}

/** The least level of the messages the client wants: since 2026-07-28 the request says so, before the
    session did. */
inline std::optional<message_level> wanted_level(method_call const& call) {
  if (call.session) {
    int const set = call.session->log_level();
    // a session that set none gets what the specification leaves to the server
    return set < 0 ? message_level::info : static_cast<message_level>(set);
  }
  auto const* level = member(call.meta, log_level_key);
  if (!level || !level->is_string()) return std::nullopt;
  return parse_message_level(view_of(level->get_string()));
}

/** The trace of a call, for what it asks of others: where observers want traces, its own span is the parent. */
inline trace_context trace_of(method_call const& call) {
  trace_context out = trace_context::from(call.meta);
  message_note const* const note = call.who.note;
  if (note == nullptr || note->trace.span_id.empty()) return out;
  if (note->trace.of_header) out.tracestate = note->header_tracestate;
  out.traceparent = note->trace.traceparent();
  return out;
}

/** What the context of a call that may wait can tell of it.

    @param uri  of the resource being read; empty for other calls. */
inline call_details details_of(method_call const& call, std::string_view uri) {
  call_details details;
  details.trace = trace_of(call);
  details.uri = uri;
  details.least_level = wanted_level(call);
  if (call.work) details.pool = *call.work;
  return details;
}

/** How long the function of an entry may work; zero for any time. */
inline std::chrono::milliseconds time_of(method_call const& call, call_rules const* rules) {
  return rules && rules->timeout ? *rules->timeout : call.max_time;
}

/** Call a handler and answer with what comes of it.

    @param awaited  whether `start` returns work that has to be awaited.
    @param start    makes the call; what it refers to need not live longer than this function.
    @param uri      of the resource being read; empty for other calls.
    @param rules    of the entry; may be null.
*/
inline dispatch_result run_handler(method_call const& call, call_target const& target, bool awaited,
                                   function_ref<invocation(context&)> start, std::string_view uri = {},
                                   call_rules const* rules = nullptr) {
  try {
    std::shared_ptr<void const> slot;
    if (rules) {
      auto const refused =
          refusal_of(*rules, target, call.who.account(), call.server.options.time->steady(), slot);
      if (refused)
        return response_of(call.server, call.protocol, call.id, target.failed(*refused, call.protocol));
    }
    if (!awaited) {
      call_details details;
      details.trace = trace_of(call);
      details.uri = uri;
      context ctx{call.protocol, {}, nullptr};
      ctx.describe(std::move(details));
      invocation const done = start(ctx);
      return response_of(call.server, call.protocol, call.id, std::get<handler_result>(done));
    }
    auto ctx = open_context(call);
    ctx->describe(details_of(call, uri));
    ctx->keep(std::move(slot));
    invocation started = start(*ctx);
    if (auto const* refused = std::get_if<handler_result>(&started))
      return response_of(call.server, call.protocol, call.id, *refused);
    return pending_response{
        run_to_end(call.server, call.log, call.id, call.protocol, std::move(ctx), target,
                   time_of(call, rules), std::get<task<handler_result>>(std::move(started))),
        is_stateless(call.protocol)};
  } catch (...) {
    return response_of(call.server, call.protocol, call.id,
                       failed_call({call.server, call.log, target, call.protocol, call.id}));
  }
}

}  // namespace mcpawl::detail
