// mcpawl/mcp/call/copyable_callable.hpp - a callable that can be copied, made of any
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <memory>
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

/** What a `std::function` can hold: the callable, or if it cannot be copied, one that shares it. */
template <class F>
auto copyable_callable(F f) {
  if constexpr (std::copy_constructible<F>)
    return f;
  else
    return shared_callable<F>(std::move(f));
}

}  // namespace mcpawl::detail
