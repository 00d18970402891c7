// mcpawl/mcp/call/parameters.hpp - what a registered function may ask for, and sentences for what it may not
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/json/object.hpp>

#include <mcpawl/core/verified.hpp>
#include <mcpawl/mcp/call/context.hpp>
#include <mcpawl/mcp/call/signature.hpp>
#include <mcpawl/reflect/schema_type.hpp>

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace mcpawl::detail {

template <class T>
inline constexpr bool is_verified = false;
template <class Claims>
inline constexpr bool is_verified<verified<Claims>> = true;

/** Stands for "this function takes no arguments". */
struct no_arguments {};

template <class P>
inline constexpr bool is_context = std::same_as<P, context&>;
/** The text a completer is asked about; nothing else takes bare text. */
template <class P>
inline constexpr bool is_text = std::same_as<std::remove_cvref_t<P>, std::string> ||
                                std::same_as<std::remove_cvref_t<P>, std::string_view>;
template <class P>
inline constexpr bool is_raw = std::same_as<std::remove_cvref_t<P>, boost::json::object>;
/** An identity may have parts that a function takes for itself: `identity.template part<Part>()`. */
template <class Part, class Identity>
concept part_of = requires(Identity const& who) {
  { who.template part<Part>() } -> std::same_as<Part const&>;
};
/** A type that is nothing but a part of some identities; its own `identity_part` says so. */
template <class T>
concept only_a_part = std::same_as<typename T::identity_part, T>;
template <class P, class Identity>
inline constexpr bool is_identity =
    (std::same_as<std::remove_cvref_t<P>, Identity> || part_of<std::remove_cvref_t<P>, Identity>) &&
    (!std::is_reference_v<P> || std::is_const_v<std::remove_reference_t<P>>);
template <class P>
inline constexpr bool passes_by_value_or_const =
    !std::is_reference_v<P> || std::is_const_v<std::remove_reference_t<P>> || std::is_rvalue_reference_v<P>;
template <class P>
inline constexpr bool is_arguments =
    std::is_class_v<known_t<std::remove_cvref_t<P>>> &&
    std::is_aggregate_v<known_t<std::remove_cvref_t<P>>> && passes_by_value_or_const<P>;

/** Finds the parameter that holds the arguments and refuses, in sentences, what cannot be called. */
template <class Identity, class... P>
struct parameters {
  template <class T>
  static constexpr bool check() {
    using value = std::remove_cvref_t<T>;
    if constexpr (is_context<T> || is_identity<T, Identity>) {
      return true;
    } else if constexpr (std::same_as<value, context>) {
      static_assert(is_context<T>, "mcpawl: take the context by reference: mcpawl::context&");
      return false;
    } else if constexpr (only_a_part<value>) {
      static_assert(
          part_of<value, Identity>,
          "mcpawl: this function takes a token of its caller that the server's policy does not keep; "
          "give the server mcpawl::linked_app{policy}, with a policy that keeps tokens");
      static_assert(!part_of<value, Identity>, "mcpawl: take the token by const reference or by value");
      return false;
    } else if constexpr (is_verified<value>) {
      constexpr bool known = std::same_as<value, Identity> || part_of<value, Identity>;
      static_assert(
          !part_of<std::optional<value>, Identity>,
          "mcpawl: not every caller of this server has this identity, since its policies verify several types; take "
          "a std::optional of it by const reference");
      static_assert(known,
                    "mcpawl: this function takes an identity that the server's policy does not verify; give "
                    "the server the policy that does");
      static_assert(!known, "mcpawl: take the identity by const reference or by value");
      return false;
    } else {
      static_assert(is_raw<T> || is_arguments<T>,
                    "mcpawl: a parameter of a tool, prompt or resource must be one struct of arguments, "
                    "mcpawl::context&, or the identity that the server's policy verifies");
      if constexpr (is_arguments<T>) {
        return representability<value>::stop() && schema_type<value>;
      }
      return is_raw<T>;
    }
  }
  template <class T>
  static constexpr bool carries_arguments = !is_context<T> && !is_identity<T, Identity>;
  static constexpr int argument_count = (0 + ... + (carries_arguments<P> ? 1 : 0));
  static_assert(argument_count <= 1, "mcpawl: arguments are taken as one struct, not as several parameters");

  template <class Found, class... Rest>
  struct find {
    using type = Found;
  };
  template <class Found, class First, class... Rest>
  struct find<Found, First, Rest...>
      : find<std::conditional_t<carries_arguments<First>, std::remove_cvref_t<First>, Found>, Rest...> {};
  using arguments = typename find<no_arguments, P...>::type;

  static constexpr bool usable = (check<P>() && ...) && argument_count <= 1;
};

}  // namespace mcpawl::detail
