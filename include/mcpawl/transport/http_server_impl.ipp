// mcpawl/transport/http_server_impl.ipp - the bodies of http_server_impl.hpp
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include <mcpawl/core/async_event.hpp>
#include <mcpawl/core/log.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/core/sigpipe.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/core/work_pool.hpp>
#include <mcpawl/http/accepted.hpp>
#include <mcpawl/http/connection_set.hpp>
#include <mcpawl/http/descriptor_limit.hpp>
#include <mcpawl/http/io.hpp>
#include <mcpawl/http/listener.hpp>
#include <mcpawl/mcp/session/session_sweeper.hpp>
#include <mcpawl/observe/observation.hpp>
#include <mcpawl/observe/observer.hpp>
#include <mcpawl/observe/pseudonyms.hpp>
#include <mcpawl/transport/admin_service.hpp>
#include <mcpawl/transport/endpoint_router.hpp>
#include <mcpawl/transport/endpoint_source.hpp>
#include <mcpawl/transport/http_options.hpp>
#include <mcpawl/transport/http_server_impl.hpp>
#include <mcpawl/transport/http_worker.hpp>
#include <mcpawl/transport/listener_setup.hpp>
#include <mcpawl/transport/listening_log.hpp>
#include <mcpawl/transport/listening_socket.hpp>
#include <mcpawl/transport/process_control.hpp>
#include <mcpawl/transport/reloader.hpp>
#include <mcpawl/transport/served_endpoint.hpp>
#include <mcpawl/transport/serving_view.hpp>
#include <mcpawl/transport/validate_endpoints.hpp>
#include <mcpawl/transport/validate_options.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace mcpawl::detail {

class http_server_impl::impl {
public:
  impl(std::vector<endpoint_source> servers, http_options options)
      : options_(std::move(options)), listeners_(validate_options(servers, options_)) {
    keep_within_descriptors(options_);
    if (!options_.observers.empty()) {
      secret key = options_.hash_key.empty() ? pseudonyms::random_key() : std::move(options_.hash_key);
      observed_.emplace(options_.observers, std::move(key));
    }
    for (auto const& each : listeners_) {
      each->rules.observed = observed_ ? &*observed_ : nullptr;
      each->rules.name = each->name();
    }
    host_all(std::move(servers));
    serving_view& view = *servers_.front()->view;
    for (auto const& each : listeners_)
      if (observed_ && each->rules.tls) view.add_certificate(each->rules.name, each->rules.tls);
    for (unsigned i = 0; i != options_.threads; ++i)
      workers_.push_back(std::make_unique<http_worker>(servers_, paths_, options_.bounds, options_.log,
                                                       counts_.open, options_.executor,
                                                       observed_ ? view.add_thread() : nullptr));
    http_worker& first = *workers_.front();
    for (auto const& each : servers_) {
      each->attach(first.executor);
      first.sweepers.push_back(std::make_unique<session_sweeper>(first.executor, each->known.table()));
    }
    for (auto const& each : listeners_)
      sockets_.push_back(std::make_unique<listening_socket>(open_socket(*each, first.executor), *each, first,
                                                            options_.bounds, counts_, options_.log, hooks()));
    if (options_.admin) open_admin();
    std::vector<reloaded_policy> policies;
    for (auto const& each : servers_) policies.push_back({each->source.policy.get(), each->policy_name});
    reloader_.emplace(listeners_, std::move(policies), observed_ ? &*observed_ : nullptr, options_.log);
  }

  impl(impl const&) = delete;
  impl& operator=(impl const&) = delete;
  ~impl() {
    close();
    for (auto const& each : servers_) each->leave_others();
  }

  std::uint16_t port() const noexcept { return sockets_.front()->port; }

  std::string url() const { return url_of(*servers_.front(), 0); }
  std::vector<std::string> urls() const {
    std::vector<std::string> all;
    for (auto const& each : servers_)
      for (std::size_t i = 0; i != listeners_.size(); ++i) all.push_back(url_of(*each, i));
    return all;
  }

  void run() {
    if (options_.executor) throw std::logic_error("mcpawl: a server with an executor runs by serve()");
    sigpipe_ignored const quiet;
    begin();
    for (auto const& each : sockets_)
      boost::asio::co_spawn(workers_.front()->executor, each->accepting.run(), boost::asio::detached);
    if (options_.on_ready) options_.on_ready(url());
    std::vector<std::thread> threads;
    for (std::size_t i = 1; i < workers_.size(); ++i) threads.emplace_back([this, i] { workers_[i]->run(); });
    workers_.front()->run();
    for (auto& thread : threads) thread.join();
    // calls whose client left may still work; what does not end in time keeps what it needs
    note_end(wait_for_work(stopped_.load() + options_.bounds.drain_timeout));
    if (control_) control_->end();
  }

  /** The same on the executor of the options. What is left of connections at the end keeps `self`. */
  static task<> serve(std::shared_ptr<impl> self) {
    if (!self->options_.executor)
      throw std::logic_error("mcpawl: a server without an executor runs by run()");
    http_worker& only = *self->workers_.front();
    self->keep_ = self;
    self->begin();
    only.begin();
    for (auto const& each : self->sockets_)
      boost::asio::co_spawn(only.executor, each->accepting.run(), [self](std::exception_ptr) {});
    if (self->options_.on_ready) self->options_.on_ready(self->url());
    co_await self->asked_->wait();
    auto const delay = self->options_.bounds.drain_delay;
    only.connections.part();
    if (delay.count() > 0) co_await http::detail::pause_for(only.executor, delay);
    self->finish_accepting();
    only.stop_timers();
    co_await only.connections.drain(self->options_.bounds.drain_timeout);
    auto const deadline = self->stopped_.load() + self->options_.bounds.drain_timeout;
    constexpr std::chrono::milliseconds short_while{10};
    bool idle = self->is_idle_by(work_pool::time_point());
    while (!idle && std::chrono::steady_clock::now() < deadline) {
      co_await http::detail::pause_for(only.executor, short_while);
      idle = self->is_idle_by(work_pool::time_point());
    }
    self->note_end(idle);
    // what was cancelled hears of it before the caller goes on
    co_await http::detail::let_others_run(only.executor);
  }

  void stop() {
    auto const delay = options_.bounds.drain_delay;
    stopped_ = std::chrono::steady_clock::now() + delay;
    if (delay.count() <= 0) close();
    enter(server_phase::draining);
    if (options_.executor) return asked_->notify();
    // the thread that accepts hands out what waits, and then tells the others, itself included
    boost::asio::post(workers_.front()->context, [this, delay] {
      if (std::exchange(stopping_, true)) return;
      if (control_) control_->stopping();
      if (delay.count() <= 0) return finish_all();
      for (auto& w : workers_) w->part();
      boost::asio::co_spawn(workers_.front()->context, finish_later(delay), boost::asio::detached);
    });
  }

  /** Nobody is interested any more. */
  void leave() {
    if (!keep_.expired()) stop();
  }

  bool finished() const noexcept { return finished_; }

  std::vector<std::string> reload() { return reloader_->reload(); }

  void stop_on_signals() {
    if (options_.executor)
      throw std::logic_error("mcpawl: signals belong to the program whose executor the server runs on");
    process_hooks hooks;
    hooks.stop = [this] { stop(); };
    hooks.reload = [this] { return reloader_->reload_patiently(workers_.front()->executor); };
    hooks.reloadable = reloader_->useful();
    hooks.url = url();
    hooks.connections = [open = counts_.open] { return open->load(std::memory_order_relaxed); };
    for (auto const& each : workers_) hooks.threads.push_back(each->executor);
    control_ = std::make_shared<process_control>(workers_.front()->context, std::move(hooks), options_.log);
    control_->start();
  }

  std::uint16_t admin_port() const noexcept { return admin_ ? admin_->port() : std::uint16_t(0); }

private:
  /** Make what threads know of each server, and where it is. */
  void host_all(std::vector<endpoint_source> servers) {
    bool const open =
        std::any_of(servers.begin(), servers.end(), [](endpoint_source const& each) { return each.open; });
    for (auto& each : servers) {
      auto guards = host_guards(options_, each.options, listeners_, open);
      http::accept_counts const counts = servers_.empty() ? counts_ : no_counts();
      if (servers.size() > 1)
        for (auto const& path : paths_of(each)) paths_.emplace(path, servers_.size());
      servers_.push_back(std::make_unique<served_endpoint>(
          std::move(each), options_, observed_ ? &*observed_ : nullptr, std::move(guards), counts));
      streamable_http_settings& shared = servers_.back()->shared;
      for (auto const& listener : listeners_) shared.listener_names.push_back(listener->rules.name);
      shared.shares_listeners = servers.size() > 1;
    }
    servers_.front()->shared.routes = options_.routes;
  }

  static http::accept_counts no_counts() {
    return {std::make_shared<std::atomic<std::size_t>>(0), std::make_shared<std::atomic<std::size_t>>(0)};
  }

  std::string url_of(served_endpoint const& of, std::size_t listener) const {
    return listeners_[listener]->url(sockets_[listener]->port, of.source.path);
  }

  /** Tell everybody that it begins. */
  void begin() {
    tell_listening();
    for (auto const& each : servers_) {
      if (each->shared.loopback_only)
        options_.log.warning("loopback_only", {{"reason", each->loopback_only}});
      if (observed_) observed_->tell(&observer::on_server, describe(*each));
    }
    if (admin_) admin_->start();
    enter(server_phase::ready);
  }

  /** What observers have to know of a server; the first brings what is common to all. */
  server_record describe(served_endpoint const& of) const {
    bool const first = &of == servers_.front().get();
    static std::vector<std::unique_ptr<listener_setup>> const none;
    std::vector<std::string_view> routes{of.source.path};
    if (!of.source.options.sse_path.empty()) routes.emplace_back(of.source.options.sse_path);
    for (auto const& each : of.shared.routes) routes.emplace_back(each.path());
    return describe_served(of.protocol(), of.policy_name, std::move(routes), first ? listeners_ : none,
                           of.view, options_.observers);
  }

  /** Whether no blocking work is left by a point in time. */
  bool is_idle_by(work_pool::time_point deadline) const {
    return std::all_of(servers_.begin(), servers_.end(),
                       [&](auto const& each) { return each->work().wait_until_idle(deadline); });
  }

  /** Wait for calls on threads of the pools, and tell the service manager of them; false if that took too long. */
  bool wait_for_work(work_pool::time_point deadline) {
    constexpr std::chrono::milliseconds now_and_then{500};
    for (;;) {
      auto const next = std::min(deadline, std::chrono::steady_clock::now() + now_and_then);
      if (is_idle_by(next)) return true;
      if (std::chrono::steady_clock::now() >= deadline) return false;
      std::size_t busy = 0;
      for (auto const& each : servers_) busy += each->work().busy();
      if (control_) control_->left(busy, "calls run");
    }
  }

  /** Accept no more, once what waits has been handed out. */
  void finish_accepting() {
    close();
    for (auto const& each : sockets_) each->finish();
  }

  void finish_all() {
    finish_accepting();
    for (auto& w : workers_) w->stop(options_.bounds.drain_timeout);
  }

  task<> finish_later(std::chrono::milliseconds delay) {
    auto const executor = workers_.front()->executor;
    co_await http::detail::pause_for(executor, delay);
    finish_all();
  }

  /** All threads have ended, or the executor has no connection left. */
  void note_end(bool idle) {
    std::size_t cut = 0;
    for (auto const& each : servers_) each->work().close();
    for (auto const& each : workers_) cut += each->connections.cut();
    finished_ = idle && cut == 0;
    for (auto const& each : servers_) each->leave_others();
    if (admin_) admin_->stop();
    enter(server_phase::stopped);
  }

  /** Go on to a phase; none comes twice, nor after one that is later. */
  void enter(server_phase next) {
    auto const before = servers_.front()->view->enter(next);
    for (std::size_t i = 1; i != servers_.size(); ++i) servers_[i]->view->enter(next);
    if (before && observed_) observed_->tell(&observer::on_phase, *before, next);
  }

  void open_admin() {
    admin_questions about;
    for (auto const& each : workers_) about.threads.push_back(each->executor);
    about.observers = options_.observers;
    about.not_ready = [this] {
      std::vector<std::string> reasons;
      auto const phase = servers_.front()->view->phase();
      if (phase != server_phase::ready) reasons.push_back("the server is " + std::string(to_string(phase)));
      for (auto const& each : servers_)
        if (!each->source.policy->ready())
          reasons.push_back("the policy" + of_which(*each) + " cannot decide yet: it has no keys");
      return reasons;
    };
    about.trial = [this] { return probe_all(*this); };
    admin_ = std::make_unique<admin_service>(options_.admin->address, options_.admin->port, std::move(about),
                                             options_.log);
  }

  /** What is wrong with the first policy whose trial fails. */
  static task<std::string> probe_all(impl const& self) {
    for (auto const& each : self.servers_) {
      auto probing = each->source.policy->probe();
      std::string why = co_await std::move(probing);
      if (!why.empty()) co_return why;
    }
    co_return std::string();
  }
  /** For sentences: which of several servers it is. */
  std::string of_which(served_endpoint const& which) const {
    return servers_.size() == 1 ? std::string() : " of " + which.source.path;
  }

  void close() {
    for (auto const& each : servers_) each->close();
  }

  /** Say where the servers listen, and with what. */
  void tell_listening() const {
    for (auto const& each : servers_)
      for (std::size_t i = 0; i != listeners_.size(); ++i)
        log_listening(*each, *listeners_[i], url_of(*each, i), options_.log);
    if (admin_) log_admin_listening(options_.admin->address, admin_->port(), options_.log);
  }

  /** Hand a connection to the next thread in turn; false if that is the one that accepts. */
  bool deal(http::accepted& one) {
    std::size_t const turn = next_++ % workers_.size();
    if (turn == 0) return false;
    http_worker& to = *workers_[turn];
    boost::asio::post(to.context, [&to, one = std::move(one)]() mutable { to.serve(std::move(one)); });
    return true;
  }

  /** Have every thread but the one that accepts do something with its connections. */
  void elsewhere(std::function<void(http::connection_set&)> const& what) {
    for (std::size_t i = 1; i < workers_.size(); ++i)
      boost::asio::post(workers_[i]->context, [&w = *workers_[i], what] { what(w.connections); });
  }

  /** Connections beyond what there are descriptors for would not be shed, only refused by the system. */
  static void keep_within_descriptors(http_options& options) {
    std::size_t const asked = options.bounds.connections;
    options.bounds.connections = http::make_room_for_connections(asked);
    if (options.bounds.connections < asked) {
      std::string const possible = std::to_string(options.bounds.connections);
      std::string const wanted = std::to_string(asked);
      options.log.warning("connections_limited", {{"reason", "the hard limit of open files is too low"},
                                                  {"connections", possible},
                                                  {"asked", wanted}});
    }
  }

  http::accept_hooks hooks() {
    http::accept_hooks made;
    if (options_.executor)
      made.deal = [this](http::accepted& one) {
        workers_.front()->serve(std::move(one), keep_.lock());
        return true;
      };
    if (options_.threads == 1) return made;
    made.deal = [this](http::accepted& one) { return deal(one); };
    made.shed_elsewhere = [this](std::size_t count) {
      elsewhere([this, count](http::connection_set& set) {
        std::size_t const closed = set.shed(count);
        if (closed != 0 && observed_)
          observed_->tell(&observer::on_connection,
                          connection_record{connection_record::event::shed, {}, closed});
      });
    };
    made.shed_handshakes_elsewhere = [this](std::chrono::milliseconds least) {
      elsewhere([least](http::connection_set& set) { set.shed_handshake(least); });
    };
    return made;
  }

  http_options options_;
  std::optional<observation> observed_;  // empty where nobody observes; all that follows refers to it
  std::vector<std::unique_ptr<listener_setup>> listeners_;  // connections of all threads refer to their rules
  http::accept_counts counts_ = no_counts();
  std::vector<std::unique_ptr<served_endpoint>>
      servers_;  // the views of the first show what is common to all
  endpoint_paths paths_;
  std::atomic<work_pool::time_point> stopped_ = work_pool::time_point();
  std::optional<reloader> reloader_;
  std::shared_ptr<async_event> asked_ = std::make_shared<async_event>();  // on a foreign executor: to stop
  std::weak_ptr<impl> keep_;                                              // what connections there keep
  bool finished_ = true;
  bool stopping_ = false;  // of the thread that accepts, like the next one
  std::size_t next_ = 0;
  std::vector<std::unique_ptr<http_worker>> workers_;
  std::vector<std::unique_ptr<listening_socket>> sockets_;
  std::unique_ptr<admin_service> admin_;  // which asks about the workers
  std::shared_ptr<process_control> control_;
};

MCPAWL_DECL http_server_impl::http_server_impl(std::vector<endpoint_source> servers, http_options options)
    : impl_(std::make_shared<impl>(std::move(servers), std::move(options))) {}
MCPAWL_DECL http_server_impl::~http_server_impl() { impl_->leave(); }

MCPAWL_DECL std::uint16_t http_server_impl::port() const noexcept { return impl_->port(); }
MCPAWL_DECL std::string http_server_impl::url() const { return impl_->url(); }
MCPAWL_DECL std::vector<std::string> http_server_impl::urls() const { return impl_->urls(); }
MCPAWL_DECL std::vector<std::string> http_server_impl::reload() { return impl_->reload(); }
MCPAWL_DECL std::uint16_t http_server_impl::admin_port() const noexcept { return impl_->admin_port(); }
MCPAWL_DECL void http_server_impl::run() { impl_->run(); }
MCPAWL_DECL task<> http_server_impl::serve() { return impl::serve(impl_); }
MCPAWL_DECL bool http_server_impl::finished() const noexcept { return impl_->finished(); }
MCPAWL_DECL void http_server_impl::stop() { impl_->stop(); }
MCPAWL_DECL void http_server_impl::stop_on_signals() { impl_->stop_on_signals(); }

}  // namespace mcpawl::detail
