// mcpawl/mcp/protocol/open_context.hpp - make the context of a call that may send and ask
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <mcpawl/mcp/call/context.hpp>
#include <mcpawl/mcp/protocol/interruption.hpp>
#include <mcpawl/mcp/protocol/method_call.hpp>
#include <mcpawl/mcp/protocol/replay_requester.hpp>
#include <mcpawl/mcp/protocol/session_requester.hpp>
#include <mcpawl/mcp/types/meta_keys.hpp>

#include <memory>
#include <string>
#include <utility>

namespace mcpawl::detail {

/** The progress token of a request as JSON text; empty if there is none. */
inline std::string progress_token(method_call const& call) {
  auto const* token = member(call.meta, "progressToken");
  if (!token || !(token->is_string() || token->is_int64() || token->is_uint64())) return {};
  std::string text;
  append_json(text, *token);
  return text;
}

/** What a request of the stateless protocol brings from earlier rounds.

    @par Errors
    Throws `call_refused` if its state was not sealed here for this call, or too long ago. */
inline replay_input read_replay(method_call const& call, state_binding& binding) {
  replay_input input;
  if (auto const* responses = object_member(call.params, "inputResponses"))
    input.responses = boost::json::object(*responses, {});
  auto const* state = call.param("requestState");
  if (!state) return input;
  auto const refuse = [] {
    return call_refused{response::outcome::answered,
                        {rpc_code::invalid_params, "requestState is not valid for this request, or too old"}};
  };
  if (!state->is_string()) throw refuse();
  auto known =
      open_state(*call.seal, view_of(state->get_string()), call.server.options.time->wall(), binding.text());
  if (!known) throw refuse();
  input.known = std::move(*known);
  return input;
}

/** Make the context of a call that runs as a coroutine.

    @par Errors
    Throws `call_refused`; see `interrupted_answer`.
    @par Lifetime
    The call's server state and sealer must outlive it; the rest of the call may end before.
*/
inline std::unique_ptr<context> open_context(method_call const& call) {
  std::shared_ptr<call_channel> out = call.out.open();
  std::string token = progress_token(call);
  if (call.session) {
    auto by =
        std::make_unique<session_requester>(call.session, out, call.server.options.client_response_timeout);
    return std::make_unique<context>(call.protocol, std::move(token), std::move(out), call.session->client(),
                                     std::move(by));
  }
  auto client = client_profile::of(object_member(call.meta, capabilities_key),
                                   object_member(call.meta, client_info_key));
  std::unique_ptr<client_requester> by;
  if (call.seal) {
    state_binding binding(call.server.info.name, call.who.principal, call.method_name, call.params);
    replay_input input = read_replay(call, binding);
    by = std::make_unique<replay_requester>(std::move(input), client, *call.seal, std::move(binding),
                                            *call.server.options.time,
                                            call.server.options.client_request_lifetime.count());
  }
  return std::make_unique<context>(call.protocol, std::move(token), std::move(out), std::move(client),
                                   std::move(by));
}

}  // namespace mcpawl::detail
