// mcpawl/mcp/protocol/frame.hpp - put the members of a result into the frame its revision demands
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/jsonrpc/id.hpp>
#include <mcpawl/mcp/offer/server_state.hpp>
#include <mcpawl/mcp/protocol/response.hpp>
#include <mcpawl/mcp/types/revision.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::detail {

/** Append the member that says who answered, with a comma before it.

    @param meta  more members of `_meta`, without braces; possibly empty.
*/
inline void append_server_info(std::string& out, server_state const& s, std::string_view meta = {}) {
  out += std::string_view(R"(,"_meta":{)");
  out += meta;
  if (!meta.empty()) out += ',';
  out += std::string_view(R"("io.modelcontextprotocol/serverInfo":)");
  out += s.info_json;
  out += '}';
}

/** Frame a complete result.

    @param members  JSON text without braces, possibly empty.
    @param meta     the members of its `_meta` likewise.

    Since 2026-07-28 every result says its kind and who answered.
*/
inline response frame_result(server_state const& s, revision r, request_id const& id,
                             std::string_view members, std::string_view meta = {}) {
  std::string text = begin_result(id, members.size() + meta.size() + s.info_json.size() + 128);
  if (!is_stateless(r)) {
    text += '{';
    text += members;
    if (!meta.empty()) {
      text += members.empty() ? R"("_meta":{)" : R"(,"_meta":{)";
      text += meta;
      text += '}';
    }
  } else {
    text += std::string_view(R"({"resultType":"complete")");
    if (!members.empty()) text += ',';
    text += members;
    append_server_info(text, s, meta);
  }
  text += std::string_view("}}");
  return {response::outcome::answered, std::move(text), {}};
}

/** An error inside a request that was understood. */
inline response error_response(request_id const& id, rpc_error const& fault) {
  return response::of_error(response::outcome::answered, id, fault);
}

}  // namespace mcpawl::detail
