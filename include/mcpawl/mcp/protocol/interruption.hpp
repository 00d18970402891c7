// mcpawl/mcp/protocol/interruption.hpp - what ends a call early on behalf of the protocol, not of the tool
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/jsonrpc/fault.hpp>
#include <mcpawl/mcp/offer/server_state.hpp>
#include <mcpawl/mcp/protocol/frame.hpp>
#include <mcpawl/mcp/protocol/response.hpp>
#include <mcpawl/mcp/types/revision.hpp>

#include <optional>
#include <string>
#include <utility>

namespace mcpawl::detail {

/** Thrown where a call of the stateless protocol asks what is not answered yet: it ends as `input_required`
    and is made again with the responses.

    Not a std::exception, so that a tool which catches those lets it pass. */
struct input_required {
  std::string requests;  ///< JSON text of `inputRequests`; empty to be called again without a response.
  std::string state;     ///< The sealed `requestState`.
};

/** Thrown where a call ends with an error of the protocol. */
struct call_refused {
  response::outcome what;
  rpc_error fault;
};

/** The response to a call that one of these ended; call it inside a `catch`.

    Nothing if it was something else, which is then for the method to handle.
    @param asks  becomes true if the call asks its client. */
inline std::optional<response> interrupted_response(server_state const& s, revision r, request_id const& id,
                                                    bool* asks = nullptr) {
  try {
    throw;
  } catch (input_required const& more) {
    std::string text = R"({"resultType":"input_required")";
    if (!more.requests.empty()) {
      text += R"(,"inputRequests":)";
      text += more.requests;
    }
    text += R"(,"requestState":)";
    append_json_string(text, more.state);
    append_server_info(text, s);
    if (asks) *asks = true;
    return response::of_result(id, text += '}');
  } catch (call_refused const& refused) {
    // only the stateless protocol has statuses of its own for this
    auto const what = is_stateless(r) ? refused.what : response::outcome::answered;
    return response::of_error(what, id, refused.fault);
  } catch (...) {
    return std::nullopt;
  }
}

}  // namespace mcpawl::detail
