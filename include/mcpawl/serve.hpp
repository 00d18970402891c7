// mcpawl/serve.hpp - run a server over HTTP until it is told to stop
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>

#include <mcpawl/auth/policy.hpp>
#include <mcpawl/core/configuration_error.hpp>
#include <mcpawl/core/limits.hpp>
#include <mcpawl/core/log.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/connection_set.hpp>
#include <mcpawl/http/listener.hpp>
#include <mcpawl/mcp/dispatcher.hpp>
#include <mcpawl/mcp/registration.hpp>
#include <mcpawl/mcp/sessions.hpp>
#include <mcpawl/server.hpp>
#include <mcpawl/transport/guard.hpp>
#include <mcpawl/transport/streamable_http.hpp>

#include <atomic>
#include <chrono>
#include <concepts>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace mcpawl {

/** Where and how a server listens. */
struct http_options {
  std::string address = "127.0.0.1";  ///< A literal IPv4 or IPv6 address.
  std::uint16_t port = 8080;          ///< 0 for any that is free.
  unsigned threads = 1;
  std::string path = "/mcp";

  /** The names this server is reached by from outside, such as `mcp.example.com`; those of loopback are
      always allowed. Needed when something in front passes on the name it was reached by. */
  std::vector<std::string> allowed_hosts = {};
  /** Origins of web pages that may call, such as `https://app.example.com`, besides our own. */
  std::vector<std::string> allowed_origins = {};

  /** Where clients of 2024-11-05 open their event stream, `/sse` for instance; empty: they are not served.
     They post to `/messages` below it. */
  std::string sse_path = {};
  /** How long clients of 2025-11-25 wait before they come back to a stream that ended. */
  std::chrono::milliseconds retry{1'000};

  limits bounds = {};
  logger log = {};
  /** Called once when connections are accepted, with the URL of the endpoint. */
  std::function<void(std::string const& url)> on_ready = {};
};

/** A server on its way: bound when it is made, serving while `run` runs.

    @par Lifetime
    The server object must outlive it.
    @par Thread safety
    `stop` may be called from any thread; the rest belongs to one.
*/
template <class Server>
class http_service;

template <auth_policy Auth>
class http_service<server<Auth>> {
public:
  /** Check the server and bind the address.

      Errors: throws `configuration_error` for everything that is wrong with the server and the options, and
      `std::system_error` if the address cannot be bound. */
  http_service(server<Auth> const& srv, http_options options)
      : options_(checked(srv, std::move(options))),
        shared_{options_.path, entrance(options_), options_.bounds, options_.log, options_.retry} {
    if (!options_.sse_path.empty()) shared_.old_clients = std::make_shared<sse_channels>(options_.sse_path);
    sessions const known = make_sessions(srv.protocol());
    auto const total = std::make_shared<std::atomic<std::size_t>>(0);
    for (unsigned i = 0; i != options_.threads; ++i)
      workers_.push_back(std::make_unique<worker>(shared_, srv, known, total));
    bind();
  }
  http_service(http_service const&) = delete;
  http_service& operator=(http_service const&) = delete;

  ~http_service() { close(); }

  std::uint16_t port() const noexcept { return port_; }

  /** The URL of the endpoint. */
  std::string url() const {
    bool const v6 = options_.address.find(':') != std::string::npos;
    std::string const host = v6 ? "[" + options_.address + "]" : options_.address;
    return "http://" + host + ":" + std::to_string(port_) + options_.path;
  }

  /** Serve until `stop`; the calling thread becomes one of the server's. */
  void run() {
    if (options_.on_ready) options_.on_ready(url());
    std::vector<std::thread> threads;
    for (std::size_t i = 1; i < workers_.size(); ++i)
      threads.emplace_back([this, i] { workers_[i]->run(options_.log); });
    workers_.front()->run(options_.log);
    for (auto& thread : threads) thread.join();
  }

  /** Stop accepting, let requests in flight finish within `drain_timeout`, then make `run` return. */
  void stop() {
    close();
    for (auto& w : workers_) w->stop(options_.bounds.drain_timeout);
  }

  /** Let SIGINT and SIGTERM call `stop`. */
  void stop_on_signals() {
    auto& signals = workers_.front()->signals;
    signals.add(SIGINT);
    signals.add(SIGTERM);
    signals.async_wait([this](error_code ec, int) {
      if (!ec) stop();
    });
  }

private:
  void close() { workers_.front()->transport.close(); }

  // the context is the last member: coroutines must die before what they refer to
  struct worker {
    worker(typename streamable_http<Auth>::settings const& shared, server<Auth> const& srv,
           sessions const& known, http::connection_set::counter const& total)
        : bounds(shared.bounds),
          log(shared.log),
          connections(total),
          transport(shared, srv.auth(),
                    dispatcher{srv.protocol(), known, shared.log, shared.bounds.json_depth}) {}

    void run(logger const& to) {
      transport.attach(context.get_executor());
      boost::asio::co_spawn(context, http::accept_loop(acceptor, transport, bounds, connections, log),
                            boost::asio::detached);
      for (;;) {
        try {
          context.run();
          return;
        } catch (std::exception const& e) {
          to.error("a handler threw", {{"what", e.what()}});
        }
      }
    }

    void stop(std::chrono::milliseconds patience) {
      boost::asio::post(context, [this, patience] {
        if (std::exchange(stopping, true)) return;
        error_code ignored;
        acceptor.close(ignored);
        signals.cancel(ignored);
        boost::asio::co_spawn(context, connections.drain(patience),
                              [this](std::exception_ptr) { context.stop(); });
      });
    }

    limits const& bounds;
    logger const& log;
    http::connection_set connections;
    streamable_http<Auth> transport;
    bool stopping = false;
    boost::asio::io_context context{1};
    boost::asio::ip::tcp::acceptor acceptor{context};
    boost::asio::signal_set signals{context};
  };

  static http_options checked(server<Auth> const& srv, http_options options) {
    std::vector<std::string> mistakes = registration_mistakes(srv.protocol());
    error_code ec;
    boost::asio::ip::make_address(options.address, ec);
    if (ec) mistakes.push_back("address \"" + options.address + "\" is not a literal IPv4 or IPv6 address");
    if (options.threads == 0 || options.threads > 1024) mistakes.push_back("threads must be from 1 to 1024");
    if (!options.path.starts_with('/') || options.path.find_first_of("?# ") != std::string::npos)
      mistakes.push_back("path \"" + options.path + "\" must start with / and have no query");
    if (!options.sse_path.empty() &&
        (!options.sse_path.starts_with('/') || options.sse_path == options.path ||
         options.sse_path.find_first_of("?# ") != std::string::npos))
      mistakes.push_back("sse_path \"" + options.sse_path +
                         "\" must start with /, differ from path and have no query");
    for (auto& wrong : key_mistakes(srv.protocol())) mistakes.push_back(std::move(wrong));
    for (auto const& host : options.allowed_hosts)
      if (!detail::split_authority(host))
        mistakes.push_back("allowed host \"" + host + "\" is not a name with an optional port");
    for (auto const& origin : options.allowed_origins)
      if (!is_origin(origin))
        mistakes.push_back("allowed origin \"" + origin + "\" is not scheme://host[:port]");
    if (!mistakes.empty()) throw configuration_error(std::move(mistakes));
    return options;
  }

  static bool is_origin(std::string_view text) {
    auto const colon = text.find("://");
    return colon != std::string_view::npos && colon != 0 && detail::split_authority(text.substr(colon + 3));
  }

  /** A server that only this machine reaches, or that lets everybody in, must know its names. One that
      listens for others behind a policy may be reached by names we do not know. */
  static guard entrance(http_options const& options) {
    bool const local = boost::asio::ip::make_address(options.address).is_loopback();
    bool const open = std::same_as<typename Auth::identity_type, anonymous>;
    return {options.allowed_hosts, options.allowed_origins, !local && !open && options.allowed_hosts.empty()};
  }

  /** All threads accept on one address; the first bind is exclusive, so that a second server is noticed. */
  void bind() {
    bool const several = workers_.size() > 1;
    port_ = options_.port;
    if (several) {
      auto probe = listen_on(*workers_.front(), false);
      port_ = probe.local_endpoint().port();
    }
    for (auto& w : workers_) {
      w->acceptor = listen_on(*w, several);
      port_ = w->acceptor.local_endpoint().port();
    }
  }

  boost::asio::ip::tcp::acceptor listen_on(worker& w, bool reuse_port) {
    auto made = http::listen(w.context.get_executor(), options_.address, port_, reuse_port);
    if (!made)
      throw std::system_error(made.error(),
                              "cannot listen on " + options_.address + ":" + std::to_string(port_));
    return std::move(*made);
  }

  http_options options_;
  typename streamable_http<Auth>::settings shared_;
  std::vector<std::unique_ptr<worker>> workers_;
  std::uint16_t port_ = 0;
};

/** Serve over HTTP (MCP Streamable HTTP) until SIGINT or SIGTERM, then finish what is in flight.

    Errors: throws `configuration_error` with every mistake there is, or `std::system_error` if the address
    cannot be bound; both before anything is served.
    @par Thread safety
    Blocks the calling thread, which becomes one of the server's threads.
*/
template <auth_policy Auth>
void serve_http(server<Auth> const& srv, http_options options = {}) {
  http_service<server<Auth>> service{srv, std::move(options)};
  service.stop_on_signals();
  service.run();
}

}  // namespace mcpawl
