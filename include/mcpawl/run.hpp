// mcpawl/run.hpp - what main of a server does with errors: says them on standard error and returns an exit status
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/configuration_error.hpp>

#include <concepts>
#include <cstdio>
#include <exception>
#include <functional>
#include <type_traits>

namespace mcpawl {

/** Run a server and return the exit status of the program.

    @code
    int main() {
      return mcpawl::run([] {
        mcpawl::server srv{{"adder", "1.0"}, mcpawl::access_jwt::from_env()};
        return mcpawl::serve_http(srv);
      });
    }
    @endcode

    @param f  makes and serves it; returns nothing, or a status of its own.
    @return 0, or what `f` returns, which of `serve_http` is 3 if calls were cut at the end; 2 for a `configuration_error`, all of which is written to standard error;
            1 for any other `std::exception`, an address that cannot be bound say, with its text.

    @par Errors
    What is no `std::exception` passes through.
*/
template <std::invocable F>
requires(std::is_void_v<std::invoke_result_t<F>> || std::same_as<std::invoke_result_t<F>, int>)
int run(F&& f) {
  try {
    if constexpr (std::is_void_v<std::invoke_result_t<F>>) {
      std::invoke(f);
      return 0;
    } else {
      return std::invoke(f);
    }
  } catch (configuration_error const& errors) {
    std::fprintf(stderr, "%s\n", errors.what());
    return 2;
  } catch (std::exception const& failure) {
    std::fprintf(stderr, "%s\n", failure.what());
    return 1;
  }
}

}  // namespace mcpawl
