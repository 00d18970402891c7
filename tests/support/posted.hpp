// tests/support/posted.hpp - messages as clients post them
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "running.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace support {

/** The fields of a message that somebody posts whom `user_header` knows; empty: nobody. */
inline fields posting(std::string const& who, fields more = {}) {
  more.emplace_back("Content-Type", "application/json");
  more.emplace_back("Accept", "application/json, text/event-stream");
  if (!who.empty()) more.emplace_back("X-User", who);
  return more;
}

/** The same of a request of 2026-07-28, which names its method and, where there is one, the tool. */
inline fields posting_stateless(std::string const& who, std::string const& method,
                                std::string const& tool = {}) {
  fields more{{"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", method}};
  if (!tool.empty()) more.emplace_back("Mcp-Name", tool);
  return posting(who, std::move(more));
}

/** A request of 2026-07-28.

    @param more  members of `params` behind `_meta`, each with a comma before it
    @param meta  members of `_meta`, each with a comma behind it */
inline std::string stateless_request(std::string_view method, std::string_view more = {},
                                     std::string_view id = "1", std::string_view meta = {}) {
  std::string text = R"({"jsonrpc":"2.0","id":)";
  text.append(id).append(R"(,"method":")").append(method).append(R"(","params":{"_meta":{)").append(meta);
  text +=
      R"("io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}})";
  return text.append(more) + "}}";
}

/** Open a session of 2025-11-25 with the fields of `posting`; its id is the field Mcp-Session-Id. */
inline http_reply initialize(std::uint16_t port, fields const& with) {
  constexpr std::string_view text =
      R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25",)"
      R"("capabilities":{},"clientInfo":{"name":"c","version":"1"}}})";
  return loopback_client(port).request("POST", "/mcp", with, text);
}

}  // namespace support
