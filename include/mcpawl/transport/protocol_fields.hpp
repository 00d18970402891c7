// mcpawl/transport/protocol_fields.hpp - the header fields of MCP, as the protocol looks at them
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/http/request_head.hpp>
#include <mcpawl/mcp/types/request.hpp>

#include <cstddef>
#include <string_view>

namespace mcpawl::detail {

inline mirror_header mirror(http::request_head const& head, std::string_view name) {
  std::size_t const count = head.count(name);
  return {count, count != 0 ? *head.find(name) : std::string_view{}};
}

inline protocol_headers protocol_headers_of(http::request_head const& head) {
  return {true,
          mirror(head, "mcp-protocol-version"),
          mirror(head, "mcp-method"),
          mirror(head, "mcp-name"),
          mirror(head, "mcp-session-id"),
          mirror(head, "last-event-id"),
          [](void const* where, std::string_view name) {
            return mirror(*static_cast<http::request_head const*>(where), name);
          },
          &head};
}

}  // namespace mcpawl::detail
