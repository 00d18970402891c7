// mcpawl/core/task.hpp - the coroutine type of every operation that may wait
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#include <boost/asio/awaitable.hpp>

// A note, no warning: -Werror leaves it alone.
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13 && !defined(MCPAWL_COROUTINES_CHECKED)
#pragma message(                                                                       \
    "mcpawl: g++ 12 compiles some spellings of co_await wrongly, and does not warn. "  \
    "mcpawl_check_coroutines(target) in CMake refuses them (Meson: docs/install.md), " \
    "and defines MCPAWL_COROUTINES_CHECKED, which silences this.")
#endif

namespace mcpawl {

/** What a coroutine of mcpawl returns; `co_await` it exactly once.

    It is `boost::asio::awaitable<T>`, so all of Asio's timers and sockets can be awaited inside with
    `boost::asio::use_awaitable`.

    @par Cancellation
    Follows Asio's per-coroutine cancellation state; an operation that is cancelled ends with
    `boost::asio::error::operation_aborted`.

    @par Thread safety
    A task runs on the executor it was started on and never moves by itself.

    @par GCC 12
    Prepare arguments as named locals and then `co_await f(std::move(x))`: GCC 12 destroys twice what a
    lambda with captures, an aggregate in braces or a `?:` of class type creates inside the expression. A
    coroutine that declares nothing must not await in the condition of `if`, `while`, `for` or `switch`.
    `mcpawl_check_coroutines(target)` refuses these; MCPAWL_COROUTINES_CHECKED is defined by it.
*/
template <class T = void>
using task = boost::asio::awaitable<T>;

}  // namespace mcpawl
