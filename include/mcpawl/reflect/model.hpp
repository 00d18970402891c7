// mcpawl/reflect/model.hpp - makes the descriptor of a type
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/reflect/as.hpp>
#include <mcpawl/reflect/descriptor.hpp>
#include <mcpawl/reflect/docs.hpp>
#include <mcpawl/reflect/enumerators.hpp>
#include <mcpawl/reflect/fields.hpp>
#include <mcpawl/reflect/initialisers.hpp>
#include <mcpawl/reflect/schema_type.hpp>
#include <mcpawl/reflect/type_kinds.hpp>
#include <mcpawl/text/json_text.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

namespace mcpawl::detail {

template <class T>
struct model;

/** The descriptor of a `schema_type`; one object for the whole program. Its type is named, not deduced, so that
    a type may contain itself. */
template <class T>
inline constexpr typename model<T>::descriptor descriptor_of = model<T>::describe();

template <class T>
T& value_at(void* value) noexcept {
  return *static_cast<T*>(value);
}
template <class T>
T const& value_at(void const* value) noexcept {
  return *static_cast<T const*>(value);
}

template <>
struct model<bool> {
  using descriptor = type_descriptor;
  static constexpr type_descriptor describe() { return {json_kind::boolean}; }
};

template <>
struct model<std::string> {
  using descriptor = type_descriptor;
  static constexpr type_descriptor describe() { return {json_kind::string}; }
};

template <integer_type T>
struct model<T> {
  using descriptor = integer_descriptor;
  static constexpr descriptor describe() {
    return {{json_kind::integer}, least_of<T>, most_of<T>, store, load};
  }
  static void store(void* to, any_integer value) { value_at<T>(to) = value.as<T>(); }
  static any_integer load(void const* from) { return any_integer(value_at<T>(from)); }
};

template <real_type T>
struct model<T> {
  using descriptor = number_descriptor;
  static constexpr descriptor describe() { return {{json_kind::number}, sizeof(T) == sizeof(float)}; }
};

template <class T>
requires(std::is_enum_v<T> && !said_as<T>)
struct model<T> {
  using descriptor = enumeration_descriptor;
  static constexpr descriptor describe() { return {{json_kind::enumeration}, names, store, load}; }
  static void store(void* to, std::size_t index) { value_at<T>(to) = enumerators_of<T>[index].value; }
  static std::size_t load(void const* from) {
    std::size_t index = 0;
    while (index != enumerators_of<T>.size() && enumerators_of<T>[index].value != value_at<T>(from)) ++index;
    return index;
  }

private:
  static constexpr auto names = [] {
    std::array<std::string_view, enumerators_of<T>.size()> list{};
    for (std::size_t i = 0; i != list.size(); ++i) list[i] = enumerators_of<T>[i].name;
    return list;
  }();
};

template <class T>
requires(is_optional<T> && !said_as<T>)
struct model<T> {
  using descriptor = optional_descriptor;
  static constexpr descriptor describe() {
    return {{json_kind::optional}, &descriptor_of<typename T::value_type>, engage, reset, get};
  }
  static void* engage(void* at) { return std::addressof(value_at<T>(at).emplace()); }
  static void reset(void* at) { value_at<T>(at).reset(); }
  static void const* get(void const* at) {
    return value_at<T>(at) ? std::addressof(*value_at<T>(at)) : nullptr;
  }
};

template <class T>
requires(is_unique_ptr<T> && !said_as<T>)
struct model<T> {
  using item = typename T::element_type;
  using descriptor = optional_descriptor;
  static constexpr descriptor describe() {
    return {{json_kind::optional}, &descriptor_of<item>, engage, reset, get};
  }
  static void* engage(void* at) {
    value_at<T>(at) = std::make_unique<item>();
    return value_at<T>(at).get();
  }
  static void reset(void* at) { value_at<T>(at).reset(); }
  static void const* get(void const* at) { return value_at<T>(at).get(); }
};

template <class T>
requires((is_sequence<T> || is_set<T>) && !said_as<T>)
struct model<T> {
  using item = typename T::value_type;
  using descriptor = array_descriptor;
  static constexpr descriptor describe() {
    return {{json_kind::array}, &descriptor_of<item>, is_set<T>, clear, append, each};
  }
  static void clear(void* at) { value_at<T>(at).clear(); }
  static bool append(void* at, value_filler fill, [[maybe_unused]] std::string& why) {
    item value{};
    if (!fill(&value)) return false;
    if constexpr (is_set<T>) {
      bool const is_new = value_at<T>(at).insert(std::move(value)).second;
      if (!is_new) why = "repeats an item; no two may be the same";
      return is_new;
    } else {
      value_at<T>(at).push_back(std::move(value));
      return true;
    }
  }
  static void each(void const* at, function_ref<void(void const*)> visit) {
    // a copy for std::vector<bool>, whose items have no address
    for (item const& value : value_at<T>(at)) visit(&value);
  }
};

template <class T>
requires(is_map<T> && !said_as<T>)
struct model<T> {
  using key_type = typename T::key_type;
  using item = typename T::mapped_type;
  using descriptor = map_descriptor;
  static constexpr descriptor describe() {
    return {{json_kind::map}, &descriptor_of<item>, key(), clear, insert, each};
  }
  static void clear(void* at) { value_at<T>(at).clear(); }
  static bool insert(void* at, std::string_view name, value_filler fill, [[maybe_unused]] std::string& why) {
    item value{};
    if (!fill(&value)) return false;
    if constexpr (said_as<key_type>) {
      key_type made{};
      if (!convert_from<key_type>(std::string(name), made, why)) {
        if (why.empty()) why = "is not a valid name of a member here";
        return false;
      }
      bool const is_new = value_at<T>(at).try_emplace(std::move(made), std::move(value)).second;
      if (!is_new) why = "says what another member says in other words";
      return is_new;
    } else {
      value_at<T>(at).insert_or_assign(std::string(name), std::move(value));
      return true;
    }
  }
  static void each(void const* at,
                   function_ref<void(std::string_view, void const*, std::string_view)> visit) {
    for (auto const& [name, value] : value_at<T>(at)) {
      if constexpr (said_as<key_type>) {
        std::string why;
        auto const said = convert_to(name, why);
        visit(said ? std::string_view(*said) : std::string_view(), &value, why);
      } else {
        visit(name, &value, {});
      }
    }
  }

private:
  static constexpr converted_descriptor const* key() {
    if constexpr (said_as<key_type>)
      return &descriptor_of<key_type>;
    else
      return nullptr;
  }
};

template <class... Ts>
requires(!said_as<std::variant<Ts...>>)
struct model<std::variant<Ts...>> {
  using variant = std::variant<Ts...>;
  using descriptor = variant_descriptor;
  static constexpr descriptor describe() {
    return {{json_kind::variant}, alternatives, assign, alternative, get, with_initial};
  }
  static bool assign(void* at, std::size_t wanted, value_filler fill) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return ((I == wanted && assign_nth<I>(value_at<variant>(at), fill)) || ...);
    }(std::index_sequence_for<Ts...>{});
  }
  static std::size_t alternative(void const* at) { return value_at<variant>(at).index(); }
  static void const* get(void const* at) {
    return std::visit([](auto const& value) -> void const* { return std::addressof(value); },
                      value_at<variant>(at));
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

template <class T>
requires((is_tuple<T> || is_std_array<T>) && !said_as<T>)
struct model<T> {
  static constexpr std::size_t count = std::tuple_size_v<T>;
  using descriptor = tuple_descriptor;
  static constexpr descriptor describe() {
    return {{json_kind::tuple}, {items.data(), items.size()}, count, item, reset, with_initial};
  }
  static void* item(void* at, std::size_t index) {
    if constexpr (is_std_array<T>) {
      return value_at<T>(at).data() + index;
    } else {
      return [&]<std::size_t... I>(std::index_sequence<I...>) {
        void* found = nullptr;
        (void)((I == index && (found = std::addressof(std::get<I>(value_at<T>(at))), true)) || ...);
        return found;
      }(std::make_index_sequence<count>{});
    }
  }
  static void reset(void* at) { value_at<T>(at) = T{}; }
  static void with_initial(on_initial_value run) {
    T const value{};
    run(&value);
  }

private:
  static constexpr auto items = [] {
    if constexpr (is_std_array<T>) {
      return std::array<type_descriptor const*, 1>{&descriptor_of<typename T::value_type>};
    } else {
      return []<std::size_t... I>(std::index_sequence<I...>) {
        return std::array<type_descriptor const*, count>{&descriptor_of<std::tuple_element_t<I, T>>...};
      }(std::make_index_sequence<count>{});
    }
  }();
};

template <dom_type T>
requires(!said_as<T>)
struct model<T> {
  using descriptor = any_descriptor;
  static constexpr descriptor describe() {
    constexpr json_kind shape = std::same_as<T, boost::json::object>  ? json_kind::object
                                : std::same_as<T, boost::json::array> ? json_kind::array
                                                                      : json_kind::any;
    return {{json_kind::any}, shape, store, append};
  }
  static void store(void* at, boost::json::value const& from) {
    if constexpr (std::same_as<T, boost::json::object>)
      value_at<T>(at) = from.get_object();
    else if constexpr (std::same_as<T, boost::json::array>)
      value_at<T>(at) = from.get_array();
    else
      value_at<T>(at) = from;
  }
  static void append(void const* from, std::string& out) { append_json(out, value_at<T>(from)); }
};

/** The last part of the name of a type, as the compiler spells it. */
template <class T>
std::string_view spelled_type() {
  std::string_view text = __PRETTY_FUNCTION__;
  text = text.substr(text.find("T = ") + 4);
  text = text.substr(0, text.find_first_of(";]"));
  text = text.substr(0, text.find('<'));
  return text.substr(text.rfind(':') + 1);
}

template <said_as T>
struct model<T> {
  using said = typename as<T>::type;
  using descriptor = converted_descriptor;
  static constexpr descriptor describe() {
    return {{json_kind::converted},
            &descriptor_of<said>,
            &rules,
            state,
            spelled_type<T>,
            scalar_field<T>,
            assign,
            with_said,
            with_initial};
  }
  static field_state const& state() {
    static field_state const one = make_type_state(rules);
    return one;
  }
  static bool assign(void* at, value_filler fill, std::string& why) {
    said value{};
    return fill(&value) && convert_from<T>(std::move(value), value_at<T>(at), why);
  }
  static bool with_said(void const* at, function_ref<void(void const*)> run, std::string& why) {
    auto const value = convert_to(value_at<T>(at), why);
    if (value) run(std::addressof(*value));
    return value.has_value();
  }
  static void with_initial(on_initial_value run) {
    T const value{};
    run(&value);
  }

private:
  static constexpr field_rules rules = type_rules<T>();
};

template <reflected_struct T>
struct model<T> {
  using descriptor = object_descriptor;
  static constexpr descriptor describe() {
    return {{json_kind::object}, {fields.at, count}, spelled_type<T>, addresses, states, reset, with_initial};
  }
  static void addresses(void* at, void** out) { members_of<T>::addresses(value_at<T>(at), out); }
  static std::span<field_state const> states() {
    static auto const list = make_field_states(descriptor_of<T>, initialised_scalars<T>().data());
    return list;
  }
  static void reset(void* at) { value_at<T>(at) = T{}; }
  static void with_initial(on_initial_value run) {
    T const value{};
    run(&value);
  }

private:
  static constexpr std::size_t count = members_of<T>::count;
  // an array of C++ itself: its address is asked for while its values are still being made
  struct field_list {
    field_descriptor at[count == 0 ? 1 : count];
  };
  static constexpr field_list fields = []<class... Members>(type_list<Members...>) {
    std::array<type_descriptor const*, sizeof...(Members)> const types{&descriptor_of<Members>...};
    field_list list{};
    for (std::size_t i = 0; i != count; ++i) list.at[i] = {types[i], rules_of<T>[i]};
    return list;
  }(typename members_of<T>::types{});
};

}  // namespace mcpawl::detail
