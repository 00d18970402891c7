// mcpawl/mcp/answer.hpp - what a transport gets back for one message
#pragma once

#include <mcpawl/core/task.hpp>
#include <mcpawl/jsonrpc/fault.hpp>
#include <mcpawl/jsonrpc/id.hpp>
#include <mcpawl/jsonrpc/write.hpp>

#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace mcpawl {

/** One message's answer. The class says what happened; how that looks on the wire is the transport's
 * business. */
struct answer {
  enum class outcome {
    accepted,        ///< A notification or a response: nothing is answered.
    answered,        ///< A result, or an error that belongs to a request that was understood.
    malformed,       ///< The message could not be taken as a request of its revision.
    unknown_method,  ///< No such method in its revision, or none that was advertised.
    no_session,      ///< The session does not exist (any more); the client should open a new one.
  };

  outcome what = outcome::accepted;
  std::string body;        ///< JSON text; empty if nothing is answered.
  std::string session_id;  ///< Of a session that was opened by this message.

  static answer of_result(request_id const& id, std::string_view result) {
    return {outcome::answered, write_result(id, result), {}};
  }
  static answer of_fault(outcome what, std::optional<request_id> const& id, rpc_fault const& fault) {
    return {what, write_error(id, fault), {}};
  }
};

/** A call that has to be run: a coroutine tool. */
struct pending_answer {
  task<answer> work;
  bool ends_with_connection;  ///< Whether the client's leaving cancels it (MCP 2026-07-28, "Cancellation").
};

using reply = std::variant<answer, pending_answer>;

}  // namespace mcpawl
