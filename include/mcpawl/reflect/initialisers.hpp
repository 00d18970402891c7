// mcpawl/reflect/initialisers.hpp - which fields callers may leave out, and what they are then
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/separate.hpp>
#include <mcpawl/reflect/descriptor.hpp>
#include <mcpawl/reflect/fields.hpp>

#include <array>
#include <cstddef>
#include <cstring>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

/*  The rule
    --------
    A field may be left out, and then keeps the value its struct gives it, if
      1. its docs say `.defaulted()`; else, unless they say `.required()`,
      2. it is a std::optional; or
      3. it is a number, a bool or an enumeration and has a default member initialiser, even `= 0`; or
      4. it is of another type and its initial value is not the value that type has by itself:
         `std::string env = "prod"` may be left out, `std::string service` or `std::string service = ""` may not.
    The initial value of such a field is the `default` of its schema; an optional has one only if it is not empty.

    How 3 is found out
    ------------------
    C++20 has no question for it, so these are asked, the cheap ones first:
      - a trivial default constructor initialises nothing;
      - `new T const` is well-formed only if every scalar has an initialiser;
      - reading an uninitialised scalar is no constant expression. That needs a constexpr default constructor,
        which a struct with a std::map has not, nor (with Clang and libstdc++ 12) one with a std::string;
      - else the default constructor is run over memory filled with one pattern and with another: what differs
        afterwards was not initialised. The constructor cannot touch other bytes, because `T()` runs the same
        one over zeros that must survive.
*/

namespace mcpawl::detail {

template <class T>
concept scalar_field = std::is_arithmetic_v<T> || std::is_enum_v<T>;

/** Make a `T` and read one of its scalars: a constant expression unless that one was not initialised. */
template <class T, std::size_t Index>
constexpr bool read_scalar() {
  T t;
  return with_members(t, [](auto&... members) {
    std::size_t i = 0;
    auto const read = [&i](auto& member) {
      if constexpr (scalar_field<std::remove_reference_t<decltype(member)>>) {
        if (i == Index) [[maybe_unused]]
          auto const copy = member;
      }
      return i++ == Index && scalar_field<std::remove_reference_t<decltype(member)>>;
    };
    return (read(members) | ...);
  });
}
template <class T, std::size_t Index>
inline constexpr bool reads_initialised = false;
template <class T, std::size_t Index>
requires requires { typename std::bool_constant<read_scalar<T, Index>()>; }
inline constexpr bool reads_initialised<T, Index> = read_scalar<T, Index>();

/** A constant expression if `T` can be made in one. */
template <class T>
constexpr bool constructs() {
  T t;
  (void)t;
  return true;
}

template <class T>
using field_flags = std::array<bool, members_of<T>::count>;

template <class T>
using field_flags = std::array<bool, members_of<T>::count>;

/** See what the default constructor leaves of two fillings of the memory. */
template <class T>
field_flags<T> observe_initialised() {
  struct memory {
    alignas(T) unsigned char bytes[sizeof(T)];
    void* members[max_fields];
  };
  // a pointer that could be any, so that no compiler connects the filling with the construction
  void (*volatile const construct)(void*) = [](void* at) { ::new (at) T; };
  auto const prepare = [&](memory& m, int filling) {
    std::memset(m.bytes, filling, sizeof m.bytes);
    construct(m.bytes);
    members_of<T>::addresses(*std::launder(reinterpret_cast<T*>(m.bytes)), m.members);
  };
  memory one, other;
  prepare(one, 0x5a);
  prepare(other, 0xa5);
  field_flags<T> initialised{};
  [&]<class... Members>(type_list<Members...>) {
    std::size_t i = 0;
    auto const compare = [&](bool scalar, std::size_t size) {
      initialised[i] = scalar && std::memcmp(one.members[i], other.members[i], size) == 0;
      ++i;
    };
    (compare(scalar_field<Members>, sizeof(Members)), ...);
  }(typename members_of<T>::types{});
  for (auto* m : {&one, &other}) std::launder(reinterpret_cast<T*>(m->bytes))->~T();
  return initialised;
}

/** Tell for each scalar field of `T` whether it has a default member initialiser; false for the other fields.
 */
template <class T>
field_flags<T> initialised_scalars() {
  if constexpr (std::is_trivially_default_constructible_v<T>) {
    return {};
  } else if constexpr (requires { ::new T const; }) {
    return []<class... Members>(type_list<Members...>) {
      return field_flags<T>{scalar_field<Members>...};
    }(typename members_of<T>::types{});
  } else if constexpr (plain_struct<T> && requires { typename std::bool_constant<constructs<T>()>; }) {
    return []<std::size_t... I>(std::index_sequence<I...>) {
      return field_flags<T>{reads_initialised<T, I>...};
    }(std::make_index_sequence<members_of<T>::count>{});
  } else {
    return observe_initialised<T>();
  }
}

/** What is only known of a type with rules when the program runs. */
MCPAWL_DECL field_state make_type_state(field_rules const& rules);

/** Apply the rule to the fields of a struct. */
MCPAWL_DECL std::vector<field_state> make_field_states(object_descriptor const& type,
                                                       bool const* initialised_scalars);

}  // namespace mcpawl::detail

#ifndef MCPAWL_SEPARATE_COMPILATION
#include <mcpawl/reflect/initialisers.ipp>
#endif
