// tests/flow/metrics.cpp - every metric of the catalogue is caused, and what ends by itself becomes a record
// SPDX-License-Identifier: BSL-1.0
#include "../support/becomes_true.hpp"
#include "../support/certificate_files.hpp"
#include "../support/prometheus_text.hpp"
#include "../support/running.hpp"
#include "../support/saas.hpp"
#include "../support/temporary_folder.hpp"

#include <mcpawl/mcpawl.hpp>
#include <mcpawl/observe/audit_log.hpp>
#include <mcpawl/observe/json_log.hpp>
#include <mcpawl/observe/prometheus.hpp>
#include <mcpawl/test/manual_clock.hpp>
#include <mcpawl/version.hpp>

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace flow_metrics {

using namespace std::chrono_literals;
using support::becomes_true;
using support::fields;
using support::http_reply;
using support::loopback_client;
using support::prometheus_text;

namespace {

fields call_fields(std::string const& tool) {
  return {{"MCP-Protocol-Version", "2026-07-28"},
          {"Mcp-Method", "tools/call"},
          {"Mcp-Name", tool},
          {"Content-Type", "application/json"},
          {"Accept", "application/json, text/event-stream"}};
}
std::string call_text(std::string const& tool) {
  return R"({"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":")" + tool +
         R"(","arguments":{},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}})";
}
void begin_call(loopback_client& client, std::string const& tool) {
  client.send_request("POST", "/mcp", call_fields(tool), call_text(tool));
}
int call(loopback_client& client, std::string const& tool) {
  return client.request("POST", "/mcp", call_fields(tool), call_text(tool)).status;
}
http_reply post(loopback_client& client, std::string const& body, std::string const& session = {}) {
  fields with{{"Content-Type", "application/json"}, {"Accept", "application/json, text/event-stream"}};
  if (!session.empty()) with.emplace_back("Mcp-Session-Id", session);
  return client.request("POST", "/mcp", with, body);
}
std::string opened(loopback_client& client) {
  auto const reply = post(
      client,
      R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}})");
  return std::string(reply.field("mcp-session-id"));
}
std::string contents(std::string const& path) {
  std::ifstream from(path);
  return {std::istreambuf_iterator<char>(from), {}};
}
std::size_t count_of(std::string const& text, std::string_view words) {
  std::size_t n = 0;
  for (auto at = text.find(words); at != std::string::npos; at = text.find(words, at + 1)) ++n;
  return n;
}

/** What functions on threads of the pool have in common with the test. */
struct gate {
  std::atomic<int> begun = 0;
  std::atomic<bool> go = false;
};
void block(std::shared_ptr<gate> const& at) {
  ++at->begun;
  while (!at->go) std::this_thread::sleep_for(1ms);
}

/** A tool that is held up by the gate. */
auto blocked_by(std::shared_ptr<gate> at) {
  return [at = std::move(at)] {
    block(at);
    return "done";
  };
}

struct scene {
  mcpawl::prometheus metrics;
  temporary_folder folder;
  mcpawl::test::manual_clock clock;

  bool shows(std::string const& series, double value) {
    return becomes_true([&] {
      prometheus_text const page(metrics.text());
      return page.has(series) && page.at(series) == value;
    });
  }
};

}  // namespace

}  // namespace flow_metrics

BOOST_FIXTURE_TEST_SUITE(flow_metrics, flow_metrics::scene)

using namespace flow_metrics;

BOOST_AUTO_TEST_CASE(requests_connections_and_callers_are_counted_while_they_are_there) {
  mcpawl::server srv{{"counted", "1"}};
  auto const at = std::make_shared<gate>();
  srv.tool("block", "Block.", blocked_by(at)).blocking();
  srv.tool("hello", "Say hello.", [] { return "hello"; });
  support::running server(srv, {.observers = {&metrics}});
  loopback_client busy(server.port()), idle(server.port());
  BOOST_TEST(call(idle, "hello") == 200);
  begin_call(busy, "block");
  BOOST_TEST(becomes_true([&] { return at->begun == 1; }));
  BOOST_TEST(shows("http_server_active_requests", 1));
  BOOST_TEST(shows("mcpawl_connections{state=\"busy\"}", 1));
  BOOST_TEST(shows("mcpawl_connections{state=\"idle\"}", 1));
  BOOST_TEST(shows("mcpawl_connections{state=\"handshake\"}", 0));
  BOOST_TEST(shows("mcpawl_principals_active", 1));
  BOOST_TEST(shows("mcpawl_calls{state=\"running\"}", 1));
  at->go = true;
  busy.read_reply();
  BOOST_TEST(shows("http_server_active_requests", 0));
  BOOST_TEST(shows("mcpawl_connections{state=\"idle\"}", 2));
  BOOST_TEST(shows("mcpawl_principals_active", 0));
}

BOOST_AUTO_TEST_CASE(blocking_calls_wait_work_and_are_abandoned) {
  mcpawl::server srv{{"counted", "1"}};
  auto const at = std::make_shared<gate>();
  srv.tool("block", "Block.", blocked_by(at)).blocking();
  srv.tool("hasty", "Block.", blocked_by(at)).blocking().timeout(50ms);
  mcpawl::http_options options{.observers = {&metrics}};
  options.bounds.max_work_threads = 1;
  support::running server(srv, options);
  loopback_client one(server.port()), two(server.port());
  BOOST_TEST(call(one, "hasty") == 200);  // it is over, its thread is not
  BOOST_TEST(shows("mcpawl_workers{state=\"abandoned\"}", 1));
  BOOST_TEST(shows("mcpawl_workers{state=\"busy\"}", 0));
  begin_call(two, "block");
  BOOST_TEST(shows("mcpawl_calls{state=\"waiting\"}", 1));
  at->go = true;
  two.read_reply();
  BOOST_TEST(shows("mcpawl_workers{state=\"abandoned\"}", 0));
  BOOST_TEST(shows("mcpawl_workers{state=\"idle\"}", 1));
  BOOST_TEST(shows("mcpawl_call_wait_seconds_count", 2));
  prometheus_text const page(metrics.text());
  BOOST_TEST(page.at("mcpawl_call_wait_seconds_sum") > 0);
}

BOOST_AUTO_TEST_CASE(a_loop_that_is_held_up_is_seen_while_it_is_and_once_afterwards) {
  mcpawl::server srv{{"counted", "1"}};
  auto const at = std::make_shared<gate>();
  srv.tool("hang", "Hold the loop up.", blocked_by(at));
  support::running server(srv, {.observers = {&metrics}});
  loopback_client client(server.port());
  begin_call(client, "hang");
  BOOST_TEST(becomes_true([&] { return at->begun == 1; }));
  auto const lag = [&] {
    return prometheus_text(metrics.text()).at("mcpawl_loop_lag_seconds{thread=\"0\"}");
  };
  BOOST_TEST(becomes_true([&] { return lag() > 0.2; }));
  at->go = true;
  client.read_reply();
  BOOST_TEST(becomes_true([&] { return lag() < 0.2; }));
}

BOOST_AUTO_TEST_CASE(messages_are_counted_by_their_kind) {
  mcpawl::server srv{{"counted", "1"}};
  srv.tool("hello", "Say hello.", [] { return "hello"; });
  support::running server(srv, {.observers = {&metrics}});
  loopback_client client(server.port());
  std::string const session = opened(client);
  post(client, R"({"jsonrpc":"2.0","method":"notifications/initialized"})", session);
  post(client, R"({"jsonrpc":"2.0","id":"none","result":{}})", session);
  post(client, "[", session);
  post(client, R"({"jsonrpc":"1.0"})", session);
  BOOST_TEST(call(client, "hello") == 200);
  auto const series = [](std::string const& kind, std::string const& version) {
    return "mcpawl_messages_total{kind=\"" + kind + '"' +
           (version.empty() ? "" : ",mcp_protocol_version=\"" + version + '"') + '}';
  };
  BOOST_TEST(shows(series("request", "2025-11-25"), 1));
  BOOST_TEST(shows(series("notification", "2025-11-25"), 1));
  BOOST_TEST(shows(series("response", "2025-11-25"), 1));
  BOOST_TEST(shows(series("invalid", ""), 2));
  BOOST_TEST(shows(series("request", "2026-07-28"), 1));
}

BOOST_AUTO_TEST_CASE(each_message_of_a_batch_is_counted) {
  mcpawl::server srv{{"counted", "1"}};
  support::running server(srv, {.observers = {&metrics}});
  loopback_client client(server.port());
  auto const reply = post(
      client,
      R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-03-26","capabilities":{},"clientInfo":{"name":"t","version":"1"}}})");
  std::string const session(reply.field("mcp-session-id"));
  post(client, R"([{"jsonrpc":"2.0","id":2,"method":"ping"},{"jsonrpc":"2.0","method":"notifications/x"},7])",
       session);
  BOOST_TEST(shows("mcpawl_messages_total{kind=\"request\",mcp_protocol_version=\"2025-03-26\"}", 2));
  BOOST_TEST(shows("mcpawl_messages_total{kind=\"notification\",mcp_protocol_version=\"2025-03-26\"}", 1));
  BOOST_TEST(shows("mcpawl_messages_total{kind=\"invalid\",mcp_protocol_version=\"2025-03-26\"}", 1));
}

BOOST_AUTO_TEST_CASE(sessions_that_end_by_themselves_become_records) {
  mcpawl::server_options rules;
  rules.session_idle = 600s;
  rules.session_lifetime = 1'000s;
  rules.max_sessions = 2;
  rules.time = &clock;
  mcpawl::server srv{{"counted", "1"}, mcpawl::no_auth(), rules};
  {
    mcpawl::json_log log({.file = folder.file("log")});
    mcpawl::audit_log audit({.file = folder.file("audit")});
    support::running server(srv, {.observers = {&metrics, &log, &audit}});
    loopback_client client(server.port());
    std::string const ended = opened(client);
    clock.advance(7s);
    BOOST_TEST(client.request("DELETE", "/mcp", {{"Mcp-Session-Id", ended}}, {}).status == 204);
    std::string const idle = opened(client);
    clock.advance(601s);
    std::string const ping = R"({"jsonrpc":"2.0","id":2,"method":"ping"})";
    BOOST_TEST(post(client, ping, idle).status == 404);
    std::string const old = opened(client);
    clock.advance(500s);
    BOOST_TEST(post(client, ping, old).status == 200);
    clock.advance(501s);
    BOOST_TEST(post(client, ping, old).status == 404);
    std::vector<std::string> three;
    for (int i = 0; i != 3; ++i) {
      three.push_back(opened(client));
      clock.advance(1s);
    }
    BOOST_TEST(post(client, ping, three.front()).status == 200);  // it goes on
    std::string const version = "mcp_protocol_version=\"2025-11-25\"}";
    std::string const name = "mcp_server_session_duration_seconds";
    BOOST_TEST(shows(name + "_sum{" + version, 7));
    BOOST_TEST(shows(name + "_sum{error_type=\"idle\"," + version, 601));
    BOOST_TEST(shows(name + "_sum{error_type=\"expired\"," + version, 1'001));
    BOOST_TEST(shows("mcpawl_sessions_total{event=\"opened\"," + version, 6));
    BOOST_TEST(shows("mcpawl_sessions_total{event=\"ended\"," + version, 3));
    // the one that came back took the place of another
    BOOST_TEST(shows("mcpawl_sessions_total{event=\"evicted\"," + version, 2));
  }
  std::string const log = contents(folder.file("log")), audit = contents(folder.file("audit"));
  std::string const event = "\"event\":\"session_ended\"";
  BOOST_TEST(count_of(log, event) == 4u);  // what the client ended has a line as a request
  BOOST_TEST(count_of(audit, event) == 5u);
  for (std::string const reason : {"idle", "expired", "evicted"}) {
    BOOST_TEST(count_of(log, "\"reason\":\"" + reason + '"') == (reason == "evicted" ? 2u : 1u));
    BOOST_TEST(count_of(audit, "\"reason\":\"" + reason + '"') == (reason == "evicted" ? 2u : 1u));
  }
  BOOST_TEST(count_of(audit, "\"reason\":\"client\"") == 1u);
  BOOST_TEST(count_of(log, "\"duration\":601.000000") == 1u);
}

BOOST_AUTO_TEST_CASE(a_sweep_tells_of_what_it_dropped) {
  mcpawl::server_options rules;
  rules.session_idle = 4s;
  rules.time = &clock;
  mcpawl::server srv{{"counted", "1"}, mcpawl::no_auth(), rules};
  support::running server(srv, {.observers = {&metrics}});
  loopback_client client(server.port());
  opened(client);
  clock.advance(5s);
  BOOST_TEST(shows(
      "mcp_server_session_duration_seconds_count{error_type=\"idle\",mcp_protocol_version=\"2025-11-25\"}",
      1));
}

BOOST_AUTO_TEST_CASE(certificates_tell_when_they_end_and_reloads_are_counted) {
  support::certificate_files files;
  http_test::certified const pair = http_test::make_certificate("counted", {});
  mcpawl::server srv{{"counted", "1"}};
  mcpawl::http_options options{.observers = {&metrics}};
  options.tls = files.write_pair(pair);
  support::running server(srv, options);
  auto const now = static_cast<double>(mcpawl::clock::system().wall());
  std::string const series = "mcpawl_tls_not_after_seconds{listener=\"127.0.0.1:0\"}";
  BOOST_TEST(becomes_true([&] { return prometheus_text(metrics.text()).has(series); }));
  double const end = prometheus_text(metrics.text()).at(series);
  BOOST_TEST(end > now);
  BOOST_TEST(end < now + 100.0 * 366 * 86'400);
  BOOST_TEST(server.service().reload().empty());
  files.write("tls.crt", "no certificate");
  BOOST_TEST(!server.service().reload().empty());
  BOOST_TEST(shows("mcpawl_reloads_total{result=\"ok\",what=\"certificates\"}", 1));
  BOOST_TEST(shows("mcpawl_reloads_total{result=\"failed\",what=\"certificates\"}", 1));
  BOOST_TEST(shows(series, end));
}

BOOST_AUTO_TEST_CASE(streams_and_subscriptions_are_counted_while_they_are_open) {
  mcpawl::server srv{{"counted", "1"}};
  srv.tool("hello", "Say hello.", [] { return "hello"; });
  support::running server(srv, {.observers = {&metrics}});
  {
    loopback_client opens(server.port()), stream(server.port()), subscription(server.port());
    stream.send_request("GET", "/mcp", {{"Mcp-Session-Id", opened(opens)}, {"Accept", "text/event-stream"}});
    BOOST_TEST(stream.read_head().status == 200);
    subscription.send_request(
        "POST", "/mcp",
        {{"MCP-Protocol-Version", "2026-07-28"},
         {"Mcp-Method", "subscriptions/listen"},
         {"Content-Type", "application/json"},
         {"Accept", "application/json, text/event-stream"}},
        R"({"jsonrpc":"2.0","id":3,"method":"subscriptions/listen","params":{"notifications":{"toolsListChanged":true},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}})");
    BOOST_TEST(subscription.read_head().status == 200);
    BOOST_TEST(shows("mcpawl_subscriptions", 1));
    BOOST_TEST(becomes_true([&] { return prometheus_text(metrics.text()).at("mcpawl_streams") >= 1; }));
    BOOST_TEST(shows("http_server_active_requests", 2));
  }
  BOOST_TEST(shows("mcpawl_subscriptions", 0));
  BOOST_TEST(shows("mcpawl_streams", 0));
  BOOST_TEST(shows("http_server_active_requests", 0));
  prometheus_text const page(metrics.text());
  BOOST_TEST(page.at("process_cpu_seconds_total") > 0);
  BOOST_TEST(page.at(std::string("mcpawl_build_info{version=\"") + MCPAWL_VERSION_STRING + "\"}") == 1);
}

BOOST_AUTO_TEST_CASE(records_that_an_audit_log_drops_are_counted) {
  std::array<int, 2> ends{};
  BOOST_TEST_REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
  {
    mcpawl::audit_log audit({.descriptor = ends[1], .queue_bytes = 16 * 1024});
    mcpawl::server srv{{"counted", "1"}};
    srv.tool("hello", "Say hello.", [] { return "hello"; });
    support::running server(srv, {.observers = {&metrics, &audit}});
    loopback_client client(server.port());
    for (int i = 0; i != 1'000; ++i) BOOST_TEST_REQUIRE(call(client, "hello") == 200);
    BOOST_TEST(becomes_true([&] {
      return prometheus_text(metrics.text()).at("mcpawl_audit_records_dropped_total{reason=\"full\"}") > 100;
    }));
  }
  ::close(ends[0]);
  ::close(ends[1]);
}

BOOST_AUTO_TEST_CASE(what_people_and_clients_do_with_grants_becomes_records) {
  {
    mcpawl::json_log log({.file = folder.file("log")});
    mcpawl::audit_log audit({.file = folder.file("audit")});
    support::saas service(nullptr, true, {}, {}, {&metrics, &log, &audit});
    std::string const client = service.registered();
    auto browser = service.new_browser();
    auto const page = browser.get(service.authorize_url(client));
    browser.submit(page, "decision", "deny");
    auto const tokens = service.logged_in(client);
    // long after both its successors were used a refresh token is one of a thief
    auto const next = support::json_of(service.refresh(client, tokens.refresh));
    std::string const second(next.at("refresh_token").as_string());
    BOOST_TEST(service.refresh(client, second).status == 200);
    service.clock.advance(1h);
    BOOST_TEST(service.refresh(client, tokens.refresh).status == 400);
    for (std::string const event :
         {"consent_refused", "consent_given", "grant_issued", "grant_reused", "grant_ended"})
      BOOST_TEST(shows("mcpawl_grants_total{event=\"" + event + "\"}", 1), event);
    BOOST_TEST(shows("mcpawl_grants_total{event=\"consent_shown\"}", 2));
    // Access lets the person in no more
    auto const more = service.logged_in(client);
    service.access()->end_sessions();
    BOOST_TEST(service.refresh(client, more.refresh).status == 400);
    BOOST_TEST(shows("mcpawl_grants_total{event=\"grant_ended\"}", 2));
  }
  for (std::string const file : {"log", "audit"}) {
    std::string const text = contents(folder.file(file));
    for (std::string const event :
         {"consent_shown", "consent_refused", "consent_given", "grant_reused", "grant_ended"})
      BOOST_TEST(count_of(text, "\"event\":\"" + event + '"') >= 1u, file + ' ' + event);
  }
}

BOOST_AUTO_TEST_SUITE_END()
