// mcpawl/transport/admin_service.hpp - the listener for probes and metrics, on a thread of its own
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <mcpawl/core/limits.hpp>
#include <mcpawl/core/log.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/connection.hpp>
#include <mcpawl/http/connection_set.hpp>
#include <mcpawl/http/exchange.hpp>
#include <mcpawl/http/listener.hpp>
#include <mcpawl/http/listener_rules.hpp>
#include <mcpawl/http/response.hpp>
#include <mcpawl/observe/observer.hpp>
#include <mcpawl/transport/guard.hpp>
#include <mcpawl/transport/readiness.hpp>
#include <mcpawl/transport/thread_check.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** What the admin listener is asked about. The functions are called on its thread. */
struct admin_questions {
  std::vector<boost::asio::any_io_executor> threads;  ///< The I/O threads, which `/livez` hears of.
  std::function<std::vector<std::string>()>
      not_ready;  ///< Why no requests should come, in sentences; empty if they may.
  std::function<task<std::string>()>
      trial;                         ///< The same after trying what takes a while; empty for nothing to try.
  std::vector<observer*> observers;  ///< Whose metrics are shown.
};

/** Answers `/livez`, `/readyz` and `/metrics`.

    Nobody is authenticated, so the address decides who can ask. `Host` must be an address or `localhost`: a name that a web page
    has made to point here is refused (DNS rebinding). */
class admin_handler {
public:
  explicit admin_handler(admin_questions about, std::chrono::milliseconds patience)
      : about_(std::move(about)), patience_(patience) {
    if (about_.trial) readiness_.emplace(about_.trial);
  }

  task<> operator()(http::exchange& ex) {
    http::request_head const& head = ex.head();
    std::string_view const path = head.path();
    bool const known = path == "/livez" || path == "/readyz" || path == "/metrics";
    int status =
        404;  // one response, made at the end: g++ 12 warns of the members of one that is assigned to another
    std::string text = "nothing here: ask for /livez, /readyz or /metrics\n";
    std::string_view type = "text/plain; charset=utf-8";
    if (!is_address(head)) {
      status = 403;
      text = "ask by an address, or by localhost\n";
    } else if (known && head.method() != "GET" && head.method() != "HEAD") {
      status = 405;
      text = "use GET\n";
    } else if (path == "/livez") {
      auto const back = ask_threads(about_.threads);
      bool const alive = co_await back->wait(patience_);
      status = alive ? 200 : 503;
      text = alive ? "ok\n" : "a thread does not come back\n";
    } else if (path == "/readyz") {
      auto reasons = about_.not_ready();
      if (reasons.empty() && readiness_) {
        std::string why = co_await readiness_->why_not(ex.executor());
        if (!why.empty()) reasons.push_back(std::move(why));
      }
      status = reasons.empty() ? 200 : 503;
      text = reasons.empty() ? "ok\n" : "";
      for (auto const& each : reasons) text += each + '\n';
    } else if (known) {
      status = 200;
      text.clear();
      for (auto* each : about_.observers) each->append_metrics(text);
      type = "text/plain; version=0.0.4; charset=utf-8";
    }
    http::response made(status);
    if (status == 405) made.field("Allow", "GET, HEAD");
    made.field("Cache-Control", "no-store");
    made.body(type, std::move(text));
    co_await ex.respond(std::move(made));
  }

private:
  static bool is_address(http::request_head const& head) {
    auto const host = head.find("host");
    auto const named = host ? split_authority(*host) : std::nullopt;
    if (!named) return false;
    std::string name(named->host);
    if (name.starts_with('[') && name.ends_with(']')) name = name.substr(1, name.size() - 2);
    boost::system::error_code ec;
    boost::asio::ip::make_address(name, ec);
    return !ec || http::iequals(name, "localhost");
  }

  admin_questions about_;
  std::chrono::milliseconds patience_;
  std::optional<readiness> readiness_;
};

/** The admin listener of one server.

    @par Lifetime
    The threads it asks about must have ended, but their contexts must live, when it is destroyed.
    @par Thread safety
    One thread. */
class admin_service {
public:
  /** How long `/livez` waits for the threads. */
  static constexpr std::chrono::milliseconds patience{2'000};

  /** @par Errors
      Throws `std::system_error` if the address cannot be bound. */
  admin_service(std::string const& address, std::uint16_t port, admin_questions about, logger log)
      : bounds_(small()),
        handler_(std::move(about), patience),
        acceptor_(opened(address, port)),
        accepting_(acceptor_, handler_, rules_, bounds_, connections_, counts_, std::move(log)) {
    error_code ignored;
    port_ = acceptor_.local_endpoint(ignored).port();
  }
  admin_service(admin_service const&) = delete;
  admin_service& operator=(admin_service const&) = delete;
  ~admin_service() { stop(); }

  std::uint16_t port() const noexcept { return port_; }

  void start() {
    boost::asio::co_spawn(context_, accepting_.run(), boost::asio::detached);
    thread_ = std::thread([this] {
      try {
        context_.run();
      } catch (std::exception const&) {
        // the probes fail, and whoever restarts servers for that is right
      }
    });
  }

  void stop() {
    if (!thread_.joinable()) return;
    context_.stop();
    thread_.join();
  }

private:
  static limits small() {
    limits out;
    out.connections = 64;
    out.header_bytes = 8 * 1024;
    out.idle_timeout = std::chrono::seconds{60};
    return out;
  }

  boost::asio::ip::tcp::acceptor opened(std::string const& address, std::uint16_t port) {
    auto made = http::listen(context_.get_executor(), address, port);
    if (!made)
      throw std::system_error(made.error(), "cannot listen on " + address + ':' + std::to_string(port) +
                                                " for the admin listener");
    return std::move(*made);
  }

  limits bounds_;
  http::listener_rules rules_;
  http::connection_set connections_;
  http::accept_counts counts_{std::make_shared<std::atomic<std::size_t>>(0),
                              std::make_shared<std::atomic<std::size_t>>(0)};
  admin_handler handler_;
  // coroutines must die before what they refer to
  boost::asio::io_context context_{1};
  boost::asio::ip::tcp::acceptor acceptor_;
  http::accepting<admin_handler> accepting_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace mcpawl::detail
