// mcpawl/serve.hpp - run a server over HTTP until it is told to stop
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/auth/policy.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http_endpoint.hpp>
#include <mcpawl/server.hpp>
#include <mcpawl/transport/http_options.hpp>
#include <mcpawl/transport/http_server_impl.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace mcpawl {

/** A server on its way: bound when it is made, serving while `run` runs.

    @code
    mcpawl::http_server http(srv, {.port = 0});
    mcpawl::http_server both({{"/adder/mcp", adder}, {"/admin/mcp", admin}}, {.port = 8080});
    @endcode

    @tparam Served  a `server`, or several: `std::vector<http_endpoint>`

    @par Lifetime
    The server objects must outlive it.
    @par Thread safety
    `stop` and `reload` may be called from any thread; the rest belongs to one.
*/
template <class Served>
class http_server {
public:
  /** Check the servers and bind the address.

      @par Errors
      Throws `configuration_error` for everything that is wrong with the servers and the options, and
      `std::system_error` if the address cannot be bound. */
  http_server(Served const& served, http_options options)
      : host_{detail::endpoint_sources(served, options), std::move(options)} {}  // braces: in this order

  /** The port of the first listener; 0 of a Unix-domain socket. */
  std::uint16_t port() const noexcept { return host_.port(); }

  /** The URL of the endpoint, the first of several, of the first listener; of a Unix-domain socket in the notation of nginx,
      `http://unix:/run/mcp/mcp.sock:/mcp`. */
  std::string url() const { return host_.url(); }
  /** The port of the admin listener; 0 if there is none. */
  std::uint16_t admin_port() const noexcept { return host_.admin_port(); }
  /** The URL of each endpoint at each listener, in the order of the options: all of the first endpoint come first. */
  std::vector<std::string> urls() const { return host_.urls(); }

  /** Serve until `stop`; the calling thread becomes one of the server's.

      @par Errors
      None while it serves: what fails concerns one connection, and goes to the log. */
  void run() { host_.run(); }

  /** Serve on `http_options::executor` until `stop`, with no thread of the server's own and no signal.

      @code
      boost::asio::io_context io(1);
      mcpawl::http_server http{srv, {.executor = io.get_executor()}};
      boost::asio::co_spawn(io, http.serve(), boost::asio::detached);
      @endcode

      Once, and awaited on that executor. Jobs of `.blocking()` tools and the admin listener have threads of their own all the same.

      @par Errors
      Throws `std::logic_error` if the options have no executor, as `run` and `stop_on_signals` do if they have one.
      @par Lifetime
      The context must outlive the `http_server`; the `server` and what the options refer to must outlive what the context runs. Where
      the `http_server` is destroyed first, it stops as by `stop`. */
  task<> serve() { return host_.serve(); }

  /** Accept no more once `drain_delay` is over, let requests in flight finish within `drain_timeout`, then make `run` return. */
  void stop() { host_.stop(); }

  /** Whether all that was in flight when the server stopped could be finished; once `run` or `serve` has returned. */
  bool finished() const noexcept { return host_.finished(); }

  /** Read the files of all certificates and keys again, and use them for new connections, and let the policy read anew what it
      reloads, the list of `static_bearer` say; connections that are open stay as they are. From any thread.

      @return what is wrong, which is in the log as well; a listener or policy whose files are not good goes on with what it had */
  std::vector<std::string> reload() { return host_.reload(); }

  /** Make the process the server's: SIGINT and SIGTERM call `stop`, and another one of them ends the process at once, with 128 and its
      number; SIGHUP reloads, if there is anything to reload. Where certificate and key do not belong together, they are read again for
      5 seconds, since who renews them writes one after the other. If `NOTIFY_SOCKET` names a service manager, it is told
      (sd_notify(3)). */
  void stop_on_signals() { host_.stop_on_signals(); }

private:
  detail::http_server_impl host_;
};

/** The server to be served says which one it is. */
template <auth_policy Auth>
http_server(server<Auth> const&, http_options) -> http_server<server<Auth>>;
/** Several servers in braces. */
http_server(std::vector<http_endpoint>, http_options) -> http_server<std::vector<http_endpoint>>;

namespace detail {

/** Serve until the process is told to stop; the exit status. */
template <class Served>
int serve_until_stopped(Served const& served, http_options options) {
  http_server<Served> http(served, std::move(options));
  http.stop_on_signals();
  http.run();
  return http.finished() ? 0 : 3;
}

}  // namespace detail

/** Serve over HTTP (MCP Streamable HTTP) until SIGINT or SIGTERM, then finish what is in flight.

    @par Errors
    Throws `configuration_error` with every error there is, or `std::system_error` if the address cannot be
    bound; both before anything is served.
    @par Thread safety
    Blocks the calling thread, which becomes one of the server's threads.
    @return what the program should exit with: 0, or 3 if calls were cut at the end of `drain_timeout`
    @see `http_server::stop_on_signals` for what other signals do
*/
template <auth_policy Auth>
int serve_http(server<Auth> const& srv, http_options options = {}) {
  return detail::serve_until_stopped(srv, std::move(options));
}
/** The same of several servers behind the same listeners.

    @code
    mcpawl::serve_http({{"/adder/mcp", adder}, {"/admin/mcp", admin}}, {.port = 8080});
    @endcode */
inline int serve_http(std::vector<http_endpoint> const& servers, http_options options = {}) {
  return detail::serve_until_stopped(servers, std::move(options));
}

}  // namespace mcpawl
