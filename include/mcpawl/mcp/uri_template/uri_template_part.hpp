// mcpawl/mcp/uri_template/uri_template_part.hpp - what a URI template is made of
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace mcpawl::detail {

/** How an operator expands: the table of RFC 6570 appendix A. */
struct uri_operator {
  char symbol;     ///< NUL for simple expansion.
  char first;      ///< What an expansion begins with, NUL for nothing.
  char separator;  ///< Between variables, and between the items of an exploded one.
  bool named;      ///< Whether `name=` stands before values.
  bool equals_when_empty;
  bool reserved;  ///< Whether reserved characters and escapes stay as they are.
};

inline constexpr uri_operator uri_operators[] = {
    {'\0', '\0', ',', false, false, false}, {'+', '\0', ',', false, false, true},
    {'#', '#', ',', false, false, true},    {'.', '.', '.', false, false, false},
    {'/', '/', '/', false, false, false},   {';', ';', ';', true, false, false},
    {'?', '?', '&', true, true, false},     {'&', '&', '&', true, true, false},
};

struct uri_variable_spec {
  std::string name;
  std::size_t prefix = 0;  ///< The largest number of characters, 0 for any.
  bool explode = false;
};

/** A literal, or an expression, which has variables. */
struct uri_template_part {
  std::string literal;  ///< As it stands in URIs.
  uri_operator op = uri_operators[0];
  std::vector<uri_variable_spec> variables;
};

}  // namespace mcpawl::detail
