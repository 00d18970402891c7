// mcpawl/transport/http_server_impl.ipp - the bodies of http_server_impl.hpp
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include <mcpawl/core/async_event.hpp>
#include <mcpawl/core/limits.hpp>
#include <mcpawl/core/log.hpp>
#include <mcpawl/core/sigpipe.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/core/work_pool.hpp>
#include <mcpawl/http/accepted.hpp>
#include <mcpawl/http/connection_set.hpp>
#include <mcpawl/http/descriptor_limit.hpp>
#include <mcpawl/http/io.hpp>
#include <mcpawl/http/listener.hpp>
#include <mcpawl/http/tls_slot.hpp>
#include <mcpawl/mcp/offer/server_state.hpp>
#include <mcpawl/mcp/session/session_manager.hpp>
#include <mcpawl/mcp/session/session_table.hpp>
#include <mcpawl/observe/observation.hpp>
#include <mcpawl/observe/observer.hpp>
#include <mcpawl/observe/pseudonyms.hpp>
#include <mcpawl/transport/admin_service.hpp>
#include <mcpawl/transport/erased_policy.hpp>
#include <mcpawl/transport/guard.hpp>
#include <mcpawl/transport/http_options.hpp>
#include <mcpawl/transport/http_server_impl.hpp>
#include <mcpawl/transport/http_worker.hpp>
#include <mcpawl/transport/legacy_sse.hpp>
#include <mcpawl/transport/listener_setup.hpp>
#include <mcpawl/transport/listening_socket.hpp>
#include <mcpawl/transport/observed_request.hpp>
#include <mcpawl/transport/process_control.hpp>
#include <mcpawl/transport/reloader.hpp>
#include <mcpawl/transport/serving_view.hpp>
#include <mcpawl/transport/streamable_http.hpp>
#include <mcpawl/transport/validate_options.hpp>
#include <mcpawl/version.hpp>

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
#include <thread>
#include <utility>
#include <vector>

namespace mcpawl::detail {

class http_server_impl::impl {
public:
  impl(server_state const& protocol, erased_policy const& policy, bool open, http_options options)
      : protocol_(protocol),
        policy_name_(policy.name()),
        policy_(policy.copy()),
        open_(open),
        loopback_only_(policy.loopback_only()),
        options_(std::move(options)),
        listeners_(validate_options(protocol, policy, loopback_only_, options_)),
        shared_{options_.path, host_guards(options_, listeners_, open), limits(), options_.log,
                options_.retry} {
    keep_within_descriptors(options_);
    if (!options_.observers.empty()) {
      secret key = options_.hash_key.empty() ? pseudonyms::random_key() : std::move(options_.hash_key);
      observed_.emplace(options_.observers, std::move(key));
      shared_.observed = &*observed_;
    }
    for (auto const& each : listeners_) {
      each->rules.observed = shared_.observed;
      each->rules.name = each->name();
      shared_.listener_names.push_back(each->rules.name);
    }
    shared_.bounds = options_.bounds;
    shared_.allowed_headers = options_.allowed_headers;
    shared_.loopback_only = !loopback_only_.empty();
    shared_.routes = options_.routes;
    if (!options_.sse_path.empty())
      shared_.legacy_clients = std::make_shared<legacy_sse>(options_.sse_path, options_.bounds);
    session_manager known = make_session_manager(protocol, options_.bounds);
    known.share(protocol, options_.log);
    shared_sessions_ = known.shared();
    work_ = known.table().work();
    view_ = std::make_shared<serving_view>(counts_, known);
    if (observed_) be_observed(known.table());
    for (unsigned i = 0; i != options_.threads; ++i)
      workers_.push_back(std::make_unique<http_worker>(shared_, protocol, policy, known, counts_.open,
                                                       options_.executor,
                                                       observed_ ? view_->add_thread() : nullptr));
    if (shared_sessions_) shared_sessions_->attach(workers_.front()->executor);
    workers_.front()->sweeper.emplace(workers_.front()->executor, known.table());
    http_worker& first = *workers_.front();
    for (auto const& each : listeners_)
      sockets_.push_back(std::make_unique<listening_socket>(open_socket(*each, first.executor), *each, first,
                                                            shared_.bounds, counts_, options_.log, hooks()));
    if (options_.admin) open_admin();
    reloader_.emplace(listeners_, *policy_, policy_name_, shared_.observed, options_.log);
  }

  impl(impl const&) = delete;
  impl& operator=(impl const&) = delete;
  ~impl() {
    close();
    if (shared_sessions_) shared_sessions_->close();
  }

  std::uint16_t port() const noexcept { return sockets_.front()->port; }

  std::string url() const { return listeners_.front()->url(port(), options_.path); }
  std::vector<std::string> urls() const {
    std::vector<std::string> all;
    for (std::size_t i = 0; i != listeners_.size(); ++i)
      all.push_back(listeners_[i]->url(sockets_[i]->port, options_.path));
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
    only.sweeper->stop();
    if (only.meter) only.meter->stop();
    co_await only.connections.drain(self->options_.bounds.drain_timeout);
    auto const deadline = self->stopped_.load() + self->options_.bounds.drain_timeout;
    constexpr std::chrono::milliseconds short_while{10};
    bool idle = self->work_->wait_until_idle(work_pool::time_point());
    while (!idle && std::chrono::steady_clock::now() < deadline) {
      co_await http::detail::pause_for(only.executor, short_while);
      idle = self->work_->wait_until_idle(work_pool::time_point());
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
  /** Have what happens on no I/O thread told, too. */
  void be_observed(session_table& table) {
    work_->tell_waits([this](std::chrono::nanoseconds waited) {
      observed_->tell(&observer::on_call_wait, call_wait_record{waited});
    });
    auto const ends = std::make_shared<session_observer>(*observed_);
    table.tell_ends([ends](ended_session const& which) { (*ends)(which); });
    for (auto const& each : listeners_)
      if (each->rules.tls) view_->add_certificate(each->rules.name, each->rules.tls);
  }

  /** Tell everybody that it begins. */
  void begin() {
    tell_listening();
    if (shared_.loopback_only) options_.log.warning("loopback_only", {{"reason", loopback_only_}});
    if (observed_)
      observed_->tell(&observer::on_server,
                      describe_served(protocol_, policy_name_, options_, listeners_, view_));
    if (admin_) admin_->start();
    enter(server_phase::ready);
  }

  /** Wait for calls on threads of the pool, and tell the service manager of them; false if that took too long. */
  bool wait_for_work(work_pool::time_point deadline) {
    constexpr std::chrono::milliseconds now_and_then{500};
    for (;;) {
      auto const next = std::min(deadline, std::chrono::steady_clock::now() + now_and_then);
      if (work_->wait_until_idle(next)) return true;
      if (std::chrono::steady_clock::now() >= deadline) return false;
      if (control_) control_->left(work_->busy(), "calls run");
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
    work_->close();
    std::size_t cut = 0;
    for (auto const& each : workers_) cut += each->connections.cut();
    finished_ = idle && cut == 0;
    if (shared_sessions_) shared_sessions_->close();
    if (admin_) admin_->stop();
    enter(server_phase::stopped);
  }

  /** Go on to a phase; none comes twice, nor after one that is later. */
  void enter(server_phase next) {
    auto const before = view_->enter(next);
    if (before && observed_) observed_->tell(&observer::on_phase, *before, next);
  }

  void open_admin() {
    admin_questions about;
    for (auto const& each : workers_) about.threads.push_back(each->executor);
    about.observers = options_.observers;
    about.not_ready = [this] {
      std::vector<std::string> reasons;
      auto const phase = view_->phase();
      if (phase != server_phase::ready) reasons.push_back("the server is " + std::string(to_string(phase)));
      if (!policy_->ready()) reasons.emplace_back("the policy cannot decide yet: it has no keys");
      return reasons;
    };
    about.trial = [this] { return policy_->probe(); };
    admin_ = std::make_unique<admin_service>(options_.admin->address, options_.admin->port, std::move(about),
                                             options_.log);
  }

  void close() { workers_.front()->transport.close(); }

  /** Say where the server listens, and with what. */
  void tell_listening() const {
    std::string const tools = std::to_string(protocol_.tools.size());
    std::string const resources = std::to_string(protocol_.resources.size());
    std::string const templates = std::to_string(protocol_.templates.size());
    std::string const prompts = std::to_string(protocol_.prompts.size());
    auto const all = urls();
    for (std::size_t i = 0; i != all.size(); ++i) {
      std::string const& at = all[i];
      options_.log.info("listening", {{"url", at},
                                      {"policy", policy_name_},
                                      {"tools", tools},
                                      {"resources", resources},
                                      {"templates", templates},
                                      {"prompts", prompts},
                                      {"version", MCPAWL_VERSION_STRING}});
      if (open_ && !listeners_[i]->is_loopback() && !listeners_[i]->is_unix())
        options_.log.warning(
            "open_to_everybody",
            {{"url", at},
             {"reason",
              "there is no policy that tells callers apart, and other machines reach the address"}});
    }
    if (admin_) {
      bool const v6 = options_.admin->address.find(':') != std::string::npos;
      std::string at = "http://";
      at.append(v6 ? "[" : "").append(options_.admin->address).append(v6 ? "]:" : ":");
      at += std::to_string(admin_->port());
      options_.log.info("admin_listening", {{"url", at}});
    }
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

  server_state const& protocol_;
  std::string policy_name_;
  std::unique_ptr<erased_policy> policy_;  // never attached: it is asked how it is, and told to reload
  bool open_;
  std::string loopback_only_;
  http_options options_;
  std::optional<observation> observed_;  // empty where nobody observes; all that follows refers to it
  std::vector<std::unique_ptr<listener_setup>> listeners_;  // connections of all threads refer to their rules
  streamable_http::settings shared_;
  http::accept_counts counts_{std::make_shared<std::atomic<std::size_t>>(0),
                              std::make_shared<std::atomic<std::size_t>>(0)};
  std::shared_ptr<shared_sessions> shared_sessions_;  // null where there are no other instances
  std::shared_ptr<work_pool> work_;
  std::shared_ptr<serving_view> view_;
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

MCPAWL_DECL http_server_impl::http_server_impl(server_state const& protocol, erased_policy const& policy,
                                               bool open, http_options options)
    : impl_(std::make_shared<impl>(protocol, policy, open, std::move(options))) {}
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
