// mcpawl/reflect/descriptor.hpp - a type as data, so that one piece of code can serve all types
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/reflect/docs.hpp>
#include <mcpawl/reflect/function_ref.hpp>
#include <mcpawl/text/any_integer.hpp>
#include <mcpawl/text/pattern.hpp>

#include <boost/json/fwd.hpp>

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
  tuple,
  converted,
  any,
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
  bool unique;  ///< No two items may be equal.
  void (*clear)(void*);
  bool (*append)(void*, value_filler, std::string& why);  ///< Tells `why` if not the filler said no.
  void (*each)(void const*, function_ref<void(void const*)>);
};

struct converted_descriptor;

struct map_descriptor : type_descriptor {
  type_descriptor const* item;
  converted_descriptor const* key;  ///< Null for keys that are strings.
  void (*clear)(void*);
  bool (*insert)(void*, std::string_view key, value_filler, std::string& why);  ///< As of an array.
  /** Tells `why` in place of a key that has no JSON. */
  void (*each)(void const*, function_ref<void(std::string_view, void const*, std::string_view why)>);
};

/** An array with a place for each of its items. */
struct tuple_descriptor : type_descriptor {
  std::span<type_descriptor const* const> items;  ///< One for all if they are of one type.
  std::size_t count;
  void* (*item)(void*, std::size_t index);
  void (*reset)(void*);
  void (*with_initial)(function_ref<void(void const*)>);

  bool uniform() const noexcept { return items.size() == 1 && count != 1; }
  type_descriptor const& type_of(std::size_t index) const noexcept {
    return *items[index < items.size() ? index : 0];
  }
};

/** Any JSON, or any object or array. */
struct any_descriptor : type_descriptor {
  json_kind shape;  ///< `object`, `array` or `any`.
  void (*store)(void*, boost::json::value const&);
  void (*append)(void const*, std::string& out);
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

/** A type that is said as another, by `as`. */
struct converted_descriptor : type_descriptor {
  type_descriptor const* item;
  field_rules const* rules;  ///< What the type says of its values, wherever they are.
  field_state const& (*state)();
  std::string_view (*name)();
  bool scalar;  ///< An enumeration or a number in C++.
  bool (*assign)(void*, value_filler, std::string& why);
  /** Run on what the value is said as; false, with the reason, if it has no JSON. */
  bool (*with_said)(void const*, function_ref<void(void const*)>, std::string& why);
  void (*with_initial)(on_initial_value);
};

struct object_descriptor : type_descriptor {
  std::span<field_descriptor const> fields;
  std::string_view (*name)();
  void (*addresses)(void*, void** out);
  std::span<field_state const> (*states)();
  void (*reset)(void*);
  void (*with_initial)(on_initial_value);
};

/** The deepest nesting of arrays and objects that is read and written: types may contain themselves. */
inline constexpr std::size_t max_nesting = 64;

/** The descriptor behind an optional, or the type itself. */
constexpr type_descriptor const& without_optional_of(type_descriptor const& type) {
  return type.kind == json_kind::optional ? *static_cast<optional_descriptor const&>(type).item : type;
}

/** What a type is said as. */
constexpr type_descriptor const& known_of(type_descriptor const& type) {
  return type.kind == json_kind::converted ? known_of(*static_cast<converted_descriptor const&>(type).item)
                                           : type;
}

/** The rules of a type for its values where no field has rules for them. */
inline field_rules const& own_rules(type_descriptor const& type) {
  return type.kind == json_kind::converted ? *static_cast<converted_descriptor const&>(type).rules : no_rules;
}

}  // namespace mcpawl::detail
