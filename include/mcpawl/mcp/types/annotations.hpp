// mcpawl/mcp/types/annotations.hpp - whom content is for, how much it matters and how fresh it is
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/mcp/types/revision.hpp>
#include <mcpawl/text/json_text.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mcpawl {

/** Who speaks, or who is meant to read. */
enum class role : unsigned char { user, assistant };

/** The role as MCP spells it. */
constexpr std::string_view to_string(role r) noexcept { return r == role::user ? "user" : "assistant"; }

/** Hints for clients about content and resources (MCP `Annotations`); what is not set is not sent. */
struct annotations {
  std::vector<role> audience;
  std::optional<double> priority;  ///< 0 for what may be dropped, 1 for what must be read.
  std::string last_modified;       ///< A time of ISO 8601, as `2026-07-28T12:00:00Z`; since 2025-06-18.

  /** Append the member `annotations` with a comma before it, or nothing. */
  void append_member(std::string& out, revision r) const {
    char const* separator = R"(,"annotations":{)";
    auto const next = [&] {
      out += separator;
      separator = ",";
    };
    if (!audience.empty()) {
      next();
      out += R"("audience":)";
      char before = '[';
      for (role reader : audience) {
        out += before;
        append_json_string(out, to_string(reader));
        before = ',';
      }
      out += ']';
    }
    if (priority && *priority == *priority) {
      next();
      out += R"("priority":)";
      append_json_number(out, std::clamp(*priority, 0.0, 1.0));
    }
    if (!last_modified.empty() && r >= revision::v2025_06_18) {
      next();
      out += R"("lastModified":)";
      append_json_string(out, last_modified);
    }
    if (*separator == ',' && separator[1] == '\0') out += '}';
  }
};

}  // namespace mcpawl
