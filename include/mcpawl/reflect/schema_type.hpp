// mcpawl/reflect/schema_type.hpp - which types JSON Schema can represent, and a sentence for those it cannot
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/reflect/enumerators.hpp>
#include <mcpawl/reflect/fields.hpp>
#include <mcpawl/reflect/type_kinds.hpp>

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

namespace mcpawl::detail {

/** What keeps a type from being represented. */
enum class obstacle {
  none,
  pointer,
  constant,
  character,
  long_double,
  array,
  map_key,
  nested_optional,
  monostate,
  unnamed_values,
  base_class,
  too_many_members,
  recursion,
  opaque,
};

/** The obstacle that a struct is by itself, not by its members. */
template <class T>
consteval obstacle struct_obstacle() {
  if constexpr (described_struct<T>) {
    if constexpr (!std::is_default_constructible_v<T>) return obstacle::opaque;
    return members_of<T>::count > max_fields ? obstacle::too_many_members : obstacle::none;
  } else if constexpr (has_base<T>) {
    return obstacle::base_class;
  } else if constexpr (!requires { T{}; } || (member_count<T> == 0 && !std::is_empty_v<T>)) {
    return obstacle::opaque;  // a member without a value of its own is not even counted
  } else {
    return member_count<T> > max_fields ? obstacle::too_many_members : obstacle::none;
  }
}

/** The obstacle that `T` is by itself, where `Structs` are the structs it was reached through. */
template <class T, class... Structs>
consteval obstacle own_obstacle() {
  if constexpr (std::is_const_v<T> || std::is_volatile_v<T>)
    return obstacle::constant;
  else if constexpr (std::same_as<T, bool> || integer_type<T> || real_type<T> || std::same_as<T, std::string>)
    return obstacle::none;
  else if constexpr (character_type<T>)
    return obstacle::character;
  else if constexpr (std::same_as<T, long double>)
    return obstacle::long_double;
  else if constexpr (std::is_pointer_v<T> || std::is_reference_v<T> || std::same_as<T, std::string_view>)
    return obstacle::pointer;
  else if constexpr (std::is_array_v<T> || is_std_array<T>)
    return obstacle::array;
  else if constexpr (std::is_enum_v<T>)
    return enumerators<T>.empty() ? obstacle::unnamed_values : obstacle::none;
  else if constexpr (is_optional<T>)
    return is_optional<typename T::value_type> ? obstacle::nested_optional : obstacle::none;
  else if constexpr (is_map<T>)
    return std::same_as<typename T::key_type, std::string> ? obstacle::none : obstacle::map_key;
  else if constexpr (is_vector<T> || is_variant<T>)
    return obstacle::none;
  else if constexpr (std::same_as<T, std::monostate>)
    return obstacle::monostate;
  else if constexpr ((std::same_as<T, Structs> || ...))
    return obstacle::recursion;
  else if constexpr (reflected_struct<T>)
    return struct_obstacle<T>();
  else
    return obstacle::opaque;
}

template <class T>
struct parts_of {
  using types = type_list<>;
};
template <class T>
requires(is_optional<T> || is_vector<T>)
struct parts_of<T> {
  using types = type_list<typename T::value_type>;
};
template <class T>
requires is_map<T>
struct parts_of<T> {
  using types = type_list<typename T::mapped_type>;
};
template <class... Ts>
struct parts_of<std::variant<Ts...>> {
  using types = type_list<Ts...>;
};
template <class T>
requires(reflected_struct<T> && !is_std_array<T>)
struct parts_of<T> {
  using types = typename members_of<T>::types;
};

template <class T, class... Structs>
consteval obstacle obstacle_of() {
  constexpr obstacle own = own_obstacle<T, Structs...>();
  if constexpr (own != obstacle::none) {
    return own;
  } else {
    return []<class... Parts>(type_list<Parts...>) {
      obstacle found = obstacle::none;
      (void)(((found = obstacle_of<Parts, T, Structs...>()) == obstacle::none) && ...);
      return found;
    }(typename parts_of<T>::types{});
  }
}

/** A type whose values have a JSON Schema: what arguments and results of tools are made of.

    `bool`; integers; `float` and `double`; `std::string`; enumerations; `std::vector` and
    `std::map<std::string, T>`, `std::optional` and `std::variant` of such types; and structs of up to 32 such
    members that are all public, without base classes and constructors, or are told by
    `BOOST_DESCRIBE_STRUCT`. A struct must not contain itself.
*/
template <class T>
concept schema_type = obstacle_of<std::remove_cvref_t<T>>() == obstacle::none;

/** A `schema_type` that is a JSON object with known members: what the arguments of a tool must be. */
template <class T>
concept schema_struct = reflected_struct<std::remove_cvref_t<T>> && schema_type<T>;

/** Stop the compiler with the sentence that fits, if `T` is no `schema_type`.

    The lines of the compiler's output around the sentence tell the type, and the structs it is a member of.
*/
template <class T, class... Structs>
consteval void explain_unrepresentable() {
  constexpr obstacle why = own_obstacle<T, Structs...>();
#define MCPAWL_CANNOT_BE(what, sentence) \
  static_assert(why != obstacle::what, "mcpawl: field type cannot be represented in JSON Schema: " sentence)
  MCPAWL_CANNOT_BE(
      pointer, "a pointer, reference or view owns nothing; use std::string, std::vector or std::optional");
  MCPAWL_CANNOT_BE(constant, "a const or volatile member cannot be decoded; drop the qualifier");
  MCPAWL_CANNOT_BE(character, "a character type; use std::string, or a std::int8_t for a small number");
  MCPAWL_CANNOT_BE(long_double, "long double is wider than JSON numbers are in practice; use double");
  MCPAWL_CANNOT_BE(
      array, "arrays of fixed size are not supported; use std::vector with min_items() and max_items()");
  MCPAWL_CANNOT_BE(map_key, "the keys of a JSON object are strings; use std::map<std::string, T>");
  MCPAWL_CANNOT_BE(nested_optional, "an optional of an optional; one std::optional is enough");
  MCPAWL_CANNOT_BE(monostate, "std::monostate has no value; use std::optional around the std::variant");
  MCPAWL_CANNOT_BE(unnamed_values,
                   "an enumeration without enumerators from -16 to 128; use BOOST_DESCRIBE_ENUM");
  MCPAWL_CANNOT_BE(base_class, "a struct with a base class; use BOOST_DESCRIBE_STRUCT");
  MCPAWL_CANNOT_BE(too_many_members, "a struct with more than 32 members; group some of them in structs");
  MCPAWL_CANNOT_BE(recursion, "a struct that contains itself");
  MCPAWL_CANNOT_BE(opaque, "neither a type mcpawl knows nor a plain struct with public members only");
#undef MCPAWL_CANNOT_BE
  if constexpr (why == obstacle::none) {
    []<class... Parts>(type_list<Parts...>) {
      (explain_unrepresentable<Parts, T, Structs...>(), ...);
    }(typename parts_of<T>::types{});
  }
}

}  // namespace mcpawl::detail
