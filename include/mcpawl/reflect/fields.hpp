// mcpawl/reflect/fields.hpp - names, types and addresses of the members of a struct
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/reflect/members.hpp>
#include <mcpawl/reflect/type_kinds.hpp>

#include <boost/describe/members.hpp>
#include <boost/describe/modifiers.hpp>
#include <boost/mp11/algorithm.hpp>
#include <boost/mp11/list.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

namespace mcpawl::detail {

/** A struct the user described with `BOOST_DESCRIBE_STRUCT`: it may have base classes and constructors,
    and any number of members up to `max_fields`. Its public members are its fields. */
template <class T>
concept described_struct =
    std::is_class_v<T> && !said_as<T> && boost::describe::has_describe_members<T>::value;

/** A struct that is reflected without any help: public members only, no bases, no constructors. */
template <class T>
concept plain_struct =
    std::is_class_v<T> && std::is_aggregate_v<T> && !described_struct<T> && !said_as<T> && !is_std_array<T>;

template <class T>
concept reflected_struct = described_struct<T> || plain_struct<T>;

template <class... Ts>
struct type_list {};

// Never defined: only the names of its subobjects are asked for.
template <class T>
struct imagined {
  T value;
};
#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wundefined-var-template"
#pragma clang diagnostic ignored "-Wundefined-internal"
#endif
template <class T>
extern imagined<T> const imaginary;

/** A pointer as a template argument; wrapped, since Clang before 18 takes no bare pointer to a member. */
template <class T>
struct member_address {
  T const* pointer;
};

template <std::size_t>
struct skipped {
  constexpr skipped(void const*) noexcept {}
};

template <class Before>
struct address_behind;
template <std::size_t... Before>
struct address_behind<std::index_sequence<Before...>> {
  template <class... Members>
  constexpr auto operator()(Members&... members) const {
    return first(std::addressof(members)...);
  }

private:
  template <class Member, class... After>
  static constexpr auto first(skipped<Before>..., Member* member, After...) {
    return member_address<Member>{member};
  }
};

template <class T, std::size_t Index>
constexpr auto imaginary_member() {
  return with_members(imaginary<T>.value, address_behind<std::make_index_sequence<Index>>{});
}
#if defined(__clang__)
#pragma clang diagnostic pop
#endif

constexpr bool is_name_character(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

/** What the compiler calls `Value`, as the last name of its text. */
template <auto Value>
consteval std::string_view spelled_name() {
  std::string_view text = __PRETTY_FUNCTION__;
  // GCC tells what std::string_view is, behind a semicolon
  text = text.substr(0, text.find("; std::string_view"));
  while (!is_name_character(text.back())) text.remove_suffix(1);
  std::size_t begin = text.size();
  while (is_name_character(text[begin - 1])) --begin;
  return text.substr(begin);
}

/** The members of a struct: `count`, `types`, `names`, `index<&T::m>` and `addresses`. */
template <class T>
struct members_of;

template <plain_struct T>
struct members_of<T> {
  static constexpr std::size_t count = member_count<T>;

  using types = decltype(with_members(std::declval<T&>(),
                                      []<class... Members>(Members&...) { return type_list<Members...>{}; }));

  static constexpr auto names = []<std::size_t... I>(std::index_sequence<I...>) {
    return std::array<std::string_view, count>{spelled_name<imaginary_member<T, I>()>()...};
  }(std::make_index_sequence<count>{});

  /** The position of a member; `count` if it is none of this struct. */
  template <auto Member>
  static constexpr std::size_t index = [] {
    constexpr auto name = spelled_name<Member>();
    std::size_t i = 0;
    while (i != count && names[i] != name) ++i;
    return i;
  }();

  /** Write the address of each member of `t` to `out`. */
  static void addresses(T& t, void** out) noexcept {
    with_members(t, [&](auto&... members) { ((*out++ = std::addressof(members)), ...); });
  }
};

template <described_struct T>
struct members_of<T> {
  using descriptors =
      boost::describe::describe_members<T, boost::describe::mod_public | boost::describe::mod_inherited>;
  static constexpr std::size_t count = boost::mp11::mp_size<descriptors>::value;

  template <class Descriptor>
  using type_of = std::remove_reference_t<decltype(std::declval<T&>().*Descriptor::pointer)>;
  using types = boost::mp11::mp_rename<boost::mp11::mp_transform<type_of, descriptors>, type_list>;

  static constexpr auto names = []<template <class...> class List, class... D>(List<D...>) {
    return std::array<std::string_view, count>{D::name...};
  }(descriptors{});

  template <auto Member>
  static constexpr std::size_t index = []<template <class...> class List, class... D>(List<D...>) {
    std::size_t found = count, i = 0;
    auto const look = [&](auto pointer) {
      if constexpr (std::is_same_v<decltype(pointer), decltype(Member)>) {
        if (pointer == Member) found = i;
      }
      ++i;
    };
    (look(D::pointer), ...);
    return found;
  }(descriptors{});

  static void addresses(T& t, void** out) noexcept {
    [&]<template <class...> class List, class... D>(List<D...>) {
      ((*out++ = std::addressof(t.*D::pointer)), ...);
    }(descriptors{});
  }
};

}  // namespace mcpawl::detail
