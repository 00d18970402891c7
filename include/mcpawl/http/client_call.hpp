// mcpawl/http/client_call.hpp - tells observers of a request to another server, which is a span of the trace it belongs to
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/crypto/random.hpp>
#include <mcpawl/http/errc.hpp>
#include <mcpawl/http/fetch_response.hpp>
#include <mcpawl/http/url.hpp>
#include <mcpawl/observe/observation.hpp>
#include <mcpawl/observe/observer.hpp>
#include <mcpawl/text/traceparent.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::http::detail {

/** One request of ours under way. Where somebody observes who wants traces, it has a place of its own in the trace.

    @par Lifetime
    The observers must outlive it.
    @par Thread safety
    One thread. */
class client_call {
public:
  /** @param of_options   whether the host of the URL is one of the options of the client
      @param traceparent  of the request; what is malformed is passed on as it is */
  client_call(mcpawl::detail::observation const& to, std::string_view method, origin_url const& url,
              bool of_options, std::string_view traceparent)
      : to_(to), of_options_(of_options), traceparent_(traceparent) {
    if (to_.observers().empty()) return;
    method_ = recorded(method);
    host_ = url.host();
    port_ = url.port();
    began_ = clock::now();
    at_ = std::chrono::system_clock::now();
    if (!to_.wants_traces() || !can_be_parent(traceparent_)) return;
    parent_ = traceparent_.substr(36, 16);
    span_ = mcpawl::detail::random_hex(8);
    traceparent_.replace(36, 16, span_);
  }

  /** What the other server is told; empty if the request is part of no trace. */
  std::string_view traceparent() const noexcept { return traceparent_; }

  /** Tell of the end: with a status, or why there is none. */
  void end(int status) { tell(status, status < 400 ? std::string() : std::to_string(status)); }
  void end(error_code const& why) { tell(0, error_name(why)); }
  void cancelled() { tell(0, "cancelled"); }

private:
  using clock = std::chrono::steady_clock;

  /** Of version 00, as those of `context::trace()` are. */
  static bool can_be_parent(std::string_view text) noexcept {
    return text.starts_with("00-") && mcpawl::detail::is_traceparent(text);
  }
  /** A method that programs invent would be a name of its own in metrics. */
  static std::string_view recorded(std::string_view method) noexcept {
    for (std::string_view const known : {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
      if (known == method) return known;
    return "_OTHER";
  }

  /** Of a closed set: the names of the errors of a connection and of a response. */
  static std::string_view error_name(error_code const& why) noexcept {
    if (why.category() != make_error_code(http_errc::bad_url).category()) return "_OTHER";
    switch (static_cast<http_errc>(why.value())) {
      case http_errc::resolve_failed: return "resolve_failed";
      case http_errc::resolver_busy: return "resolver_busy";
      case http_errc::address_refused: return "address_refused";
      case http_errc::connect_failed: return "connect_failed";
      case http_errc::connect_timed_out: return "connect_timed_out";
      case http_errc::tls_failed: return "tls_failed";
      case http_errc::certificate_refused: return "certificate_refused";
      case http_errc::fetch_timed_out: return "fetch_timed_out";
      case http_errc::bad_answer: return "bad_answer";
      case http_errc::answer_too_large: return "answer_too_large";
      case http_errc::answer_cut_short: return "answer_cut_short";
      case http_errc::answer_encoded: return "answer_encoded";
      default: return "_OTHER";
    }
  }

  void tell(int status, std::string_view error) {
    if (to_.observers().empty()) return;
    client_request_record record;
    record.began = at_;
    record.duration = clock::now() - began_;
    record.http_method = method_;
    record.host = host_;
    record.port = port_;
    record.of_options = of_options_;
    record.status = status;
    record.error_type = error;
    if (!span_.empty()) {
      std::string_view const whole = traceparent_;
      record.trace.trace_id = whole.substr(3, 32);
      record.trace.span_id = span_;
      record.trace.parent_id = parent_;
      record.trace.sampled = ((whole.back() - (whole.back() >= 'a' ? 'a' - 10 : '0')) & 1) != 0;
    }
    to_.tell(&observer::on_client_request, record);
  }

  mcpawl::detail::observation const& to_;
  bool of_options_;
  std::string traceparent_, parent_, span_, host_;
  std::string_view method_;
  std::uint16_t port_ = 0;
  clock::time_point began_;
  std::chrono::system_clock::time_point at_;
};

/** Wait for the response to a request, and tell of it. */
inline task<result<fetch_response>> told(client_call& call, task<result<fetch_response>> asking) {
  std::exception_ptr cancelled;
  try {
    auto answer = co_await std::move(asking);
    if (answer)
      call.end(answer->status);
    else
      call.end(answer.error());
    co_return answer;
  } catch (...) {
    cancelled = std::current_exception();
  }
  call.cancelled();
  std::rethrow_exception(cancelled);
}

}  // namespace mcpawl::http::detail
