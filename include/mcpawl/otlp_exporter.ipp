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
#include <mcpawl/http/fields.hpp>
#include <mcpawl/http/form.hpp>
#include <mcpawl/http/tls.hpp>
#include <mcpawl/http/url.hpp>
#include <mcpawl/http_client.ipp>
#include <mcpawl/observe/otlp_span.hpp>
#include <mcpawl/otlp_exporter.hpp>

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

namespace detail {

/** Read `key=value,key=value`, the values percent-encoded, as OTEL_EXPORTER_OTLP_HEADERS has it; false if it is malformed. */
MCPAWL_DECL bool read_otlp_headers(std::string_view text, std::vector<std::pair<std::string, secret>>& to) {
  while (!text.empty()) {
    auto const comma = text.find(',');
    std::string_view pair = text.substr(0, comma);
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
    auto const trimmed = [](std::string_view part) {
      while (part.starts_with(' ')) part.remove_prefix(1);
      while (part.ends_with(' ')) part.remove_suffix(1);
      return part;
    };
    auto const equals = pair.find('=');
    if (equals == std::string_view::npos) return false;
    std::string_view const name = trimmed(pair.substr(0, equals)), value = trimmed(pair.substr(equals + 1));
    std::string plain;
    for (std::size_t i = 0; i != value.size(); ++i) {
      if (value[i] != '%') {
        plain += value[i];
        continue;
      }
      unsigned byte = 0;
      char const* const digits = value.data() + i + 1;
      if (value.size() - i < 3 || std::from_chars(digits, digits + 2, byte, 16).ptr != digits + 2)
        return false;
      plain += static_cast<char>(byte);
      i += 2;
    }
    to.emplace_back(std::string(name), secret(std::move(plain)));
  }
  return true;
}

}  // namespace detail

MCPAWL_DECL otlp_options otlp_options::from(settings& from) {
  otlp_options out;
  std::string const whole = from.optional("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
  std::string base = from.optional("OTEL_EXPORTER_OTLP_ENDPOINT");
  if (!whole.empty()) {
    out.url = whole;
  } else if (!base.empty()) {
    if (base.ends_with('/')) base.pop_back();
    out.url = base + "/v1/traces";
  }
  for (char const* const name : {"OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS"}) {
    std::string const text = from.optional(name);
    if (text.empty()) continue;
    if (!detail::read_otlp_headers(text, out.headers))
      from.add_error(name, "must be key=value, with commas between several");
    break;
  }
  out.ca_file = from.optional("OTEL_EXPORTER_OTLP_CERTIFICATE");
  out.service_name = from.optional("OTEL_SERVICE_NAME");
  std::string const protocol = from.optional("OTEL_EXPORTER_OTLP_PROTOCOL");
  if (!protocol.empty() && protocol != "http/json")
    from.add_error("OTEL_EXPORTER_OTLP_PROTOCOL", "must be http/json, which is what this exporter speaks");
  std::string const sampler = from.optional("OTEL_TRACES_SAMPLER");
  if (sampler == "parentbased_always_off")
    out.ratio = 0;
  else if (!sampler.empty() && sampler != "parentbased_always_on" && sampler != "parentbased_traceidratio")
    from.add_error("OTEL_TRACES_SAMPLER",
                   "must be parentbased_always_on, parentbased_always_off or parentbased_traceidratio");
  std::string const argument = from.optional("OTEL_TRACES_SAMPLER_ARG");
  if (!argument.empty() && (sampler.empty() || sampler == "parentbased_traceidratio")) {
    auto const* const end = argument.data() + argument.size();
    auto const [stopped, wrong] = std::from_chars(argument.data(), end, out.ratio);
    if (wrong != std::errc() || stopped != end || !(out.ratio >= 0 && out.ratio <= 1))
      from.add_error("OTEL_TRACES_SAMPLER_ARG", "must be a number from 0 to 1");
  }
  return out;
}

MCPAWL_DECL otlp_options otlp_options::from_env(settings from) {
  otlp_options out = otlp_options::from(from);
  from.throw_if_invalid();
  return out;
}

MCPAWL_DECL std::vector<std::string> otlp_options::validate() const {
  detail::option_errors errors;
  auto const target = http::origin_url::parse(url);
  if (!target)
    errors.note("url", "is not a URL that begins with https:// or http://");
  else if (!target->is_secure() && !target->is_loopback() && !plain_http)
    errors.note("url", "must begin with https:// (http:// is for loopback addresses, or set plain_http)");
  for (auto const& [name, value] : headers) {
    std::string_view const text = value.reveal();
    bool const plain = std::none_of(text.begin(), text.end(), &http::detail::is_control);
    if (!http::is_token(name) || !plain) errors.note("headers", "must be names and values of HTTP fields");
  }
  if (!(ratio >= 0 && ratio <= 1)) errors.note("ratio", "must be from 0 to 1");
  if (queue == 0) errors.note("queue", "must be more than 0");
  if (batch == 0 || batch > queue) errors.note("batch", "must be more than 0, and not more than queue");
  if (delay.count() <= 0) errors.note("delay", "must be more than 0");
  if (timeout.count() <= 0) errors.note("timeout", "must be more than 0");
  return std::move(errors.all);
}

class otlp_exporter::impl {
public:
  explicit impl(otlp_options options)
      : options_(detail::validated(std::move(options))), target_(*http::origin_url::parse(options_.url)) {
    auto trust = target_.is_secure() ? detail::trust_of(options_.ca_file) : http::tls_trust::nobody();
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
    changed_.notify_all();
    bool const empty = changed_.wait_for(lock, patience, [this] { return queue_.empty() && !sending_; });
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
    for (;;) {
      changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      changed_.wait_for(lock, options_.delay,
                        [this] { return stopping_ || flushing_ != 0 || queue_.size() >= options_.batch; });
      if (given_up_ || (stopping_ && queue_.empty())) break;
      auto const count = static_cast<std::ptrdiff_t>(std::min(queue_.size(), options_.batch));
      std::vector<detail::kept_span> batch(std::make_move_iterator(queue_.begin()),
                                           std::make_move_iterator(queue_.begin() + count));
      queue_.erase(queue_.begin(), queue_.begin() + count);
      detail::otlp_resource by = by_;
      if (by.service_name.empty())
        by.service_name = options_.service_name.empty() ? "unknown_service" : options_.service_name;
      sending_ = true;
      lock.unlock();
      std::string const body = detail::otlp_request::text(by, batch);
      lock.lock();
      send(lock, body, batch.size());
      sending_ = false;
      changed_.notify_all();
    }
    dropped_ += queue_.size();
    queue_.clear();
    ended_ = true;
    changed_.notify_all();
  }

  /** Send a batch, several times if need be. */
  void send(std::unique_lock<std::mutex>& lock, std::string const& body, std::size_t spans) {
    std::chrono::milliseconds pause{1'000};
    for (int attempt = 1; !given_up_; ++attempt) {
      context_.restart();
      lock.unlock();
      auto const answer = post(body);
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

  std::optional<http::fetch_response> post(std::string const& body) {
    http::fetch_request request(target_);
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
  http::origin_url const target_;
  std::optional<http::tls_trust> trust_;
  std::atomic<std::uint64_t> rate_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<detail::kept_span> queue_;
  detail::otlp_resource by_;
  std::uint64_t dropped_ = 0, failures_ = 0;
  unsigned flushing_ = 0;
  bool sending_ = false, stopping_ = false, given_up_ = false, ended_ = false;
  boost::asio::io_context context_{1};
  std::thread thread_;
};

MCPAWL_DECL otlp_exporter::otlp_exporter(otlp_options options)
    : impl_(std::make_unique<impl>(std::move(options))) {}
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
