// mcpawl/mcp/call/copyable_callable.hpp - a callable that can be copied, made of any
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

namespace mcpawl::detail {

/** A callable that cannot be copied itself; the copies of this call the same one. */
template <class F>
class shared_callable {
public:
  explicit shared_callable(F f) : f_(std::make_shared<F const>(std::move(f))) {}

  template <class... Arguments>
  decltype(auto) operator()(Arguments&&... arguments) const {
    return (*f_)(std::forward<Arguments>(arguments)...);
  }

private:
  std::shared_ptr<F const> f_;
};

/** A pointer to a function, as a class: g++ 14 crashes over a coroutine that holds the pointer itself, if a parameter of the
    function is of an unnamed namespace and that is not in the file which is compiled but in one that it includes. */
template <class F>
class function_callable {
public:
  explicit function_callable(F f) : f_(f) {}

  template <class... Arguments>
  decltype(auto) operator()(Arguments&&... arguments) const {
    return f_(std::forward<Arguments>(arguments)...);
  }

private:
  F f_;
};

/** What a `std::function` can hold and a coroutine, too: the callable, or one of the above that calls it. */
template <class F>
auto copyable_callable(F f) {
  if constexpr (std::is_pointer_v<F>)
    return function_callable<F>(f);
  else if constexpr (std::copy_constructible<F>)
    return f;
  else
    return shared_callable<F>(std::move(f));
}

}  // namespace mcpawl::detail
