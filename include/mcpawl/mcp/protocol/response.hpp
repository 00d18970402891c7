// mcpawl/mcp/protocol/response.hpp - what a transport gets back for one message
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/task.hpp>
#include <mcpawl/jsonrpc/fault.hpp>
#include <mcpawl/jsonrpc/id.hpp>
#include <mcpawl/jsonrpc/write.hpp>
#include <mcpawl/mcp/call/call_channel.hpp>
#include <mcpawl/mcp/session/budget.hpp>
#include <mcpawl/mcp/session/call_table.hpp>
#include <mcpawl/observe/message_note.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace mcpawl::detail {

/** One message's response. The class says what happened; how that looks on the wire is the transport's
    business. */
struct response {
  enum class outcome {
    accepted,        ///< A notification or a response: nothing is answered.
    answered,        ///< A result, or an error that belongs to a request that was understood.
    malformed,       ///< The message could not be taken as a request of its revision.
    unknown_method,  ///< No such method in its revision, or none that was advertised.
    no_session,      ///< The session does not exist (any more); the client should open a new one.
    not_acceptable,  ///< It can only be answered by events, which the client does not take.
    too_many,        ///< Its caller holds as much as one may; later there may be room.
    not_allowed,     ///< The endpoint has no such stream in this revision.
  };

  outcome what = outcome::accepted;
  std::string body;             ///< JSON text; empty if nothing is answered.
  std::string session_id;       ///< Of a session that was opened by this message.
  int error = 0;                ///< For observers: a code of JSON-RPC, or a `failure`.
  std::string_view bound = {};  ///< For observers: the field of `limits` that was met; static text.

  static response of_result(request_id const& id, std::string_view result) {
    return {outcome::answered, write_result(id, result), {}};
  }
  static response of_error(outcome what, std::optional<request_id> const& id, rpc_error const& fault) {
    return {what, write_error(id, fault), {}, static_cast<int>(fault.code)};
  }
};

/** The response to who asks for more than one caller may hold.

    @param bound  the field of `limits`, static text. */
inline response too_many(std::optional<request_id> const& id, std::string_view what, std::string_view bound) {
  std::string text = "too many ";
  text.append(what)
      .append(" at once for one caller, or for this server (")
      .append(bound)
      .append("): try again later");
  response r =
      response::of_error(response::outcome::too_many, id, {rpc_code::internal_error, std::move(text)});
  r.bound = bound;
  return r;
}

class session;

/** A call that has to be run: a coroutine tool. */
struct pending_response {
  pending_response(task<response> work_, bool ends_with_connection_)
      : work(std::move(work_)), ends_with_connection(ends_with_connection_) {}

  task<response> work;
  bool ends_with_connection;  ///< Whether the client's leaving cancels it (MCP 2026-07-28, "Cancellation").
  bool listens = false;       ///< Whether it only tells what happens, so that it ends with its token.
  std::shared_ptr<call_channel> channel = {};  ///< The transport's side of the call, which runs it.
  std::shared_ptr<mcpawl::detail::session> session = {};  ///< Null in the stateless protocol.
  call_table::slot slot = {};                             ///< Where `notifications/cancelled` finds it.
  charge held = {};                                       ///< Of the caller's budget: the call or the stream.
  charge retained = {};                                   ///< The bytes of its message.
  call_report report = {};                                ///< Of its end, where somebody observes.
};

/** The responses to a batch (MCP 2025-03-26): those that are there, and the calls that have to be run. */
struct batch_response {
  std::vector<std::string> ready;
  std::vector<pending_response> pending;
  std::shared_ptr<mcpawl::detail::session> session;
};

/** The array of the responses to a batch. */
inline std::string joined_batch(std::vector<std::string> const& responses) {
  std::string out = "[";
  for (auto const& one : responses) {
    if (out.size() > 1) out += ',';
    out += one;
  }
  return out += ']';
}

/** A message was refused because the caller's token lacks scopes: what is missing is said by whoever knows how they are got. */
struct scope_refusal {
  std::string_view kind;             ///< What the message was about: tool, prompt, resource.
  std::string name;                  ///< Its key.
  std::vector<std::string> scopes;   ///< All that it needs.
  std::vector<std::string> missing;  ///< Those of them that the caller lacks.
};

using dispatch_result = std::variant<response, pending_response, batch_response, scope_refusal>;

}  // namespace mcpawl::detail
