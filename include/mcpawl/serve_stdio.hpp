// mcpawl/serve_stdio.hpp - run a server for the program that started it, over standard input and output
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/auth/no_auth.hpp>
#include <mcpawl/core/limits.hpp>
#include <mcpawl/core/log.hpp>
#include <mcpawl/core/separate.hpp>
#include <mcpawl/mcp/offer/server_state.hpp>
#include <mcpawl/mcp/types/request.hpp>
#include <mcpawl/server.hpp>

#include <unistd.h>

#include <concepts>

namespace mcpawl {

/** The streams and the bounds of a server on stdio. */
struct stdio_options {
  int input = STDIN_FILENO;
  int output = STDOUT_FILENO;
  limits bounds = {};  ///< `body_bytes` bounds a line, `drain_timeout` what follows the end of the input.
  logger log = {};     ///< Standard error, unless set; standard output holds nothing but messages.
};

namespace detail {

/** Serve one client to its end; `who` outlives it.

    @par Errors
    As `serve_stdio`. */
MCPAWL_DECL void run_stdio(server_state const& protocol, stdio_options const& options, caller who);

}  // namespace detail

/** Serve over standard input and output (MCP "stdio", all revisions) until the input ends, SIGINT or SIGTERM;
    then let calls that run finish within `drain_timeout`.

    Nobody can be told apart on a pipe: who started the program is the caller. So the server has no policy;
    what it needs to know of its user it takes from its environment.

    @par Errors
    Throws `configuration_error` with every error in the registrations, `std::system_error` if a stream is
    not open; both before anything is served.
    @par Thread safety
    Blocks the calling thread; tools run on it. SIGPIPE is ignored meanwhile.
*/
template <auth_policy Auth>
void serve_stdio(server<Auth> const& srv, stdio_options const& options = {}) {
  static_assert(
      std::same_as<typename Auth::identity_type, anonymous>,
      "mcpawl: serve_stdio has no requests to authenticate, so the server must have no policy; take "
      "credentials from the environment instead");
  if constexpr (std::same_as<typename Auth::identity_type, anonymous>) {
    srv.check();
    anonymous const nobody;
    detail::run_stdio(srv.protocol(), options, detail::caller{&nobody, {}});
  }
}

}  // namespace mcpawl

#ifndef MCPAWL_SEPARATE_COMPILATION
#include <mcpawl/serve_stdio.ipp>
#endif
