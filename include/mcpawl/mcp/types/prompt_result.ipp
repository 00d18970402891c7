// mcpawl/mcp/types/prompt_result.ipp - the body of prompt_result.hpp
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/mcp/types/content_writer.hpp>
#include <mcpawl/mcp/types/prompt_result.hpp>

#include <string>

namespace mcpawl {

MCPAWL_DECL void prompt_result::append_members(std::string& out, revision r) const {
  if (!description_.empty()) {
    out += R"("description":)";
    append_json_string(out, description_);
    out += ',';
  }
  out += R"("messages":[)";
  char const* separator = R"({"role":")";
  for (auto const& message : messages_) {
    out += separator;
    separator = R"(,{"role":")";
    out += to_string(message.from);
    out += R"(","content":)";
    detail::append_content(out, message.content, r);
    out += '}';
  }
  out += ']';
}

}  // namespace mcpawl
