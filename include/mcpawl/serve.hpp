// mcpawl/serve.hpp - run a server over HTTP until it is told to stop
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/auth/no_auth.hpp>
#include <mcpawl/auth/policy.hpp>
#include <mcpawl/server.hpp>
#include <mcpawl/transport/erased_policy.hpp>
#include <mcpawl/transport/http_options.hpp>
#include <mcpawl/transport/http_server_impl.hpp>

#include <concepts>
#include <cstdint>
#include <string>
#include <utility>

namespace mcpawl {

/** A server on its way: bound when it is made, serving while `run` runs.

    @code
    mcpawl::http_server http(srv, {.port = 0});
    @endcode

    @par Lifetime
    The server object must outlive it.
    @par Thread safety
    `stop` may be called from any thread; the rest belongs to one.
*/
template <class Server>
class http_server;

/** The one for a `server` with this policy. */
template <auth_policy Auth>
class http_server<server<Auth>> {
public:
  /** Check the server and bind the address.

      @par Errors
      Throws `configuration_error` for everything that is wrong with the server and the options, and
      `std::system_error` if the address cannot be bound. */
  http_server(server<Auth> const& srv, http_options options)
      : host_(srv.protocol(), detail::policy_adapter<Auth>(srv.auth()),
              std::same_as<typename Auth::identity_type, anonymous>, std::move(options)) {}

  std::uint16_t port() const noexcept { return host_.port(); }

  /** The URL of the endpoint. */
  std::string url() const { return host_.url(); }

  /** Serve until `stop`; the calling thread becomes one of the server's.

      @par Errors
      None while it serves: what fails concerns one connection, and goes to the log. */
  void run() { host_.run(); }

  /** Stop accepting, let requests in flight finish within `drain_timeout`, then make `run` return. */
  void stop() { host_.stop(); }

  /** Let SIGINT and SIGTERM call `stop`. */
  void stop_on_signals() { host_.stop_on_signals(); }

private:
  detail::http_server_impl host_;
};

template <auth_policy Auth>
http_server(server<Auth> const&, http_options) -> http_server<server<Auth>>;

/** Serve over HTTP (MCP Streamable HTTP) until SIGINT or SIGTERM, then finish what is in flight.

    @par Errors
    Throws `configuration_error` with every error there is, or `std::system_error` if the address cannot be
    bound; both before anything is served.
    @par Thread safety
    Blocks the calling thread, which becomes one of the server's threads.
*/
template <auth_policy Auth>
void serve_http(server<Auth> const& srv, http_options options = {}) {
  http_server http{srv, std::move(options)};
  http.stop_on_signals();
  http.run();
}

}  // namespace mcpawl
