// mcpawl/reflect/type_kinds.hpp - which C++ type is which kind of JSON
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/reflect/as.hpp>

#include <boost/json/fwd.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

namespace mcpawl::detail {

template <class T>
concept character_type = std::same_as<T, char> || std::same_as<T, wchar_t> || std::same_as<T, char8_t> ||
                         std::same_as<T, char16_t> || std::same_as<T, char32_t>;

template <class T>
concept integer_type =
    std::integral<T> && !std::same_as<T, bool> && !character_type<T> && !std::is_const_v<T>;

template <class T>
concept real_type = std::same_as<T, float> || std::same_as<T, double>;

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

/** A pointer that owns at most one value, so that a struct can have a member of its own type. */
template <class T>
inline constexpr bool is_unique_ptr = false;
template <class T>
inline constexpr bool is_unique_ptr<std::unique_ptr<T>> = !std::is_array_v<T>;

/** What may be empty, and is null then. */
template <class T>
inline constexpr bool is_nullable = is_optional<T> || is_unique_ptr<T>;

/** What is an array of any length. */
template <class T>
inline constexpr bool is_sequence = false;
template <class T, class Allocator>
inline constexpr bool is_sequence<std::vector<T, Allocator>> = true;
template <class T, class Allocator>
inline constexpr bool is_sequence<std::list<T, Allocator>> = true;
template <class T, class Allocator>
inline constexpr bool is_sequence<std::deque<T, Allocator>> = true;

/** What is an array without two equal items. */
template <class T>
inline constexpr bool is_set = false;
template <class T, class Less, class Allocator>
inline constexpr bool is_set<std::set<T, Less, Allocator>> = true;
template <class T, class Hash, class Equal, class Allocator>
inline constexpr bool is_set<std::unordered_set<T, Hash, Equal, Allocator>> = true;

template <class T>
inline constexpr bool is_map = false;
template <class Key, class T, class Less, class Allocator>
inline constexpr bool is_map<std::map<Key, T, Less, Allocator>> = true;
template <class Key, class T, class Hash, class Equal, class Allocator>
inline constexpr bool is_map<std::unordered_map<Key, T, Hash, Equal, Allocator>> = true;

template <class T>
inline constexpr bool is_std_array = false;
template <class T, std::size_t Size>
inline constexpr bool is_std_array<std::array<T, Size>> = true;

template <class T>
inline constexpr bool is_variant = false;
template <class... Ts>
inline constexpr bool is_variant<std::variant<Ts...>> = true;

/** What is an array with a type for each place. */
template <class T>
inline constexpr bool is_tuple = false;
template <class... Ts>
inline constexpr bool is_tuple<std::tuple<Ts...>> = true;
template <class A, class B>
inline constexpr bool is_tuple<std::pair<A, B>> = true;

/** JSON as it came, whatever is in it. */
template <class T>
concept dom_type = std::same_as<T, boost::json::value> || std::same_as<T, boost::json::object> ||
                   std::same_as<T, boost::json::array>;

template <class T>
struct without_optional {
  using type = T;
};
template <class T>
struct without_optional<std::optional<T>> {
  using type = T;
};
template <class T>
struct without_optional<std::unique_ptr<T>> {
  using type = T;
};
template <class T>
using without_optional_t = typename without_optional<T>::type;

}  // namespace mcpawl::detail
