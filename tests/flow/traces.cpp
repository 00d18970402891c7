// tests/flow/traces.cpp - spans of calls, from the client through the server to what its tools ask, as a collector gets them
// SPDX-License-Identifier: BSL-1.0
#include "../support/becomes_true.hpp"
#include "../support/running.hpp"

#include <mcpawl/http_client.hpp>
#include <mcpawl/mcpawl.hpp>
#include <mcpawl/observe/prometheus.hpp>
#include <mcpawl/otlp_exporter.hpp>
#include <mcpawl/test/plain_http.hpp>
#include <mcpawl/test/plain_http_server.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace flow_traces {

using namespace std::chrono_literals;
using support::becomes_true;
using support::fields;
using support::http_reply;
using support::loopback_client;
namespace json = boost::json;

namespace {

constexpr std::string_view trace_id = "0af7651916cd43dd8448eb211c80319c", parent_id = "b7ad6b7169203331";
std::string const parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
std::string const other = "00-11111111111111111111111111111111-2222222222222222-01";

bool is_hex(std::string_view text, std::size_t size) {
  return text.size() == size && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

using attributes = std::map<std::string, std::string>;

/** Attributes of OTLP: ours are strings and integers, these as strings of digits, and no key is there twice. */
attributes attributes_of(json::value const& list) {
  attributes out;
  for (auto const& each : list.as_array()) {
    BOOST_TEST_REQUIRE(each.as_object().size() == 2u);
    BOOST_TEST_REQUIRE(each.at("value").as_object().size() == 1u);
    auto const* const number = each.at("value").as_object().if_contains("intValue");
    std::string const value(
        (number != nullptr ? *number : each.at("value").at("stringValue")).as_string().c_str());
    if (number != nullptr) BOOST_TEST(value.find_first_not_of("0123456789") == std::string::npos);
    bool const added = out.emplace(each.at("key").as_string().c_str(), value).second;
    BOOST_TEST_REQUIRE(added);
  }
  return out;
}

/** Plays a collector: keeps what it is sent, and answers as it is told. */
class collector {
public:
  struct answer {
    int status = 200;
    std::string body = R"({"partialSuccess":{}})", retry_after = {};
  };

  collector() {
    server_.serve([this](mcpawl::test::plain_request const& request) { return take(request); });
  }

  std::string url(std::string const& of = "traces") const {
    return "http://127.0.0.1:" + std::to_string(server_.port()) + "/v1/" + of;
  }
  void will(std::vector<answer> next) {
    std::lock_guard const lock(mutex_);
    next_ = std::move(next);
  }
  std::size_t requests() const {
    std::lock_guard const lock(mutex_);
    return bodies_.size();
  }
  std::vector<std::string> bodies() const {
    std::lock_guard const lock(mutex_);
    return bodies_;
  }
  std::string key() const {
    std::lock_guard const lock(mutex_);
    return key_;
  }
  /** The metrics of the last request that had some, by their names, checked against opentelemetry-proto's metrics.proto. */
  std::map<std::string, json::value> metrics() const {
    std::map<std::string, json::value> out;
    auto const all = bodies();
    auto const last = std::find_if(all.rbegin(), all.rend(),
                                   [](auto const& body) { return body.starts_with("{\"resourceMetrics\""); });
    if (last == all.rend()) return out;
    auto const whole = json::parse(*last);
    BOOST_TEST_REQUIRE(whole.as_object().size() == 1u);
    auto const& of_resource = whole.at("resourceMetrics").at(0);
    BOOST_TEST(attributes_of(of_resource.at("resource").at("attributes")).at("service.name") == "traced");
    for (auto const& each : of_resource.at("scopeMetrics").at(0).at("metrics").as_array()) {
      check_metric(each);
      bool const added = out.emplace(each.at("name").as_string().c_str(), each).second;
      BOOST_TEST(added, "a metric is there twice");
    }
    return out;
  }
  /** All spans, checked against the schema of opentelemetry-proto's trace.proto in its JSON encoding. */
  std::vector<json::value> spans() const {
    std::vector<json::value> out;
    for (auto const& body : bodies()) {
      auto const whole = json::parse(body);
      BOOST_TEST_REQUIRE(whole.as_object().size() == 1u);
      for (auto const& of_resource : whole.at("resourceSpans").as_array()) {
        auto const by = attributes_of(of_resource.at("resource").at("attributes"));
        BOOST_TEST(by.at("service.name") == "traced");
        BOOST_TEST(by.at("service.version") == "7");
        BOOST_TEST(by.at("telemetry.sdk.language") == "cpp");
        for (auto const& of_scope : of_resource.at("scopeSpans").as_array()) {
          BOOST_TEST(of_scope.at("scope").at("name").as_string() == "mcpawl");
          for (auto const& each : of_scope.at("spans").as_array()) out.push_back(checked(each));
        }
      }
    }
    return out;
  }

private:
  static void check_metric(json::value const& metric) {
    bool const histogram = metric.as_object().contains("histogram");
    BOOST_TEST_REQUIRE(metric.as_object().size() == 4u);
    BOOST_TEST(!metric.at("description").as_string().empty());
    BOOST_TEST(!metric.at("unit").as_string().empty());
    auto const& data = metric.at(histogram ? "histogram" : "sum");
    BOOST_TEST(data.at("aggregationTemporality").as_int64() == 2);
    if (!histogram) BOOST_TEST(data.at("isMonotonic").as_bool());
    auto const number = [](json::value const& text) { return std::stoull(text.as_string().c_str()); };
    for (auto const& point : data.at("dataPoints").as_array()) {
      attributes_of(point.at("attributes"));
      BOOST_TEST(number(point.at("startTimeUnixNano")) > 1'700'000'000'000'000'000u);
      BOOST_TEST(number(point.at("timeUnixNano")) >= number(point.at("startTimeUnixNano")));
      BOOST_TEST(point.as_object().size() == (histogram ? 7u : 4u));
      if (!histogram) {
        BOOST_TEST(number(point.at("asInt")) >= 1u);
        continue;
      }
      unsigned long long sum = 0;
      for (auto const& each : point.at("bucketCounts").as_array()) sum += number(each);
      BOOST_TEST(sum == number(point.at("count")));
      BOOST_TEST(point.at("bucketCounts").as_array().size() ==
                 point.at("explicitBounds").as_array().size() + 1);
      BOOST_TEST(point.at("sum").to_number<double>() >= 0.0);
    }
  }
  static json::value checked(json::value const& span) {
    for (auto const& [name, value] : span.as_object()) {
      std::string_view const is(name.data(), name.size());
      bool known = false;
      for (std::string_view const field :
           {"traceId", "spanId", "parentSpanId", "flags", "name", "kind", "links", "startTimeUnixNano",
            "endTimeUnixNano", "attributes", "status"})
        known = known || field == is;
      BOOST_TEST(known, is);
    }
    BOOST_TEST(is_hex(span.at("traceId").as_string(), 32));
    BOOST_TEST(is_hex(span.at("spanId").as_string(), 16));
    if (auto const* up = span.as_object().if_contains("parentSpanId"))
      BOOST_TEST(is_hex(up->as_string(), 16));
    auto const kind = span.at("kind").as_int64();
    BOOST_TEST((kind == 2 || kind == 3));
    BOOST_TEST((span.at("flags").as_int64() & 1) == 1);
    auto const nanoseconds = [&span](char const* name) {
      return std::stoull(span.at(name).as_string().c_str());
    };
    BOOST_TEST(nanoseconds("startTimeUnixNano") > 1'700'000'000'000'000'000u);
    BOOST_TEST(nanoseconds("endTimeUnixNano") >= nanoseconds("startTimeUnixNano"));
    attributes_of(span.at("attributes"));
    return span;
  }

  mcpawl::test::plain_answer take(mcpawl::test::plain_request const& request) {
    std::lock_guard const lock(mutex_);
    bodies_.push_back(request.body);
    key_ = request.field("x-key");
    answer how;
    bool const known = request.target == "/v1/traces" || request.target == "/v1/metrics";
    if (!known || request.method != "POST" || request.field("content-type") != "application/json")
      how.status = 404;
    if (!next_.empty()) {
      how = next_.front();
      next_.erase(next_.begin());
    }
    auto made = mcpawl::test::answer_with(how.status, "application/json", how.body);
    if (!how.retry_after.empty()) made.fields.emplace_back("Retry-After", how.retry_after);
    return made;
  }

  mutable std::mutex mutex_;
  std::vector<answer> next_;
  std::vector<std::string> bodies_;
  std::string key_;
  mcpawl::test::plain_http_server server_;
};

std::string call_text(std::string const& tool, std::string const& meta = {}) {
  return R"({"jsonrpc":"2.0","id":"seven","method":"tools/call","params":{"name":")" + tool +
         R"(","arguments":{},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{})" +
         meta + "}}}";
}
std::string traceparent(std::string const& value) { return R"(,"traceparent":")" + value + '"'; }

struct scene {
  collector to;
  mcpawl::server<> srv{{"traced", "7"}};
  std::mutex mutex;
  std::vector<std::pair<std::string, std::string>> asked;  // traceparent and tracestate of what a tool asked

  scene() {
    srv.tool("hello", "Say hello.", [this](mcpawl::context& ctx) {
      note(ctx.trace());
      return "hello";
    });
    srv.tool("fail", "Fail.", []() -> std::string { throw mcpawl::tool_error("a planted secret"); });
  }
  void note(mcpawl::trace_context const& trace) {
    std::lock_guard const lock(mutex);
    asked.emplace_back(trace.traceparent, trace.tracestate);
  }
  mcpawl::otlp_options options() const {
    mcpawl::otlp_options out;
    out.url = to.url();
    out.delay = 20ms;
    return out;
  }
  static http_reply call(std::uint16_t port, std::string const& tool, std::string const& meta = {},
                         fields more = {}) {
    loopback_client client(port);
    more.insert(more.end(), {{"MCP-Protocol-Version", "2026-07-28"},
                             {"Mcp-Method", "tools/call"},
                             {"Mcp-Name", tool},
                             {"Content-Type", "application/json"},
                             {"Accept", "application/json, text/event-stream"}});
    return client.request("POST", "/mcp", more, call_text(tool, meta));
  }
  std::vector<json::value> spans(std::size_t n) {
    BOOST_TEST_REQUIRE(becomes_true([&] { return to.requests() != 0 && count() >= n; }));
    return to.spans();
  }
  std::size_t count() const {
    std::size_t n = 0;
    std::string_view const each = "\"startTimeUnixNano\"";
    for (auto const& body : to.bodies())
      for (auto at = body.find(each); at != std::string::npos; at = body.find(each, at + 1)) ++n;
    return n;
  }
};

}  // namespace

}  // namespace flow_traces

BOOST_FIXTURE_TEST_SUITE(flow_traces, flow_traces::scene)

using namespace flow_traces;

BOOST_AUTO_TEST_CASE(a_call_is_a_span_of_its_callers_trace) {
  mcpawl::otlp_exporter exporter(options());
  support::running server(srv, {.observers = {&exporter}});
  BOOST_TEST(call(server.port(), "hello", traceparent(parent) + R"(,"tracestate":"a=1")").status == 200);
  auto const all = spans(1);
  BOOST_TEST_REQUIRE(all.size() == 1u);
  auto const& span = all.front();
  BOOST_TEST(span.at("traceId").as_string() == trace_id);
  BOOST_TEST(span.at("parentSpanId").as_string() == parent_id);
  BOOST_TEST(span.at("name").as_string() == "tools/call hello");
  BOOST_TEST(span.at("flags").as_int64() == 769);
  BOOST_TEST(!span.as_object().contains("status"));
  BOOST_TEST(!span.as_object().contains("links"));
  auto const has = attributes_of(span.at("attributes"));
  BOOST_TEST(has.at("mcp.method.name") == "tools/call");
  BOOST_TEST(has.at("mcp.protocol.version") == "2026-07-28");
  BOOST_TEST(has.at("jsonrpc.request.id") == "seven");
  BOOST_TEST(has.at("gen_ai.tool.name") == "hello");
  BOOST_TEST(has.at("gen_ai.operation.name") == "execute_tool");
  BOOST_TEST(has.at("network.transport") == "tcp");
  BOOST_TEST(has.at("client.address") == "127.0.0.1");
  BOOST_TEST(!has.contains("error.type"));
  // what the tool asks of others has our span for its parent
  std::string const own(span.at("spanId").as_string().c_str());
  std::lock_guard const lock(mutex);
  BOOST_TEST_REQUIRE(asked.size() == 1u);
  BOOST_TEST(asked.front().first == "00-" + std::string(trace_id) + '-' + own + "-01");
  BOOST_TEST(asked.front().second == "a=1");
}

BOOST_AUTO_TEST_CASE(what_was_counted_is_sent_with_the_names_of_the_conventions) {
  mcpawl::prometheus counted;
  auto with = options();
  with.metrics_url = to.url("metrics");
  with.metrics_interval = 1h;
  {
    mcpawl::otlp_exporter exporter(with, counted);
    support::running server(srv, {.observers = {&exporter, &counted}});
    for (int i = 0; i != 3; ++i) call(server.port(), "hello");
    call(server.port(), "fail");
    BOOST_TEST(exporter.flush());
    auto const all = to.metrics();
    BOOST_TEST_REQUIRE(all.contains("mcp.server.operation.duration"));
    auto const& operations = all.at("mcp.server.operation.duration");
    BOOST_TEST(operations.at("unit").as_string() == "s");
    std::map<std::string, std::string> counts;
    for (auto const& point : operations.at("histogram").at("dataPoints").as_array()) {
      auto const has = attributes_of(point.at("attributes"));
      BOOST_TEST(has.at("mcp.method.name") == "tools/call");
      auto const error = has.contains("error.type") ? ' ' + has.at("error.type") : std::string();
      counts[has.at("gen_ai.tool.name") + error] = point.at("count").as_string().c_str();
    }
    BOOST_TEST(counts.size() == 2u);
    BOOST_TEST(counts["hello"] == "3");
    BOOST_TEST(counts["fail tool_error"] == "1");
    auto const& request = all.at("http.server.request.duration").at("histogram").at("dataPoints").at(0);
    auto const of_request = attributes_of(request.at("attributes"));
    BOOST_TEST(of_request.at("http.request.method") == "POST");
    BOOST_TEST(of_request.at("http.response.status_code") == "200");
    BOOST_TEST(
        all.at("mcpawl.connections.accepted").at("sum").at("dataPoints").at(0).at("asInt").as_string() ==
        "4");
    call(server.port(), "hello");
  }
  // what was counted since is sent at the end
  auto const last = to.metrics();
  std::string const body = json::serialize(last.at("mcp.server.operation.duration"));
  BOOST_TEST(body.find(R"("count":"4")") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(metrics_come_again_and_a_failed_request_is_made_good_by_the_next) {
  mcpawl::prometheus counted;
  auto with = options();
  with.metrics_url = to.url("metrics");
  with.metrics_interval = 30ms;
  with.ratio = 0;  // no span gets what the collector answers
  to.will({{503}, {400}});
  mcpawl::otlp_exporter exporter(with, counted);
  support::running server(srv, {.observers = {&exporter, &counted}});
  call(server.port(), "hello");
  BOOST_TEST(becomes_true([&] { return to.requests() >= 4 && !to.metrics().empty(); }));
  BOOST_TEST(to.metrics().contains("mcp.server.operation.duration"));
  BOOST_TEST(exporter.lost().failures == 2u);
  BOOST_TEST(exporter.lost().dropped == 0u);
}

BOOST_AUTO_TEST_CASE(errors_are_told_by_their_types_and_nothing_else) {
  mcpawl::otlp_exporter exporter(options());
  support::running server(srv, {.observers = {&exporter}});
  call(server.port(), "fail");
  call(server.port(), "made up, a planted secret");
  auto const all = spans(2);
  auto const failed = attributes_of(all.at(0).at("attributes"));
  BOOST_TEST(failed.at("error.type") == "tool_error");
  BOOST_TEST(!failed.contains("rpc.response.status_code"));
  BOOST_TEST(all.at(0).at("status").at("code").as_int64() == 2);
  BOOST_TEST(!all.at(0).as_object().contains("parentSpanId"));
  auto const unknown = attributes_of(all.at(1).at("attributes"));
  BOOST_TEST(unknown.at("error.type") == "-32602");
  BOOST_TEST(unknown.at("rpc.response.status_code") == "-32602");
  BOOST_TEST(!all.at(1).as_object().contains("status"));  // it is the caller's fault
  for (auto const& body : to.bodies()) BOOST_TEST(body.find("planted") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_trace_of_the_http_request_is_the_parent_or_else_a_link) {
  mcpawl::otlp_exporter exporter(options());
  support::running server(srv, {.observers = {&exporter}});
  fields const around{{"traceparent", other}, {"tracestate", "b=2"}};
  call(server.port(), "hello", {}, around);
  auto const first = spans(1).at(0);
  BOOST_TEST(first.at("traceId").as_string() == "11111111111111111111111111111111");
  BOOST_TEST(first.at("parentSpanId").as_string() == "2222222222222222");
  call(server.port(), "hello", traceparent(parent), around);
  BOOST_TEST(becomes_true([&] { return to.requests() >= 2; }));
  auto const second = to.spans().at(1);
  BOOST_TEST(second.at("traceId").as_string() == trace_id);
  BOOST_TEST_REQUIRE(second.at("links").as_array().size() == 1u);
  BOOST_TEST(second.at("links").at(0).at("traceId").as_string() == "11111111111111111111111111111111");
  BOOST_TEST(second.at("links").at(0).at("spanId").as_string() == "2222222222222222");
  std::lock_guard const lock(mutex);
  BOOST_TEST(asked.at(0).second == "b=2");
  BOOST_TEST(asked.at(1).second == "");
}

BOOST_AUTO_TEST_CASE(what_is_no_traceparent_is_ignored) {
  mcpawl::otlp_exporter exporter(options());
  support::running server(srv, {.observers = {&exporter}});
  std::string const all_zero(32, '0');
  std::vector<std::string> const bad{"",
                                     "made up",
                                     parent.substr(0, 54),
                                     parent + "x",
                                     parent + "-00",  // version 00 has nothing behind the flags
                                     "ff" + parent.substr(2),
                                     "00-" + all_zero + "-b7ad6b7169203331-01",
                                     "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                                     "00-0AF7651916CD43DD8448EB211C80319C-B7AD6B7169203331-01",
                                     "00_0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331_01",
                                     "00-0af7651916cd43dd8448eb211c80319g-b7ad6b7169203331-01"};
  for (auto const& each : bad) {
    BOOST_TEST(call(server.port(), "hello", {}, {{"traceparent", each}, {"tracestate", "c=3"}}).status ==
               200);
    BOOST_TEST(call(server.port(), "hello", traceparent(each)).status == 200);
  }
  // a version of the future that is too long is none
  BOOST_TEST(call(server.port(), "hello", {},
                  {{"traceparent", "cc" + parent.substr(2) + '-' + std::string(300, 'a')}})
                 .status == 200);
  // twice is none
  call(server.port(), "hello", {}, {{"traceparent", parent}, {"traceparent", parent}});
  auto const all = spans(2 * bad.size() + 2);
  BOOST_TEST(all.size() == 2 * bad.size() + 2);
  for (auto const& span : all) {
    BOOST_TEST(!span.as_object().contains("parentSpanId"));
    BOOST_TEST(span.at("traceId").as_string() != trace_id);
    BOOST_TEST(span.at("flags").as_int64() == 257);
  }
  std::lock_guard const lock(mutex);
  for (auto const& [own, state] : asked) BOOST_TEST(state == "");
  // a later version may have more
  BOOST_TEST(mcpawl::trace_context::is_traceparent("cc" + parent.substr(2) + "-more"));
}

BOOST_AUTO_TEST_CASE(a_state_that_must_not_be_sent_on_is_left_out) {
  mcpawl::otlp_exporter exporter(options());
  support::running server(srv, {.observers = {&exporter}});
  for (std::string const& state : {std::string("d=\xc3\xa9"), "d=" + std::string(4'100, 'x')})
    call(server.port(), "hello", {}, {{"traceparent", parent}, {"tracestate", state}});
  call(server.port(), "hello", {}, {{"traceparent", parent}, {"tracestate", "a=1"}, {"tracestate", "b=2"}});
  BOOST_TEST(spans(3).size() == 3u);
  std::lock_guard const lock(mutex);
  BOOST_TEST_REQUIRE(asked.size() == 3u);
  for (auto const& [own, state] : asked) {
    BOOST_TEST(own.starts_with("00-" + std::string(trace_id)));
    BOOST_TEST(state == "");
  }
}

BOOST_AUTO_TEST_CASE(who_is_not_sampled_is_part_of_the_trace_and_not_told) {
  auto with = options();
  with.ratio = 0;
  mcpawl::otlp_exporter exporter(with);
  support::running server(srv, {.observers = {&exporter}});
  call(server.port(), "hello");
  call(server.port(), "hello", traceparent(parent.substr(0, 53) + "00"));
  call(server.port(), "hello", traceparent(parent));
  BOOST_TEST(spans(1).size() == 1u);
  exporter.flush();
  BOOST_TEST(to.requests() == 1u);
  std::lock_guard const lock(mutex);
  BOOST_TEST(asked.at(0).first.ends_with("-00"));
  BOOST_TEST(asked.at(1).first.starts_with("00-" + std::string(trace_id)));
  BOOST_TEST(asked.at(1).first.ends_with("-00"));
  BOOST_TEST(asked.at(1).first.find(parent_id) == std::string::npos);
  BOOST_TEST(asked.at(2).first.ends_with("-01"));
}

BOOST_AUTO_TEST_CASE(callers_cannot_have_more_spans_told_than_the_bound) {
  auto with = options();
  with.max_per_second = 2;
  mcpawl::otlp_exporter exporter(with);
  support::running server(srv, {.observers = {&exporter}});
  auto const began = std::chrono::steady_clock::now();
  for (int i = 0; i != 20; ++i) call(server.port(), "hello", traceparent(parent));
  auto const seconds =
      std::chrono::ceil<std::chrono::seconds>(std::chrono::steady_clock::now() - began).count();
  exporter.flush();
  auto const told = count();
  BOOST_TEST(told >= 2u);
  BOOST_TEST(told <= 2u * (static_cast<std::size_t>(seconds) + 1));
  BOOST_TEST(exporter.lost().dropped == 0u);
}

BOOST_AUTO_TEST_CASE(what_a_tool_asks_by_the_http_client_is_part_of_the_trace) {
  mcpawl::otlp_exporter exporter(options());
  std::mutex of_api;
  std::string got;
  mcpawl::test::plain_http_server api;
  api.serve([&](mcpawl::test::plain_request const& request) {
    std::lock_guard const lock(of_api);
    got = request.field("traceparent");
    if (!request.field("baggage").empty()) got += " with baggage";
    return mcpawl::test::answer_with(200, "text/plain", "ok");
  });
  mcpawl::http_client const client({.base_url = "http://127.0.0.1:" + std::to_string(api.port())});
  srv.tool("ask", "Ask.", [client](mcpawl::context& ctx) -> mcpawl::task<int> {
    auto request = client.get("/x");
    request.trace(ctx.trace());
    auto const response = co_await client.send(request);
    co_return response ? response->status : 0;
  });
  support::running server(srv, {.observers = {&exporter}});
  call(server.port(), "ask", traceparent(parent) + R"(,"baggage":"user=alice")");
  auto const span = spans(1).at(0);
  std::lock_guard const lock(of_api);
  BOOST_TEST(got == "00-" + std::string(trace_id) + '-' + span.at("spanId").as_string().c_str() + "-01");
}

BOOST_AUTO_TEST_CASE(what_a_tool_asks_is_a_span_of_its_own_below_the_call) {
  mcpawl::otlp_exporter exporter(options());
  mcpawl::prometheus metrics;
  std::mutex of_api;
  std::vector<std::string> got;
  mcpawl::test::plain_http_server api;
  api.serve([&](mcpawl::test::plain_request const& request) {
    std::lock_guard const lock(of_api);
    got.emplace_back(request.field("traceparent"));
    return mcpawl::test::answer_with(request.target.starts_with("/v1/none") ? 404 : 200, "text/plain", "ok");
  });
  std::vector<mcpawl::observer*> const both{&exporter, &metrics};
  mcpawl::http_client const client(
      {.base_url = "http://127.0.0.1:" + std::to_string(api.port()), .observers = both});
  // nobody listens there
  mcpawl::http_client const nowhere({.observers = both});
  auto const closed = mcpawl::http::origin_url::parse("http://127.0.0.1:1/a-planted-path").value();
  srv.tool("ask", "Ask.", [=](mcpawl::context& ctx) -> mcpawl::task<int> {
    auto good = client.get("/v1/users").query("name", "a planted query");
    good.trace(ctx.trace());
    auto const first = co_await client.send(good);
    auto missing = client.post("/v1/none").body("text/plain", "a planted body");
    missing.trace(ctx.trace());
    auto const second = co_await client.send(missing);
    auto lost = nowhere.get(closed);
    lost.trace(ctx.trace());
    auto const third = co_await nowhere.send(lost);
    // of no trace: counted, and no span
    auto alone = client.get("/v1/users");
    auto const fourth = co_await client.send(alone);
    co_return (first && second && fourth && !third) ? second->status : 0;
  });
  support::running server(srv, {.observers = {&exporter}});
  auto const reply = call(server.port(), "ask", traceparent(parent));
  BOOST_TEST(reply.body.find("404") != std::string::npos, reply.body);
  auto const all = spans(4);
  BOOST_TEST_REQUIRE(all.size() == 4u);
  auto const of_call =
      std::find_if(all.begin(), all.end(), [](json::value const& s) { return s.at("kind").as_int64() == 2; });
  BOOST_TEST_REQUIRE((of_call != all.end()));
  std::map<std::string, json::value> children;
  for (auto const& each : all) {
    BOOST_TEST(each.at("traceId").as_string() == trace_id);
    if (each.at("kind").as_int64() == 2) continue;
    BOOST_TEST(each.at("parentSpanId").as_string() == of_call->at("spanId").as_string());
    BOOST_TEST(each.at("flags").as_int64() == 257);
    auto const with = attributes_of(each.at("attributes"));
    std::string const name = each.at("name").as_string().c_str();
    BOOST_TEST(with.at("http.request.method") == name);
    BOOST_TEST(with.at("server.address") == "127.0.0.1");
    children[name + ' ' + (with.contains("error.type") ? with.at("error.type") : "")] = each;
  }
  BOOST_TEST_REQUIRE(children.size() == 3u);
  auto const good = attributes_of(children.at("GET ").at("attributes"));
  BOOST_TEST(good.at("http.response.status_code") == "200");
  BOOST_TEST(good.at("server.port") == std::to_string(api.port()));
  BOOST_TEST(!children.at("GET ").as_object().contains("status"));
  BOOST_TEST(children.at("POST 404").at("status").at("code").as_int64() == 2);
  BOOST_TEST(children.at("GET connect_failed").at("status").at("code").as_int64() == 2);
  for (auto const& body : to.bodies()) BOOST_TEST(body.find("planted") == std::string::npos);
  // the other server is told the span of the request, not that of the call
  std::lock_guard const lock(of_api);
  BOOST_TEST_REQUIRE(got.size() == 3u);
  std::string const begin = "00-" + std::string(trace_id) + '-';
  BOOST_TEST(got[0] == begin + children.at("GET ").at("spanId").as_string().c_str() + "-01");
  BOOST_TEST(got[1] == begin + children.at("POST 404").at("spanId").as_string().c_str() + "-01");
  BOOST_TEST(got[2] == "");
  std::string const page = metrics.text();
  for (
      auto const* series :
      {"http_request_method=\"GET\",server_address=\"127.0.0.1\",http_response_status_code=\"200\"} 2",
       "http_request_method=\"POST\",server_address=\"127.0.0.1\",http_response_status_code=\"404\",error_type=\"404\"} 1",
       "http_request_method=\"GET\",server_address=\"_other\",error_type=\"connect_failed\"} 1"})
    BOOST_TEST(
        page.find("http_client_request_duration_seconds_count{" + std::string(series)) != std::string::npos,
        series << " is not in " << page);
}

BOOST_AUTO_TEST_CASE(who_is_not_sampled_has_no_span_of_what_is_asked_either) {
  mcpawl::otlp_exporter exporter(options());
  mcpawl::test::plain_http_server api;
  std::mutex of_api;
  std::string got;
  api.serve([&](mcpawl::test::plain_request const& request) {
    std::lock_guard const lock(of_api);
    got = request.field("traceparent");
    return mcpawl::test::answer_with(200, "text/plain", "ok");
  });
  mcpawl::http_client const client(
      {.base_url = "http://127.0.0.1:" + std::to_string(api.port()), .observers = {&exporter}});
  srv.tool("ask", "Ask.", [=](mcpawl::context& ctx) -> mcpawl::task<std::string> {
    auto request = client.get("/x");
    request.trace(ctx.trace());
    auto const response = co_await client.send(request);
    co_return response ? "had" : "not had";
  });
  support::running server(srv, {.observers = {&exporter}});
  std::string quiet = parent;
  quiet.back() = '0';
  call(server.port(), "ask", traceparent(quiet));
  call(server.port(), "hello", traceparent(parent));
  BOOST_TEST(spans(1).size() == 1u);
  std::lock_guard const lock(of_api);
  BOOST_TEST(got.substr(0, 36) == quiet.substr(0, 36));
  BOOST_TEST(got.substr(52) == "-00");
}

BOOST_AUTO_TEST_CASE(a_collector_that_is_busy_is_asked_again_when_it_wants) {
  to.will({{503, "", "1"}, {429, "", "0"}});
  mcpawl::otlp_exporter exporter(options());
  support::running server(srv, {.observers = {&exporter}});
  auto const began = std::chrono::steady_clock::now();
  call(server.port(), "hello");
  BOOST_TEST(becomes_true([&] { return to.requests() == 3; }));
  BOOST_TEST((std::chrono::steady_clock::now() - began >= 1s));
  auto const all = to.bodies();
  BOOST_TEST(all.at(0) == all.at(2));
  BOOST_TEST(exporter.flush());
  BOOST_TEST(exporter.lost().failures == 2u);
  BOOST_TEST(exporter.lost().dropped == 0u);
}

BOOST_AUTO_TEST_CASE(what_a_collector_refuses_counts_as_dropped) {
  to.will(
      {{400, "no"}, {200, R"({"partialSuccess":{"rejectedSpans":"1","errorMessage":"no"}})"}, {200, "[["}});
  mcpawl::otlp_exporter exporter(options());
  mcpawl::prometheus metrics;
  support::running server(srv, {.observers = {&exporter, &metrics}});
  for (std::size_t n = 1; n != 4; ++n) {
    call(server.port(), "hello");
    BOOST_TEST(becomes_true([&] { return to.requests() == n; }));
    BOOST_TEST(exporter.flush());
  }
  BOOST_TEST(exporter.lost().dropped == 2u);
  BOOST_TEST(exporter.lost().failures == 1u);
  std::string const page = metrics.text();
  BOOST_TEST(page.find("mcpawl_spans_dropped_total{reason=\"full\"} 2") != std::string::npos);
  BOOST_TEST(page.find("mcpawl_export_failures_total{exporter=\"spans\"} 1") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_full_queue_drops_and_counts_and_no_call_waits) {
  auto with = options();
  with.url = "http://127.0.0.1:1/v1/traces";  // nobody is there
  with.queue = 4;
  with.batch = 2;
  with.max_per_second = 1'000;
  {
    mcpawl::otlp_exporter exporter(with);
    support::running server(srv, {.observers = {&exporter}});
    for (int i = 0; i != 20; ++i) BOOST_TEST(call(server.port(), "hello").status == 200);
    BOOST_TEST(becomes_true([&] { return exporter.lost().failures != 0; }));
    BOOST_TEST(exporter.lost().dropped >= 12u);
  }
}

BOOST_AUTO_TEST_CASE(a_collector_that_hangs_holds_up_neither_calls_nor_the_end) {
  std::atomic<int> begun = 0;
  mcpawl::test::plain_http_server hanging;
  hanging.serve([&](mcpawl::test::plain_request const&) {
    ++begun;
    mcpawl::test::plain_answer never;
    never.sent = mcpawl::test::delivery::never;
    return never;
  });
  auto with = options();
  with.url = "http://127.0.0.1:" + std::to_string(hanging.port()) + "/";
  auto const began = std::chrono::steady_clock::now();
  {
    mcpawl::otlp_exporter exporter(with);
    support::running server(srv, {.observers = {&exporter}});
    call(server.port(), "hello");
    BOOST_TEST(becomes_true([&] { return begun == 1; }));
    for (int i = 0; i != 20; ++i) BOOST_TEST(call(server.port(), "hello").status == 200);
  }
  BOOST_TEST((std::chrono::steady_clock::now() - began < 9s));
}

BOOST_AUTO_TEST_CASE(what_is_queued_at_the_end_is_sent) {
  auto with = options();
  with.delay = 1h;
  with.headers = {{"X-Key", mcpawl::secret("planted")}};
  {
    mcpawl::otlp_exporter exporter(with);
    support::running server(srv, {.observers = {&exporter}});
    for (int i = 0; i != 3; ++i) call(server.port(), "hello");
  }
  BOOST_TEST(to.requests() == 1u);
  BOOST_TEST(to.spans().size() == 3u);
  BOOST_TEST(to.key() == "planted");
}

BOOST_AUTO_TEST_CASE(the_environment_says_where_spans_go_and_everything_wrong_is_listed) {
  auto const with = [](std::map<std::string, std::string> values) {
    return mcpawl::settings(
        [values = std::move(values)](std::string const& name) -> std::optional<std::string> {
          auto const found = values.find(name);
          if (found == values.end()) return std::nullopt;
          return found->second;
        });
  };
  auto const good =
      mcpawl::otlp_options::from_env(with({{"OTEL_EXPORTER_OTLP_ENDPOINT", "https://otel.example.com/"},
                                           {"OTEL_EXPORTER_OTLP_HEADERS", "api-key=a%20b%3d, x = y"},
                                           {"OTEL_SERVICE_NAME", "shop"},
                                           {"OTEL_EXPORTER_OTLP_PROTOCOL", "http/json"},
                                           {"OTEL_METRIC_EXPORT_INTERVAL", "15000"},
                                           {"OTEL_TRACES_SAMPLER_ARG", "0.25"}}));
  BOOST_TEST(good.url == "https://otel.example.com/v1/traces");
  BOOST_TEST(good.metrics_url == "https://otel.example.com/v1/metrics");
  BOOST_TEST((good.metrics_interval == 15s));
  BOOST_TEST(good.service_name == "shop");
  BOOST_TEST(good.ratio == 0.25);
  BOOST_TEST_REQUIRE(good.headers.size() == 2u);
  BOOST_TEST(good.headers[0].first == "api-key");
  BOOST_TEST(good.headers[0].second.reveal() == "a b=");
  BOOST_TEST(good.headers[1].second.reveal() == "y");
  BOOST_TEST(mcpawl::otlp_options::from_env(with({})).url == "http://127.0.0.1:4318/v1/traces");
  BOOST_TEST(mcpawl::otlp_options::from_env(with({})).metrics_url == "http://127.0.0.1:4318/v1/metrics");
  auto const apart = mcpawl::otlp_options::from_env(
      with({{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https://a.example.com/t"},
            {"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "https://b.example.com/m"}}));
  BOOST_TEST(apart.url == "https://a.example.com/t");
  BOOST_TEST(apart.metrics_url == "https://b.example.com/m");
  BOOST_TEST(
      mcpawl::otlp_options::from_env(with({{"OTEL_TRACES_SAMPLER", "parentbased_always_off"}})).ratio == 0);
  auto bad = with({{"OTEL_EXPORTER_OTLP_HEADERS", "api-key"},
                   {"OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"},
                   {"OTEL_TRACES_SAMPLER", "always_on"},
                   {"OTEL_METRIC_EXPORT_INTERVAL", "1m"},
                   {"OTEL_TRACES_SAMPLER_ARG", "2"}});
  try {
    mcpawl::otlp_options::from_env(bad);
    BOOST_ERROR("it is taken");
  } catch (mcpawl::configuration_error const& e) {
    BOOST_TEST(e.errors().size() == 4u);
  }
  mcpawl::otlp_options wrong;
  wrong.url = "http://otel.example.com/v1/traces";
  wrong.headers = {{"a b", mcpawl::secret("x")}, {"a", mcpawl::secret("x\ny")}};
  wrong.ratio = 1.5;
  wrong.queue = 1;
  wrong.batch = 2;
  wrong.metrics_url = "http://otel.example.com/v1/metrics";
  wrong.metrics_interval = 0ms;
  wrong.delay = 0ms;
  wrong.timeout = 0ms;
  BOOST_TEST(wrong.validate().size() == 9u);
  BOOST_CHECK_THROW(mcpawl::otlp_exporter{wrong}, mcpawl::configuration_error);
  mcpawl::otlp_options none;
  none.url = "otel";
  none.queue = 0;
  BOOST_TEST(none.validate().size() == 3u);
}

BOOST_AUTO_TEST_SUITE_END()
