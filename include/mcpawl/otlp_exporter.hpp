// mcpawl/otlp_exporter.hpp - tells a collector of OpenTelemetry of each call, and what was counted: spans and metrics by OTLP over HTTP
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/secret.hpp>
#include <mcpawl/core/separate.hpp>
#include <mcpawl/core/settings.hpp>
#include <mcpawl/http/client_options.hpp>
#include <mcpawl/observe/observer.hpp>
#include <mcpawl/observe/prometheus.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mcpawl {

/** Where spans and metrics go, and which spans. */
struct otlp_options {
  std::string url = "http://127.0.0.1:4318/v1/traces";  ///< Of the collector; it takes JSON there.
  std::string metrics_url = "http://127.0.0.1:4318/v1/metrics";
  std::chrono::milliseconds metrics_interval{60'000};  ///< Between two requests with metrics.
  std::vector<std::pair<std::string, secret>> headers =
      {};                         ///< Header fields of each request, such as a key.
  std::string service_name = {};  ///< Empty: the name of the server.
  /** Of calls that are part of no trace yet, the share that is told. Of the others those that their caller has sampled are. */
  double ratio = 1;
  unsigned max_per_second = 100;           ///< Calls, with what they ask of others; whatever callers want.
  std::size_t queue = 2'048;               ///< Spans that wait; beyond, the newest are dropped and counted.
  std::size_t batch = 512;                 ///< Spans in one request.
  std::chrono::milliseconds delay{5'000};  ///< For so long spans are collected.
  std::chrono::milliseconds timeout{10'000};  ///< Of a request.
  std::string ca_file = {};  ///< Certificates of authorities in PEM; empty: those of the system.
  /** Take http:// for other machines, too. */
  std::optional<unsafe::plain_http> plain_http = {};

  /** Read OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, OTEL_EXPORTER_OTLP_METRICS_ENDPOINT or for both OTEL_EXPORTER_OTLP_ENDPOINT,
      OTEL_METRIC_EXPORT_INTERVAL (milliseconds), OTEL_EXPORTER_OTLP_TRACES_HEADERS or
      OTEL_EXPORTER_OTLP_HEADERS, OTEL_EXPORTER_OTLP_CERTIFICATE, OTEL_EXPORTER_OTLP_PROTOCOL, OTEL_SERVICE_NAME, OTEL_TRACES_SAMPLER and
      OTEL_TRACES_SAMPLER_ARG. What is wrong is noted in `from`. */
  MCPAWL_DECL static otlp_options from(settings& from);
  /** The same, and throw what is wrong.

      @par Errors
      Throws `configuration_error` with all of it. */
  MCPAWL_DECL static otlp_options from_env(settings from = settings());

  /** Everything that is wrong, in sentences; empty if nothing is. */
  MCPAWL_DECL std::vector<std::string> validate() const;
};

/** Tells a collector of each call of MCP that is sampled: a span with names and attributes by OpenTelemetry's conventions for MCP.

    @code
    mcpawl::otlp_exporter spans(mcpawl::otlp_options::from_env());
    mcpawl::serve_http(srv, {.observers = {&spans}});
    @endcode

    The parent of a span is what `_meta` of the request names in `traceparent`, else the header of that name; a header that names
    another one is a link. What is malformed is ignored (W3C Trace Context). `context::trace()` names the span, so that what a tool
    calls is part of the trace: with `observers` in the options of an `http_client` or a `downstream` each request of theirs is a span, too,
    with method, host, port and status. Callers, sessions and tools are in it as in records; arguments, results and URIs are not.

    With a `prometheus` it also sends all that is counted there, each `metrics_interval` and when it ends, by the names of OpenTelemetry's
    conventions (`mcp.server.operation.duration`, `http.server.request.duration`...): cumulative sums and histograms.

    @code
    mcpawl::prometheus counted;
    mcpawl::otlp_exporter both(mcpawl::otlp_options::from_env(), counted);
    mcpawl::serve_http(srv, {.observers = {&both, &counted}});
    @endcode

    A thread of its own sends. Nobody waits for it: what there is no room for is dropped and counted (`lost`). A request that fails
    is tried again, up to five times, as the collector's `Retry-After` demands; then its spans count as dropped. The destructor
    waits two seconds at most for what is queued.

    @par Errors
    The constructor throws `configuration_error` with everything that is wrong with the options.
    @par Lifetime
    As of an observer; a `prometheus` must outlive it.
    @par Thread safety
    Any thread. */
class otlp_exporter final : public observer {
public:
  MCPAWL_DECL explicit otlp_exporter(otlp_options options = {});
  MCPAWL_DECL otlp_exporter(otlp_options options, prometheus const& counted);
  MCPAWL_DECL ~otlp_exporter() override;
  otlp_exporter(otlp_exporter const&) = delete;
  otlp_exporter& operator=(otlp_exporter const&) = delete;

  MCPAWL_DECL void on_server(server_record const& server) override;
  MCPAWL_DECL void on_call(call_record const& call) override;
  MCPAWL_DECL void on_client_request(client_request_record const& request) override;
  bool wants_traces() const override { return true; }
  MCPAWL_DECL bool samples(trace_ids const& trace) const override;
  MCPAWL_DECL lost_records lost() const override;

  /** Send what is queued and counted now, and wait for that, 2 seconds at most; tells whether all of it was sent or given up. */
  MCPAWL_DECL bool flush();

private:
  class impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace mcpawl

#ifndef MCPAWL_SEPARATE_COMPILATION
#include <mcpawl/otlp_exporter.ipp>
#endif
