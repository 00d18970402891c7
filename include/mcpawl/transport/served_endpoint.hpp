// mcpawl/transport/served_endpoint.hpp - one of the servers behind the listeners of a process: where it is, and whose it is
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include <mcpawl/core/work_pool.hpp>
#include <mcpawl/http/listener.hpp>
#include <mcpawl/mcp/offer/server_state.hpp>
#include <mcpawl/mcp/session/session_manager.hpp>
#include <mcpawl/mcp/session/session_table.hpp>
#include <mcpawl/mcp/session/shared_sessions.hpp>
#include <mcpawl/observe/observation.hpp>
#include <mcpawl/observe/observer.hpp>
#include <mcpawl/transport/endpoint_source.hpp>
#include <mcpawl/transport/guard.hpp>
#include <mcpawl/transport/http_options.hpp>
#include <mcpawl/transport/legacy_sse.hpp>
#include <mcpawl/transport/observed_request.hpp>
#include <mcpawl/transport/serving_view.hpp>
#include <mcpawl/transport/streamable_http_settings.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** What all threads know of one server that is served.

    @par Lifetime
    Must outlive the threads; the server must outlive it.
    @par Thread safety
    Only read while it is served, but for what says otherwise itself. */
class served_endpoint {
public:
  /** @param counts  of connections, where it shows them to observers; of several servers one does
      @param guards  one for each listener */
  served_endpoint(endpoint_source from, http_options const& options, observation const* observed,
                  std::vector<guard> guards, http::accept_counts counts)
      : source(std::move(from)),
        policy_name(source.policy->name()),
        loopback_only(source.policy->loopback_only()),
        shared{source.path, std::move(guards), source.options.bounds.value_or(options.bounds), options.log,
               options.retry},
        known(make_session_manager(*source.protocol, shared.bounds)),
        view(std::make_shared<serving_view>(std::move(counts), known)) {
    known.share(*source.protocol, options.log);
    shared.observed = observed;
    shared.loopback_only = !loopback_only.empty();
    shared.allowed_headers = options.allowed_headers;
    auto const& more = source.options.allowed_headers;
    shared.allowed_headers.insert(shared.allowed_headers.end(), more.begin(), more.end());
    if (!source.options.sse_path.empty())
      shared.legacy_clients = std::make_shared<legacy_sse>(source.options.sse_path, shared.bounds);
    if (observed == nullptr) return;
    known.table().work()->tell_waits([observed](std::chrono::nanoseconds waited) {
      observed->tell(&observer::on_call_wait, call_wait_record{waited});
    });
    auto const ends = std::make_shared<session_observer>(*observed);
    known.table().tell_ends([ends](ended_session const& which) { (*ends)(which); });
  }
  served_endpoint(served_endpoint const&) = delete;
  served_endpoint& operator=(served_endpoint const&) = delete;

  server_state const& protocol() const noexcept { return *source.protocol; }
  work_pool& work() const noexcept { return *known.table().work(); }

  /** Hear of other instances of it, where there are some, on an executor of one thread; until `leave_others`. */
  void attach(boost::asio::any_io_executor executor) const {
    if (known.shared()) known.shared()->attach(std::move(executor));
  }
  void leave_others() const noexcept {
    if (known.shared()) known.shared()->close();
  }

  /** End what would wait for ever: open streams, requests to clients. From any thread. */
  void close() const {
    known.table().close();
    if (shared.legacy_clients) shared.legacy_clients->close();
  }

  endpoint_source const source;
  std::string const policy_name;
  std::string const loopback_only;
  streamable_http_settings shared;
  mutable session_manager known;  // of this one only the table is used, which any thread may
  std::shared_ptr<serving_view> const view;
};

}  // namespace mcpawl::detail
