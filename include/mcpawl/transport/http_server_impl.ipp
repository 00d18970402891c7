// mcpawl/transport/http_server_impl.ipp - the bodies of http_server_impl.hpp
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <mcpawl/core/limits.hpp>
#include <mcpawl/core/log.hpp>
#include <mcpawl/core/sigpipe.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/core/work_pool.hpp>
#include <mcpawl/http/accepted.hpp>
#include <mcpawl/http/connection.hpp>
#include <mcpawl/http/connection_set.hpp>
#include <mcpawl/http/descriptor_limit.hpp>
#include <mcpawl/http/io.hpp>
#include <mcpawl/http/listener.hpp>
#include <mcpawl/http/tls_slot.hpp>
#include <mcpawl/http/unix_listener.hpp>
#include <mcpawl/mcp/offer/server_state.hpp>
#include <mcpawl/mcp/protocol/dispatcher.hpp>
#include <mcpawl/mcp/session/session_manager.hpp>
#include <mcpawl/mcp/session/session_sweeper.hpp>
#include <mcpawl/observe/observation.hpp>
#include <mcpawl/observe/observer.hpp>
#include <mcpawl/observe/pseudonyms.hpp>
#include <mcpawl/transport/admin_service.hpp>
#include <mcpawl/transport/erased_policy.hpp>
#include <mcpawl/transport/guard.hpp>
#include <mcpawl/transport/http_options.hpp>
#include <mcpawl/transport/http_server_impl.hpp>
#include <mcpawl/transport/legacy_sse.hpp>
#include <mcpawl/transport/listener_setup.hpp>
#include <mcpawl/transport/serving_view.hpp>
#include <mcpawl/transport/streamable_http.hpp>
#include <mcpawl/transport/validate_options.hpp>
#include <mcpawl/version.hpp>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace mcpawl::detail {

class http_server_impl::impl {
public:
  impl(server_state const& protocol, erased_policy const& policy, bool open, http_options options)
      : protocol_(protocol),
        policy_name_(policy.name()),
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
    if (!options_.sse_path.empty())
      shared_.legacy_clients = std::make_shared<legacy_sse>(options_.sse_path, options_.bounds);
    session_manager known = make_session_manager(protocol, options_.bounds);
    work_ = known.table().work();
    view_ = std::make_shared<serving_view>(counts_, known);
    for (unsigned i = 0; i != options_.threads; ++i)
      workers_.push_back(std::make_unique<worker>(shared_, protocol, policy, known, counts_.open));
    workers_.front()->sweeper.emplace(workers_.front()->context.get_executor(), known.table());
    for (auto const& each : listeners_) sockets_.push_back(open_socket(*each));
    if (options_.admin) open_admin(policy);
  }

  impl(impl const&) = delete;
  impl& operator=(impl const&) = delete;
  ~impl() { close(); }

  std::uint16_t port() const noexcept { return sockets_.front()->port; }

  std::string url() const { return listeners_.front()->url(port(), options_.path); }
  std::vector<std::string> urls() const {
    std::vector<std::string> all;
    for (std::size_t i = 0; i != listeners_.size(); ++i)
      all.push_back(listeners_[i]->url(sockets_[i]->port, options_.path));
    return all;
  }

  void run() {
    sigpipe_ignored const quiet;
    tell_listening();
    if (shared_.loopback_only) options_.log.warning("loopback_only", {{"reason", loopback_only_}});
    if (observed_)
      observed_->tell(&observer::on_server,
                      describe_served(protocol_, policy_name_, options_, listeners_, view_));
    if (admin_) admin_->start();
    enter(server_phase::ready);
    for (auto const& each : sockets_)
      boost::asio::co_spawn(workers_.front()->context, each->accepting.run(), boost::asio::detached);
    if (options_.on_ready) options_.on_ready(url());
    std::vector<std::thread> threads;
    for (std::size_t i = 1; i < workers_.size(); ++i) threads.emplace_back([this, i] { run(*workers_[i]); });
    run(*workers_.front());
    for (auto& thread : threads) thread.join();
    // calls whose client left may still work; what does not end in time keeps what it needs
    work_->wait_until_idle(stopped_.load() + options_.bounds.drain_timeout);
    work_->close();
    if (admin_) admin_->stop();
    enter(server_phase::stopped);
  }

  void stop() {
    stopped_ = std::chrono::steady_clock::now();
    close();
    enter(server_phase::draining);
    // the thread that accepts hands out what waits, and then tells the others, itself included
    boost::asio::post(workers_.front()->context, [this] {
      if (std::exchange(stopping_, true)) return;
      for (auto const& each : sockets_) {
        each->accepting.finish();
        if (each->file) each->file->remove();
      }
      for (auto& w : workers_) w->stop(options_.bounds.drain_timeout);
    });
  }

  std::vector<std::string> reload() {
    auto const errors = read_certificates();
    note_reload(errors.all);
    return errors.all;
  }

  void stop_on_signals() {
    worker& first = *workers_.front();
    first.signals.add(SIGINT);
    first.signals.add(SIGTERM);
    first.signals.async_wait([this](error_code ec, int) {
      if (!ec) stop();
    });
    bool reloadable = false;
    for (auto const& each : listeners_) reloadable = reloadable || each->rules.tls;
    // without anything to read again, a terminal that is closed ends the server as it ends other programs
    if (!reloadable) return;
    first.hangups.add(SIGHUP);
    boost::asio::co_spawn(first.context, reload_on_hangup(), boost::asio::detached);
  }

  std::uint16_t admin_port() const noexcept { return admin_ ? admin_->port() : std::uint16_t(0); }

private:
  struct worker;

  /** Go on to a phase; none comes twice, nor after one that is later. */
  void enter(server_phase next) {
    auto const before = view_->enter(next);
    if (before && observed_) observed_->tell(&observer::on_phase, *before, next);
  }

  void open_admin(erased_policy const& policy) {
    admin_questions about;
    for (auto const& each : workers_) about.threads.push_back(each->context.get_executor());
    about.observers = options_.observers;
    about.not_ready = [this, asked = std::shared_ptr<erased_policy>(policy.copy())] {
      std::vector<std::string> reasons;
      auto const phase = view_->phase();
      if (phase != server_phase::ready) reasons.push_back("the server is " + std::string(to_string(phase)));
      if (!asked->ready()) reasons.emplace_back("the policy cannot decide yet: it has no keys");
      return reasons;
    };
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

  void run(worker& each) { each.run(options_.log); }

  /** Read all certificates again; each listener whose files are good uses the new ones. */
  http::detail::tls_errors read_certificates() {
    std::lock_guard const lock(reloading_);
    http::detail::tls_errors all;
    for (auto const& each : listeners_) {
      if (!each->rules.tls) continue;
      auto errors = each->rules.tls->reload();
      for (auto& wrong : errors.all) all.all.push_back(std::move(wrong));
      all.mismatch = all.mismatch || errors.mismatch;
    }
    return all;
  }

  void note_reload(std::vector<std::string> const& errors) const {
    if (errors.empty()) options_.log.info("certificates_reloaded");
    for (auto const& wrong : errors) options_.log.error("certificates_not_reloaded", {{"reason", wrong}});
  }

  task<> reload_on_hangup() {
    auto& hangups = workers_.front()->hangups;
    auto const executor = workers_.front()->context.get_executor();
    for (;;) {
      error_code ec;
      co_await hangups.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ec));
      if (ec) co_return;
      auto errors = read_certificates();
      // who renews a certificate writes two files, one after the other
      for (int i = 0; errors.mismatch && i != 10; ++i) {
        co_await http::detail::pause_for(executor, std::chrono::milliseconds{500});
        errors = read_certificates();
      }
      note_reload(errors.all);
    }
  }

  /** Hand a connection to the next thread in turn; false if that is the one that accepts. */
  bool deal(http::accepted& one) {
    std::size_t const turn = next_++ % workers_.size();
    if (turn == 0) return false;
    worker& to = *workers_[turn];
    boost::asio::post(to.context, [&to, one = std::move(one)]() mutable { to.serve(std::move(one)); });
    return true;
  }

  /** Have every thread but the one that accepts do something with its connections. */
  void elsewhere(std::function<void(http::connection_set&)> const& what) {
    for (std::size_t i = 1; i < workers_.size(); ++i)
      boost::asio::post(workers_[i]->context, [&w = *workers_[i], what] { what(w.connections); });
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

    void serve(http::accepted one) {
      auto serving =
          http::serve_connection(std::move(one), context.get_executor(), transport, bounds, connections, log);
      boost::asio::co_spawn(context, std::move(serving), boost::asio::detached);
    }

    void run(logger const& to) {
      transport.attach(context.get_executor());
      if (sweeper) sweeper->start();
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
        error_code ignored;
        signals.cancel(ignored);
        hangups.cancel(ignored);
        if (sweeper) sweeper->stop();
        boost::asio::co_spawn(context, connections.drain(patience),
                              [this](std::exception_ptr) { context.stop(); });
      });
    }

    limits const& bounds;
    logger const& log;
    http::connection_set connections;
    streamable_http transport;
    boost::asio::io_context context{1};
    // a thread without connections waits for those that it is given
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> waiting{context.get_executor()};
    boost::asio::signal_set signals{context};
    boost::asio::signal_set hangups{context};
    std::optional<session_sweeper> sweeper;  // one for all threads
  };

  /** A socket that connections are accepted from; it must end before the context of its thread. */
  struct listening {
    listening(boost::asio::ip::tcp::acceptor opened, std::optional<http::detail::unix_socket_file> path,
              listener_setup const& setup, impl& of)
        : file(std::move(path)),
          acceptor(std::move(opened)),
          accepting(acceptor, of.workers_.front()->transport, setup.rules, of.shared_.bounds,
                    of.workers_.front()->connections, of.counts_, of.options_.log, of.hooks()) {
      error_code ignored;
      if (!file) port = acceptor.local_endpoint(ignored).port();
    }

    std::optional<http::detail::unix_socket_file> file;
    boost::asio::ip::tcp::acceptor acceptor;
    http::accepting<streamable_http> accepting;
    std::uint16_t port = 0;
  };

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

  /** One socket for all threads: what waits in it is handed out before it closes. Of one for each thread, as
      SO_REUSEPORT allows, the system resets what waits when it is closed. */
  std::unique_ptr<listening> open_socket(listener_setup const& setup) {
    auto const executor = workers_.front()->context.get_executor();
    auto const failed = [&](error_code ec) {
      std::string const port = setup.is_unix() ? "" : ":" + std::to_string(setup.options.port);
      throw std::system_error(ec, "cannot listen on " + setup.options.address + port);
    };
    if (!setup.is_unix()) {
      auto made = http::listen(executor, setup.options.address, setup.options.port);
      if (!made) failed(made.error());
      return std::make_unique<listening>(std::move(*made), std::nullopt, setup, *this);
    }
    auto made = http::detail::listen_unix(setup.unix_path(), setup.options.unix_mode);
    if (!made) failed(made.error());
    boost::asio::ip::tcp::acceptor acceptor(executor);
    acceptor.assign(boost::asio::ip::tcp::v4(), made->socket.get());
    made->socket.release();
    return std::make_unique<listening>(std::move(acceptor), std::move(made->file), setup, *this);
  }

  http::accept_hooks hooks() {
    http::accept_hooks made;
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
  bool open_;
  std::string loopback_only_;
  http_options options_;
  std::optional<observation> observed_;  // empty where nobody observes; all that follows refers to it
  std::vector<std::unique_ptr<listener_setup>> listeners_;  // connections of all threads refer to their rules
  streamable_http::settings shared_;
  http::accept_counts counts_{std::make_shared<std::atomic<std::size_t>>(0),
                              std::make_shared<std::atomic<std::size_t>>(0)};
  std::shared_ptr<work_pool> work_;
  std::shared_ptr<serving_view> view_;
  std::atomic<work_pool::time_point> stopped_ = work_pool::time_point();
  std::mutex reloading_;
  bool stopping_ = false;  // of the thread that accepts, like the next one
  std::size_t next_ = 0;
  std::vector<std::unique_ptr<worker>> workers_;
  std::vector<std::unique_ptr<listening>> sockets_;
  std::unique_ptr<admin_service> admin_;  // which asks about the workers
};

MCPAWL_DECL http_server_impl::http_server_impl(server_state const& protocol, erased_policy const& policy,
                                               bool open, http_options options)
    : impl_(std::make_unique<impl>(protocol, policy, open, std::move(options))) {}
MCPAWL_DECL http_server_impl::~http_server_impl() = default;

MCPAWL_DECL std::uint16_t http_server_impl::port() const noexcept { return impl_->port(); }
MCPAWL_DECL std::string http_server_impl::url() const { return impl_->url(); }
MCPAWL_DECL std::vector<std::string> http_server_impl::urls() const { return impl_->urls(); }
MCPAWL_DECL std::vector<std::string> http_server_impl::reload() { return impl_->reload(); }
MCPAWL_DECL std::uint16_t http_server_impl::admin_port() const noexcept { return impl_->admin_port(); }
MCPAWL_DECL void http_server_impl::run() { impl_->run(); }
MCPAWL_DECL void http_server_impl::stop() { impl_->stop(); }
MCPAWL_DECL void http_server_impl::stop_on_signals() { impl_->stop_on_signals(); }

}  // namespace mcpawl::detail
