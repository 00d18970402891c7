// mcpawl/mcp/call/signature.hpp - the parameter and result types of a callable
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/task.hpp>

#include <functional>
#include <tuple>
#include <type_traits>

namespace mcpawl::detail {

template <class... T>
struct parameter_list {};

template <class F>
struct call_signature {};  // no members: not a callable with one signature

template <class R, class... P>
struct plain_signature {
  using result = R;
  using parameters = parameter_list<P...>;
};

template <class R, class... P>
struct call_signature<R (*)(P...)> : plain_signature<R, P...> {};
template <class R, class... P>
struct call_signature<R (*)(P...) noexcept> : plain_signature<R, P...> {};
template <class C, class R, class... P>
struct call_signature<R (C::*)(P...) const> : plain_signature<R, P...> {};
template <class C, class R, class... P>
struct call_signature<R (C::*)(P...) const noexcept> : plain_signature<R, P...> {};

template <class F>
concept has_call_operator = requires { &F::operator(); };

template <class F>
struct signature_of : call_signature<F> {};
template <has_call_operator F>
struct signature_of<F> : call_signature<decltype(&F::operator())> {};

/** A function, or a function object with one `operator() const` that is no template. */
template <class F>
concept has_signature = !std::is_member_pointer_v<std::decay_t<F>> &&
                        requires { typename signature_of<std::decay_t<F>>::result; };

/** What is called with an object or with anything: `explain_callable` says what to write instead. */
template <class F>
inline constexpr bool is_explained =
    std::is_member_pointer_v<std::decay_t<F>> || std::is_bind_expression_v<std::decay_t<F>>;

/** Refuse, in sentences, callables that are often tried. */
template <class F>
constexpr void explain_callable() {
  static_assert(!std::is_member_pointer_v<std::decay_t<F>>,
                "mcpawl: a member function needs its object: register a lambda that calls it, such as "
                "[&object](arguments in) { return object.member(in); }");
  static_assert(
      !std::is_bind_expression_v<std::decay_t<F>>,
      "mcpawl: what std::bind returns does not tell its parameters: register a lambda that calls the "
      "function, such as [&object](arguments in) { return object.member(in); }");
}

template <class R>
struct awaited {
  using type = R;
  static constexpr bool coroutine = false;
};
template <class R>
struct awaited<task<R>> {
  using type = R;
  static constexpr bool coroutine = true;
};

}  // namespace mcpawl::detail
