// mcpawl/transport/serving_view.hpp - what a served server holds at the moment, for observers and probes
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/work_pool.hpp>
#include <mcpawl/http/listener.hpp>
#include <mcpawl/http/tls_slot.hpp>
#include <mcpawl/mcp/offer/server_state.hpp>
#include <mcpawl/mcp/session/budget.hpp>
#include <mcpawl/mcp/session/session_manager.hpp>
#include <mcpawl/mcp/session/session_table.hpp>
#include <mcpawl/observe/observer.hpp>
#include <mcpawl/transport/listener_setup.hpp>
#include <mcpawl/transport/thread_figures.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** The counts of a server, which live as long as somebody looks at them. */
class serving_view final : public server_view {
public:
  serving_view(http::accept_counts counts, session_manager const& known)
      : counts_(std::move(counts)), known_(known) {}

  /** Show one more thread; before it begins. */
  std::shared_ptr<thread_figures> const& add_thread() {
    return threads_.emplace_back(std::make_shared<thread_figures>());
  }
  /** Show the certificate of a listener; before anybody looks. */
  void add_certificate(std::string listener, std::shared_ptr<http::detail::tls_slot const> of) {
    slots_.emplace_back(std::move(listener), std::move(of));
  }

  server_gauges gauges() const override {
    session_table& table = known_.table();
    server_gauges now;
    now.connections = counts_.open->load(std::memory_order_relaxed);
    now.handshakes = counts_.handshakes->load(std::memory_order_relaxed);
    now.sessions = table.size();
    now.subscriptions = table.subscriptions()->load(std::memory_order_relaxed);
    now.streams = table.budget().held(budget_item::streams);
    now.calls = table.budget().held(budget_item::calls);
    now.principals = table.budget().active();
    for (auto const& each : threads_) now.requests += each->requests();
    work_pool const& work = *table.work();
    now.calls_waiting = work.queued();
    now.workers_abandoned = work.abandoned();
    std::size_t const busy = work.busy(), all = work.threads();
    now.workers_busy = busy - std::min(busy, now.workers_abandoned);
    now.workers_idle = all - std::min(all, busy);
    now.phase = phase();
    return now;
  }

  std::vector<std::chrono::nanoseconds> take_loop_lags() const override {
    std::vector<std::chrono::nanoseconds> out;
    for (auto const& each : threads_) out.push_back(each->take_lag());
    return out;
  }
  std::vector<certificate_gauge> certificates() const override {
    std::vector<certificate_gauge> out;
    for (auto const& [listener, slot] : slots_)
      if (auto const now = slot->current()) out.push_back({listener, now->not_after()});
    return out;
  }

  server_phase phase() const noexcept { return phase_.load(std::memory_order_relaxed); }
  /** Go on to a phase, unless it or a later one was reached; tells which it was before, or nothing if nothing has changed. */
  std::optional<server_phase> enter(server_phase next) noexcept {
    server_phase before = phase();
    while (before < next)
      if (phase_.compare_exchange_weak(before, next)) return before;
    return std::nullopt;
  }

private:
  http::accept_counts counts_;
  std::vector<std::shared_ptr<thread_figures>> threads_;
  std::vector<std::pair<std::string, std::shared_ptr<http::detail::tls_slot const>>> slots_;
  mutable session_manager known_;  // only its table is used, which any thread may
  std::atomic<server_phase> phase_ = server_phase::starting;
};

/** What observers have to know of a server before there is anything to observe. */
inline server_record describe_served(server_state const& protocol, std::string_view policy,
                                     std::vector<std::string_view> routes,
                                     std::vector<std::unique_ptr<listener_setup>> const& listeners,
                                     std::shared_ptr<server_view const> view,
                                     std::vector<observer*> observers) {
  server_record out;
  out.name = protocol.info.name;
  out.version = protocol.info.version;
  out.policy = policy;
  for (std::size_t i = 0; i != protocol.tools.size(); ++i) out.tools.push_back(protocol.tools[i].name);
  for (std::size_t i = 0; i != protocol.prompts.size(); ++i) out.prompts.push_back(protocol.prompts[i].name);
  out.routes = std::move(routes);
  for (auto const& each : listeners) out.listeners.push_back(each->rules.name);
  out.view = std::move(view);
  out.observers = std::move(observers);
  return out;
}

}  // namespace mcpawl::detail
