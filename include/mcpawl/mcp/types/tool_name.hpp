// mcpawl/mcp/types/tool_name.hpp - a tool's name, checked by the compiler
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#include <concepts>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl {

/** True for 1 to 128 letters and digits of ASCII, dots, dashes and underscores (MCP 2025-11-25, "Tool Names"). */
constexpr bool is_tool_name(std::string_view name) noexcept {
  if (name.empty() || name.size() > 128) return false;
  for (char c : name) {
    bool const letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!letter && !(c >= '0' && c <= '9') && c != '.' && c != '-' && c != '_') return false;
  }
  return true;
}

namespace detail {
/** A text that is no literal, so that the compiler cannot check it. */
template <class T>
concept runtime_text = std::same_as<T, std::string> || std::same_as<T, std::string_view> ||
                       std::same_as<T, char const*> || std::same_as<T, char*>;

template <class Text>
constexpr void explain_runtime_name() {
  static_assert(!runtime_text<Text>,
                "mcpawl: a name that is no literal is checked when the server starts: write "
                "mcpawl::runtime_tool_name(name)");
}

// never defined: reaching it while compiling is the error message
void a_tool_name_must_be_1_to_128_characters_of_A_Za_z0_9_dot_dash_underscore();
}  // namespace detail

/** A tool name written as a literal; a bad one does not compile. */
class tool_name {
public:
  template <std::size_t N>
  consteval tool_name(char const (&literal)[N]) : name_(literal, N - 1) {
    if (!is_tool_name(name_))
      detail::a_tool_name_must_be_1_to_128_characters_of_A_Za_z0_9_dot_dash_underscore();
  }
  constexpr std::string_view view() const noexcept { return name_; }

private:
  friend class runtime_tool_name;
  std::string_view name_;
};

/** A tool name known only at run time; a bad one is an error that is reported when the server starts. */
class runtime_tool_name {
public:
  explicit runtime_tool_name(std::string name) : name_(std::move(name)) {}
  std::string_view view() const noexcept { return name_; }

private:
  std::string name_;
};

}  // namespace mcpawl
