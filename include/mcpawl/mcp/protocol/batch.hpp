// mcpawl/mcp/protocol/batch.hpp - several messages in one array, in the one revision that has it
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <mcpawl/jsonrpc/message.hpp>
#include <mcpawl/mcp/protocol/call_budget.hpp>
#include <mcpawl/mcp/protocol/observed_message.hpp>
#include <mcpawl/mcp/protocol/request_env.hpp>
#include <mcpawl/mcp/protocol/required_scopes.hpp>
#include <mcpawl/mcp/protocol/response.hpp>
#include <mcpawl/mcp/protocol/session_protocol.hpp>
#include <mcpawl/mcp/protocol/stateless_protocol.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <variant>

namespace mcpawl::detail {

/** Answer a batch (MCP 2025-03-26 "Batching"): each request for itself, all in one array.

    The whole is refused if it is empty, too long, of another revision or of the stateless protocol; a bad
    message in it is answered by an error of its own. If a request needs scopes that its caller lacks nothing of the
    batch is done, so that all of it can be sent again.
*/
inline dispatch_result dispatch_batch(request_env const& parts, boost::json::array const& batch,
                                      protocol_headers const& h, caller const& who, call_channel_source& out,
                                      single_stream_client* channel) {
  constexpr std::size_t most = 100;
  auto const refuse = [](char const* why) {
    return response::of_error(response::outcome::malformed, {}, {rpc_code::invalid_request, why});
  };
  if (batch.empty()) return refuse("the batch is empty");
  if (batch.size() > most) return refuse("the batch has more than 100 messages");
  bool stateless = h.version.present() && names_stateless_revision(h.version.value);
  for (auto const& element : batch) {
    auto const* object = element.if_object();
    auto const* params = object_member(object, "params");
    stateless = stateless || member(object_member(params, "_meta"), version_key);
  }
  if (stateless) return refuse("this revision has no batches: send one message");
  auto found = session_of({}, h, parts.known, who, channel);
  if (auto* refusal = std::get_if<response>(&found)) return std::move(*refusal);
  auto const& session = std::get<std::shared_ptr<mcpawl::detail::session>>(found);
  if (session->protocol() != revision::v2025_03_26)
    return refuse("only revision 2025-03-26 has batches: send one message");
  if (parts.server.granted_scopes)
    if (auto refused = missing_scopes(parts.server, batch, who.identity)) return *std::move(refused);

  request_env share = parts;
  share.message_bytes /= batch.size();
  batch_response all;
  all.session = session;
  if (who.note) who.note->protocol = to_string(session->protocol());
  for (auto const& element : batch) {
    auto const read = read_message(element);
    if (auto const* rejection = std::get_if<rpc_rejection>(&read)) {
      if (who.note) tell_message(*who.note, "invalid");
      all.ready.push_back(write_error(rejection->id, rejection->fault));
      continue;
    }
    auto const& m = std::get<rpc_message>(read);
    if (who.note && m.what != rpc_message::kind::request) tell_message(*who.note, m.what);
    if (auto refusal = long_id_refusal(parts, m)) {
      all.ready.push_back(std::move(refusal->body));
    } else if (m.what == rpc_message::kind::response) {
      if (m.id) session->on_response(*m.id, m.result, m.error);
    } else if (m.what == rpc_message::kind::notification) {
      take_notification(m, *session, parts.known.shared().get());
    } else if (m.method == "initialize") {
      rpc_error const fault{rpc_code::invalid_request, "initialize does not belong into a batch"};
      all.ready.push_back(write_error(m.id, fault));
    } else {
      auto const answer = [&] { return dispatch_in_session(share, m, session, who, out); };
      dispatch_result r = who.note ? observe_message(m, who, answer) : answer();
      if (auto* pending = std::get_if<pending_response>(&r))
        all.pending.push_back(std::move(*pending));
      else if (auto* whole = std::get_if<response>(&r))
        all.ready.push_back(std::move(whole->body));
      else  // it became visible just now, by `allow`
        all.ready.push_back(write_error(m.id, {rpc_code::invalid_request, "the token lacks a scope"}));
    }
  }
  if (!all.pending.empty()) return all;
  if (all.ready.empty()) return response();
  return response{response::outcome::answered, joined_batch(all.ready), {}};
}

}  // namespace mcpawl::detail
