// mcpawl/transport/http_options.hpp - where and how a server listens
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/limits.hpp>
#include <mcpawl/core/log.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/http/tls_options.hpp>
#include <mcpawl/http/trusted_proxies.hpp>
#include <mcpawl/observe/observer.hpp>
#include <mcpawl/transport/unauthenticated_route.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace mcpawl {

/** One of several sockets that a server listens on. */
struct listener_options {
  /** A literal IPv4 or IPv6 address; `unix:` and the absolute path of a Unix-domain socket; or `fd:` and the name or the number of
      a listening socket that a service manager has passed (`LISTEN_FDS`, as systemd does), which stays open when the server stops. */
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;  ///< 0 for any that is free. Of no meaning for a Unix-domain or a passed socket.
  std::optional<tls_options> tls = {};  ///< HTTP without TLS if there is none.
  unsigned unix_mode = 0660;            ///< Who may connect to a Unix-domain socket, as for chmod(2).
  trusted_proxies proxies = {};         ///< Whose word about the address of a client counts.
};

/** A listener for those who operate the server: `/livez`, `/readyz`, `/metrics`. It asks nobody who they are. */
struct admin_options {
  std::string address = "127.0.0.1";  ///< A literal IPv4 or IPv6 address.
  std::uint16_t port = 9090;          ///< 0 for any that is free.
};

/** What is a server's own where several are behind the same listeners (`http_endpoint`). */
struct endpoint_options {
  std::string sse_path = {};  ///< As `http_options::sse_path`.
  /** Origins and headers of web pages besides those in `http_options`, for this server alone. */
  std::vector<std::string> allowed_origins = {};
  std::vector<std::string> allowed_headers = {};
  /** What its callers may send and hold; without it `http_options::bounds`, which has in any case what concerns connections and the end
      of the process. Each server counts its own callers, and has its own threads for blocking work. */
  std::optional<limits> bounds = {};
};

/** Where and how a server listens, or several servers. */
struct http_options {
  std::string address = "127.0.0.1";  ///< As `listener_options::address`.
  std::uint16_t port = 8080;          ///< 0 for any that is free.
  unsigned threads = 1;
  /** Where the server runs instead of on threads of its own: that of an `io_context` that one thread runs, or a strand. For
      `http_server::serve`; `threads` stays 1. */
  boost::asio::any_io_executor executor = {};
  std::string path = "/mcp";  ///< Of the endpoint; each of several servers brings its own.

  /** The names this server is reached by from outside, such as `mcp.example.com`; those of loopback are
      always allowed. Needed when something in front passes on the name it was reached by. */
  std::vector<std::string> allowed_hosts = {};
  /** Origins of web pages that may call, such as `https://app.example.com`, besides our own. Apps have
      schemes of their own: with `*` for a host all pages of one are allowed, such as those of
      `vscode-webview`. */
  std::vector<std::string> allowed_origins = {};
  /** Headers that pages of allowed origins may send besides those of the protocol, such as `X-Api-Key`. */
  std::vector<std::string> allowed_headers = {};

  /** Where clients of 2024-11-05 open their event stream, `/sse` for instance; empty: they are not served.
      They post to `/messages` below it. */
  std::string sse_path = {};
  /** How long clients of 2025-11-25 wait before they come back to a stream that ended. */
  std::chrono::milliseconds retry{1'000};
  /** Paths of your own beside `path`. NOBODY IS AUTHENTICATED THERE: whoever reaches the server is answered. */
  std::vector<unauthenticated_route> routes = {};

  std::optional<tls_options> tls = {};  ///< As in `listener_options`, the next two too.
  unsigned unix_mode = 0660;
  trusted_proxies proxies = {};
  /** Several sockets, in place of `address`, `port`, `tls`, `unix_mode` and `proxies`. */
  std::vector<listener_options> listeners = {};

  limits bounds = {};
  logger log = {};
  /** Who is told what the server does: metrics, the access log, one of your own. None may be null, and all must outlive the server;
      one may observe several servers. */
  std::vector<observer*> observers = {};
  /** The key of the hashes that stand for principals and sessions in records, 32 to 64 bytes; empty for a random one, with which the
      hashes of two processes differ. */
  secret hash_key = {};
  /** A listener for probes and metrics; none unless set. */
  std::optional<admin_options> admin = {};
  /** Called once when connections are accepted, with the URL of the endpoint (of the first listener). */
  std::function<void(std::string const& url)> on_ready = {};
};

}  // namespace mcpawl
