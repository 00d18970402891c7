// mcpawl/mcp/call/offload.hpp - make a job of a callable and its arguments, and refuse what cannot be one
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/pending_job.hpp>
#include <mcpawl/mcp/call/reporter.hpp>
#include <mcpawl/mcp/call/signature.hpp>
#include <mcpawl/reflect/type_kinds.hpp>

#include <concepts>
#include <functional>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

namespace mcpawl {
class context;
}  // namespace mcpawl

namespace mcpawl::detail {

template <class T>
inline constexpr bool is_view = false;
template <class C, class T>
inline constexpr bool is_view<std::basic_string_view<C, T>> = true;
template <class T, std::size_t N>
inline constexpr bool is_view<std::span<T, N>> = true;
template <class T>
inline constexpr bool is_view<std::reference_wrapper<T>> = true;

template <class T>
inline constexpr bool is_of_context =
    std::same_as<std::remove_cv_t<std::remove_pointer_t<std::decay_t<T>>>, context> ||
    std::same_as<std::decay_t<T>, std::reference_wrapper<context>>;

/** Whether GCC 12 would destroy an argument twice that is made in the expression, and so may be one. */
template <class T>
inline constexpr bool is_aggregate_temporary = !std::is_lvalue_reference_v<T> && std::is_class_v<T> &&
                                               std::is_aggregate_v<T> && !std::is_trivially_destructible_v<T>;
/** The same of the callable; one that captures nothing has nothing to destroy. */
template <class F>
inline constexpr bool is_capturing_temporary =
    !std::is_lvalue_reference_v<F> && std::is_class_v<F> && !std::is_empty_v<F>;

/** What a callable returns that runs as a job, with a `reporter` before its arguments if it takes one. */
template <class F, class... Args>
struct offload_traits {
  using function = std::decay_t<F>;
  static constexpr bool reports = std::is_invocable_v<function, reporter, std::decay_t<Args>...>;
  static constexpr bool callable = reports || std::is_invocable_v<function, std::decay_t<Args>...>;

  static constexpr auto find_result() {
    if constexpr (reports)
      return std::type_identity<std::invoke_result_t<function, reporter, std::decay_t<Args>...>>();
    else if constexpr (callable)
      return std::type_identity<std::invoke_result_t<function, std::decay_t<Args>...>>();
    else
      return std::type_identity<void>();
  }
  using returned = typename decltype(find_result())::type;
  using result = std::remove_cvref_t<returned>;

  static constexpr bool keeps_result = !std::is_reference_v<returned> && !is_view<result>;
  static constexpr bool waits = awaited<result>::coroutine;
  static constexpr bool usable = callable && keeps_result && !waits && !is_capturing_temporary<F> &&
                                 !(is_aggregate_temporary<Args> || ...) && !(is_of_context<Args> || ...) &&
                                 !(is_view<std::decay_t<Args>> || ...);

  static constexpr void explain() {
    constexpr bool context_free = !(is_of_context<Args> || ...);
    static_assert(
        context_free,
        "mcpawl: work that is offloaded cannot have the context, which belongs to the thread of the "
        "call; take a mcpawl::reporter as the first parameter to report progress");
    static_assert(
        !(is_view<std::decay_t<Args>> || ...) || !context_free,
        "mcpawl: work that is offloaded may outlive the call, and so what a string_view, a span or a "
        "reference_wrapper refers to; pass a std::string, a copy or a std::shared_ptr");
    static_assert(!is_capturing_temporary<F>,
                  "mcpawl: give the callable of offload() a name first: auto work = ...; "
                  "co_await ctx.offload(work, ...)");
    static_assert(!(is_aggregate_temporary<Args> || ...),
                  "mcpawl: pass a struct to offload() by its name; it is copied");
    static_assert(callable || !context_free,
                  "mcpawl: the callable of offload() cannot be called with these arguments, which it gets as "
                  "copies of its own: it takes them by value or by const reference");
    static_assert(
        keeps_result,
        "mcpawl: what the callable of offload() returns must not refer to what ends with it: return a "
        "value");
    static_assert(!waits, "mcpawl: offload() is for functions that block; co_await a task directly");
  }
};

template <class F, class... Args>
using offload_result = typename offload_traits<F, Args...>::result;

}  // namespace mcpawl::detail
