// mcpawl/mcp/protocol/failed_call.hpp - what becomes of a call whose function threw, or was stopped
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <mcpawl/core/log.hpp>
#include <mcpawl/crypto/random.hpp>
#include <mcpawl/mcp/call/await_job.hpp>
#include <mcpawl/mcp/call/call_channel.hpp>
#include <mcpawl/mcp/call/call_outcome.hpp>
#include <mcpawl/mcp/call/handler_result.hpp>
#include <mcpawl/mcp/offer/server_state.hpp>
#include <mcpawl/mcp/protocol/frame.hpp>
#include <mcpawl/mcp/protocol/interruption.hpp>
#include <mcpawl/mcp/protocol/response.hpp>
#include <mcpawl/mcp/types/revision.hpp>
#include <mcpawl/mcp/types/tool_error.hpp>
#include <mcpawl/observe/message_note.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::detail {

/** What is being called: its kind and name for the log, and how its failure is said to the client. */
struct call_target {
  std::string_view kind;  ///< Such as `tool`.
  std::string_view name;  ///< Of the entry, which outlives the call.
  handler_result (*failed)(std::string_view words, revision r);
  bool may_change = false;  ///< Whether what was stopped may have changed something.
};

/** What the protocol knows of a call; its parts outlive it. */
struct call_frame {
  server_state const& server;
  logger const& log;
  call_target const& target;
  revision protocol;
  request_id const& id;
};

/** The time of a call that is over or not. */
struct call_time {
  std::chrono::milliseconds most{0};
  call_channel const* of = nullptr;  ///< Null where nobody counts it.
};

/** What the protocol keeps in an outcome. */
struct call_access {
  static call_outcome instead(call_status how, response said) {
    call_outcome out(how, {});
    out.instead_ = std::make_shared<response const>(std::move(said));
    return out;
  }
  static handler_result const& result(call_outcome const& of) noexcept { return of.result_; }
  static response const* instead(call_outcome const& of) noexcept { return of.instead_.get(); }
  static void took(call_outcome& to, std::chrono::nanoseconds time) noexcept { to.took_ = time; }
};

/** The outcome of a function that has returned. */
inline call_outcome returned_call(handler_result done) {
  auto const how = done.fault || done.is_error ? call_status::failed : call_status::ok;
  return {how, std::move(done)};
}

/** The failure of what has no other way to say it: a JSON-RPC error. */
inline handler_result failed_request(std::string_view words, revision) {
  return handler_result::refused({rpc_code::internal_error, std::string(words)});
}

/** What went wrong is for the log alone; the client gets an id to ask with. */
inline call_outcome internal_failure(call_frame const& of, std::string_view what) {
  std::string const id = random_hex(8);
  of.log.error("call_failed", {{of.target.kind, of.target.name}, {"id", id}, {"reason", what}});
  return {call_status::internal_error, of.target.failed("internal error, id " + id, of.protocol)};
}

/** A time for people: in seconds, or in milliseconds if it is not whole seconds. */
inline std::string time_text(std::chrono::milliseconds time) {
  auto const count = time.count();
  return count % 1000 == 0 ? std::to_string(count / 1000) + " s" : std::to_string(count) + " ms";
}

/** The outcome of a call that took too long. */
inline call_outcome timed_out_call(call_frame const& of, std::chrono::milliseconds most) {
  std::string const time = time_text(most);
  of.log.write_limited(log_level::warning, "call_timed_out",
                       {{of.target.kind, of.target.name}, {"after", time}});
  std::string words = "the " + std::string(of.target.kind) + " took longer than " + time + " and was stopped";
  if (of.target.may_change)
    words += "; the outcome is unknown: look what has changed before you call it again";
  return {call_status::timed_out, of.target.failed(words, of.protocol)};
}

/** Turn what a handler threw into what the client may read; call it inside a `catch`. */
inline call_outcome failed_call(call_frame const& of, call_time const& time = {}) {
  bool asks = false;
  if (auto early = interrupted_response(of.server, of.protocol, of.id, &asks))
    return call_access::instead(asks ? call_status::input_required : call_status::failed, std::move(*early));
  bool const stopped = time.of && time.of->timed_out();
  try {
    throw;
  } catch (tool_error const& e) {
    return {call_status::failed, of.target.failed(e.what(), of.protocol)};
  } catch (work_refused const& e) {
    std::string words = "busy: too many functions that block wait already (";
    words.append(e.bound).append("); try again later");
    return {call_status::refused, of.target.failed(words, of.protocol)};
  } catch (boost::system::system_error const& e) {
    if (stopped) return timed_out_call(of, time.most);
    if (e.code() == boost::asio::error::operation_aborted) {
      // the client left, or the server stops: nobody is waiting for the response
      of.log.debug("call_cancelled", {{of.target.kind, of.target.name}});
      return {call_status::cancelled, of.target.failed("cancelled", of.protocol)};
    }
    return internal_failure(of, e.what());
  } catch (std::exception const& e) {
    return stopped ? timed_out_call(of, time.most) : internal_failure(of, e.what());
  } catch (...) {
    return stopped ? timed_out_call(of, time.most) : internal_failure(of, "an exception of unknown type");
  }
}

inline response response_of(server_state const& s, revision r, request_id const& id,
                            handler_result const& done) {
  if (done.fault) return error_response(id, *done.fault);
  response out = frame_result(s, r, id, done.members, done.meta);
  if (done.is_error) out.error = static_cast<int>(failure::tool);
  return out;
}
inline response response_of(server_state const& s, revision r, request_id const& id,
                            call_outcome const& done) {
  if (auto const* instead = call_access::instead(done)) return *instead;
  response out = response_of(s, r, id, call_access::result(done));
  if (done.status() == call_status::timed_out) out.error = static_cast<int>(failure::timed_out);
  if (done.status() == call_status::internal_error) out.error = static_cast<int>(failure::internal);
  return out;
}

}  // namespace mcpawl::detail
