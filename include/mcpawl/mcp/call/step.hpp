// mcpawl/mcp/call/step.hpp - takes a step of a call unless an earlier round has taken it
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/task.hpp>
#include <mcpawl/mcp/call/signature.hpp>
#include <mcpawl/mcp/elicit/client_request.hpp>
#include <mcpawl/reflect/decode.hpp>
#include <mcpawl/reflect/encode.hpp>
#include <mcpawl/reflect/schema_type.hpp>

#include <string>
#include <type_traits>
#include <utility>

namespace mcpawl::detail {

template <class F>
using step_result = typename awaited<std::invoke_result_t<F&>>::type;

template <class F>
task<step_result<F&>> take_step(client_requester* by, std::string key, F& f) {
  using value = step_result<F&>;
  constexpr bool waits = awaited<std::invoke_result_t<F&>>::coroutine;
  boost::json::value const* const known = by ? by->recall(key) : nullptr;
  if constexpr (std::is_void_v<value>) {
    if (known) co_return;
    if constexpr (waits)
      co_await f();
    else
      f();
    if (by) by->keep(key, "null");
  } else {
    static_assert(schema_type<value>,
                  "mcpawl: what a step of once() returns is kept as JSON, which cannot describe this type");
    if (known) {
      value kept{};
      if (decode(*known, kept)) by->reject(key, "the kept result of a step does not fit");
      co_return kept;
    }
    std::string json;
    if constexpr (waits) {
      value made = co_await f();
      encode_or_throw(made, json, "the result of a step");
      if (by) by->keep(key, json);
      co_return made;
    } else {
      value made = f();
      encode_or_throw(made, json, "the result of a step");
      if (by) by->keep(key, json);
      co_return made;
    }
  }
}

}  // namespace mcpawl::detail
