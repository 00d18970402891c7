// mcpawl/otlp_exporter.ipp - the bodies of otlp_exporter.hpp
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <mcpawl/core/configuration_error.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/core/separate.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/fetch.hpp>
#include <mcpawl/http/tls.hpp>
#include <mcpawl/http/url.hpp>
#include <mcpawl/http_client.ipp>
#include <mcpawl/observe/otlp_metrics.hpp>
#include <mcpawl/observe/otlp_span.hpp>
#include <mcpawl/observe/prometheus.hpp>
#include <mcpawl/otlp_exporter.hpp>
#include <mcpawl/otlp_options.ipp>

#include <signal.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <iterator>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif

namespace mcpawl {

class otlp_exporter::impl {
public:
  /** @param counted  null: there are no metrics */
  impl(otlp_options options, prometheus const* counted)
      : options_(detail::validated(std::move(options))),
        target_(*http::origin_url::parse(options_.url)),
        metrics_target_(*http::origin_url::parse(options_.metrics_url)),
        counted_(counted),
        metrics_due_(clock::now() + options_.metrics_interval) {
    bool const secure = target_.is_secure() || metrics_target_.is_secure();
    auto trust = secure ? detail::trust_of(options_.ca_file) : http::tls_trust::nobody();
    if (!trust)
      throw configuration_error("the certificate authorities for " + target_.origin() + " cannot be read");
    trust_ = std::move(*trust);
    sigset_t all, before;
    ::sigfillset(&all);
    // signals are for the threads of the program
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::thread([this] { run(); });
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }
  impl(impl const&) = delete;
  impl& operator=(impl const&) = delete;
  ~impl() {
    {
      std::unique_lock lock(mutex_);
      stopping_ = true;
      metrics_asked_ = counted_ != nullptr;
      changed_.notify_all();
      changed_.wait_for(lock, patience, [this] { return ended_; });
      given_up_ = true;
      context_.stop();
      changed_.notify_all();
    }
    thread_.join();
  }

  void name(server_record const& server) {
    std::lock_guard const lock(mutex_);
    if (!by_.service_name.empty()) return;  // the first server is it
    by_.service_name = options_.service_name.empty() ? std::string(server.name) : options_.service_name;
    by_.service_version = server.version;
  }

  /** @tparam Record  of a call or of a request of ours */
  template <class Record>
  void take(Record const& what) {
    if (!what.trace.sampled || what.trace.span_id.empty()) return;
    detail::kept_span span(what);
    std::lock_guard const lock(mutex_);
    if (queue_.size() >= options_.queue || stopping_) {
      ++dropped_;
      return;
    }
    queue_.push_back(std::move(span));
    if (queue_.size() == 1) spans_due_ = clock::now() + options_.delay;
    if (queue_.size() == 1 || queue_.size() == options_.batch) changed_.notify_all();
  }

  bool samples(trace_ids const& trace) {
    bool const wanted = trace.parent_id.empty() ? within_ratio(trace.trace_id) : trace.sampled;
    return wanted && within_rate();
  }

  lost_records lost() const {
    std::lock_guard const lock(mutex_);
    return {"spans", dropped_, failures_};
  }

  bool flush() {
    std::unique_lock lock(mutex_);
    ++flushing_;
    metrics_asked_ = counted_ != nullptr;
    changed_.notify_all();
    bool const empty =
        changed_.wait_for(lock, patience, [this] { return queue_.empty() && !metrics_asked_ && !sending_; });
    --flushing_;
    return empty;
  }

private:
  using clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds patience{2'000};
  static constexpr int max_attempts = 5;
  static constexpr std::chrono::seconds longest_pause{30};

  /** Of a random id the last 56 bits decide, so that all servers of a trace decide alike. */
  bool within_ratio(std::string_view trace_id) const noexcept {
    if (options_.ratio >= 1) return true;
    constexpr std::size_t digits = 14;
    std::uint64_t bits = 0;
    if (trace_id.size() < digits) return false;
    char const* const end = trace_id.data() + trace_id.size();
    std::from_chars(end - digits, end, bits, 16);
    return static_cast<double>(bits) < options_.ratio * static_cast<double>(std::uint64_t(1) << 56);
  }

  /** So many in each second. The second and the count share a word, so that no lock is needed. */
  bool within_rate() noexcept {
    auto const now = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::seconds>(clock::now().time_since_epoch()).count());
    std::uint64_t was = rate_.load(std::memory_order_relaxed), next = 0;
    do {
      std::uint64_t const count = (was >> 32) == (now & 0xffff'ffff) ? was & 0xffff'ffff : 0;
      if (count >= options_.max_per_second) return false;
      next = (now << 32) | (count + 1);
    } while (!rate_.compare_exchange_weak(was, next, std::memory_order_relaxed));
    return true;
  }

  void run() {
    std::unique_lock lock(mutex_);
    while (!given_up_) {
      if (are_spans_due())
        send_spans(lock);
      else if (are_metrics_due())
        send_metrics(lock);
      else if (stopping_)
        break;
      else
        wait(lock);
    }
    dropped_ += queue_.size();
    queue_.clear();
    ended_ = true;
    changed_.notify_all();
  }

  bool are_spans_due() const {
    if (queue_.empty()) return false;
    return stopping_ || flushing_ != 0 || queue_.size() >= options_.batch || clock::now() >= spans_due_;
  }
  bool are_metrics_due() const {
    return metrics_asked_ || (counted_ != nullptr && clock::now() >= metrics_due_);
  }
  void wait(std::unique_lock<std::mutex>& lock) {
    auto const spans = queue_.empty() ? clock::time_point::max() : spans_due_;
    auto const next = counted_ == nullptr ? spans : std::min(spans, metrics_due_);
    if (next == clock::time_point::max())
      changed_.wait(lock);
    else
      changed_.wait_until(lock, next);
  }

  detail::otlp_resource resource() const {
    detail::otlp_resource by = by_;
    if (by.service_name.empty())
      by.service_name = options_.service_name.empty() ? "unknown_service" : options_.service_name;
    return by;
  }

  void send_spans(std::unique_lock<std::mutex>& lock) {
    auto const count = static_cast<std::ptrdiff_t>(std::min(queue_.size(), options_.batch));
    std::vector<detail::kept_span> batch(std::make_move_iterator(queue_.begin()),
                                         std::make_move_iterator(queue_.begin() + count));
    queue_.erase(queue_.begin(), queue_.begin() + count);
    auto const by = resource();
    sending_ = true;
    lock.unlock();
    std::string const body = detail::otlp_traces::text(by, batch);
    lock.lock();
    send(lock, body, batch.size());
    spans_due_ = clock::now() + options_.delay;
    sending_ = false;
    changed_.notify_all();
  }

  /** Send what was counted, once: the next request has all of it again. */
  void send_metrics(std::unique_lock<std::mutex>& lock) {
    metrics_asked_ = false;
    metrics_due_ = clock::now() + options_.metrics_interval;
    auto const by = resource();
    sending_ = true;
    context_.restart();
    lock.unlock();
    auto const now = std::chrono::system_clock::now();
    auto const body = detail::otlp_metrics::text(by, counted_->counted(), counted_->counted_since(), now);
    auto const answer = post(metrics_target_, body);
    lock.lock();
    if (!answer || answer->status / 100 != 2) ++failures_;
    sending_ = false;
    changed_.notify_all();
  }

  /** Send a batch, several times if need be. */
  void send(std::unique_lock<std::mutex>& lock, std::string const& body, std::size_t spans) {
    std::chrono::milliseconds pause{1'000};
    for (int attempt = 1; !given_up_; ++attempt) {
      context_.restart();
      lock.unlock();
      auto const answer = post(target_, body);
      lock.lock();
      if (answer && answer->status / 100 == 2) {
        dropped_ += std::min<std::uint64_t>(spans, rejected(answer->body));
        return;
      }
      ++failures_;
      bool const again = !answer || answer->status == 429 || answer->status == 502 || answer->status == 503 ||
                         answer->status == 504;
      if (!again || stopping_ || attempt == max_attempts) break;
      auto const wait = answer ? asked_pause(*answer).value_or(pause) : pause;
      if (changed_.wait_for(lock, wait, [this] { return stopping_; })) continue;  // the last attempt
      pause = std::min<std::chrono::milliseconds>(pause * 2, longest_pause);
    }
    dropped_ += spans;
  }

  std::optional<http::fetch_response> post(http::origin_url const& to, std::string const& body) {
    http::fetch_request request(to);
    request.method("POST").timeout(options_.timeout).body("application/json", body);
    for (auto const& [name, value] : options_.headers) request.field(name, value.reveal());
    std::optional<http::fetch_response> out;
    boost::asio::co_spawn(context_, http::fetch(std::move(request), *trust_),
                          [&](std::exception_ptr failed, result<http::fetch_response> answer) {
                            if (!failed && answer) out = std::move(*answer);
                            context_.stop();
                          });
    try {
      context_.run();
    } catch (std::exception const&) {
      // as if nobody had answered
    }
    return out;
  }

  /** How long a collector wants to be left alone, in seconds; dates are not looked at. */
  static std::optional<std::chrono::milliseconds> asked_pause(http::fetch_response const& answer) {
    auto const text = answer.find("retry-after");
    unsigned seconds = 0;
    if (!text ||
        std::from_chars(text->data(), text->data() + text->size(), seconds).ptr !=
            text->data() + text->size() ||
        text->empty())
      return std::nullopt;
    return std::min<std::chrono::milliseconds>(std::chrono::seconds(seconds), longest_pause);
  }

  /** How many spans a collector has refused though it took the request. */
  static std::uint64_t rejected(std::string const& body) {
    boost::system::error_code ec;
    auto const json = boost::json::parse(body, ec);
    auto const* const object = ec ? nullptr : json.if_object();
    auto const* const partial = object ? object->if_contains("partialSuccess") : nullptr;
    auto const* const count =
        partial && partial->is_object() ? partial->get_object().if_contains("rejectedSpans") : nullptr;
    if (!count) return 0;
    if (count->is_string()) return std::strtoull(count->get_string().c_str(), nullptr, 10);
    return count->is_int64() && count->get_int64() > 0 ? static_cast<std::uint64_t>(count->get_int64()) : 0;
  }

  otlp_options const options_;
  http::origin_url const target_, metrics_target_;
  prometheus const* const counted_;
  std::optional<http::tls_trust> trust_;
  std::atomic<std::uint64_t> rate_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<detail::kept_span> queue_;
  detail::otlp_resource by_;
  std::uint64_t dropped_ = 0, failures_ = 0;
  unsigned flushing_ = 0;
  clock::time_point spans_due_, metrics_due_;
  bool metrics_asked_ = false;
  bool sending_ = false, stopping_ = false, given_up_ = false, ended_ = false;
  boost::asio::io_context context_{1};
  std::thread thread_;
};

MCPAWL_DECL otlp_exporter::otlp_exporter(otlp_options options)
    : impl_(std::make_unique<impl>(std::move(options), nullptr)) {}
MCPAWL_DECL otlp_exporter::otlp_exporter(otlp_options options, prometheus const& counted)
    : impl_(std::make_unique<impl>(std::move(options), &counted)) {}
MCPAWL_DECL otlp_exporter::~otlp_exporter() = default;
MCPAWL_DECL void otlp_exporter::on_server(server_record const& server) { impl_->name(server); }
MCPAWL_DECL void otlp_exporter::on_call(call_record const& call) { impl_->take(call); }
MCPAWL_DECL void otlp_exporter::on_client_request(client_request_record const& request) {
  impl_->take(request);
}
MCPAWL_DECL bool otlp_exporter::samples(trace_ids const& trace) const { return impl_->samples(trace); }
MCPAWL_DECL lost_records otlp_exporter::lost() const { return impl_->lost(); }
MCPAWL_DECL bool otlp_exporter::flush() { return impl_->flush(); }

}  // namespace mcpawl

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
