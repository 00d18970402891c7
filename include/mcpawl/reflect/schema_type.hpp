// mcpawl/reflect/schema_type.hpp - which types JSON Schema can represent, and a sentence for those it cannot
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/reflect/as.hpp>
#include <mcpawl/reflect/chrono.hpp>
#include <mcpawl/reflect/enumerators.hpp>
#include <mcpawl/reflect/fields.hpp>
#include <mcpawl/reflect/type_kinds.hpp>

#include <concepts>
#include <cstddef>
#include <memory>
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
  values_outside,
  base_class,
  too_many_members,
  valueless_member,
  private_members,
  needs_path_header,
  incomplete_as,
  opaque,
};

/** The obstacle that a struct is by itself, not by its members. */
template <class T>
consteval obstacle struct_obstacle() {
  if constexpr (described_struct<T>) {
    if constexpr (!std::is_default_constructible_v<T>) return obstacle::valueless_member;
    return members_of<T>::count > max_fields ? obstacle::too_many_members : obstacle::none;
  } else if constexpr (has_base<T>) {
    return obstacle::base_class;
  } else if constexpr (!requires { T{}; } || (member_count<T> == 0 && !std::is_empty_v<T>)) {
    return obstacle::valueless_member;  // it is not even counted
  } else {
    return member_count<T> > max_fields ? obstacle::too_many_members : obstacle::none;
  }
}

template <class T>
concept path_like = requires {
  typename T::string_type;
  typename T::format;
  T::preferred_separator;
};

template <class T>
inline constexpr bool is_shared_ptr = false;
template <class T>
inline constexpr bool is_shared_ptr<std::shared_ptr<T>> = true;
template <class T>
inline constexpr bool is_shared_ptr<std::weak_ptr<T>> = true;

/** The obstacle that `T` is by itself. */
template <class T>
consteval obstacle own_obstacle() {
  if constexpr (std::is_const_v<T> || std::is_volatile_v<T>) {
    return obstacle::constant;
  } else if constexpr (said_as<T>) {
    if constexpr (std::same_as<typename as<T>::type, T>)
      return obstacle::incomplete_as;
    else
      return complete_as<T> ? obstacle::none : obstacle::incomplete_as;
  } else if constexpr (std::same_as<T, bool> || integer_type<T> || real_type<T> ||
                       std::same_as<T, std::string> || dom_type<T>) {
    return obstacle::none;
  } else if constexpr (character_type<T>) {
    return obstacle::character;
  } else if constexpr (std::same_as<T, long double>) {
    return obstacle::long_double;
  } else if constexpr (std::is_pointer_v<T> || std::is_reference_v<T> || std::same_as<T, std::string_view>) {
    return obstacle::pointer;
  } else if constexpr (std::is_array_v<T>) {
    return obstacle::array;
  } else if constexpr (std::is_enum_v<T>) {
    if constexpr (has_enumerators_outside<T>())
      return obstacle::values_outside;
    else
      return enumerators_of<T>.empty() ? obstacle::unnamed_values : obstacle::none;
  } else if constexpr (is_optional<T>) {
    return is_nullable<typename T::value_type> ? obstacle::nested_optional : obstacle::none;
  } else if constexpr (is_unique_ptr<T>) {
    return is_nullable<typename T::element_type> ? obstacle::nested_optional : obstacle::none;
  } else if constexpr (is_map<T>) {
    using key = typename T::key_type;
    if constexpr (said_as<key>)
      return std::same_as<typename as<key>::type, std::string> ? own_obstacle<key>() : obstacle::map_key;
    else
      return std::same_as<key, std::string> ? obstacle::none : obstacle::map_key;
  } else if constexpr (is_sequence<T> || is_set<T> || is_variant<T> || is_tuple<T> || is_std_array<T>) {
    return obstacle::none;
  } else if constexpr (std::same_as<T, std::monostate>) {
    return obstacle::monostate;
  } else if constexpr (is_shared_ptr<T>) {
    return obstacle::pointer;
  } else if constexpr (path_like<T>) {
    return obstacle::needs_path_header;
  } else if constexpr (reflected_struct<T>) {
    return struct_obstacle<T>();
  } else {
    return std::is_class_v<T> ? obstacle::private_members : obstacle::opaque;
  }
}

/** The types that a type is made of. */
template <class T>
struct parts_of {
  using types = type_list<>;
};
template <class T>
requires((is_optional<T> || is_sequence<T> || is_set<T> || is_std_array<T>) && !said_as<T>)
struct parts_of<T> {
  using types = type_list<typename T::value_type>;
};
template <class T>
requires(is_unique_ptr<T> && !said_as<T>)
struct parts_of<T> {
  using types = type_list<typename T::element_type>;
};
template <class T>
requires(is_map<T> && !said_as<T>)
struct parts_of<T> {
  using types = type_list<typename T::mapped_type>;
};
template <template <class...> class List, class... Ts>
requires((is_variant<List<Ts...>> || is_tuple<List<Ts...>>) && !said_as<List<Ts...>>)
struct parts_of<List<Ts...>> {
  using types = type_list<Ts...>;
};
template <said_as T>
struct parts_of<T> {
  using types = type_list<typename as<T>::type>;
};
template <reflected_struct T>
struct parts_of<T> {
  using types = typename members_of<T>::types;
};

/** The first obstacle in `T`; `Outer` are the types it was reached through, which may be in it again. */
template <class T, class... Outer>
consteval obstacle obstacle_of() {
  if constexpr ((std::same_as<T, Outer> || ...)) {
    return obstacle::none;
  } else {
    constexpr obstacle own = own_obstacle<T>();
    if constexpr (own != obstacle::none) {
      return own;
    } else {
      return []<class... Parts>(type_list<Parts...>) {
        obstacle found = obstacle::none;
        (void)(((found = obstacle_of<Parts, T, Outer...>()) == obstacle::none) && ...);
        return found;
      }(typename parts_of<T>::types{});
    }
  }
}

/** A type whose values have a JSON Schema: what arguments and results of tools are made of.

    `bool`; integers; `float` and `double`; `std::string`; enumerations; the sequences, sets and tuples of the
    standard library and its maps of names, `std::optional`, `std::unique_ptr` and `std::variant` of such types;
    `boost::json::value`; types that `as` says as another; and structs of up to 64 such
    members that are all public, without base classes and constructors, or are told by
    `BOOST_DESCRIBE_STRUCT`. A struct may contain itself by way of a container or a `std::unique_ptr`.
*/
template <class T>
concept schema_type = obstacle_of<std::remove_cvref_t<T>>() == obstacle::none;

/** A `schema_type` that is a JSON object with known members: what the arguments of a tool must be. */
template <class T>
concept schema_struct = reflected_struct<known_t<std::remove_cvref_t<T>>> && schema_type<T>;

/** The name of a member as a template argument, which the compiler shows. */
template <std::size_t Size>
struct member_name {
  char text[Size + 1]{};
};
template <class T, std::size_t Index>
consteval auto name_of_member() {
  constexpr std::string_view name = members_of<T>::names[Index];
  member_name<name.size()> copy;
  for (std::size_t i = 0; i != name.size(); ++i) copy.text[i] = name[i];
  copy.text[name.size()] = '\0';  // Clang shows a text only if its end was written, too
  return copy;
}

struct no_obstacle {
  static constexpr bool stop() { return true; }
};

template <class>
inline constexpr bool representable = false;

/** Its `stop` stops the compiler with the sentence that fits: `Type` is what `Member` of `Struct` is, or is made of. */
template <obstacle, class Type, auto Member, class Struct>
struct sentence_about {};
// a specialisation for each: the compiler repeats what is around a static_assert, so that it is one line
// clang-format off
template <class Type, auto Member, class Struct>
struct sentence_about<obstacle::pointer, Type, Member, Struct> {
  static constexpr bool stop() { static_assert(representable<Type>, "mcpawl: field type cannot be represented in JSON Schema: a pointer, reference or view owns nothing; use std::string, std::vector, std::optional or std::unique_ptr"); return false; }
};
template <class Type, auto Member, class Struct>
struct sentence_about<obstacle::constant, Type, Member, Struct> {
  static constexpr bool stop() { static_assert(representable<Type>, "mcpawl: field type cannot be represented in JSON Schema: a const or volatile member cannot be decoded; drop the qualifier"); return false; }
};
template <class Type, auto Member, class Struct>
struct sentence_about<obstacle::character, Type, Member, Struct> {
  static constexpr bool stop() { static_assert(representable<Type>, "mcpawl: field type cannot be represented in JSON Schema: a character type; use std::string, or a std::int8_t for a small number"); return false; }
};
template <class Type, auto Member, class Struct>
struct sentence_about<obstacle::long_double, Type, Member, Struct> {
  static constexpr bool stop() { static_assert(representable<Type>, "mcpawl: field type cannot be represented in JSON Schema: long double is wider than JSON numbers are in practice; use double"); return false; }
};
template <class Type, auto Member, class Struct>
struct sentence_about<obstacle::array, Type, Member, Struct> {
  static constexpr bool stop() { static_assert(representable<Type>, "mcpawl: field type cannot be represented in JSON Schema: an array of C; use std::array, or std::vector with min_items() and max_items()"); return false; }
};
template <class Type, auto Member, class Struct>
struct sentence_about<obstacle::map_key, Type, Member, Struct> {
  static constexpr bool stop() { static_assert(representable<Type>, "mcpawl: field type cannot be represented in JSON Schema: the keys of a JSON object are strings; use std::string, or a type that mcpawl::as says as one"); return false; }
};
template <class Type, auto Member, class Struct>
struct sentence_about<obstacle::nested_optional, Type, Member, Struct> {
  static constexpr bool stop() { static_assert(representable<Type>, "mcpawl: field type cannot be represented in JSON Schema: an optional of an optional; one is enough"); return false; }
};
template <class Type, auto Member, class Struct>
struct sentence_about<obstacle::monostate, Type, Member, Struct> {
  static constexpr bool stop() { static_assert(representable<Type>, "mcpawl: field type cannot be represented in JSON Schema: std::monostate has no value; use std::optional around the std::variant"); return false; }
};
template <class Type, auto Member, class Struct>
struct sentence_about<obstacle::unnamed_values, Type, Member, Struct> {
  static constexpr bool stop() { static_assert(representable<Type>, "mcpawl: field type cannot be represented in JSON Schema: an enumeration without enumerators from -16 to 128; list them by mcpawl::enumerators"); return false; }
};
template <class Type, auto Member, class Struct>
struct sentence_about<obstacle::values_outside, Type, Member, Struct> {
  static constexpr bool stop() { static_assert(representable<Type>, "mcpawl: field type cannot be represented in JSON Schema: an enumeration with enumerators outside of -16 to 128; list all by mcpawl::enumerators"); return false; }
};
template <class Type, auto Member, class Struct>
struct sentence_about<obstacle::base_class, Type, Member, Struct> {
  static constexpr bool stop() { static_assert(representable<Type>, "mcpawl: field type cannot be represented in JSON Schema: a struct with a base class; use BOOST_DESCRIBE_STRUCT, or specialise mcpawl::as for it"); return false; }
};
template <class Type, auto Member, class Struct>
struct sentence_about<obstacle::too_many_members, Type, Member, Struct> {
  static constexpr bool stop() { static_assert(representable<Type>, "mcpawl: field type cannot be represented in JSON Schema: a struct with more than 64 members; group some of them in structs"); return false; }
};
template <class Type, auto Member, class Struct>
struct sentence_about<obstacle::valueless_member, Type, Member, Struct> {
  static constexpr bool stop() { static_assert(representable<Type>, "mcpawl: field type cannot be represented in JSON Schema: a struct with a member that has no value by itself, such as a reference"); return false; }
};
template <class Type, auto Member, class Struct>
struct sentence_about<obstacle::private_members, Type, Member, Struct> {
  static constexpr bool stop() { static_assert(representable<Type>, "mcpawl: field type cannot be represented in JSON Schema: a class with private members or constructors; specialise mcpawl::as for it"); return false; }
};
template <class Type, auto Member, class Struct>
struct sentence_about<obstacle::needs_path_header, Type, Member, Struct> {
  static constexpr bool stop() { static_assert(representable<Type>, "mcpawl: field type cannot be represented in JSON Schema: std::filesystem::path needs <mcpawl/reflect/filesystem_path.hpp>"); return false; }
};
template <class Type, auto Member, class Struct>
struct sentence_about<obstacle::incomplete_as, Type, Member, Struct> {
  static constexpr bool stop() { static_assert(representable<Type>, "mcpawl: field type cannot be represented in JSON Schema: its mcpawl::as lacks a `type` that is another, `from` or `to`, or it has no default constructor"); return false; }
};
template <class Type, auto Member, class Struct>
struct sentence_about<obstacle::opaque, Type, Member, Struct> {
  static constexpr bool stop() { static_assert(representable<Type>, "mcpawl: field type cannot be represented in JSON Schema: not a type mcpawl knows; specialise mcpawl::as for it"); return false; }
};
// clang-format on

/** The index of the first part of `T` with an obstacle; their number if there is none. */
template <class T, class... Outer, class... Parts>
consteval std::size_t first_bad_part(type_list<Parts...>) {
  std::size_t first = 0;
  (void)((obstacle_of<Parts, T, Outer...>() == obstacle::none && (++first, true)) && ...);
  return first;
}

template <std::size_t Index, class List>
struct nth_of {
  using type = void;
};
template <class First, class... Rest>
struct nth_of<0, type_list<First, Rest...>> {
  using type = First;
};
template <std::size_t Index, class First, class... Rest>
requires(Index != 0)
struct nth_of<Index, type_list<First, Rest...>> : nth_of<Index - 1, type_list<Rest...>> {};
template <std::size_t Index, class List>
using nth_type = typename nth_of<Index, List>::type;

/** The first part of `T` that no JSON Schema can describe, and the member that it is the type of, or a part of. */
template <class T, auto Member, class Struct, class... Outer>
consteval auto find_unrepresentable() {
  if constexpr (own_obstacle<T>() != obstacle::none) {
    return std::type_identity<sentence_about<own_obstacle<T>(), T, Member, Struct>>{};
  } else {
    constexpr std::size_t first = first_bad_part<T, Outer...>(typename parts_of<T>::types{});
    using part = nth_type<first, typename parts_of<T>::types>;
    if constexpr (std::is_void_v<part>)
      return std::type_identity<no_obstacle>{};
    else if constexpr (reflected_struct<T>)
      return find_unrepresentable<part, name_of_member<T, first>(), T, T, Outer...>();
    else
      return find_unrepresentable<part, Member, Struct, T, Outer...>();
  }
}

/** Its `stop` stops the compiler with the sentence that fits, if `T` is no `schema_type`; else it is true. */
template <class T>
using representability = typename decltype(find_unrepresentable<T, 0, T>())::type;

/** Stop the compiler with the sentence that fits, if `T` is no `schema_type`. The line before the sentence names the
    type, the member and the struct. */
template <class T>
constexpr bool explain_unrepresentable() {
  return representability<T>::stop();
}

}  // namespace mcpawl::detail
