// mcpawl/mcp/protocol/lists.hpp - the methods that list what a server offers, page by page
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/crypto/base64url.hpp>
#include <mcpawl/mcp/offer/registry.hpp>
#include <mcpawl/mcp/protocol/frame.hpp>
#include <mcpawl/mcp/protocol/method_call.hpp>
#include <mcpawl/mcp/protocol/response.hpp>
#include <mcpawl/mcp/types/cache_hint.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace mcpawl::detail {

/** A cursor names the last entry of the page before, so it stays right when other entries come and go. */
inline std::string cursor_after(std::string_view key) {
  std::string cursor;
  append_base64url(cursor, key);
  return cursor;
}

inline std::optional<std::string> key_in_cursor(std::string_view cursor) {
  constexpr std::size_t most = 16 * 1024;
  if (cursor.empty() || cursor.size() > most) return std::nullopt;
  std::string key(cursor.size(), '\0');
  auto const size = decode_base64url(cursor, {reinterpret_cast<unsigned char*>(key.data()), key.size()});
  if (!size) return std::nullopt;
  key.resize(*size);
  return key;
}

/** Answer with one page of the entries this caller may see, in the order of registration (MCP "Pagination").

    @param member  the member of the result, as `"tools":[`.
*/
inline dispatch_result list_page(method_call const& call, catalogue const& all, std::string_view member,
                                 cache_hint const& hint) {
  std::size_t next = 0;
  if (call.param("cursor")) {
    auto const cursor = call.text_param("cursor");
    auto const key = cursor ? key_in_cursor(*cursor) : std::nullopt;
    std::size_t const last = key ? all.position(*key, call.who.identity) : all.size();
    if (last == all.size()) return error_response(call.id, {rpc_code::invalid_params, "invalid cursor"});
    next = last + 1;
  }
  std::string members(member);
  entry const* last = nullptr;
  bool more = false;
  std::size_t listed = 0;
  std::size_t const most = call.server.options.page_size;
  for (; next != all.size(); ++next) {
    entry const& e = all.at(next);
    if (!e.visible_to(call.who.identity)) continue;
    if (most != 0 && listed == most) {
      more = true;
      break;
    }
    if (listed++ != 0) members += ',';
    e.append_listing(members, call.protocol);
    last = &e;
  }
  members += ']';
  if (more) {
    members += R"(,"nextCursor":")";
    members += cursor_after(last->key());
    members += '"';
  }
  hint.append_members(members, call.protocol);
  return frame_result(call.server, call.protocol, call.id, members);
}

/** Answer `tools/list`. */
inline dispatch_result tools_list(method_call const& call) {
  return list_page(call, call.server.tools, R"("tools":[)", call.server.options.cache.tools);
}

/** Answer `prompts/list`. */
inline dispatch_result prompts_list(method_call const& call) {
  return list_page(call, call.server.prompts, R"("prompts":[)", call.server.options.cache.prompts);
}

/** Answer `resources/list`. */
inline dispatch_result resources_list(method_call const& call) {
  return list_page(call, call.server.resources, R"("resources":[)", call.server.options.cache.resources);
}

/** Answer `resources/templates/list`. */
inline dispatch_result resources_templates_list(method_call const& call) {
  return list_page(call, call.server.templates, R"("resourceTemplates":[)",
                   call.server.options.cache.templates);
}

}  // namespace mcpawl::detail
