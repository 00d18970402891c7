// mcpawl/mcp/types/tool_result.ipp - the body of tool_result.hpp
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/mcp/types/content_writer.hpp>
#include <mcpawl/mcp/types/tool_result.hpp>

#include <string>
#include <string_view>

namespace mcpawl {

namespace detail {

/** Append the member `structuredContent` with a comma before it, where the revision has it: those before 2025-06-18
    have none, those before 2026-07-28 only objects. */
inline void append_structured_content(std::string& out, std::string_view json, revision r) {
  if (json.empty() || !(is_stateless(r) || (r >= revision::v2025_06_18 && json.starts_with('{')))) return;
  out += std::string_view(R"(,"structuredContent":)");
  out += json;
}

MCPAWL_DECL void append_structured_result(std::string& out, std::string_view json,
                                          std::string_view structured, revision r) {
  out.reserve(out.size() + 2 * json.size() + structured.size() + 80);
  out += std::string_view(R"("content":[)");
  content_writer(out, r).text(json);
  out += ']';
  append_structured_content(out, structured, r);
}

}  // namespace detail

MCPAWL_DECL void tool_result::append_members(std::string& out, revision r) const {
  out += R"("content":[)";
  char const* separator = "";
  for (auto const& block : content_) {
    out += separator;
    separator = ",";
    detail::append_content(out, block, r);
  }
  out += ']';
  detail::append_structured_content(out, structured_, r);
  if (error_) out += R"(,"isError":true)";
}

}  // namespace mcpawl
