// mcpawl/mcp/types/header_value.hpp - the coding of names in Mcp-Name and Mcp-Param-* headers
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/crypto/base64.hpp>

#include <string>
#include <string_view>

namespace mcpawl::detail {

/** Decode a header value that mirrors a member of the body.

    Visible ASCII stands for itself; everything else travels as `=?base64?` + Base64 of UTF-8 + `?=`.
    The markers are exact and in lower case; a value without both of them is literal (MCP 2026-07-28,
    "Standard Request Headers").

    @par Errors
    `condition::malformed` for Base64 that is not canonical.
*/
inline result<std::string> decode_header_value(std::string_view value) {
  constexpr std::string_view prefix = "=?base64?";
  constexpr std::string_view suffix = "?=";
  if (value.size() < prefix.size() + suffix.size() || !value.starts_with(prefix) || !value.ends_with(suffix))
    return std::string(value);
  value.remove_prefix(prefix.size());
  value.remove_suffix(suffix.size());
  return decode_base64(value);
}

}  // namespace mcpawl::detail
