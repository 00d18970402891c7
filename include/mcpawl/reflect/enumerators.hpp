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

namespace mcpawl {

namespace detail {

template <class E>
struct enumerator {
  E value;
  std::string_view name;
};

struct no_enumerators {};

// Not constexpr: reaching one of these while the compiler computes `enumerators` is an error that says its name.
inline void two_enumerators_have_one_name() {}
inline void an_enumerator_is_listed_twice() {}
inline void an_enumerator_has_no_name() {}

}  // namespace detail

/** List the enumerators of `E` with their names in JSON, for `enumerators`. */
template <class E, std::size_t Count>
requires std::is_enum_v<E>
consteval auto enumerator_names(detail::enumerator<E> const (&list)[Count]) {
  std::array<detail::enumerator<E>, Count> names{};
  for (std::size_t i = 0; i != Count; ++i) {
    names[i] = list[i];
    if (names[i].name.empty()) detail::an_enumerator_has_no_name();
    for (std::size_t k = 0; k != i; ++k) {
      if (names[k].name == names[i].name) detail::two_enumerators_have_one_name();
      if (names[k].value == names[i].value) detail::an_enumerator_is_listed_twice();
    }
  }
  return names;
}

/** Specialise it to list the enumerators of `E`: those outside of -16 to 128, and those whose names in JSON are
    different from those in C++.

    @code
    template <>
    inline constexpr auto mcpawl::enumerators<status> =
        mcpawl::enumerator_names<status>({{status::ok, "ok"}, {status::not_found, "not found"}});
    @endcode

    What is not listed has no JSON. The specialisation must be seen before `E` is first used by mcpawl.
*/
template <class E>
inline constexpr auto enumerators = detail::no_enumerators{};

namespace detail {

template <class E>
concept listed_enum =
    std::is_enum_v<E> && !std::is_same_v<std::remove_const_t<decltype(enumerators<E>)>, no_enumerators>;

template <class E>
concept described_enum = std::is_enum_v<E> && boost::describe::has_describe_enumerators<E>::value;

/** Where enumerators are looked for. One outside has no name, unless `BOOST_DESCRIBE_ENUM` told it. */
inline constexpr int least_enumerator = -16;
inline constexpr int most_enumerator = 128;

// a C-style enumeration may not have all the values that are tried
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#if defined(__clang__)
#pragma clang diagnostic ignored "-Wunknown-warning-option"
#pragma clang diagnostic ignored "-Wenum-constexpr-conversion"
#endif
/** `V` as an `E`; plain 0 where an `E` may not have that value. */
template <class E, auto V>
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

/** What the compiler calls the values from `Least` on: `ns::colour::red, ns::colour::blue, (ns::colour)2`. */
template <class E, int Least, int Most>
consteval std::string_view spelled_enumerators() {
  auto text = []<int... I>(std::integer_sequence<int, I...>) {
    return spelled_values<value_or_zero<E, I + Least>()...>();
  }(std::make_integer_sequence<int, Most - Least + 1>{});
  constexpr std::string_view before = "Values = ";
  return text.substr(text.find(before) + before.size() + 1);
}

template <class E, auto V>
consteval auto outside_or_zero() {
  if constexpr (std::cmp_less(V, least_enumerator) || std::cmp_greater(V, most_enumerator))
    return value_or_zero<E, V>();
  else
    return 0;
}

/** The same of values that enumerators outside of the range are likely to have: the first beside the range, the powers
    of two and the ends of the type. */
template <class E>
consteval std::string_view spelled_outside() {
  using limits = std::numeric_limits<std::underlying_type_t<E>>;
  auto text = []<std::size_t... I>(std::index_sequence<I...>) {
    return spelled_values<value_or_zero<E, least_enumerator - 1>(), value_or_zero<E, most_enumerator + 1>(),
                          value_or_zero<E, 200>(), value_or_zero<E, 404>(), value_or_zero<E, 1000>(),
                          outside_or_zero<E, +limits::min()>(), outside_or_zero<E, +limits::max()>(),
                          value_or_zero<E, (1ull << (I + 8))>()...>();
  }(std::make_index_sequence<56>{});
  constexpr std::string_view before = "Values = ";
  return text.substr(text.find(before) + before.size() + 1);
}

#pragma GCC diagnostic pop

/** Call `f(place, name)` for each of `count` spelled values that has a name. */
template <class F>
constexpr void for_each_spelled(std::string_view text, int count, F f) {
  int place = 0;
  int depth = 0;         // of brackets of all kinds: the commas of template arguments are inside
  std::size_t name = 0;  // where the last name begins
  for (std::size_t i = 0; place != count; ++i) {
    char const c = text[i];
    if (is_name_character(c)) continue;
    if ((c == ',' || c == '}' || c == '>') && depth == 0) {
      // a value without a name ends in a number
      if (name != i && (text[name] < '0' || text[name] > '9')) f(place, text.substr(name, i - name));
      ++place;
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
  if constexpr (listed_enum<E>) {
    return enumerators<E>;
  } else if constexpr (described_enum<E>) {
    return []<template <class...> class List, class... D>(List<D...>) {
      return std::array<enumerator<E>, sizeof...(D)>{{{D::value, D::name}...}};
    }(boost::describe::describe_enumerators<E>{});
  } else {
    constexpr int tried = most_enumerator - least_enumerator + 1;
    constexpr auto text = spelled_enumerators<E, least_enumerator, most_enumerator>();
    constexpr std::size_t count = [text] {
      std::size_t n = 0;
      for_each_spelled(text, tried, [&n](int, std::string_view) { ++n; });
      return n;
    }();
    std::array<enumerator<E>, count> list{};
    std::size_t n = 0;
    for_each_spelled(text, tried, [&](int place, std::string_view name) {
      list[n++] = {static_cast<E>(place + least_enumerator), name};
    });
    return list;
  }
}

/** The enumerators of `E`, by value; two of the same value are one. Listed and described ones are in their own order.
 */
template <class E>
inline constexpr auto enumerators_of = list_enumerators<E>();

/** Whether some enumerators are seen to be outside of the range, so that a list of those inside would be cut. No
    compiler tells all of them: one at a value nobody would guess is found when it is written, and fails. */
template <class E>
consteval bool has_enumerators_outside() {
  bool found = false;
  if constexpr (!listed_enum<E> && !described_enum<E>)
    for_each_spelled(spelled_outside<E>(), 63, [&found](int, std::string_view) { found = true; });
  return found;
}

}  // namespace detail

}  // namespace mcpawl
