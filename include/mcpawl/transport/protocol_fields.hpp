// mcpawl/transport/protocol_fields.hpp - the header fields of MCP, as the protocol looks at them
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/http/fields.hpp>
#include <mcpawl/http/request_head.hpp>
#include <mcpawl/mcp/types/request.hpp>

#include <string_view>

namespace mcpawl::detail {

/** Take note of a field if it has this name; of several the first gives the value. */
inline bool note_field(http::field_view const& field, std::string_view name, mirror_header& to) noexcept {
  if (!http::iequals(field.name, name)) return false;
  if (to.count++ == 0) to.value = field.value;
  return true;
}

inline mirror_header mirror(http::request_head const& head, std::string_view name) noexcept {
  mirror_header out;
  for (auto const& field : head.fields()) note_field(field, name, out);
  return out;
}

inline protocol_headers protocol_headers_of(http::request_head const& head) noexcept {
  protocol_headers out;
  out.carried = true;
  for (auto const& field : head.fields())
    note_field(field, "mcp-protocol-version", out.version) || note_field(field, "mcp-method", out.method) ||
        note_field(field, "mcp-name", out.name) || note_field(field, "mcp-session-id", out.session_id) ||
        note_field(field, "last-event-id", out.last_event);
  out.lookup = [](void const* where, std::string_view name) {
    return mirror(*static_cast<http::request_head const*>(where), name);
  };
  out.where = &head;
  return out;
}

}  // namespace mcpawl::detail
