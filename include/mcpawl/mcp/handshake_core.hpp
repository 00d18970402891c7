// mcpawl/mcp/handshake_core.hpp - the protocol of 2024-11-05 to 2025-11-25, which opens a session first
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <mcpawl/core/log.hpp>
#include <mcpawl/jsonrpc/message.hpp>
#include <mcpawl/mcp/answer.hpp>
#include <mcpawl/mcp/frame.hpp>
#include <mcpawl/mcp/method_call.hpp>
#include <mcpawl/mcp/methods.hpp>
#include <mcpawl/mcp/request.hpp>
#include <mcpawl/mcp/service.hpp>
#include <mcpawl/mcp/sessions.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace mcpawl {

/** Answer `initialize` and open a session (MCP 2025-11-25, "Lifecycle").

    A version we do not speak, or one without sessions, is answered with our newest that has them; the
    client then decides whether to go on.
*/
inline answer initialize(service const& s, rpc_message const& m, sessions& open, caller const& who) {
  request_id const& id = *m.id;
  auto const param = [&m](char const* name) { return m.params ? m.params->if_contains(name) : nullptr; };
  auto const* version = param("protocolVersion");
  if (!version || !version->is_string())
    return fault_answer(id, {rpc_code::invalid_params, "params.protocolVersion must be a string"});
  for (char const* name : {"capabilities", "clientInfo"}) {
    auto const* value = param(name);
    if (!value || !value->is_object())
      return fault_answer(id,
                          {rpc_code::invalid_params, "params." + std::string(name) + " must be an object"});
  }
  auto agreed = parse_revision(detail::view_of(version->get_string())).value_or(newest_with_sessions);
  if (is_stateless(agreed)) agreed = newest_with_sessions;

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
  answer a = frame_result(s, agreed, id, members);
  a.session_id = open.open(agreed, who.principal);
  return a;
}

namespace detail {

/** Why a message cannot be taken by its headers, or the session it belongs to. */
inline std::variant<session, answer> session_of(rpc_message const& m, protocol_headers const& h,
                                                sessions& known, caller const& who) {
  auto const refuse = [&m](answer::outcome what, char const* why) {
    return answer::of_fault(what, m.id, {rpc_code::invalid_request, why});
  };
  if (h.version.present() && (h.version.count != 1 || !parse_revision(h.version.value)))
    return refuse(answer::outcome::malformed, "unsupported MCP-Protocol-Version");
  if (!h.session_id.present())
    return refuse(answer::outcome::malformed, "Mcp-Session-Id is missing: initialize first");
  if (h.session_id.count != 1) return refuse(answer::outcome::malformed, "Mcp-Session-Id is repeated");
  auto const found = known.find(h.session_id.value, who.principal);
  if (!found) return refuse(answer::outcome::no_session, "unknown session: initialize again");
  return *found;
}

}  // namespace detail

/** Answer a request of the handshake revisions. */
inline reply answer_in_session(service const& s, logger const& log, rpc_message const& m,
                               protocol_headers const& h, sessions& known, caller const& who,
                               outbound_source& out) {
  if (m.method == "initialize") {
    if (h.version.present() && (h.version.count != 1 || !parse_revision(h.version.value)))
      return answer::of_fault(answer::outcome::malformed, m.id,
                              {rpc_code::invalid_request, "unsupported MCP-Protocol-Version"});
    return initialize(s, m, known, who);
  }
  auto found = detail::session_of(m, h, known, who);
  if (auto* refusal = std::get_if<answer>(&found)) return std::move(*refusal);
  revision const protocol = std::get<session>(found).protocol;
  if (m.method == "ping") return frame_result(s, protocol, *m.id, {});
  auto const* method = find_method(s, protocol, m.method);
  if (!method) return fault_answer(*m.id, {rpc_code::method_not_found, "unknown method"});
  return method->answer(method_call{s, log, *m.id, m.params, protocol, who, out, h.session_id.value});
}

/** Take a notification or a response: they need a session too. `initialized` has nothing to change here. */
inline answer take_in_session(rpc_message const& m, protocol_headers const& h, sessions& known,
                              caller const& who) {
  auto found = detail::session_of(m, h, known, who);
  if (auto* refusal = std::get_if<answer>(&found)) return std::move(*refusal);
  return {};
}

}  // namespace mcpawl
