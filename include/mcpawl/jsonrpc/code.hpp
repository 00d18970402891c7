// mcpawl/jsonrpc/code.hpp - the error codes that go over the wire
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

namespace mcpawl::detail {

/** Error codes of JSON-RPC 2.0 section 5.1 and of MCP 2026-07-28.

    -32000 to -32019 belong to older implementations: nothing may be added in that range to what the
    revisions with a handshake defined there.
*/
enum class rpc_code : int {
  parse_error = -32700,
  invalid_request = -32600,
  method_not_found = -32601,
  invalid_params = -32602,
  internal_error = -32603,
  resource_not_found = -32002,           ///< Before 2026-07-28, which says `invalid_params`.
  url_elicitation_required = -32042,     ///< Of 2025-11-25 alone: visit `data.elicitations`, then call again.
  header_mismatch = -32020,              ///< A header is missing, malformed or differs from the body.
  missing_client_capability = -32021,    ///< The call needs what the client did not declare.
  unsupported_protocol_version = -32022  ///< With `data.supported` and `data.requested`.
};

}  // namespace mcpawl::detail
