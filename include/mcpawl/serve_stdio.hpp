// mcpawl/serve_stdio.hpp - run a server for the program that started it, over standard input and output
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <mcpawl/auth/no_auth.hpp>
#include <mcpawl/core/configuration_error.hpp>
#include <mcpawl/core/limits.hpp>
#include <mcpawl/core/log.hpp>
#include <mcpawl/core/sigpipe.hpp>
#include <mcpawl/mcp/protocol/dispatcher.hpp>
#include <mcpawl/mcp/session/sessions.hpp>
#include <mcpawl/server.hpp>
#include <mcpawl/transport/stdio.hpp>

#include <unistd.h>

#include <concepts>
#include <csignal>
#include <exception>
#include <utility>

namespace mcpawl {

/** The streams and the bounds of a server on stdio. */
struct stdio_options {
  int input = STDIN_FILENO;
  int output = STDOUT_FILENO;
  limits bounds = {};  ///< `body_bytes` bounds a line, `drain_timeout` what follows the end of the input.
  logger log = {};     ///< Standard error, unless set; standard output holds nothing but messages.
};

namespace detail {

/** Serve one client to its end; `who` outlives it. */
inline void run_stdio(service const& protocol, stdio_options const& options, caller who) {
  sigpipe_ignored const quiet;
  boost::asio::io_context context{1};
  // it dies before the context, which its descriptors need; coroutines that are left touch nothing of it
  stdio_link link{context.get_executor(),
                  options.input,
                  options.output,
                  dispatcher{protocol,
                             make_sessions(protocol, options.bounds),
                             options.log,
                             {options.bounds.json_depth, options.bounds.json_members}},
                  options.bounds,
                  options.log};
  boost::asio::signal_set signals{context, SIGINT, SIGTERM};
  signals.async_wait([&link](error_code ec, int) {
    if (!ec) link.stop();
  });
  std::exception_ptr failure;
  boost::asio::co_spawn(context, link.read(who), [&](std::exception_ptr e) {
    if (e) {
      failure = e;
      context.stop();
    }
  });
  boost::asio::co_spawn(context, link.write(), [&](std::exception_ptr e) {
    if (e) failure = e;
    context.stop();
  });
  context.run();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace detail

/** Serve over standard input and output (MCP "stdio", all revisions) until the input ends, SIGINT or SIGTERM;
   then let calls that run finish within `drain_timeout`.

    Nobody can be told apart on a pipe: who started the program is the caller. So the server has no policy;
   what it needs to know of its user it takes from its environment.

    Errors: throws `configuration_error` with every mistake in the registrations, `std::system_error` if a
   stream is not open; both before anything is served.
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
    if (auto wrong = key_mistakes(srv.protocol()); !wrong.empty())
      throw configuration_error(std::move(wrong));
    anonymous const nobody;
    detail::run_stdio(srv.protocol(), options, caller{&nobody, {}});
  }
}

}  // namespace mcpawl
