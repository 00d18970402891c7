// mcpawl/reflect/function_ref.hpp - a callable passed down the stack, without owning it
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <memory>
#include <type_traits>

namespace mcpawl::detail {

template <class Signature>
class function_ref;

/** A view of a callable; it must outlive the view, which is why it is only ever a parameter. */
template <class Result, class... Arguments>
class function_ref<Result(Arguments...)> {
public:
  template <class F>
  requires(!std::is_same_v<std::remove_cvref_t<F>, function_ref> &&
           std::is_invocable_r_v<Result, F&, Arguments...>)
  function_ref(F&& f) noexcept
      : target_(const_cast<void*>(static_cast<void const*>(std::addressof(f)))),
        call_([](void* target, Arguments... arguments) -> Result {
          return (*static_cast<std::remove_reference_t<F>*>(target))(arguments...);
        }) {}

  Result operator()(Arguments... arguments) const { return call_(target_, arguments...); }

private:
  void* target_;
  Result (*call_)(void*, Arguments...);
};

}  // namespace mcpawl::detail
