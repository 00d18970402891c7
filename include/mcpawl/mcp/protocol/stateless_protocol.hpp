// mcpawl/mcp/protocol/stateless_protocol.hpp - the protocol of 2026-07-28, where each request says everything
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
#include <mcpawl/mcp/protocol/response.hpp>
#include <mcpawl/mcp/protocol/subscription.hpp>
#include <mcpawl/mcp/session/single_stream_client.hpp>
#include <mcpawl/mcp/types/header_value.hpp>
#include <mcpawl/mcp/types/message_level.hpp>
#include <mcpawl/mcp/types/meta_keys.hpp>
#include <mcpawl/mcp/types/request.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace mcpawl::detail {

inline bool is_log_level(boost::json::value const& v) {
  return v.is_string() && parse_message_level(view_of(v.get_string()));
}

/** What is wrong with the `_meta` of a request, or nothing (MCP 2026-07-28, "_meta"). */
inline std::optional<rpc_error> envelope_fault(boost::json::object const* meta) {
  auto const invalid = [](std::string why) { return rpc_error{rpc_code::invalid_params, std::move(why)}; };
  auto const* version = member(meta, version_key);
  if (!version || !version->is_string())
    return invalid("params._meta must have the string " + std::string(version_key));
  auto const* capabilities = member(meta, capabilities_key);
  if (!capabilities || !capabilities->is_object())
    return invalid("params._meta must have the object " + std::string(capabilities_key));
  if (auto const* info = present_member(meta, client_info_key); info && !info->is_object())
    return invalid(std::string(client_info_key) + " must be an object");
  if (auto const* level = present_member(meta, log_level_key); level && !is_log_level(*level))
    return invalid(std::string(log_level_key) + " is no log level");
  if (auto const* token = present_member(meta, "progressToken");
      token && !token->is_string() && !token->is_int64() && !token->is_uint64())
    return invalid("progressToken must be a string or an integer");
  return std::nullopt;
}

inline rpc_error mismatch(std::string_view header, std::string_view why) {
  return {rpc_code::header_mismatch, std::string(header) + std::string(why)};
}

/** Headers that were sent must say what the body says. */
inline std::optional<rpc_error> differing_header(rpc_message const& m, std::string_view version,
                                                 protocol_headers const& h) {
  constexpr std::string_view differs = " differs from the message";
  if (h.version.present() && !h.version.equals(version)) return mismatch("MCP-Protocol-Version", differs);
  if (h.method.present() && !h.method.equals(m.method)) return mismatch("Mcp-Method", differs);
  return std::nullopt;
}

/** The member of `params` that Mcp-Name mirrors; empty for methods without one. */
inline std::string_view named_member(std::string_view method) {
  if (method == "tools/call" || method == "prompts/get") return "name";
  if (method == "resources/read") return "uri";
  return {};
}

/** Headers that a request must have (MCP 2026-07-28, "Standard Request Headers"). */
inline std::optional<rpc_error> missing_header(rpc_message const& m, protocol_headers const& h) {
  constexpr std::string_view missing = " is missing";
  if (!h.version.present()) return mismatch("MCP-Protocol-Version", missing);
  if (!h.method.present()) return mismatch("Mcp-Method", missing);
  auto const named = named_member(m.method);
  if (named.empty()) return std::nullopt;
  if (!h.name.present()) return mismatch("Mcp-Name", missing);
  if (h.name.count != 1) return mismatch("Mcp-Name", " is repeated");
  auto const* expected = member(m.params, named);
  if (!expected || !expected->is_string())
    return std::nullopt;  // the method itself complains, more to the point
  auto const value = decode_header_value(h.name.value);
  if (!value) return mismatch("Mcp-Name", " is not valid Base64");
  if (*value != view_of(expected->get_string())) return mismatch("Mcp-Name", " differs from the message");
  return std::nullopt;
}

inline rpc_error unsupported_version(std::string_view requested) {
  std::string data = R"({"supported":[")";
  data += to_string(revision::v2026_07_28);
  data += R"("],"requested":)";
  append_json_string(data, requested);
  data += '}';
  return {rpc_code::unsupported_protocol_version, "unsupported protocol version", std::move(data)};
}

/** Whether a message claims to be of a stateless revision: by its `_meta`, which a client of the handshake
    revisions never fills so. */
inline bool claims_stateless(rpc_message const& m) { return member(m.meta, version_key) != nullptr; }

/** Answer `server/discover`, which takes the place of the handshake. */
inline response discover(server_state const& s, request_id const& id) {
  std::string members = R"("supportedVersions":[")";
  members += to_string(revision::v2026_07_28);
  members += R"("],"capabilities":)";
  members += s.capabilities_json(revision::v2026_07_28);
  if (!s.options.instructions.empty()) {
    members += R"(,"instructions":)";
    append_json_string(members, s.options.instructions);
  }
  s.options.cache.discovery.append_members(members, revision::v2026_07_28);
  return frame_result(s, revision::v2026_07_28, id, members);
}

/** Answer a request of the stateless kind.

    The order of the checks is the one the official conformance suite asserts: `_meta`, headers against
    body, version, required headers, method, parameters.
*/
inline dispatch_result dispatch_stateless(request_env const& parts, rpc_message const& m,
                                          protocol_headers const& h, caller const& who,
                                          call_channel_source& out, single_stream_client* channel) {
  server_state const& s = parts.server;
  request_id const& id = *m.id;
  auto const malformed = [&id](rpc_error const& f) {
    return response::of_error(response::outcome::malformed, id, f);
  };
  if (auto const fault = envelope_fault(m.meta)) return malformed(*fault);
  auto const version = view_of(member(m.meta, version_key)->get_string());
  if (h.carried)
    if (auto const fault = differing_header(m, version, h)) return malformed(*fault);
  auto const protocol = parse_revision(version);
  if (!protocol || !is_stateless(*protocol)) return malformed(unsupported_version(version));
  if (who.note) who.note->protocol = to_string(*protocol);
  if (h.carried)
    if (auto const fault = missing_header(m, h)) return malformed(*fault);

  if (m.method == "server/discover") return discover(s, id);
  recording_source noted(out);
  method_call const call{.server = s,
                         .log = parts.log,
                         .id = id,
                         .params = m.params,
                         .meta = m.meta,
                         .protocol = *protocol,
                         .who = who,
                         .out = noted,
                         .seal = &parts.known.seal(),
                         .method_name = m.method,
                         .headers = h.carried ? &h : nullptr,
                         .work = &parts.known.table().work(),
                         .max_time = parts.known.table().bounds().each.max_call_time};
  auto const* method = find_method(s, *protocol, m.method);
  bool const listens = m.method == "subscriptions/listen";
  if (!method && !listens)
    return response::of_error(response::outcome::unknown_method, id,
                              {rpc_code::method_not_found, "unknown method"});
  dispatch_result r = listens ? listen(call, parts.known.table(), channel != nullptr) : method->handle(call);
  if (auto* pending = std::get_if<pending_response>(&r)) {
    if (!noted.opened) noted.open();
    if (channel) pending->slot = channel->calls->add(id, noted.opened);
    pending->channel = std::move(noted.opened);
  }
  return within_budget(parts, m, who, std::move(r));
}

/** Take a notification of the stateless kind: the headers need not be there, but must not lie. */
inline response take_stateless_notification(rpc_message const& m, protocol_headers const& h,
                                            single_stream_client* channel) {
  auto const* version = member(m.meta, version_key);
  auto const claimed = version && version->is_string() ? view_of(version->get_string()) : h.version.value;
  if (h.carried)
    if (auto const fault = differing_header(m, claimed, h))
      return response::of_error(response::outcome::malformed, {}, *fault);
  // over HTTP it is leaving that cancels
  if (channel && m.method == "notifications/cancelled")
    if (auto const id = cancelled_request(m)) channel->calls->cancel(*id);
  return {};
}

}  // namespace mcpawl::detail
