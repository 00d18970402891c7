// mcpawl/mcp/protocol/session_protocol.hpp - the protocol of 2024-11-05 to 2025-11-25, which opens a session first
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <mcpawl/core/log.hpp>
#include <mcpawl/jsonrpc/message.hpp>
#include <mcpawl/mcp/offer/server_state.hpp>
#include <mcpawl/mcp/protocol/call_budget.hpp>
#include <mcpawl/mcp/protocol/frame.hpp>
#include <mcpawl/mcp/protocol/method_call.hpp>
#include <mcpawl/mcp/protocol/methods.hpp>
#include <mcpawl/mcp/protocol/recording_source.hpp>
#include <mcpawl/mcp/protocol/request_env.hpp>
#include <mcpawl/mcp/protocol/required_scopes.hpp>
#include <mcpawl/mcp/protocol/response.hpp>
#include <mcpawl/mcp/session/session.hpp>
#include <mcpawl/mcp/session/session_manager.hpp>
#include <mcpawl/mcp/session/single_stream_client.hpp>
#include <mcpawl/mcp/types/meta_keys.hpp>
#include <mcpawl/mcp/types/not_found.hpp>
#include <mcpawl/mcp/types/request.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace mcpawl::detail {

/** Answer `initialize` and open a session (MCP 2025-11-25, "Lifecycle").

    A version we do not speak, or one without sessions, is answered with our newest that has them; the
    client then decides whether to go on.
*/
inline response initialize(server_state const& s, rpc_message const& m, session_manager& open,
                           caller const& who, single_stream_client* channel) {
  request_id const& id = *m.id;
  auto const param = [&m](char const* name) { return m.params ? m.params->if_contains(name) : nullptr; };
  auto const* version = param("protocolVersion");
  if (!version || !version->is_string())
    return error_response(id, {rpc_code::invalid_params, "params.protocolVersion must be a string"});
  static boost::json::object const none;
  auto const* declared = param("capabilities");
  auto const* capabilities = declared ? declared->if_object() : nullptr;
  // what languages write that cannot tell an empty object from an empty array
  if (declared && declared->is_array() && declared->get_array().empty()) capabilities = &none;
  auto const* info = object_member(m.params, "clientInfo");
  for (auto const& [name, there] : {std::pair("capabilities", capabilities), std::pair("clientInfo", info)}) {
    if (!there)
      return error_response(id,
                            {rpc_code::invalid_params, "params." + std::string(name) + " must be an object"});
  }
  auto agreed = parse_revision(view_of(version->get_string())).value_or(newest_with_sessions);
  if (is_stateless(agreed)) agreed = newest_with_sessions;
  if (who.note) who.note->protocol = to_string(agreed);

  std::string members = R"("protocolVersion":")";
  members += to_string(agreed);
  members += R"(","capabilities":)";
  members += s.capabilities_json(agreed);
  members += R"(,"serverInfo":)";
  members += s.info.json(agreed);
  if (!s.options.instructions.empty()) {
    members += R"(,"instructions":)";
    append_json_string(members, s.options.instructions);
  }
  response a = frame_result(s, agreed, id, members);
  auto profile = client_profile::of(capabilities, info);
  if (channel) {
    auto session = std::make_shared<mcpawl::detail::session>(agreed, std::move(profile), channel->out);
    session->charge_to(open.table().budget().shared_from_this(), who.account());
    open.table().feed().listen(session);
    channel->begin(std::move(session));
    return a;
  }
  auto opened = open.open(agreed, who.principal, std::move(profile), who.account());
  if (!opened) return too_many(id, "sessions in use", "max_sessions");
  a.session_id = std::move(opened->id);
  return a;
}

/** What is wrong with the version in the headers of a message without `_meta`, or nothing. */
inline std::optional<response> version_refusal(std::optional<request_id> const& id,
                                               protocol_headers const& h) {
  if (!h.version.present() || (h.version.count == 1 && parse_revision(h.version.value))) return std::nullopt;
  return response::of_error(response::outcome::malformed, id,
                            {rpc_code::invalid_request, "unsupported MCP-Protocol-Version"});
}

using found_session = std::variant<std::shared_ptr<session>, response>;

/** The session a message belongs to, or why it cannot be taken. */
inline found_session session_of(std::optional<request_id> const& id, protocol_headers const& h,
                                session_manager& known, caller const& who, single_stream_client* channel) {
  auto const refuse = [&id](response::outcome what, char const* why) {
    return response::of_error(what, id, {rpc_code::invalid_request, why});
  };
  if (channel) {
    if (auto session = channel->session()) return session;
    return refuse(response::outcome::malformed, "initialize first");
  }
  if (auto refusal = version_refusal(id, h)) return std::move(*refusal);
  if (!h.session_id.present())
    return refuse(response::outcome::malformed, "Mcp-Session-Id is missing: initialize first");
  if (h.session_id.count != 1) return refuse(response::outcome::malformed, "Mcp-Session-Id is repeated");
  auto found = known.find(h.session_id.value, who.principal, who.account());
  if (!found) return refuse(response::outcome::no_session, "unknown session: initialize again");
  return found;
}

/** Answer `resources/subscribe` and `resources/unsubscribe`.

    A resource the caller may not see is as unknown as one that does not exist. */
inline dispatch_result subscribe(request_env const& parts, rpc_message const& m, session& session,
                                 caller const& who) {
  server_state const& s = parts.server;
  auto const* uri = m.params ? m.params->if_contains("uri") : nullptr;
  if (!uri || !uri->is_string() || uri->get_string().empty())
    return error_response(*m.id, {rpc_code::invalid_params, "params.uri must be a string"});
  std::string_view const text = view_of(uri->get_string());
  if (m.method == "resources/unsubscribe") {
    session.unsubscribe(text);
    return frame_result(s, session.protocol(), *m.id, {});
  }
  std::size_t const most = parts.known.table().bounds().each.max_uri_bytes;
  if (text.size() > most)
    return error_response(*m.id,
                          {rpc_code::invalid_params,
                           "params.uri is longer than " + std::to_string(most) + " bytes (max_uri_bytes)"});
  auto const found = s.find_resource(text, who.identity);
  if (!found) return error_response(*m.id, resource_not_found(session.protocol(), text));
  if (auto refused = missing_scopes(s, "resource", *found->what, who.identity)) return *std::move(refused);
  session.heard_by(who.kept_identity());
  if (!session.subscribe(text))
    return too_many(m.id, "subscriptions", "max_subscribed_uris or max_retained_bytes");
  return frame_result(s, session.protocol(), *m.id, {});
}

/** Answer a request in a session of the handshake revisions. */
inline dispatch_result dispatch_in_session(request_env const& parts, rpc_message const& m,
                                           std::shared_ptr<session> const& session, caller const& who,
                                           call_channel_source& out) {
  server_state const& s = parts.server;
  if (who.note) {
    who.note->protocol = to_string(session->protocol());
    who.note->in_session = true;
  }
  if (m.method == "ping") return frame_result(s, session->protocol(), *m.id, {});
  bool const subscribes = m.method == "resources/subscribe" || m.method == "resources/unsubscribe";
  if (subscribes && find_method(s, session->protocol(), "resources/read"))
    return subscribe(parts, m, *session, who);
  auto const* method = find_method(s, session->protocol(), m.method);
  if (!method) return error_response(*m.id, {rpc_code::method_not_found, "unknown method"});
  recording_source noted(out);
  dispatch_result r =
      method->handle(method_call{.server = s,
                                 .log = parts.log,
                                 .id = *m.id,
                                 .params = m.params,
                                 .meta = m.meta,
                                 .protocol = session->protocol(),
                                 .who = who,
                                 .out = noted,
                                 .session = session,
                                 .method_name = m.method,
                                 .work = &parts.known.table().work(),
                                 .max_time = parts.known.table().bounds().each.max_call_time});
  if (auto* pending = std::get_if<pending_response>(&r)) {
    if (!noted.opened) noted.open();
    pending->slot = session->calls().add(*m.id, noted.opened);
    pending->channel = std::move(noted.opened);
    pending->session = session;
  }
  return within_budget(parts, m, who, std::move(r));
}

/** Take a notification of a session. What is malformed or names nothing is ignored.

    @param others  where a call may be that is not here; null if there are none. */
inline void take_notification(rpc_message const& m, session& session, shared_sessions* others) {
  if (m.method == "notifications/initialized") {
    session.initialized();
  } else if (m.method == "notifications/cancelled") {
    auto const id = cancelled_request(m);
    if (id && !session.calls().cancel(*id) && others != nullptr) others->cancelled(session, id->json());
  }
}

}  // namespace mcpawl::detail
