// mcpawl/mcp/protocol/dispatcher.hpp - take one message, decide which protocol it speaks, and respond
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/value.hpp>

#include <mcpawl/core/log.hpp>
#include <mcpawl/jsonrpc/message.hpp>
#include <mcpawl/jsonrpc/strict_json.hpp>
#include <mcpawl/jsonrpc/unparsed_id.hpp>
#include <mcpawl/mcp/offer/server_state.hpp>
#include <mcpawl/mcp/protocol/batch.hpp>
#include <mcpawl/mcp/protocol/call_budget.hpp>
#include <mcpawl/mcp/protocol/observed_message.hpp>
#include <mcpawl/mcp/protocol/open_stream.hpp>
#include <mcpawl/mcp/protocol/request_env.hpp>
#include <mcpawl/mcp/protocol/response.hpp>
#include <mcpawl/mcp/protocol/session_protocol.hpp>
#include <mcpawl/mcp/protocol/stateless_protocol.hpp>
#include <mcpawl/mcp/session/session_manager.hpp>
#include <mcpawl/mcp/session/single_stream_client.hpp>
#include <mcpawl/mcp/types/request.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

namespace mcpawl::detail {

/** Answers the messages that arrive on one thread.

    What a message says of itself decides, message by message, between the stateless protocol and the
    one with a handshake, so both kinds of client share one endpoint.

    @par Lifetime
    The server state must outlive the dispatcher and every response that is still pending.
    @par Thread safety
    One per thread.
*/
class dispatcher {
public:
  dispatcher(server_state const& s, session_manager known, logger log, json_limits json)
      : state_(s), sessions_(std::move(known)), log_(std::move(log)), json_(json) {}

  /** Answer one message.

      @param out      where a coroutine tool's notifications go.
      @param channel  the channel of the client, if it has one of its own.

      Nothing that is passed in is needed any more when this returns: a pending response owns what it needs.
  */
  dispatch_result handle(std::string_view body, protocol_headers const& headers, caller const& who,
                         call_channel_source& out, single_stream_client* channel = nullptr) {
    unsigned char arena[8192];
    boost::json::monotonic_resource memory{arena, sizeof arena};
    auto parsed = parse_strict_json(body, json_, &memory);
    if (!parsed) {
      if (who.note) tell_message(*who.note, "invalid");
      bool const is_json =
          parsed.error() == json_errc::duplicate_member || parsed.error() == json_errc::too_many_members;
      return response::of_error(
          response::outcome::malformed, unparsed_id(body),
          {is_json ? rpc_code::invalid_request : rpc_code::parse_error, parsed.error().message()});
    }
    if (auto const* batch = parsed->if_array())
      return dispatch_batch(parts(body.size()), *batch, headers, who, out, channel);
    auto read = read_message(*parsed);
    auto const* const rejection = std::get_if<rpc_rejection>(&read);
    if (rejection && who.note) tell_message(*who.note, "invalid");
    if (rejection) return response::of_error(response::outcome::malformed, rejection->id, rejection->fault);
    auto const& m = std::get<rpc_message>(read);
    auto const answer = [&] { return route(parts(body.size()), m, headers, who, out, channel); };
    if (!who.note) return answer();
    if (m.what == rpc_message::kind::request) return observe_message(m, who, answer);
    dispatch_result r = answer();
    tell_message(*who.note, m.what);
    return r;
  }

  /** End the session named in the headers; nothing if there is none that is this caller's. */
  std::optional<ended_session> end_session(protocol_headers const& headers, caller const& who) {
    if (headers.session_id.count != 1) return std::nullopt;
    return sessions_.end(headers.session_id.value, who.principal);
  }

  /** Find the stream that a client wants to listen to: that of its session, or the one it was reading when
      its connection broke. */
  std::variant<opened_stream, response> open_stream(protocol_headers const& headers, caller const& who) {
    return mcpawl::detail::open_stream(headers, sessions_, who);
  }

  session_manager& known() noexcept { return sessions_; }

  /** The session that a request names, if its caller may use it; null otherwise. */
  std::shared_ptr<session> session_named(protocol_headers const& headers, caller const& who) {
    if (headers.session_id.count != 1) return nullptr;
    return sessions_.find(headers.session_id.value, who.principal, who.account());
  }

private:
  request_env parts(std::size_t message_bytes) noexcept { return {state_, log_, sessions_, message_bytes}; }

  dispatch_result route(request_env const& parts, rpc_message const& m, protocol_headers const& h,
                        caller const& who, call_channel_source& out, single_stream_client* channel) {
    if (auto refusal = long_id_refusal(parts, m)) return std::move(*refusal);
    bool const claimed = claims_stateless(m);
    bool const stateless_header = h.version.present() && names_stateless_revision(h.version.value);
    bool const stateless = claimed || stateless_header;
    auto const malformed = [&m](rpc_code code, char const* why) {
      return response::of_error(response::outcome::malformed, m.id, {code, why});
    };
    if (m.what == rpc_message::kind::request && m.method == "initialize" && !claimed) {
      if (stateless_header)
        return malformed(rpc_code::header_mismatch,
                         "initialize does not belong to this MCP-Protocol-Version");
      if (h.version.present() && (h.version.count != 1 || !parse_revision(h.version.value)))
        return malformed(rpc_code::invalid_request, "unsupported MCP-Protocol-Version");
      return initialize(state_, m, sessions_, who, channel);
    }
    if (stateless) {
      if (who.note && m.what != rpc_message::kind::request)
        who.note->protocol = to_string(revision::v2026_07_28);
      if (m.what == rpc_message::kind::response)
        return malformed(rpc_code::invalid_request, "a client sends no responses");
      if (m.what == rpc_message::kind::notification) return take_stateless_notification(m, h, channel);
      return dispatch_stateless(parts, m, h, who, out, channel);
    }
    // the one request that may come before the handshake
    bool const before_handshake = channel || !h.session_id.present();
    if (before_handshake && m.what == rpc_message::kind::request && m.method == "ping") {
      if (auto refusal = version_refusal(m.id, h)) return std::move(*refusal);
      return frame_result(state_, revision::v2024_11_05, *m.id, {});
    }
    auto found = session_of(m.id, h, sessions_, who, channel);
    if (auto* refusal = std::get_if<response>(&found)) return std::move(*refusal);
    auto const& session = std::get<std::shared_ptr<mcpawl::detail::session>>(found);
    if (who.note) who.note->protocol = to_string(session->protocol());
    if (m.what == rpc_message::kind::request) return dispatch_in_session(parts, m, session, who, out);
    if (m.what == rpc_message::kind::notification)
      take_notification(m, *session, sessions_.shared().get());
    else if (m.id)
      session->on_response(*m.id, m.result, m.error);
    return response();
  }

  server_state const& state_;
  session_manager sessions_;
  logger log_;
  json_limits json_;
};

}  // namespace mcpawl::detail
