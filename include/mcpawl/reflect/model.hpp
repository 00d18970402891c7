// mcpawl/reflect/model.hpp - makes the descriptor of a type
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/reflect/descriptor.hpp>
#include <mcpawl/reflect/docs.hpp>
#include <mcpawl/reflect/enumerators.hpp>
#include <mcpawl/reflect/fields.hpp>
#include <mcpawl/reflect/initialisers.hpp>
#include <mcpawl/reflect/schema_type.hpp>
#include <mcpawl/reflect/type_kinds.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace mcpawl::detail {

template <class T>
struct model;

/** The descriptor of a `schema_type`; one object for the whole program. */
template <class T>
inline constexpr auto descriptor_of = model<T>::describe();

template <class T>
T& as(void* value) noexcept {
  return *static_cast<T*>(value);
}
template <class T>
T const& as(void const* value) noexcept {
  return *static_cast<T const*>(value);
}

template <>
struct model<bool> {
  static constexpr type_descriptor describe() { return {json_kind::boolean}; }
};

template <>
struct model<std::string> {
  static constexpr type_descriptor describe() { return {json_kind::string}; }
};

template <integer_type T>
struct model<T> {
  static constexpr integer_descriptor describe() {
    return {{json_kind::integer}, least_of<T>, most_of<T>, store, load};
  }
  static void store(void* to, any_integer value) { as<T>(to) = value.as<T>(); }
  static any_integer load(void const* from) { return any_integer(as<T>(from)); }
};

template <real_type T>
struct model<T> {
  static constexpr number_descriptor describe() { return {{json_kind::number}, sizeof(T) == sizeof(float)}; }
};

template <class T>
requires std::is_enum_v<T>
struct model<T> {
  static constexpr enumeration_descriptor describe() {
    return {{json_kind::enumeration}, names, store, load};
  }
  static void store(void* to, std::size_t index) { as<T>(to) = enumerators<T>[index].value; }
  static std::size_t load(void const* from) {
    std::size_t index = 0;
    while (index != enumerators<T>.size() && enumerators<T>[index].value != as<T>(from)) ++index;
    return index;
  }

private:
  static constexpr auto names = [] {
    std::array<std::string_view, enumerators<T>.size()> list{};
    for (std::size_t i = 0; i != list.size(); ++i) list[i] = enumerators<T>[i].name;
    return list;
  }();
};

template <class T>
requires is_optional<T>
struct model<T> {
  static constexpr optional_descriptor describe() {
    return {{json_kind::optional}, &descriptor_of<typename T::value_type>, engage, reset, get};
  }
  static void* engage(void* at) { return std::addressof(as<T>(at).emplace()); }
  static void reset(void* at) { as<T>(at).reset(); }
  static void const* get(void const* at) { return as<T>(at) ? std::addressof(*as<T>(at)) : nullptr; }
};

template <class T>
requires is_vector<T>
struct model<T> {
  using item = typename T::value_type;
  static constexpr array_descriptor describe() {
    return {{json_kind::array}, &descriptor_of<item>, clear, append, each};
  }
  static void clear(void* at) { as<T>(at).clear(); }
  static bool append(void* at, value_filler fill) {
    item value{};
    if (!fill(&value)) return false;
    as<T>(at).push_back(std::move(value));
    return true;
  }
  static void each(void const* at, function_ref<void(void const*)> visit) {
    // a copy for std::vector<bool>, whose items have no address
    for (item const& value : as<T>(at)) visit(&value);
  }
};

template <class T>
requires is_map<T>
struct model<T> {
  using item = typename T::mapped_type;
  static constexpr map_descriptor describe() {
    return {{json_kind::map}, &descriptor_of<item>, clear, insert, each};
  }
  static void clear(void* at) { as<T>(at).clear(); }
  static bool insert(void* at, std::string_view key, value_filler fill) {
    item value{};
    if (!fill(&value)) return false;
    as<T>(at).insert_or_assign(std::string(key), std::move(value));
    return true;
  }
  static void each(void const* at, function_ref<void(std::string_view, void const*)> visit) {
    for (auto const& [key, value] : as<T>(at)) visit(key, &value);
  }
};

template <class... Ts>
struct model<std::variant<Ts...>> {
  using variant = std::variant<Ts...>;
  static constexpr variant_descriptor describe() {
    return {{json_kind::variant}, alternatives, assign, alternative, get, with_initial};
  }
  static bool assign(void* at, std::size_t wanted, value_filler fill) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return ((I == wanted && assign_nth<I>(as<variant>(at), fill)) || ...);
    }(std::index_sequence_for<Ts...>{});
  }
  static std::size_t alternative(void const* at) { return as<variant>(at).index(); }
  static void const* get(void const* at) {
    return std::visit([](auto const& value) -> void const* { return std::addressof(value); },
                      as<variant>(at));
  }
  static void with_initial(on_initial_value run) {
    variant const value{};
    run(&value);
  }

private:
  template <std::size_t Index>
  static bool assign_nth(variant& to, value_filler fill) {
    std::variant_alternative_t<Index, variant> value{};
    if (!fill(&value)) return false;
    to.template emplace<Index>(std::move(value));
    return true;
  }
  static constexpr std::array<type_descriptor const*, sizeof...(Ts)> alternatives{&descriptor_of<Ts>...};
};

template <reflected_struct T>
struct model<T> {
  static constexpr object_descriptor describe() {
    return {{json_kind::object}, fields, addresses, states, reset, with_initial};
  }
  static void addresses(void* at, void** out) { members_of<T>::addresses(as<T>(at), out); }
  static std::span<field_state const> states() {
    static auto const list = make_field_states(descriptor_of<T>, initialised_scalars<T>().data());
    return list;
  }
  static void reset(void* at) { as<T>(at) = T{}; }
  static void with_initial(on_initial_value run) {
    T const value{};
    run(&value);
  }

private:
  static constexpr auto fields = []<class... Members>(type_list<Members...>) {
    std::array<type_descriptor const*, sizeof...(Members)> const types{&descriptor_of<Members>...};
    std::array<field_descriptor, sizeof...(Members)> list{};
    for (std::size_t i = 0; i != list.size(); ++i) list[i] = {types[i], rules_of<T>[i]};
    return list;
  }(typename members_of<T>::types{});
};

}  // namespace mcpawl::detail
