// mcpawl/observe/otlp_span.hpp - a call as a span of OpenTelemetry, and spans as the JSON of OTLP
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/observe/observer.hpp>
#include <mcpawl/observe/otlp_json.hpp>
#include <mcpawl/text/json_text.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** A span, kept until it is sent. */
struct kept_span {
  enum class kind { server = 2, client = 3 };
  struct attribute {
    std::string_view key;  // static text
    std::string value;
    bool number = false;
  };

  /** Of a call that the server has answered. */
  explicit kept_span(call_record const& c) : kept_span(kind::server, c.trace, c.began, c.duration) {
    auto const& o = c.operation;
    name = o.method;
    auto const& target = o.tool.empty() ? o.prompt : o.tool;
    if (!target.empty()) name.append(1, ' ').append(target);
    add("mcp.method.name", o.method);
    add("mcp.protocol.version", o.protocol_version);
    add("mcp.session.id", c.caller.session_hash);
    add("jsonrpc.request.id", unquoted(o.request_id));
    add("gen_ai.tool.name", o.tool);
    if (!o.tool.empty()) add("gen_ai.operation.name", "execute_tool");
    add("gen_ai.prompt.name", o.prompt);
    if (o.error_type.starts_with('-')) add("rpc.response.status_code", o.error_type);
    add("error.type", o.error_type);
    add("network.transport", "tcp");
    add("network.protocol.name", "http");
    add("client.address", c.caller.client);
    add("user.hash", c.caller.user_hash);
    failed = !o.error_type.empty() && !is_of_caller(o.error_type);
  }
  /** Of a request that the server has sent for a call. */
  explicit kept_span(client_request_record const& r) : kept_span(kind::client, r.trace, r.began, r.duration) {
    name = r.http_method == "_OTHER" ? std::string_view("HTTP") : r.http_method;
    add("http.request.method", r.http_method);
    add("server.address", r.host);
    add("server.port", r.port);
    if (r.status != 0) add("http.response.status_code", r.status);
    add("error.type", r.error_type);
    failed = !r.error_type.empty();
  }

  std::string trace_id, span_id, parent_id, link_trace_id, link_span_id;
  kind what;
  std::chrono::system_clock::time_point began;
  std::chrono::nanoseconds duration;
  std::string name;
  std::vector<attribute> attributes;
  bool failed = false;

private:
  kept_span(kind is, trace_ids const& at, std::chrono::system_clock::time_point start,
            std::chrono::nanoseconds lasted)
      : trace_id(at.trace_id),
        span_id(at.span_id),
        parent_id(at.parent_id),
        link_trace_id(at.link_trace_id),
        link_span_id(at.link_span_id),
        what(is),
        began(start),
        duration(lasted) {}

  void add(std::string_view key, std::string_view value) {
    if (!value.empty()) attributes.push_back({key, std::string(value)});
  }
  void add(std::string_view key, int value) { attributes.push_back({key, std::to_string(value), true}); }

  /** What a client has done wrong is no error of the server. */
  static bool is_of_caller(std::string_view error) noexcept {
    constexpr std::array<std::string_view, 5> codes{"-32700", "-32600", "-32601", "-32602", "-32002"};
    for (auto const code : codes)
      if (code == error) return true;
    return false;
  }
  static std::string_view unquoted(std::string_view json) noexcept {
    bool const text = json.size() >= 2 && json.front() == '"' && json.back() == '"';
    return text ? json.substr(1, json.size() - 2) : json;
  }
};

/** Writes an `ExportTraceServiceRequest`. Names and values are those of the semantic conventions for MCP, where they have one.
    https://opentelemetry.io/docs/specs/semconv/gen-ai/mcp/ */
class otlp_traces final : otlp_json {
public:
  static std::string text(otlp_resource const& by, std::vector<kept_span> const& spans) {
    otlp_traces made;
    made.out_.reserve(512 + spans.size() * 1'024);
    made.begin("resourceSpans", "scopeSpans", "spans", by);
    bool before = false;
    for (auto const& each : spans) {
      if (std::exchange(before, true)) made.out_ += ',';
      made.write(each);
    }
    return made.finish();
  }

private:
  void write(kept_span const& s) {
    out_ += R"({"traceId":")" + s.trace_id + R"(","spanId":")" + s.span_id + '"';
    if (!s.parent_id.empty()) out_ += R"(,"parentSpanId":")" + s.parent_id + '"';
    // sampled; whether the parent is of another process is known: of a server's span it is
    bool const remote = s.what == kept_span::kind::server && !s.parent_id.empty();
    out_ += remote ? R"(,"flags":769)" : R"(,"flags":257)";
    out_ += R"(,"name":)";
    append_json_string(out_, s.name);
    out_ += R"(,"kind":)" + std::to_string(static_cast<int>(s.what));
    auto const start = std::chrono::duration_cast<std::chrono::nanoseconds>(s.began.time_since_epoch());
    out_ += R"(,"startTimeUnixNano":")" + std::to_string(start.count());
    out_ += R"(","endTimeUnixNano":")" + std::to_string((start + s.duration).count());
    out_ += R"(",)";
    begin_attributes();
    for (auto const& each : s.attributes) attribute(each.key, each.value, each.number);
    out_ += ']';
    if (!s.link_span_id.empty())
      out_ += R"(,"links":[{"traceId":")" + s.link_trace_id + R"(","spanId":")" + s.link_span_id + "\"}]";
    constexpr int error = 2;
    if (s.failed) out_ += R"(,"status":{"code":)" + std::to_string(error) + '}';
    out_ += '}';
  }
};

}  // namespace mcpawl::detail
