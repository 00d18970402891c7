// mcpawl/mcp/types/meta.hpp - the member `_meta`, where extensions put what the protocol does not know
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <mcpawl/mcp/types/revision.hpp>
#include <mcpawl/text/json_text.hpp>

#include <string>
#include <string_view>

namespace mcpawl::detail {

/** The member of a result's `_meta` that is the framework's own. */
inline constexpr std::string_view server_info_key = "io.modelcontextprotocol/serverInfo";

/** Append the members of `meta` without braces; those named `except` are left out. */
inline void append_meta_members(std::string& out, boost::json::object const& meta,
                                std::string_view except = {}) {
  bool first = true;
  for (auto const& member : meta) {
    std::string_view const key{member.key().data(), member.key().size()};
    if (key == except) continue;
    if (!first) out += ',';
    first = false;
    append_json_string(out, key);
    out += ':';
    append_json(out, member.value());
  }
}

/** Append the member `_meta` with a comma before it, or nothing: before 2025-06-18 only whole results had
    one. */
inline void append_meta(std::string& out, boost::json::object const& meta, revision r) {
  if (meta.empty() || r < revision::v2025_06_18) return;
  out += R"(,"_meta":{)";
  append_meta_members(out, meta);
  out += '}';
}

}  // namespace mcpawl::detail
