// mcpawl/mcp/tool.hpp - a registered tool, its types erased
#pragma once

#include <boost/json/value.hpp>

#include <mcpawl/core/task.hpp>
#include <mcpawl/mcp/context.hpp>
#include <mcpawl/mcp/revision.hpp>
#include <mcpawl/mcp/tool_result.hpp>
#include <mcpawl/reflect/json_text.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace mcpawl {

/** Hints for clients (MCP `ToolAnnotations`); one that was not set is not sent. Never a security decision. */
struct tool_annotations {
  std::optional<bool> read_only;
  std::optional<bool> destructive;
  std::optional<bool> idempotent;
  std::optional<bool> open_world;

  bool any() const noexcept { return read_only || destructive || idempotent || open_world; }
};

/** The inputs of one call: `arguments` is an object, `identity` the caller as the server's policy verified
 * it. */
struct tool_call {
  boost::json::value const& arguments;
  context& ctx;
  void const* identity;
};

/** A plain function has answered already; a coroutine waits to be run. */
using tool_invocation = std::variant<tool_result, task<tool_result>>;

/** A tool as the protocol sees it.

    @par Thread safety
    Registered before the server starts, then only read, from all threads.
*/
struct tool {
  std::string name;
  std::string title;
  std::string description;
  std::string input_schema;       ///< JSON text; its root is an object schema.
  std::string output_schema;      ///< JSON text, empty for none.
  bool output_is_object = false;  ///< Whether the root of `output_schema` is an object schema.
  tool_annotations annotations;
  std::function<bool(void const* identity)> allowed;  ///< Empty: everybody who is let in.
  bool coroutine = false;  ///< Whether `invoke` returns work that has to be awaited.
  std::function<tool_invocation(tool_call const&)> invoke;

  bool visible_to(void const* identity) const { return !allowed || allowed(identity); }

  /** Append the tool's entry of `tools/list` with the members its revision knows. */
  void append_listing(std::string& out, revision r) const {
    out += R"({"name":)";
    append_json_string(out, name);
    if (!title.empty() && r >= revision::v2025_06_18) {
      out += R"(,"title":)";
      append_json_string(out, title);
    }
    out += R"(,"description":)";
    append_json_string(out, description);
    out += R"(,"inputSchema":)";
    out += input_schema;
    // before 2026-07-28 the root of an output schema had to be an object
    if (!output_schema.empty() && (is_stateless(r) || (r >= revision::v2025_06_18 && output_is_object))) {
      out += R"(,"outputSchema":)";
      out += output_schema;
    }
    if (r >= revision::v2025_03_26 && (annotations.any() || !title.empty())) append_annotations(out);
    out += '}';
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

}  // namespace mcpawl
