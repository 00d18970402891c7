// mcpawl/observe/otlp_span.hpp - a call as a span of OpenTelemetry, and spans as the JSON of OTLP
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/observe/observer.hpp>
#include <mcpawl/text/json_text.hpp>
#include <mcpawl/version.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** What a span of a call has, kept as text. */
struct kept_span {
  explicit kept_span(call_record const& c)
      : trace_id(c.trace.trace_id),
        span_id(c.trace.span_id),
        parent_id(c.trace.parent_id),
        link_trace_id(c.trace.link_trace_id),
        link_span_id(c.trace.link_span_id),
        began(c.began),
        duration(c.duration),
        method(c.operation.method),
        tool(c.operation.tool),
        prompt(c.operation.prompt),
        protocol(c.operation.protocol_version),
        request_id(c.operation.request_id),
        error_type(c.operation.error_type),
        session(c.caller.session_hash),
        user(c.caller.user_hash),
        client(c.caller.client) {}

  std::string trace_id, span_id, parent_id, link_trace_id, link_span_id;
  std::chrono::system_clock::time_point began;
  std::chrono::nanoseconds duration;
  std::string method, tool, prompt, protocol, request_id, error_type, session, user, client;
};

/** Who exports. */
struct otlp_resource {
  std::string service_name, service_version;
};

/** Writes an `ExportTraceServiceRequest` as JSON: ids in hexadecimal digits, 64-bit integers as strings, enumerations as numbers.

    Names and values are those of the semantic conventions for MCP, where they have one.
    https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
    https://opentelemetry.io/docs/specs/semconv/gen-ai/mcp/ */
class otlp_request {
public:
  static std::string text(otlp_resource const& by, std::vector<kept_span> const& spans) {
    otlp_request made;
    made.out_.reserve(512 + spans.size() * 1'024);
    made.write(by, spans);
    return std::move(made.out_);
  }

private:
  void write(otlp_resource const& by, std::vector<kept_span> const& spans) {
    out_ = R"({"resourceSpans":[{"resource":{"attributes":[)";
    first_ = true;
    attribute("service.name", by.service_name);
    attribute("service.version", by.service_version);
    attribute("telemetry.sdk.language", "cpp");
    attribute("telemetry.sdk.name", "mcpawl");
    attribute("telemetry.sdk.version", MCPAWL_VERSION_STRING);
    out_ +=
        R"(]},"scopeSpans":[{"scope":{"name":"mcpawl","version":")" MCPAWL_VERSION_STRING R"("},"spans":[)";
    bool before = false;
    for (auto const& each : spans) {
      if (std::exchange(before, true)) out_ += ',';
      write(each);
    }
    out_ += "]}]}]}";
  }

  void write(kept_span const& s) {
    out_ += R"({"traceId":")" + s.trace_id + R"(","spanId":")" + s.span_id + '"';
    if (!s.parent_id.empty()) out_ += R"(,"parentSpanId":")" + s.parent_id + '"';
    // sampled, and whether the parent is of another process is known
    out_ += s.parent_id.empty() ? R"(,"flags":257)" : R"(,"flags":769)";
    std::string name = s.method;
    auto const& target = s.tool.empty() ? s.prompt : s.tool;
    if (!target.empty()) name += ' ' + target;
    out_ += R"(,"name":)";
    append_json_string(out_, name);
    constexpr int server = 2;
    out_ += R"(,"kind":)" + std::to_string(server);
    auto const start = std::chrono::duration_cast<std::chrono::nanoseconds>(s.began.time_since_epoch());
    out_ += R"(,"startTimeUnixNano":")" + std::to_string(start.count());
    out_ += R"(","endTimeUnixNano":")" + std::to_string((start + s.duration).count());
    out_ += R"(","attributes":[)";
    first_ = true;
    attribute("mcp.method.name", s.method);
    attribute("mcp.protocol.version", s.protocol);
    attribute("mcp.session.id", s.session);  // its hash
    attribute("jsonrpc.request.id", unquoted(s.request_id));
    attribute("gen_ai.tool.name", s.tool);
    if (!s.tool.empty()) attribute("gen_ai.operation.name", "execute_tool");
    attribute("gen_ai.prompt.name", s.prompt);
    bool const is_code = s.error_type.starts_with('-');
    if (is_code) attribute("rpc.response.status_code", s.error_type);
    attribute("error.type", s.error_type);
    attribute("network.transport", "tcp");
    attribute("network.protocol.name", "http");
    attribute("client.address", s.client);
    attribute("user.hash", s.user);
    out_ += ']';
    if (!s.link_span_id.empty())
      out_ += R"(,"links":[{"traceId":")" + s.link_trace_id + R"(","spanId":")" + s.link_span_id + "\"}]";
    constexpr int error = 2;
    if (!s.error_type.empty() && !is_of_caller(s.error_type))
      out_ += R"(,"status":{"code":)" + std::to_string(error) + '}';
    out_ += '}';
  }

  void attribute(std::string_view key, std::string_view value) {
    if (value.empty()) return;
    if (!std::exchange(first_, false)) out_ += ',';
    out_.append(R"({"key":")").append(key).append(R"(","value":{"stringValue":)");
    append_json_string(out_, value);
    out_ += "}}";
  }

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

  std::string out_;
  bool first_ = true;
};

}  // namespace mcpawl::detail
