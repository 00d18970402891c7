// mcpawl/mcp/types/request.hpp - what a transport hands to the protocol with each message
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

namespace mcpawl::detail {

struct message_note;

/** A header that mirrors a part of the message: how often it was sent, and its value. */
struct mirror_header {
  std::size_t count = 0;
  std::string_view value;

  bool present() const noexcept { return count != 0; }
  /** Sent exactly once, with this value. */
  bool equals(std::string_view expected) const noexcept { return count == 1 && value == expected; }
};

/** The headers MCP defines, as a transport with headers received them. */
struct protocol_headers {
  bool carried = false;   ///< False for transports without headers, whose messages are checked by body alone.
  mirror_header version;  ///< MCP-Protocol-Version
  mirror_header method;   ///< Mcp-Method
  mirror_header name;     ///< Mcp-Name
  mirror_header session_id;  ///< Mcp-Session-Id
  mirror_header last_event;  ///< Last-Event-ID

  /** How the transport finds any other header. */
  mirror_header (*lookup)(void const* where, std::string_view name) = nullptr;
  void const* where = nullptr;
  mirror_header find(std::string_view header) const {
    return lookup ? lookup(where, header) : mirror_header{};
  }
};

/** Who is calling, as the server's policy verified it. */
struct caller {
  void const* identity;        ///< Of the server's identity type.
  std::string_view principal;  ///< Names the caller for binding sessions; empty for nobody.
  /** What an anonymous caller is counted by: the network address, in whatever form. Empty: the principal. */
  std::string_view address = {};
  /** Who owns the identity; null if it outlives the server. */
  std::shared_ptr<void const> const* owner = nullptr;
  message_note* note = nullptr;  ///< What observers are told of the message; null where nobody observes.

  /** What budgets count the caller by. */
  std::string_view account() const noexcept { return principal.empty() ? address : principal; }

  /** The identity for what outlives the request, such as a subscription. */
  std::shared_ptr<void const> kept_identity() const {
    return owner ? *owner : std::shared_ptr<void const>(std::shared_ptr<void const>(), identity);
  }
};

}  // namespace mcpawl::detail
