// mcpawl/mcp/protocol/run_handler.hpp - call what the user registered and frame what comes of it
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <mcpawl/core/log.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/crypto/random.hpp>
#include <mcpawl/mcp/call/call_details.hpp>
#include <mcpawl/mcp/call/context.hpp>
#include <mcpawl/mcp/call/handler_result.hpp>
#include <mcpawl/mcp/protocol/frame.hpp>
#include <mcpawl/mcp/protocol/interruption.hpp>
#include <mcpawl/mcp/protocol/method_call.hpp>
#include <mcpawl/mcp/protocol/open_context.hpp>
#include <mcpawl/mcp/protocol/response.hpp>
#include <mcpawl/mcp/types/message_level.hpp>
#include <mcpawl/mcp/types/tool_error.hpp>
#include <mcpawl/reflect/function_ref.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace mcpawl::detail {

/** What is being called: its kind and name for the log, and how its failure is said to the client. */
struct call_target {
  std::string_view kind;  ///< Such as `tool`.
  std::string_view name;  ///< Of the entry, which outlives the call.
  handler_result (*failed)(std::string_view words, revision r);
};

/** The failure of what has no other way to say it: a JSON-RPC error. */
inline handler_result failed_request(std::string_view words, revision) {
  return handler_result::refused({rpc_code::internal_error, std::string(words)});
}

/** What went wrong is for the log alone; the client gets an id to ask with. */
inline handler_result internal_failure(logger const& log, call_target const& target, revision r,
                                       std::string_view what) {
  std::string const id = random_hex(8);
  log.error("call_failed", {{target.kind, target.name}, {"id", id}, {"reason", what}});
  return target.failed("internal error, id " + id, r);
}

/** Turn what a handler threw into what the client may read; call it inside a `catch`. */
inline handler_result failed_call(logger const& log, call_target const& target, revision r) {
  try {
    throw;
  } catch (tool_error const& e) {
    return target.failed(e.what(), r);
  } catch (boost::system::system_error const& e) {
    if (e.code() == boost::asio::error::operation_aborted) {
      // the client left, or the server stops: nobody is waiting for the response
      log.debug("call_cancelled", {{target.kind, target.name}});
      return target.failed("cancelled", r);
    }
    return internal_failure(log, target, r, e.what());
  } catch (std::exception const& e) {
    return internal_failure(log, target, r, e.what());
  } catch (...) {
    return internal_failure(log, target, r, "an exception of unknown type");
  }
}

inline response response_of(server_state const& s, revision r, request_id const& id,
                            handler_result const& done) {
  if (done.fault) return error_response(id, *done.fault);
  response out = frame_result(s, r, id, done.members, done.meta);
  if (done.failed) out.error = static_cast<int>(failure::tool);
  return out;
}

/** Run a coroutine to its end; the frame owns what the call needs. */
inline task<response> run_to_end(server_state const& s, logger log, request_id id, revision r,
                                 std::unique_ptr<context> ctx, call_target target,
                                 task<handler_result> work) {
  handler_result done;
  std::optional<response> interrupted;
  try {
    done = co_await std::move(work);
  } catch (...) {
    interrupted = interrupted_response(s, r, id);
    if (!interrupted) done = failed_call(log, target, r);
  }
  ctx.reset();
  if (interrupted) co_return std::move(*interrupted);
  co_return response_of(s, r, id, done);
}

/** The least level of the messages the client wants: since 2026-07-28 the request says so, before the
    session did. */
inline std::optional<message_level> wanted_level(method_call const& call) {
  if (call.session) {
    int const set = call.session->log_level;
    // a session that set none gets what the specification leaves to the server
    return set < 0 ? message_level::info : static_cast<message_level>(set);
  }
  auto const* meta = call.meta();
  auto const* level = meta ? meta->if_contains({log_level_key.data(), log_level_key.size()}) : nullptr;
  if (!level || !level->is_string()) return std::nullopt;
  return parse_message_level(view_of(level->get_string()));
}

/** Call a handler and answer with what comes of it.

    @param awaited  whether `start` returns work that has to be awaited.
    @param start    makes the call; what it refers to need not live longer than this function.
    @param uri      of the resource being read; empty for other calls.
*/
inline dispatch_result run_handler(method_call const& call, call_target const& target, bool awaited,
                                   function_ref<invocation(context&)> start, std::string_view uri = {}) {
  call_details details;
  details.trace = trace_context::from(call.meta());
  details.uri = uri;
  try {
    if (!awaited) {
      context ctx{call.protocol, {}, nullptr};
      ctx.describe(std::move(details));
      invocation const done = start(ctx);
      return response_of(call.server, call.protocol, call.id, std::get<handler_result>(done));
    }
    auto ctx = open_context(call);
    details.least_level = wanted_level(call);
    if (call.work) details.pool = *call.work;
    ctx->describe(std::move(details));
    invocation started = start(*ctx);
    if (auto const* refused = std::get_if<handler_result>(&started))
      return response_of(call.server, call.protocol, call.id, *refused);
    return pending_response{run_to_end(call.server, call.log, call.id, call.protocol, std::move(ctx), target,
                                       std::get<task<handler_result>>(std::move(started))),
                            is_stateless(call.protocol)};
  } catch (...) {
    if (auto early = interrupted_response(call.server, call.protocol, call.id)) return std::move(*early);
    return response_of(call.server, call.protocol, call.id, failed_call(call.log, target, call.protocol));
  }
}

}  // namespace mcpawl::detail
