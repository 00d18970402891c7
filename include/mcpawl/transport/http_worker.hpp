// mcpawl/transport/http_worker.hpp - one thread of a server, with its connections
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <mcpawl/core/limits.hpp>
#include <mcpawl/core/log.hpp>
#include <mcpawl/http/accepted.hpp>
#include <mcpawl/http/connection.hpp>
#include <mcpawl/http/connection_set.hpp>
#include <mcpawl/mcp/protocol/dispatcher.hpp>
#include <mcpawl/mcp/session/session_sweeper.hpp>
#include <mcpawl/transport/endpoint_router.hpp>
#include <mcpawl/transport/served_endpoint.hpp>
#include <mcpawl/transport/streamable_http.hpp>
#include <mcpawl/transport/thread_figures.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** A thread's connections and its copy of the policy; or, on an executor of the user's, those of the whole server.

    @par Thread safety
    Its thread, but for the constructor, `run` and `stop`. */
class http_worker {
public:
  /** @param servers  at least one; they and `paths` must outlive it, as `bounds` and `log`
      @param foreign  where it runs; empty for a context of its own
      @param figures  for observers; null where nobody observes */
  http_worker(std::vector<std::unique_ptr<served_endpoint>> const& servers, endpoint_paths const& paths,
              limits const& bounds, logger const& log, http::connection_set::counter const& total,
              boost::asio::any_io_executor foreign, std::shared_ptr<thread_figures> const& figures = {})
      : bounds_(bounds), log_(log), connections(total), transport(transports_of(servers), paths) {
    executor = context.get_executor();
    if (foreign)
      executor = std::move(foreign);
    else
      first_.emplace(context);
    if (!figures) return;
    transport.show(*figures);
    meter.emplace(executor, figures);
  }

  /** Serve a connection; `keep` lives as long. */
  void serve(http::accepted one, std::shared_ptr<void const> keep = {}) {
    auto serving = http::serve_connection(std::move(one), executor, transport, bounds_, connections, log_);
    boost::asio::co_spawn(executor, std::move(serving), [keep = std::move(keep)](std::exception_ptr) {});
  }

  void begin() {
    transport.attach(executor);
    for (auto const& each : sweepers) each->start();
    if (meter) meter->start();
  }

  /** Run a context of its own until `stop`. */
  void run() {
    begin();
    for (;;) {
      try {
        context.run();
        return;
      } catch (std::exception const& e) {
        log_.error("handler_failed", {{"reason", e.what()}});
      }
    }
  }

  /** Let each response be the last one of its connection. From any thread. */
  void part() {
    boost::asio::post(context, [this] { connections.part(); });
  }

  /** Drain the connections, and end `run`. From any thread. */
  void stop(std::chrono::milliseconds patience) {
    boost::asio::post(context, [this, patience] {
      stop_timers();
      boost::asio::co_spawn(context, connections.drain(patience),
                            [this](std::exception_ptr) { context.stop(); });
    });
  }

  void stop_timers() {
    for (auto const& each : sweepers) each->stop();
    if (meter) meter->stop();
  }

private:
  static std::vector<std::unique_ptr<streamable_http>> transports_of(
      std::vector<std::unique_ptr<served_endpoint>> const& servers) {
    std::vector<std::unique_ptr<streamable_http>> made;
    for (auto const& each : servers) {
      streamable_http_settings const& with = each->shared;
      json_limits const json{with.bounds.json_depth, with.bounds.json_members};
      made.push_back(std::make_unique<streamable_http>(
          with, each->source.policy->copy(), dispatcher{each->protocol(), each->known, with.log, json}));
    }
    return made;
  }

  limits const& bounds_;
  logger const& log_;

public:
  http::connection_set connections;
  endpoint_router transport;
  boost::asio::any_io_executor executor;
  // behind what its coroutines refer to: they die before that
  boost::asio::io_context context{1};
  // a thread without connections waits for those that it is given
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> waiting{context.get_executor()};
  std::vector<std::unique_ptr<session_sweeper>> sweepers;  // of one thread, for all
  std::optional<loop_meter> meter;                         // empty where nobody observes

private:
  // has the context open its descriptors at the start and not when a connection comes, which would lack them then
  std::optional<boost::asio::steady_timer> first_;
};

}  // namespace mcpawl::detail
