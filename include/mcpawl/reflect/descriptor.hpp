// mcpawl/reflect/descriptor.hpp - a type as data, so that one piece of code can serve all types
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/reflect/docs.hpp>
#include <mcpawl/reflect/function_ref.hpp>
#include <mcpawl/text/any_integer.hpp>
#include <mcpawl/text/pattern.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace mcpawl::detail {

enum class json_kind : unsigned char {
  boolean,
  integer,
  number,
  string,
  enumeration,
  optional,
  array,
  map,
  variant,
  object,
};

/** What all descriptors begin with; `kind` tells which of those below it is.

    The functions of a descriptor take addresses of values of the described type. `model.hpp` makes the
    descriptors; `schema.hpp`, `decode.hpp` and `value_writer.hpp` are the code that works on them.
*/
struct type_descriptor {
  json_kind kind;
};

struct integer_descriptor : type_descriptor {
  any_integer least, most;
  void (*store)(void*, any_integer);
  any_integer (*load)(void const*);
};

struct number_descriptor : type_descriptor {
  bool single;  ///< A `float`, otherwise a `double`.
};

struct enumeration_descriptor : type_descriptor {
  std::span<std::string_view const> names;
  void (*store)(void*, std::size_t index);
  std::size_t (*load)(void const*);  ///< The index of the name, or `names.size()`.
};

struct optional_descriptor : type_descriptor {
  type_descriptor const* item;
  void* (*engage)(void*);
  void (*reset)(void*);
  void const* (*get)(void const*);  ///< Null if there is nothing inside.
};

/** Fills in a new value; false takes the value back. */
using value_filler = function_ref<bool(void*)>;

struct array_descriptor : type_descriptor {
  type_descriptor const* item;
  void (*clear)(void*);
  bool (*append)(void*, value_filler);
  void (*each)(void const*, function_ref<void(void const*)>);
};

struct map_descriptor : type_descriptor {
  type_descriptor const* item;
  void (*clear)(void*);
  bool (*insert)(void*, std::string_view key, value_filler);
  void (*each)(void const*, function_ref<void(std::string_view, void const*)>);
};

/** Runs something on a value as the type initialises it. */
using on_initial_value = function_ref<void(void const*)>;

struct variant_descriptor : type_descriptor {
  std::span<type_descriptor const* const> alternatives;
  bool (*assign)(void*, std::size_t alternative, value_filler);
  std::size_t (*alternative)(void const*);
  void const* (*get)(void const*);
  void (*with_initial)(on_initial_value);
};

struct field_descriptor {
  type_descriptor const* type;
  field_rules rules;
};

/** What is only known of a field when the program runs. */
struct field_state {
  bool required = true;
  std::string default_json;  ///< Empty if it has no default.
  std::optional<pattern> compiled;
};

struct object_descriptor : type_descriptor {
  std::span<field_descriptor const> fields;
  void (*addresses)(void*, void** out);
  std::span<field_state const> (*states)();
  void (*reset)(void*);
  void (*with_initial)(on_initial_value);
};

/** The descriptor behind an optional, or the type itself. */
inline type_descriptor const& without_optional_of(type_descriptor const& type) {
  return type.kind == json_kind::optional ? *static_cast<optional_descriptor const&>(type).item : type;
}

}  // namespace mcpawl::detail
