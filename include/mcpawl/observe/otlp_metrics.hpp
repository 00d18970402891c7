// mcpawl/observe/otlp_metrics.hpp - what was counted, as the JSON of OTLP
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/observe/metric_families.hpp>
#include <mcpawl/observe/metric_series.hpp>
#include <mcpawl/observe/otlp_json.hpp>
#include <mcpawl/text/json_text.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::detail {

/** What a metric is called in OpenTelemetry, and its unit by UCUM. */
struct otlp_metric_name {
  std::string_view name, unit;
};

/** In the order of `metric`; those of the semantic conventions for MCP and HTTP, where they have one. */
inline constexpr std::array<otlp_metric_name, metric_count> otlp_metric_names{{
    {"mcp.server.operation.duration", "s"},
    {"http.server.request.duration", "s"},
    {"http.server.request.body.size", "By"},
    {"http.server.response.body.size", "By"},
    {"mcpawl.denials", "{denial}"},
    {"mcpawl.refusals", "{refusal}"},
    {"mcpawl.connections.accepted", "{connection}"},
    {"mcpawl.connections.shed", "{connection}"},
    {"mcpawl.tls.handshakes", "{handshake}"},
    {"mcpawl.sessions", "{event}"},
    {"mcpawl.keys.fetches", "{fetch}"},
    {"mcpawl.token_cache.lookups", "{lookup}"},
    {"mcpawl.store.operation.duration", "s"},
    {"mcpawl.oauth.requests", "{request}"},
    {"mcpawl.grants", "{event}"},
    {"mcp.server.session.duration", "s"},
    {"mcpawl.messages", "{message}"},
    {"mcpawl.call.wait.duration", "s"},
    {"mcpawl.reloads", "{reload}"},
    {"http.client.request.duration", "s"},
}};

/** The attribute of OpenTelemetry that a label of Prometheus stands for, where its name is another. */
constexpr std::string_view otlp_attribute_of(std::string_view label) noexcept {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 9> others{{
      {"mcp_method_name", "mcp.method.name"},
      {"mcp_protocol_version", "mcp.protocol.version"},
      {"gen_ai_tool_name", "gen_ai.tool.name"},
      {"gen_ai_prompt_name", "gen_ai.prompt.name"},
      {"error_type", "error.type"},
      {"http_route", "http.route"},
      {"http_request_method", "http.request.method"},
      {"http_response_status_code", "http.response.status_code"},
      {"server_address", "server.address"},
  }};
  for (auto const& [from, to] : others)
    if (from == label) return to;
  return label;
}

/** Writes an `ExportMetricsServiceRequest`: cumulative sums and histograms of all that a table has counted. */
class otlp_metrics final : otlp_json {
public:
  using time = std::chrono::system_clock::time_point;

  /** @param began  when the table was made
      @param now    when it is read */
  static std::string text(otlp_resource const& by, metric_table const& counted, time began, time now) {
    otlp_metrics made(began, now);
    made.begin("resourceMetrics", "scopeMetrics", "metrics", by);
    std::size_t last = metric_count;
    for (auto const& [key, total] : counted.totals()) {
      std::size_t const which = metric_table::family_of(key);
      if (std::exchange(last, which) != which)
        made.next(which);
      else
        made.out_ += ',';
      made.point(counted, key, which, total);
    }
    if (last != metric_count) made.out_ += "]}}";
    return made.finish();
  }

private:
  static constexpr std::string_view cumulative = R"("aggregationTemporality":2)";

  otlp_metrics(time began, time now)
      : times_(R"("startTimeUnixNano":")" + nanoseconds(began) + R"(","timeUnixNano":")" + nanoseconds(now) +
               '"') {}

  static std::string nanoseconds(time at) {
    return std::to_string(
        std::chrono::duration_cast<std::chrono::nanoseconds>(at.time_since_epoch()).count());
  }

  /** End the metric before, and begin one up to its list of points. */
  void next(std::size_t which) {
    if (out_.back() != '[') out_ += "]}},";
    auto const& family = metric_families[which];
    out_.append(R"({"name":")").append(otlp_metric_names[which].name);
    out_.append(R"(","description":)");
    append_json_string(out_, family.help);
    out_.append(R"(,"unit":")").append(otlp_metric_names[which].unit).append(R"(",)");
    out_ += family.buckets.empty() ? R"("sum":{"isMonotonic":true,)" : R"("histogram":{)";
    out_.append(cumulative).append(R"(,"dataPoints":[)");
  }

  void point(metric_table const& counted, std::uint64_t key, std::size_t which, metric_total const& total) {
    auto const& family = metric_families[which];
    out_ += '{';
    begin_attributes();
    for (std::size_t i = 0; i != family.label_count(); ++i) {
      auto const name = otlp_attribute_of(family.labels[i]);
      std::string const value = counted.symbol(key, i);
      bool const number = name == "http.response.status_code" && value != metric_table::other;
      attribute(name, value, number);
    }
    out_.append("],").append(times_);
    if (family.buckets.empty()) {
      out_.append(R"(,"asInt":")").append(std::to_string(total.count)).append("\"}");
      return;
    }
    std::uint64_t below = 0;
    for (auto const each : total.buckets) below += each;
    // the threads go on counting while they are summed up
    std::uint64_t const count = std::max(below, total.count);
    out_.append(R"(,"count":")").append(std::to_string(count)).append(R"(","sum":)");
    append_json_number(out_, total.sum);
    out_ += R"(,"bucketCounts":[)";
    for (auto const each : total.buckets) out_.append(1, '"').append(std::to_string(each)).append("\",");
    out_.append(1, '"').append(std::to_string(count - below)).append(R"("],"explicitBounds":[)");
    for (std::size_t i = 0; i != family.buckets.size(); ++i) {
      if (i != 0) out_ += ',';
      append_json_number(out_, family.buckets[i]);
    }
    out_ += "]}";
  }

  std::string const times_;
};

}  // namespace mcpawl::detail
