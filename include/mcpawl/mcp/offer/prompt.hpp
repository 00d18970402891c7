// mcpawl/mcp/offer/prompt.hpp - a registered prompt, its types erased
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/mcp/call/completion.hpp>
#include <mcpawl/mcp/call/handler_result.hpp>
#include <mcpawl/mcp/offer/entry.hpp>
#include <mcpawl/mcp/types/revision.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** An argument of a prompt: a text a user fills in. */
struct prompt_argument {
  explicit prompt_argument(std::string name_, std::string description_ = {}, bool required_ = false)
      : name(std::move(name_)), description(std::move(description_)), required(required_) {}

  std::string name;
  std::string description;
  bool required;
  std::string title;  ///< Empty for none.
};

/** A prompt as the protocol sees it. */
struct prompt final : entry, handler {
  using entry::entry;

  std::vector<prompt_argument> arguments;
  mcpawl::completers completers;

  prompt_argument const* find_argument(std::string_view wanted) const noexcept {
    for (auto const& argument : arguments)
      if (argument.name == wanted) return &argument;
    return nullptr;
  }

  void append_listing(std::string& out, revision r) const override {
    append_names(out, r);
    char const* separator = R"(,"arguments":[{"name":)";
    for (auto const& argument : arguments) {
      out += separator;
      separator = R"(,{"name":)";
      append_json_string(out, argument.name);
      if (r >= revision::v2025_06_18) append_text(out, R"(,"title":)", argument.title);
      append_text(out, R"(,"description":)", argument.description);
      out += argument.required ? R"(,"required":true})" : "}";
    }
    if (!arguments.empty()) out += ']';
    append_rest(out, r);
  }
};

}  // namespace mcpawl::detail
