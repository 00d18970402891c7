// mcpawl/mcp/tools_list.hpp - the method tools/list
#pragma once

#include <mcpawl/crypto/base64url.hpp>
#include <mcpawl/mcp/answer.hpp>
#include <mcpawl/mcp/frame.hpp>
#include <mcpawl/mcp/method_call.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace mcpawl {

namespace detail {

/** A cursor names the last entry of the page before, so it stays right when other entries come and go. */
inline std::string cursor_after(std::string_view name) {
  std::string cursor;
  append_base64url(cursor, {reinterpret_cast<unsigned char const*>(name.data()), name.size()});
  return cursor;
}

inline std::optional<std::string> name_in_cursor(std::string_view cursor) {
  std::array<unsigned char, 128> name{};
  if (cursor.empty() || cursor.size() > 172) return std::nullopt;
  auto const size = decode_base64url(cursor, name);
  if (!size) return std::nullopt;
  return std::string(reinterpret_cast<char const*>(name.data()), *size);
}

}  // namespace detail

/** Answer `tools/list`: the tools this caller may use, in the order of registration (MCP "Tools",
 * "Pagination"). */
inline reply tools_list(method_call const& call) {
  auto const& all = call.server.tools.tools();
  auto next = all.begin();
  if (auto const* cursor = call.param("cursor")) {
    std::optional<std::string> name;
    if (cursor->is_string()) name = detail::name_in_cursor(detail::view_of(cursor->get_string()));
    auto const* last = name ? call.server.tools.find(*name, call.who.identity) : nullptr;
    if (!last) return fault_answer(call.id, {rpc_code::invalid_params, "invalid cursor"});
    while (&*next++ != last) {
    }
  }
  std::string members = R"("tools":[)";
  tool const* last = nullptr;
  std::size_t listed = 0;
  std::size_t const most = call.server.options.page_size;
  for (; next != all.end(); ++next) {
    if (!next->visible_to(call.who.identity)) continue;
    if (most != 0 && listed == most) break;
    if (listed++ != 0) members += ',';
    next->append_listing(members, call.protocol);
    last = &*next;
  }
  members += ']';
  if (next != all.end() && last) {
    members += R"(,"nextCursor":")";
    members += detail::cursor_after(last->name);
    members += '"';
  }
  return frame_result(call.server, call.protocol, call.id, members, cacheable::yes);
}

}  // namespace mcpawl
