// mcpawl/reflect/initialisers.hpp - which fields callers may leave out, and what they are then
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/reflect/descriptor.hpp>
#include <mcpawl/reflect/fields.hpp>
#include <mcpawl/reflect/value_writer.hpp>
#include <mcpawl/text/pattern_parser.hpp>

#include <array>
#include <cstddef>
#include <cstring>
#include <new>
#include <string>
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

/** The JSON of a value that its type alone initialised, where that type is no scalar. */
inline std::string initial_json(type_descriptor const& type) {
  std::string text;
  value_writer writer(text, written_bounds::ignored);
  auto const write = [&](void const* value) { writer.write(type, value); };
  switch (type.kind) {
    case json_kind::string: return "\"\"";
    case json_kind::array: return "[]";
    case json_kind::map: return "{}";
    case json_kind::object: static_cast<object_descriptor const&>(type).with_initial(write); break;
    case json_kind::variant: static_cast<variant_descriptor const&>(type).with_initial(write); break;
    case json_kind::tuple: static_cast<tuple_descriptor const&>(type).with_initial(write); break;
    case json_kind::converted: static_cast<converted_descriptor const&>(type).with_initial(write); break;
    case json_kind::any: {
      auto const shape = static_cast<any_descriptor const&>(type).shape;
      return shape == json_kind::object ? "{}" : shape == json_kind::array ? "[]" : "null";
    }
    case json_kind::boolean:
    case json_kind::integer:
    case json_kind::number:
    case json_kind::enumeration:
    case json_kind::optional: break;
  }
  return text;
}

constexpr bool is_scalar(type_descriptor const& type) noexcept {
  auto const kind = type.kind;
  if (kind == json_kind::converted) return static_cast<converted_descriptor const&>(type).scalar;
  return kind == json_kind::boolean || kind == json_kind::integer || kind == json_kind::number ||
         kind == json_kind::enumeration;
}

/** What is only known of a type with rules when the program runs. */
inline field_state make_type_state(field_rules const& rules) {
  field_state state;
  if (!rules.pattern.empty()) state.compiled = compile_pattern(rules.pattern);
  return state;
}

/** Apply the rule to one field, whose initial value is at `member`. */
inline field_state make_field_state(field_descriptor const& field, void const* member,
                                    bool initialised_scalar) {
  field_state state = make_type_state(field.rules);
  if (field.rules.required) return state;

  auto const& type = without_optional_of(*field.type);
  bool const optional = &type != field.type;
  if (optional) member = static_cast<optional_descriptor const&>(*field.type).get(member);
  std::string initial;
  value_writer writer(initial, written_bounds::ignored);
  if (member != nullptr) writer.write(type, member);

  bool const has_default = field.rules.defaulted || (optional          ? member != nullptr
                                                     : is_scalar(type) ? initialised_scalar
                                                                       : initial != initial_json(type));
  state.required = !has_default && !optional;
  // NaN and an enumeration's value without a name have no JSON
  if (has_default && member != nullptr && !writer.failed()) state.default_json = std::move(initial);
  return state;
}

inline std::vector<field_state> make_field_states(object_descriptor const& type,
                                                  bool const* initialised_scalars) {
  std::vector<field_state> states;
  type.with_initial([&](void const* initial) {
    void* members[max_fields];
    type.addresses(const_cast<void*>(initial), members);  // they are only read
    for (std::size_t i = 0; i != type.fields.size(); ++i) {
      states.push_back(make_field_state(type.fields[i], members[i], initialised_scalars[i]));
    }
  });
  return states;
}

}  // namespace mcpawl::detail
