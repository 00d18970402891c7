// mcpawl/transport/http_server_impl.ipp - the bodies of http_server_impl.hpp
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>

#include <mcpawl/core/configuration_error.hpp>
#include <mcpawl/core/limits.hpp>
#include <mcpawl/core/log.hpp>
#include <mcpawl/core/sigpipe.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/core/work_pool.hpp>
#include <mcpawl/http/connection_set.hpp>
#include <mcpawl/http/descriptor_limit.hpp>
#include <mcpawl/http/fields.hpp>
#include <mcpawl/http/listener.hpp>
#include <mcpawl/mcp/offer/registration.hpp>
#include <mcpawl/mcp/offer/server_state.hpp>
#include <mcpawl/mcp/protocol/dispatcher.hpp>
#include <mcpawl/mcp/session/session_manager.hpp>
#include <mcpawl/mcp/session/session_sweeper.hpp>
#include <mcpawl/transport/erased_policy.hpp>
#include <mcpawl/transport/guard.hpp>
#include <mcpawl/transport/http_options.hpp>
#include <mcpawl/transport/http_server_impl.hpp>
#include <mcpawl/transport/legacy_sse.hpp>
#include <mcpawl/transport/streamable_http.hpp>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace mcpawl::detail {

class http_server_impl::impl {
public:
  impl(server_state const& protocol, erased_policy const& policy, bool open, http_options options)
      : loopback_only_(policy.loopback_only()),
        options_(within_descriptors(checked(protocol, loopback_only_, std::move(options)))),
        shared_{options_.path, host_guard(options_, open), options_.bounds, options_.log, options_.retry} {
    shared_.allowed_headers = options_.allowed_headers;
    shared_.loopback_only = !loopback_only_.empty();
    if (!options_.sse_path.empty())
      shared_.legacy_clients = std::make_shared<legacy_sse>(options_.sse_path, options_.bounds);
    session_manager known = make_session_manager(protocol, options_.bounds);
    work_ = known.table().work();
    auto const total = std::make_shared<std::atomic<std::size_t>>(0);
    for (unsigned i = 0; i != options_.threads; ++i)
      workers_.push_back(std::make_unique<worker>(shared_, protocol, policy, known, total));
    workers_.front()->sweeper.emplace(workers_.front()->context.get_executor(), known.table());
    bind();
  }

  impl(impl const&) = delete;
  impl& operator=(impl const&) = delete;
  ~impl() { close(); }

  std::uint16_t port() const noexcept { return port_; }

  std::string url() const {
    bool const v6 = options_.address.find(':') != std::string::npos;
    std::string const host = v6 ? "[" + options_.address + "]" : options_.address;
    return "http://" + host + ":" + std::to_string(port_) + options_.path;
  }

  void run() {
    sigpipe_ignored const quiet;
    if (shared_.loopback_only) options_.log.warning("loopback_only", {{"reason", loopback_only_}});
    if (options_.on_ready) options_.on_ready(url());
    std::vector<std::thread> threads;
    for (std::size_t i = 1; i < workers_.size(); ++i) threads.emplace_back([this, i] { run(*workers_[i]); });
    run(*workers_.front());
    for (auto& thread : threads) thread.join();
    // calls whose client left may still work; what does not end in time keeps what it needs
    work_->wait_until_idle(stopped_.load() + options_.bounds.drain_timeout);
    work_->close();
  }

  void stop() {
    stopped_ = std::chrono::steady_clock::now();
    close();
    for (auto& w : workers_) w->stop(options_.bounds.drain_timeout);
  }

  void stop_on_signals() {
    auto& signals = workers_.front()->signals;
    signals.add(SIGINT);
    signals.add(SIGTERM);
    signals.async_wait([this](error_code ec, int) {
      if (!ec) stop();
    });
  }

private:
  struct worker;

  void close() { workers_.front()->transport.close(); }

  void run(worker& each) {
    each.run(options_.log, [this, &each](std::size_t count) {
      for (auto& other : workers_)
        if (other.get() != &each)
          boost::asio::post(other->context, [&other, count] { other->connections.shed(count); });
    });
  }

  // the context is the last member: coroutines must die before what they refer to
  struct worker {
    worker(streamable_http::settings const& shared, server_state const& protocol, erased_policy const& policy,
           session_manager const& known, http::connection_set::counter const& total)
        : bounds(shared.bounds),
          log(shared.log),
          connections(total),
          transport(
              shared, policy.copy(),
              dispatcher{
                  protocol, known, shared.log, {shared.bounds.json_depth, shared.bounds.json_members}}) {}

    void run(logger const& to, std::function<void(std::size_t)> shed_elsewhere) {
      transport.attach(context.get_executor());
      if (sweeper) sweeper->start();
      auto accepting =
          http::accept_loop(acceptor, transport, bounds, connections, log, std::move(shed_elsewhere));
      boost::asio::co_spawn(context, std::move(accepting), boost::asio::detached);
      for (;;) {
        try {
          context.run();
          return;
        } catch (std::exception const& e) {
          to.error("handler_failed", {{"reason", e.what()}});
        }
      }
    }

    void stop(std::chrono::milliseconds patience) {
      boost::asio::post(context, [this, patience] {
        if (std::exchange(stopping, true)) return;
        error_code ignored;
        acceptor.close(ignored);
        signals.cancel(ignored);
        if (sweeper) sweeper->stop();
        boost::asio::co_spawn(context, connections.drain(patience),
                              [this](std::exception_ptr) { context.stop(); });
      });
    }

    limits const& bounds;
    logger const& log;
    http::connection_set connections;
    streamable_http transport;
    bool stopping = false;
    boost::asio::io_context context{1};
    boost::asio::ip::tcp::acceptor acceptor{context};
    boost::asio::signal_set signals{context};
    std::optional<session_sweeper> sweeper;  // one for all threads
  };

  static http_options checked(server_state const& protocol, std::string const& loopback_only,
                              http_options options) {
    std::vector<std::string> errors = registration_errors(protocol);
    std::size_t const registered = errors.size();
    error_code ec;
    auto const address = boost::asio::ip::make_address(options.address, ec);
    if (ec) errors.push_back("address \"" + options.address + "\" is not a literal IPv4 or IPv6 address");
    if (!ec && !loopback_only.empty() && !address.is_loopback())
      errors.push_back("address \"" + options.address +
                       "\" can be reached by other machines; it must be 127.0.0.1 or ::1, because " +
                       loopback_only);
    if (options.threads == 0 || options.threads > 1024) errors.push_back("threads must be from 1 to 1024");
    if (!options.path.starts_with('/') || options.path.find_first_of("?# ") != std::string::npos)
      errors.push_back("path \"" + options.path + "\" must start with / and have no query");
    if (!options.sse_path.empty() &&
        (!options.sse_path.starts_with('/') || options.sse_path == options.path ||
         options.sse_path.find_first_of("?# ") != std::string::npos))
      errors.push_back("sse_path \"" + options.sse_path +
                       "\" must start with /, differ from path and have no query");
    for (auto& wrong : key_errors(protocol)) errors.push_back(std::move(wrong));
    for (auto const& host : options.allowed_hosts)
      if (!detail::split_authority(host))
        errors.push_back("allowed host \"" + host + "\" is not a name with an optional port");
    for (auto const& origin : options.allowed_origins)
      if (!guard::is_origin(origin))
        errors.push_back("allowed origin \"" + origin + "\" is not scheme://host[:port]");
    for (auto const& name : options.allowed_headers)
      if (!http::is_token(name))
        errors.push_back("allowed header \"" + name + "\" is not the name of a header");
    if (errors.empty()) return options;
    if (registered == 0) throw configuration_error(std::move(errors));
    std::string place(offer_place);
    if (registered != errors.size()) place += " and in the settings";
    throw configuration_error(std::move(errors), place);
  }

  /** Connections beyond what there are descriptors for would not be shed, only refused by the system. */
  static http_options within_descriptors(http_options options) {
    std::size_t const asked = options.bounds.connections;
    options.bounds.connections = http::make_room_for_connections(asked);
    if (options.bounds.connections < asked) {
      std::string const possible = std::to_string(options.bounds.connections);
      std::string const wanted = std::to_string(asked);
      options.log.warning("connections_limited", {{"reason", "the hard limit of open files is too low"},
                                                  {"connections", possible},
                                                  {"asked", wanted}});
    }
    return options;
  }

  /** A server that only this machine reaches, or that lets everybody in, must know its names. One that
      listens for others behind a policy may be reached by names we do not know. */
  static guard host_guard(http_options const& options, bool open) {
    bool const local = boost::asio::ip::make_address(options.address).is_loopback();
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

  std::string loopback_only_;
  http_options options_;
  streamable_http::settings shared_;
  std::shared_ptr<work_pool> work_;
  std::atomic<work_pool::time_point> stopped_ = work_pool::time_point();
  std::vector<std::unique_ptr<worker>> workers_;
  std::uint16_t port_ = 0;
};

MCPAWL_DECL http_server_impl::http_server_impl(server_state const& protocol, erased_policy const& policy,
                                               bool open, http_options options)
    : impl_(std::make_unique<impl>(protocol, policy, open, std::move(options))) {}
MCPAWL_DECL http_server_impl::~http_server_impl() = default;

MCPAWL_DECL std::uint16_t http_server_impl::port() const noexcept { return impl_->port(); }
MCPAWL_DECL std::string http_server_impl::url() const { return impl_->url(); }
MCPAWL_DECL void http_server_impl::run() { impl_->run(); }
MCPAWL_DECL void http_server_impl::stop() { impl_->stop(); }
MCPAWL_DECL void http_server_impl::stop_on_signals() { impl_->stop_on_signals(); }

}  // namespace mcpawl::detail
