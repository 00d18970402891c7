// mcpawl/mcp/types/tool_result.ipp - the body of tool_result.hpp
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/mcp/types/content_writer.hpp>
#include <mcpawl/mcp/types/tool_result.hpp>

#include <string>

namespace mcpawl {

MCPAWL_DECL void tool_result::append_members(std::string& out, revision r) const {
  out += R"("content":[)";
  char const* separator = "";
  for (auto const& block : content_) {
    out += separator;
    separator = ",";
    detail::append_content(out, block, r);
  }
  out += ']';
  bool const fits = is_stateless(r) || (r >= revision::v2025_06_18 && structured_.starts_with('{'));
  if (!structured_.empty() && fits) {
    out += R"(,"structuredContent":)";
    out += structured_;
  }
  if (error_) out += R"(,"isError":true)";
}

}  // namespace mcpawl
