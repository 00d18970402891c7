// mcpawl/observe/prometheus.hpp - metrics of a server for Prometheus
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/observe/metric_families.hpp>
#include <mcpawl/observe/metric_page.hpp>
#include <mcpawl/observe/metric_series.hpp>
#include <mcpawl/observe/observer.hpp>
#include <mcpawl/observe/process_metrics.hpp>
#include <mcpawl/version.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl {

/** Counts what servers do, and shows it as Prometheus reads it.

    The values of labels are of closed sets: registered names, the methods of MCP, codes of ours, and `_other` for all else. Never a
    principal, an address, a session, a URI, or a name that a client made up. There are 10 000 series at most.

    @code
    mcpawl::prometheus metrics;
    mcpawl::serve_http(srv, {.observers = {&metrics}, .admin = mcpawl::admin_options{}});   // http://127.0.0.1:9090/metrics
    @endcode

    @par Lifetime
    As of an observer; and `append_metrics` is not called while a server that it observes is being destroyed, which the admin
    listener sees to.
    @par Thread safety
    Any thread. A thread that counts writes memory of its own, without a lock; the page sums up what all threads have. What a thread
    has counted stays when it ends. */
class prometheus final : public observer {
public:
  prometheus() = default;

  void on_server(server_record const& server) override {
    std::lock_guard const lock{mutex_};
    servers_.push_back({server.view, server.observers});
  }

  void on_request(request_record const& r) override {
    std::array<char, 4> digits;
    auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), r.status).ptr;
    std::string_view const status(digits.data(), static_cast<std::size_t>(end - digits.data()));
    auto const& [lasted, received, sent] =
        table_.together(metric::request_bytes, {r.route, r.http_method, status}, [&] {
          return table::group{&table_.series(metric::request_seconds, {r.route, r.http_method, status}),
                              &table_.series(metric::request_bytes, {r.route}),
                              &table_.series(metric::response_bytes, {r.route})};
        });
    table::observe(metric::request_seconds, *lasted, seconds(r.duration));
    table::observe(metric::request_bytes, *received, static_cast<double>(r.request_bytes));
    table::observe(metric::response_bytes, *sent, static_cast<double>(r.response_bytes));
    if (r.of_policy) table_.count(metric::oauth_requests, {endpoint_of(r.route), result_of(r.status)});
  }
  void on_call(call_record const& c) override {
    auto const& o = c.operation;
    auto const& [lasted, messages, none] = table_.together(
        metric::operation_seconds, {o.method, o.tool, o.prompt, o.error_type, o.protocol_version}, [&] {
          return table::group{
              &table_.series(metric::operation_seconds, {o.method, o.tool, o.prompt, o.error_type}),
              &table_.series(metric::messages, {o.protocol_version, "request"})};
        });
    table::observe(metric::operation_seconds, *lasted, seconds(c.duration));
    messages->count(1);
  }
  void on_message(message_record const& m) override {
    table_.count(metric::messages, {m.protocol_version, m.kind});
  }
  void on_call_wait(call_wait_record const& w) override {
    table_.observe(metric::call_wait_seconds, {}, seconds(w.duration));
  }
  void on_reload(reload_record const& r) override {
    table_.count(metric::reloads, {r.what, r.errors == 0 ? "ok" : "failed"});
  }
  void on_client_request(client_request_record const& r) override {
    std::string const status = r.status == 0 ? std::string() : std::to_string(r.status);
    table_.observe(metric::client_seconds,
                   {r.http_method, r.of_options ? r.host : table::other, status, r.error_type},
                   seconds(r.duration));
  }
  void on_denial(denial_record const& d) override { table_.count(metric::denials, {d.policy, d.code}); }
  void on_refusal(refusal_record const& r) override { table_.count(metric::refusals, {r.bound}); }
  void on_connection(connection_record const& c) override {
    if (c.what == connection_record::event::opened) table_.count(metric::connections, {c.listener}, c.count);
    if (c.what == connection_record::event::shed)
      table_.count(metric::connections_shed, {c.listener}, c.count);
  }
  void on_handshake(handshake_record const& h) override {
    table_.count(metric::handshakes, {h.listener, h.result});
  }
  void on_session(session_record const& s) override {
    bool const opened = s.what == session_record::event::opened;
    bool const evicted = s.reason == "evicted";
    table_.count(metric::sessions, {opened ? "opened" : evicted ? "evicted" : "ended", s.protocol_version});
    // what was evicted goes on, perhaps, and then ends later
    if (opened || evicted) return;
    table_.observe(metric::session_seconds,
                   {s.protocol_version, s.reason == "client" ? std::string_view() : s.reason},
                   seconds(s.duration));
  }
  void on_key_fetch(key_fetch_record const& k) override {
    using outcome = key_fetch_record::outcome;
    std::string_view const result = k.result == outcome::changed     ? "changed"
                                    : k.result == outcome::unchanged ? "unchanged"
                                                                     : "failed";
    table_.count(metric::key_fetches, {k.issuer, result});
    if (k.result == outcome::failed) return;
    std::lock_guard const lock{mutex_};
    if (keys_.size() < max_issuers || keys_.contains(std::string(k.issuer)))
      keys_[std::string(k.issuer)] = std::chrono::steady_clock::now();
  }
  void on_token_cache(token_cache_record const& t) override {
    table_.count(metric::token_cache, {t.hit ? "hit" : "miss"});
  }
  void on_store(store_record const& s) override {
    table_.observe(metric::store_seconds, {s.operation, s.result}, seconds(s.duration));
  }
  void on_grant(grant_record const& g) override { table_.count(metric::grants, {g.event}); }

  /** Append the page. */
  bool append_metrics(std::string& text) override {
    append_counted(text);
    append_held(text);
    append_process(text);
    return true;
  }

  /** All that was counted, for exporters, and since when. */
  detail::metric_table const& counted() const noexcept { return table_; }
  std::chrono::system_clock::time_point counted_since() const noexcept { return began_; }

  /** The page, for who serves it by other means than the admin listener. Its type is `text/plain; version=0.0.4`. */
  std::string text() {
    std::string out;
    append_metrics(out);
    return out;
  }

private:
  using metric = detail::metric;
  using table = detail::metric_table;
  using labels = std::vector<detail::metric_page::label>;
  static constexpr std::size_t max_issuers = 64;

  struct served {
    std::weak_ptr<server_view const> view;
    std::vector<observer*> observers;
  };

  static double seconds(std::chrono::nanoseconds t) noexcept {
    return std::chrono::duration<double>(t).count();
  }

  /** The last part of a path: that of an endpoint, whatever the path of the server. */
  static std::string_view endpoint_of(std::string_view path) noexcept {
    if (path.find("/.well-known/") != std::string_view::npos) return "metadata";
    for (std::string_view const known :
         {"register", "authorize", "callback", "token", "revoke", "introspect"})
      if (path.ends_with(known) && path[path.size() - known.size() - 1] == '/') return known;
    return detail::metric_table::other;
  }
  static std::string_view result_of(int status) noexcept {
    if (status == 429) return "too_many";
    return status == 0 || status >= 500 ? "failed" : status >= 400 ? "refused" : "ok";
  }

  void append_counted(std::string& text) const {
    detail::metric_page page(text);
    std::size_t last = detail::metric_count;
    for (auto const& [key, total] : table_.totals()) {
      std::size_t const i = detail::metric_table::family_of(key);
      auto const& family = detail::metric_families[i];
      if (std::exchange(last, i) != i)
        page.begin(family.name, family.buckets.empty() ? "counter" : "histogram", family.help);
      std::array<std::string, 4> values;
      labels with;
      for (std::size_t n = 0; n != family.label_count(); ++n) {
        values[n] = table_.symbol(key, n);
        // an empty label is the same as none
        if (!values[n].empty()) with.emplace_back(family.labels[n], values[n]);
      }
      if (family.buckets.empty())
        page.sample(family.name, {}, with, static_cast<double>(total.count));
      else
        append_histogram(page, family, with, total);
    }
  }
  static void append_histogram(detail::metric_page& page, detail::metric_family const& family,
                               labels const& with, detail::metric_total const& total) {
    std::uint64_t below = 0;
    std::string bound;
    for (std::size_t b = 0; b != total.buckets.size(); ++b) {
      below += total.buckets[b];
      bound.clear();
      detail::metric_page::append_number(bound, family.buckets[b]);
      labels each = with;
      each.emplace_back("le", bound);
      page.sample(family.name, "_bucket", each, static_cast<double>(below));
    }
    // the threads go on counting while they are summed up
    auto const count = static_cast<double>(std::max(below, total.count));
    labels all = with;
    all.emplace_back("le", "+Inf");
    page.sample(family.name, "_bucket", all, count);
    page.sample(family.name, "_sum", with, total.sum);
    page.sample(family.name, "_count", with, count);
  }

  struct sink_losses {
    std::uint64_t dropped = 0, failures = 0;
  };

  /** What the servers hold, and what their sinks have lost. */
  void append_held(std::string& text) {
    server_gauges all;
    std::array<std::size_t, 4> phases{};
    std::vector<std::chrono::nanoseconds> lags;
    std::vector<certificate_gauge> certificates;
    std::map<std::string, sink_losses, std::less<>> lost;
    std::map<std::string, std::chrono::steady_clock::time_point> keys;
    {
      std::lock_guard const lock{mutex_};
      keys = keys_;
      std::vector<observer*> asked;
      std::erase_if(servers_, [](served const& s) { return s.view.expired(); });
      for (auto const& each : servers_) {
        auto const view = each.view.lock();
        if (!view) continue;
        auto const now = view->gauges();
        all.connections += now.connections;
        all.handshakes += now.handshakes;
        all.sessions += now.sessions;
        all.subscriptions += now.subscriptions;
        all.streams += now.streams;
        all.calls += now.calls;
        all.calls_waiting += now.calls_waiting;
        all.requests += now.requests;
        all.principals += now.principals;
        all.workers_busy += now.workers_busy;
        all.workers_idle += now.workers_idle;
        all.workers_abandoned += now.workers_abandoned;
        for (auto const lag : view->take_loop_lags()) lags.push_back(lag);
        for (auto& each_certificate : view->certificates())
          certificates.push_back(std::move(each_certificate));
        ++phases[static_cast<std::size_t>(now.phase)];
        for (auto* o : each.observers) {
          if (std::find(asked.begin(), asked.end(), o) != asked.end()) continue;
          asked.push_back(o);
          auto const of = o->lost();
          if (of.sink.empty()) continue;
          auto& sum = lost[std::string(of.sink)];
          sum.dropped += of.dropped;
          sum.failures += of.failures;
        }
      }
    }
    detail::metric_page page(text);
    auto const gauge = [&page](std::string_view name, std::string_view help, std::size_t value) {
      page.begin(name, "gauge", help);
      page.sample(name, {}, labels(), static_cast<double>(value));
    };
    auto const by_state = [&page](std::string_view name, std::string_view help,
                                  std::initializer_list<std::pair<std::string_view, std::size_t>> values) {
      page.begin(name, "gauge", help);
      for (auto const& [state, value] : values)
        page.sample(name, {}, labels{{"state", state}}, static_cast<double>(value));
    };
    auto const less = [](std::size_t all_of, std::size_t part) { return all_of - std::min(all_of, part); };
    std::size_t const busy = std::min(all.requests, all.connections);
    by_state("mcpawl_connections", "Open connections.",
             {{"handshake", all.handshakes},
              {"idle", less(less(all.connections, all.handshakes), busy)},
              {"busy", busy}});
    gauge("http_server_active_requests", "HTTP requests that are being answered, event streams included.",
          all.requests);
    gauge("mcpawl_principals_active", "Callers that hold a call, a stream or a session.", all.principals);
    gauge("mcpawl_sessions", "Sessions in memory.", all.sessions);
    gauge("mcpawl_subscriptions", "Open streams of subscriptions/listen.", all.subscriptions);
    gauge("mcpawl_streams", "Open event streams of clients that listen.", all.streams);
    by_state("mcpawl_calls", "Calls of coroutines and of blocking functions.",
             {{"running", less(all.calls, all.calls_waiting)}, {"waiting", all.calls_waiting}});
    by_state("mcpawl_workers", "Threads for blocking calls.",
             {{"busy", all.workers_busy}, {"idle", all.workers_idle}, {"abandoned", all.workers_abandoned}});
    if (!lags.empty()) {
      page.begin("mcpawl_loop_lag_seconds", "gauge",
                 "How late the event loop of a thread was at worst since the last scrape.");
      for (std::size_t i = 0; i != lags.size(); ++i) {
        std::string const number = std::to_string(i);
        page.sample("mcpawl_loop_lag_seconds", {}, labels{{"thread", number}}, seconds(lags[i]));
      }
    }
    append_certificates(page, certificates);
    page.begin("mcpawl_state", "gauge", "Servers in each state.");
    for (std::size_t i = 0; i != phases.size(); ++i)
      page.sample("mcpawl_state", {}, labels{{"state", to_string(static_cast<server_phase>(i))}},
                  static_cast<double>(phases[i]));
    for (auto const& [sink, of] : lost) {
      // spans are no records
      std::string const name =
          "mcpawl_" + sink + (sink == "spans" ? "_dropped_total" : "_records_dropped_total");
      page.begin(name, "counter", "Records for which there was no room.");
      page.sample(name, {}, labels{{"reason", "full"}}, static_cast<double>(of.dropped));
    }
    if (!lost.empty()) {
      page.begin("mcpawl_export_failures_total", "counter",
                 "Attempts to write or to send records that failed.");
      for (auto const& [sink, of] : lost)
        page.sample("mcpawl_export_failures_total", {}, labels{{"exporter", sink}},
                    static_cast<double>(of.failures));
    }
    if (keys.empty()) return;
    page.begin("mcpawl_keys_age_seconds", "gauge", "Since an issuer's keys were last fetched.");
    auto const now = std::chrono::steady_clock::now();
    for (auto const& [issuer, since] : keys)
      page.sample("mcpawl_keys_age_seconds", {}, labels{{"issuer", issuer}}, seconds(now - since));
  }

  static void append_certificates(detail::metric_page& page, std::vector<certificate_gauge> const& all) {
    // two servers may listen under one name: of these the certificate that ends first counts
    std::map<std::string_view, std::int64_t> ends;
    for (auto const& each : all) {
      auto const [at, made] = ends.try_emplace(each.listener, each.not_after);
      if (!made) at->second = std::min(at->second, each.not_after);
    }
    if (ends.empty()) return;
    page.begin("mcpawl_tls_not_after_seconds", "gauge", "When a listener's certificate ends, since 1970.");
    for (auto const& [listener, end] : ends)
      page.sample("mcpawl_tls_not_after_seconds", {}, labels{{"listener", listener}},
                  static_cast<double>(end));
  }

  static void append_process(std::string& text) {
    detail::metric_page page(text);
    auto const figures = detail::process_figures::now();
    page.begin("mcpawl_build_info", "gauge", "The version of mcpawl.");
    page.sample("mcpawl_build_info", {}, labels{{"version", MCPAWL_VERSION_STRING}}, 1);
    auto const one = [&page](std::string_view name, std::string_view type, std::string_view help,
                             double value) {
      page.begin(name, type, help);
      page.sample(name, {}, labels(), value);
    };
    one("process_cpu_seconds_total", "counter", "CPU time of the process.", figures.cpu_seconds);
    one("process_resident_memory_bytes", "gauge", "Memory in use.", figures.resident_bytes);
    one("process_open_fds", "gauge", "Open descriptors.", figures.open_fds);
    one("process_max_fds", "gauge", "The most descriptors that may be open.", figures.max_fds);
    one("process_start_time_seconds", "gauge", "When the process began, since 1970.",
        figures.start_time_seconds);
  }

  std::chrono::system_clock::time_point const began_ = std::chrono::system_clock::now();
  detail::metric_table table_;
  std::mutex mutex_;
  std::vector<served> servers_;
  std::map<std::string, std::chrono::steady_clock::time_point> keys_;
};

}  // namespace mcpawl
