// mcpawl/reflect/enumerators.hpp - the names of the values of an enumeration
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/reflect/fields.hpp>

#include <boost/describe/enumerators.hpp>
#include <boost/mp11/list.hpp>

#include <array>
#include <cstddef>
#include <limits>
#include <string_view>
#include <type_traits>
#include <utility>

namespace mcpawl::detail {

template <class E>
concept described_enum = std::is_enum_v<E> && boost::describe::has_describe_enumerators<E>::value;

/** Where enumerators are looked for. One outside has no name, unless `BOOST_DESCRIBE_ENUM` told it. */
inline constexpr int least_enumerator = -16;
inline constexpr int most_enumerator = 128;

template <class E>
struct enumerator {
  E value;
  std::string_view name;
};

// a C-style enumeration may not have all the values that are tried
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#if defined(__clang__)
#pragma clang diagnostic ignored "-Wunknown-warning-option"
#pragma clang diagnostic ignored "-Wenum-constexpr-conversion"
#endif
/** `V` as an `E`; plain 0 where an `E` may not have that value. */
template <class E, int V>
consteval auto value_or_zero() {
  using limits = std::numeric_limits<std::underlying_type_t<E>>;
  if constexpr (std::cmp_less(V, +limits::min()) || std::cmp_greater(V, +limits::max())) {
    return 0;
  } else if constexpr (requires { E{0}; }) {  // of a fixed underlying type: any value goes
    return static_cast<E>(V);
  } else if constexpr (requires { typename std::integral_constant<E, static_cast<E>(V)>; }) {
    return static_cast<E>(V);
  } else {
    return 0;
  }
}
// All values in one text: a function for each value would cost the compiler most of its time.
template <auto... Values>
consteval std::string_view spelled_values() {
  return __PRETTY_FUNCTION__;
}

/** What the compiler calls the values from `least_enumerator` on: `ns::colour::red, ns::colour::blue,
    (ns::colour)2`. */
template <class E>
consteval std::string_view spelled_enumerators() {
  auto text = []<int... I>(std::integer_sequence<int, I...>) {
    return spelled_values<value_or_zero<E, I + least_enumerator>()...>();
  }(std::make_integer_sequence<int, most_enumerator - least_enumerator + 1>{});
  constexpr std::string_view before = "Values = ";
  return text.substr(text.find(before) + before.size() + 1);
}

#pragma GCC diagnostic pop

/** Call `f(value, name)` for each enumerator of an enumeration that is not described. */
template <class F>
constexpr void for_each_spelled(std::string_view text, F f) {
  int value = least_enumerator;
  int depth = 0;         // of brackets of all kinds: the commas of template arguments are inside
  std::size_t name = 0;  // where the last name begins
  for (std::size_t i = 0; value <= most_enumerator; ++i) {
    char const c = text[i];
    if (is_name_character(c)) continue;
    if ((c == ',' || c == '}' || c == '>') && depth == 0) {
      // a value without a name ends in a number
      if (name != i && (text[name] < '0' || text[name] > '9')) f(value, text.substr(name, i - name));
      ++value;
    } else if (c == '(' || c == '{' || c == '<' || c == '[') {
      ++depth;
    } else if (c == ')' || c == '}' || c == '>' || c == ']') {
      --depth;
    }
    name = i + 1;
  }
}

template <class E>
consteval auto list_enumerators() {
  if constexpr (described_enum<E>) {
    return []<template <class...> class List, class... D>(List<D...>) {
      return std::array<enumerator<E>, sizeof...(D)>{{{D::value, D::name}...}};
    }(boost::describe::describe_enumerators<E>{});
  } else {
    constexpr auto text = spelled_enumerators<E>();
    constexpr std::size_t count = [text] {
      std::size_t n = 0;
      for_each_spelled(text, [&n](int, std::string_view) { ++n; });
      return n;
    }();
    std::array<enumerator<E>, count> list{};
    std::size_t n = 0;
    for_each_spelled(text,
                     [&](int value, std::string_view name) { list[n++] = {static_cast<E>(value), name}; });
    return list;
  }
}

/** The enumerators of `E`, by value; two of the same value are one. Described ones are in their own order. */
template <class E>
inline constexpr auto enumerators = list_enumerators<E>();

}  // namespace mcpawl::detail
