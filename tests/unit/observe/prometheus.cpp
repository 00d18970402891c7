// tests/unit/observe/prometheus.cpp - what is counted, what the page says, and that strangers cannot make it longer
// SPDX-License-Identifier: BSL-1.0
#include "../../support/prometheus_text.hpp"

#include <mcpawl/observe/prometheus.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

BOOST_AUTO_TEST_SUITE(observe_prometheus)

using namespace mcpawl;
using namespace std::chrono_literals;
using support::prometheus_text;

struct fixed_view final : server_view {
  server_gauges gauges() const override {
    server_gauges g;
    g.connections = 3;
    g.sessions = 5;
    g.phase = server_phase::ready;
    return g;
  }
};

call_record call_of(std::string_view tool, std::string_view error = {}, std::chrono::nanoseconds took = 3ms) {
  call_record c;
  c.duration = took;
  c.operation.method = "tools/call";
  c.operation.tool = tool;
  c.operation.error_type = error;
  return c;
}

BOOST_AUTO_TEST_CASE(the_page_of_a_new_one_is_right) {
  prometheus metrics;
  prometheus_text const page(metrics.text());
  BOOST_TEST(page.at("mcpawl_connections{state=\"idle\"}") == 0);
  BOOST_TEST(page.at("process_open_fds") > 2);
  BOOST_TEST(page.at("process_max_fds") >= page.at("process_open_fds"));
  BOOST_TEST(page.at("process_resident_memory_bytes") > 100'000);
  auto const since = std::chrono::system_clock::now().time_since_epoch() / 1.0s;
  BOOST_TEST(page.at("process_start_time_seconds") > since - 100'000);
  BOOST_TEST(page.at("process_start_time_seconds") < since + 2);
}

BOOST_AUTO_TEST_CASE(a_call_is_in_its_bucket) {
  prometheus metrics;
  metrics.on_call(call_of("add"));
  metrics.on_call(call_of("add", {}, 40min));
  metrics.on_call(call_of("add", "tool_error"));
  prometheus_text const page(metrics.text());
  std::string const name = "mcp_server_operation_duration_seconds";
  std::string const labels = "gen_ai_tool_name=\"add\"";
  std::string const method = "mcp_method_name=\"tools/call\"}";
  BOOST_TEST(page.at(name + "_count{" + labels + "," + method) == 2);
  BOOST_TEST(page.at(name + "_bucket{" + labels + ",le=\"0.0025\"," + method) == 0);
  BOOST_TEST(page.at(name + "_bucket{" + labels + ",le=\"0.005\"," + method) == 1);
  BOOST_TEST(page.at(name + "_bucket{" + labels + ",le=\"300\"," + method) == 1);
  BOOST_TEST(page.at(name + "_sum{" + labels + "," + method) == 2400.003, boost::test_tools::tolerance(1e-9));
  BOOST_TEST(page.at(name + "_count{error_type=\"tool_error\"," + labels + "," + method) == 1);
  BOOST_TEST(page.type(name) == "histogram");
}

BOOST_AUTO_TEST_CASE(a_value_at_a_bound_is_in_the_bucket_of_that_bound) {
  prometheus metrics;
  request_record r;
  r.route = "/mcp";
  r.http_method = "POST";
  r.status = 200;
  r.request_bytes = 256;
  r.response_bytes = 257;
  metrics.on_request(r);
  prometheus_text const page(metrics.text());
  BOOST_TEST(page.at("http_server_request_body_size_bytes_bucket{http_route=\"/mcp\",le=\"256\"}") == 1);
  BOOST_TEST(page.at("http_server_response_body_size_bytes_bucket{http_route=\"/mcp\",le=\"256\"}") == 0);
  BOOST_TEST(
      page.at(
          "http_server_request_duration_seconds_count{http_request_method=\"POST\",http_response_status_code="
          "\"200\",http_route=\"/mcp\"}") == 1);
}

BOOST_AUTO_TEST_CASE(threads_count_apart_and_are_summed) {
  prometheus metrics;
  std::vector<std::thread> threads;
  std::atomic<bool> stop = false;
  std::thread reader([&] {
    while (!stop) prometheus_text const page(metrics.text());
  });
  for (int i = 0; i != 4; ++i)
    threads.emplace_back([&metrics] {
      for (int n = 0; n != 2'000; ++n) metrics.on_denial({"access_jwt", "invalid_token", {}, {}, 403});
    });
  for (auto& each : threads) each.join();
  stop = true;
  reader.join();
  prometheus_text const page(metrics.text());
  BOOST_TEST(page.at("mcpawl_denials_total{code=\"invalid_token\",policy=\"access_jwt\"}") == 8'000);
}

BOOST_AUTO_TEST_CASE(hostile_labels_leave_the_page_right) {
  prometheus metrics;
  metrics.on_denial({"a\"b\\c\nd", "\x01\xff}", {}, {}, 403});
  prometheus_text const page(metrics.text());
  BOOST_TEST(page.at("mcpawl_denials_total{code=\"??}\",policy=\"a\"b\\cnd\"}") == 1);
}

BOOST_AUTO_TEST_CASE(there_is_a_bound_of_series_and_beyond_it_all_is_other) {
  prometheus metrics;
  for (int i = 0; i != 6'000; ++i) {
    std::string const made_up = "made_up_" + std::to_string(i);
    metrics.on_call(call_of(made_up));
    metrics.on_refusal({made_up});
  }
  prometheus_text const page(metrics.text());
  BOOST_TEST(page.size() <= 10'000u + 100u);
  BOOST_TEST(page.size() > 5'000u);
  BOOST_TEST(page.at("mcpawl_refusals_total{bound=\"_other\"}") > 1'000);
  // what is known already goes on
  metrics.on_refusal({"made_up_0"});
  BOOST_TEST(prometheus_text(metrics.text()).at("mcpawl_refusals_total{bound=\"made_up_0\"}") == 2);
}

BOOST_AUTO_TEST_CASE(a_servers_gauges_are_shown_while_it_lives) {
  prometheus metrics;
  struct lossy final : observer {
    lost_records lost() const override { return {"log", 7, 2}; }
  } sink;
  auto view = std::make_shared<fixed_view>();
  server_record server;
  server.view = view;
  server.observers = {&metrics, &sink};
  metrics.on_server(server);
  prometheus_text const page(metrics.text());
  BOOST_TEST(page.at("mcpawl_connections{state=\"idle\"}") == 3);
  BOOST_TEST(page.at("mcpawl_sessions") == 5);
  BOOST_TEST(page.at("mcpawl_state{state=\"ready\"}") == 1);
  BOOST_TEST(page.at("mcpawl_state{state=\"draining\"}") == 0);
  BOOST_TEST(page.at("mcpawl_log_records_dropped_total{reason=\"full\"}") == 7);
  BOOST_TEST(page.at("mcpawl_export_failures_total{exporter=\"log\"}") == 2);
  server.view.reset();
  view.reset();
  prometheus_text const after(metrics.text());
  BOOST_TEST(after.at("mcpawl_connections{state=\"idle\"}") == 0);
  BOOST_TEST(!after.has("mcpawl_log_records_dropped_total{reason=\"full\"}"));
}

BOOST_AUTO_TEST_CASE(all_that_is_counted_has_a_metric) {
  prometheus metrics;
  metrics.on_connection({connection_record::event::opened, "127.0.0.1:80", 1});
  metrics.on_connection({connection_record::event::shed, "127.0.0.1:80", 4});
  metrics.on_handshake({"127.0.0.1:80", "done"});
  metrics.on_session({session_record::event::opened, {}, "2025-11-25"});
  metrics.on_key_fetch({"https://issuer.example/keys", key_fetch_record::outcome::changed, 2});
  metrics.on_key_fetch({"https://issuer.example/keys", key_fetch_record::outcome::failed, 0});
  metrics.on_token_cache({true});
  metrics.on_token_cache({false});
  metrics.on_store({"get", "ok", 20us});
  metrics.on_grant({"grant_issued", {}, {}});
  request_record login;
  login.route = "/mcp/token";
  login.of_policy = true;
  login.status = 400;
  metrics.on_request(login);
  prometheus_text const page(metrics.text());
  BOOST_TEST(page.at("mcpawl_connections_total{listener=\"127.0.0.1:80\"}") == 1);
  BOOST_TEST(page.at("mcpawl_connections_shed_total{listener=\"127.0.0.1:80\"}") == 4);
  BOOST_TEST(page.at("mcpawl_tls_handshakes_total{listener=\"127.0.0.1:80\",result=\"done\"}") == 1);
  BOOST_TEST(page.at("mcpawl_sessions_total{event=\"opened\",mcp_protocol_version=\"2025-11-25\"}") == 1);
  BOOST_TEST(page.at("mcpawl_key_fetches_total{issuer=\"https://issuer.example/keys\",result=\"changed\"}") ==
             1);
  BOOST_TEST(page.at("mcpawl_key_fetches_total{issuer=\"https://issuer.example/keys\",result=\"failed\"}") ==
             1);
  BOOST_TEST(page.at("mcpawl_keys_age_seconds{issuer=\"https://issuer.example/keys\"}") < 60);
  BOOST_TEST(page.at("mcpawl_token_cache_total{result=\"hit\"}") == 1);
  BOOST_TEST(page.at("mcpawl_token_cache_total{result=\"miss\"}") == 1);
  BOOST_TEST(page.at("mcpawl_store_operation_seconds_count{operation=\"get\",result=\"ok\"}") == 1);
  BOOST_TEST(page.at("mcpawl_oauth_requests_total{endpoint=\"token\",result=\"refused\"}") == 1);
  BOOST_TEST(page.at("mcpawl_grants_total{event=\"grant_issued\"}") == 1);
}

/** Prometheus' own opinion, where its tools are installed (Debian: prometheus). */
BOOST_AUTO_TEST_CASE(promtool_accepts_the_page_if_it_is_there) {
  if (std::system("command -v promtool > /dev/null 2>&1") != 0) return;
  prometheus metrics;
  metrics.on_call(call_of("add"));
  metrics.on_denial({"a\"b\\c\nd", "\x01\xff}", {}, {}, 403});
  metrics.on_key_fetch({"https://issuer.example/keys", key_fetch_record::outcome::changed, 2});
  std::FILE* const checker = ::popen("promtool check metrics", "w");
  BOOST_TEST_REQUIRE(checker != nullptr);
  std::string const page = metrics.text();
  std::fwrite(page.data(), 1, page.size(), checker);
  BOOST_TEST(::pclose(checker) == 0);
}

BOOST_AUTO_TEST_SUITE_END()
