// mcpawl/mcp/offer/tool.hpp - a registered tool, its types erased
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/mcp/call/handler_result.hpp>
#include <mcpawl/mcp/offer/entry.hpp>
#include <mcpawl/mcp/offer/mirrored_argument.hpp>
#include <mcpawl/mcp/types/revision.hpp>
#include <mcpawl/text/json_text.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mcpawl::detail {

/** Hints for clients (MCP `ToolAnnotations`); one that was not set is not sent. Never a security decision. */
struct tool_annotations {
  std::optional<bool> read_only;
  std::optional<bool> destructive;
  std::optional<bool> idempotent;
  std::optional<bool> open_world;

  bool any() const noexcept { return read_only || destructive || idempotent || open_world; }
};

/** A tool as the protocol sees it. */
struct tool final : entry, handler {
  using entry::entry;

  std::string input_schema;           ///< JSON text; its root is an object schema.
  std::string output_schema;          ///< JSON text, empty for none.
  bool output_is_object = false;      ///< Whether the root of `output_schema` is an object schema.
  std::string wrapped_output_schema;  ///< The one of `{"result":...}` for results that are no objects.
  /** What is wrong with structured content, which is JSON text, or nothing; empty where its type promises it.
   */
  std::function<std::optional<std::string>(std::string_view)> output_problem;
  tool_annotations annotations;
  std::vector<mirrored_argument> mirrored;  ///< Arguments that headers must repeat.

  void append_listing(std::string& out, revision r) const override {
    append_names(out, r);
    out += R"(,"inputSchema":)";
    out += input_schema;
    // before 2026-07-28 the root of an output schema had to be an object
    auto const& output = is_stateless(r) || output_is_object ? output_schema : wrapped_output_schema;
    if (!output.empty() && r >= revision::v2025_06_18) {
      out += R"(,"outputSchema":)";
      out += output;
    }
    if (r >= revision::v2025_03_26 && (annotations.any() || !title.empty())) append_annotations(out);
    append_rest(out, r);
  }

private:
  void append_annotations(std::string& out) const {
    char separator = '{';
    out += R"(,"annotations":)";
    if (!title.empty()) {
      out += R"({"title":)";
      append_json_string(out, title);
      separator = ',';
    }
    auto const add = [&](std::string_view key, std::optional<bool> hint) {
      if (!hint) return;
      out += separator;
      out += key;
      out += *hint ? "true" : "false";
      separator = ',';
    };
    add(R"("readOnlyHint":)", annotations.read_only);
    add(R"("destructiveHint":)", annotations.destructive);
    add(R"("idempotentHint":)", annotations.idempotent);
    add(R"("openWorldHint":)", annotations.open_world);
    out += '}';
  }
};

}  // namespace mcpawl::detail
