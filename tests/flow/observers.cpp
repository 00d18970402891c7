// tests/flow/observers.cpp - what observers are told of a whole server, and what the admin listener says
// SPDX-License-Identifier: BSL-1.0
#include "../support/certificate_files.hpp"
#include "../support/prometheus_text.hpp"
#include "../support/running.hpp"
#include "../support/saas.hpp"
#include "../support/temporary_folder.hpp"
#include "../support/tls_client.hpp"

#include <mcpawl/mcpawl.hpp>
#include <mcpawl/observe/audit_log.hpp>
#include <mcpawl/observe/json_log.hpp>
#include <mcpawl/observe/prometheus.hpp>
#include <mcpawl/test/fake_access_server.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace flow_observers {

using namespace std::chrono_literals;
using support::fields;
using support::http_reply;
using support::loopback_client;
using support::prometheus_text;

namespace {

constexpr std::string_view aud = "4714c1358e65fe4b408ad6d432a5f878f08194bdb4752441fd56faefa9b2b6f2";

/** Keeps what it is told, as text. */
class noting final : public mcpawl::observer {
public:
  struct call {
    std::string method, tool, prompt, error, protocol, id, bound, user, session, trace, parent, span;
    std::chrono::nanoseconds took;
  };
  struct request {
    std::string method, route, mcp, tool, error, bound, user, session, client, listener, email;
    int status;
    std::uint64_t in, out;
  };

  void on_server(mcpawl::server_record const& s) override {
    for (auto const t : s.tools) note("server:" + std::string(t));
    std::lock_guard const lock{mutex};
    view = s.view;
  }
  void on_phase(mcpawl::server_phase from, mcpawl::server_phase to) override {
    note(std::string(to_string(from)) + ">" + std::string(to_string(to)));
  }
  void on_request(mcpawl::request_record const& r) override {
    std::lock_guard const lock{mutex};
    requests.push_back(
        {std::string(r.http_method), std::string(r.route), std::string(r.operation.method),
         std::string(r.operation.tool), std::string(r.operation.error_type), std::string(r.operation.bound),
         std::string(r.caller.user_hash), std::string(r.caller.session_hash), std::string(r.caller.client),
         std::string(r.listener), std::string(r.caller.email), r.status, r.request_bytes, r.response_bytes});
  }
  void on_call(mcpawl::call_record const& c) override {
    std::lock_guard const lock{mutex};
    auto const& o = c.operation;
    calls.push_back({std::string(o.method), std::string(o.tool), std::string(o.prompt),
                     std::string(o.error_type), std::string(o.protocol_version), std::string(o.request_id),
                     std::string(o.bound), std::string(c.caller.user_hash),
                     std::string(c.caller.session_hash), std::string(c.trace.trace_id),
                     std::string(c.trace.parent_id), std::string(c.trace.span_id), c.duration});
  }
  void on_denial(mcpawl::denial_record const& d) override {
    note("denied:" + std::string(d.policy) + ":" + std::string(d.code) + ":" + std::to_string(d.status));
  }
  void on_refusal(mcpawl::refusal_record const& r) override { note("bound:" + std::string(r.bound)); }
  void on_connection(mcpawl::connection_record const& c) override {
    using event = mcpawl::connection_record::event;
    note(c.what == event::opened ? "opened" : c.what == event::closed ? "closed" : "shed");
  }
  void on_handshake(mcpawl::handshake_record const& h) override { note("tls:" + std::string(h.result)); }
  void on_session(mcpawl::session_record const& s) override {
    note(s.what == mcpawl::session_record::event::opened ? "session_opened" : "session_ended");
  }
  void on_key_fetch(mcpawl::key_fetch_record const& k) override {
    using outcome = mcpawl::key_fetch_record::outcome;
    note(k.result == outcome::failed ? "keys_failed" : "keys");
  }
  void on_token_cache(mcpawl::token_cache_record const& t) override { note(t.hit ? "hit" : "miss"); }
  void on_grant(mcpawl::grant_record const& g) override {
    note(std::string(g.event) + ':' + std::string(g.client_id));
  }
  bool wants_traces() const override { return traces; }

  /** What the server holds; nothing before it serves. */
  mcpawl::server_gauges gauges() const {
    std::lock_guard const lock{mutex};
    return view ? view->gauges() : mcpawl::server_gauges{};
  }
  std::size_t count(std::string const& what) const {
    std::lock_guard const lock{mutex};
    return static_cast<std::size_t>(std::count(events.begin(), events.end(), what));
  }
  /** Wait until something is so: records come when a request is over, and then its client has the response. */
  void until(std::function<bool()> const& so) const {
    auto const end = std::chrono::steady_clock::now() + 10s;
    for (;;) {
      {
        std::lock_guard const lock{mutex};
        if (so()) return;
      }
      if (std::chrono::steady_clock::now() > end) throw std::runtime_error("it did not come");
      std::this_thread::sleep_for(2ms);
    }
  }
  void until_requests(std::size_t n) const {
    until([&] { return requests.size() >= n; });
  }
  void until_event(std::string const& what, std::size_t n = 1) const {
    until([&] { return count(what) >= n; });
  }

  bool traces = false;
  mutable std::recursive_mutex mutex;  // what `until` asks may take it, too
  std::vector<std::string> events;
  std::vector<request> requests;
  std::vector<call> calls;
  std::shared_ptr<mcpawl::server_view const> view;

private:
  void note(std::string what) {
    std::lock_guard const lock{mutex};
    events.push_back(std::move(what));
  }
};

constexpr std::string_view meta_start =
    R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{})";

std::string call_text(std::string const& tool, std::string const& arguments = "{}",
                      std::string const& meta = {}, std::string const& id = "7") {
  return R"({"jsonrpc":"2.0","id":)" + id + R"(,"method":"tools/call","params":{"name":")" + tool +
         R"(","arguments":)" + arguments + ',' + std::string(meta_start) + meta + "}}}";
}
fields call_fields(std::string const& tool, fields more = {}) {
  fields with{{"MCP-Protocol-Version", "2026-07-28"},
              {"Mcp-Method", "tools/call"},
              {"Mcp-Name", tool},
              {"Content-Type", "application/json"},
              {"Accept", "application/json, text/event-stream"}};
  with.insert(with.end(), more.begin(), more.end());
  return with;
}
http_reply call(loopback_client& client, std::string const& tool, std::string const& arguments = "{}",
                std::string const& meta = {}, fields more = {}) {
  return client.request("POST", "/mcp", call_fields(tool, more), call_text(tool, arguments, meta));
}
http_reply post(loopback_client& client, std::string const& body, fields more = {}) {
  fields with{{"Content-Type", "application/json"}, {"Accept", "application/json, text/event-stream"}};
  with.insert(with.end(), more.begin(), more.end());
  return client.request("POST", "/mcp", with, body);
}

struct sum_args {
  int a, b;
};

mcpawl::task<std::string> wait_a_moment(mcpawl::context&) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, 20ms);
  co_await timer.async_wait(boost::asio::use_awaitable);
  co_return "done";
}
mcpawl::task<std::string> never(mcpawl::context&) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, 1h);
  co_await timer.async_wait(boost::asio::use_awaitable);
  co_return "never";
}

template <class Server>
void offer(Server& srv) {
  srv.tool("add", "Add.", [](sum_args in) { return std::to_string(in.a + in.b); });
  srv.tool("fail", "Fail.", []() -> std::string { throw mcpawl::tool_error("planted-tool-error-text"); });
  srv.tool("slow", "Wait.", wait_a_moment);
  srv.tool("never", "Wait.", never);
  srv.prompt("greet", "Greet.", [] { return std::string("hello"); });
}

struct open_scene {
  mcpawl::server<> srv{{"observed", "1"}};
  noting seen;
  open_scene() { offer(srv); }
  mcpawl::http_options observed() { return {.observers = {&seen}}; }
};

http_reply ask_admin(std::uint16_t port, std::string const& path, std::string const& method = "GET",
                     std::string const& host = "127.0.0.1") {
  loopback_client client(port);
  client.write(method + ' ' + path + " HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: 0\r\n\r\n");
  return client.read_reply(method == "HEAD");
}

}  // namespace

}  // namespace flow_observers

BOOST_FIXTURE_TEST_SUITE(flow_observers, flow_observers::open_scene)

using namespace flow_observers;

BOOST_AUTO_TEST_CASE(a_call_is_told_with_its_request) {
  support::running server(srv, observed());
  {
    loopback_client client(server.port());
    auto const reply = call(client, "add", R"({"a":1,"b":2})",
                            R"(,"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")");
    BOOST_TEST(reply.status == 200);
    seen.until_requests(1);
    auto const& r = seen.requests.front();
    BOOST_TEST(r.method == "POST");
    BOOST_TEST(r.route == "/mcp");
    BOOST_TEST(r.mcp == "tools/call");
    BOOST_TEST(r.tool == "add");
    BOOST_TEST(r.error == "");
    BOOST_TEST(r.status == 200);
    BOOST_TEST(r.out == reply.body.size());
    BOOST_TEST(r.in > 100u);
    BOOST_TEST(r.client == "127.0.0.1");
    BOOST_TEST(r.listener == "127.0.0.1:0");
    BOOST_TEST(r.user == "");
    BOOST_TEST_REQUIRE(seen.calls.size() == 1u);
    auto const& c = seen.calls.front();
    BOOST_TEST(c.tool == "add");
    BOOST_TEST(c.id == "7");
    BOOST_TEST(c.protocol == "2026-07-28");
    BOOST_TEST(c.trace == "0af7651916cd43dd8448eb211c80319c");
    BOOST_TEST(c.parent == "b7ad6b7169203331");
    BOOST_TEST(c.span == "");  // nobody wants traces
    BOOST_TEST(seen.count("opened") == 1u);
  }
  seen.until_event("closed");
  BOOST_TEST(seen.count("server:add") == 1u);
  BOOST_TEST(seen.count("starting>ready") == 1u);
}

BOOST_AUTO_TEST_CASE(errors_have_types_and_made_up_names_are_not_told) {
  support::running server(srv, observed());
  loopback_client client(server.port());
  call(client, "fail");
  call(client, "add", R"({"a":"x"})");
  call(client, "made_up");
  call(client, "slow");
  client.request(
      "POST", "/mcp",
      {{"MCP-Protocol-Version", "2026-07-28"},
       {"Mcp-Method", "made/up"},
       {"Content-Type", "application/json"},
       {"Accept", "application/json, text/event-stream"}},
      R"({"jsonrpc":"2.0","id":1,"method":"made/up","params":{)" + std::string(meta_start) + "}}}");
  post(client, "{");
  client.request("GET", "/made/up", {}, {});
  client.request("PATCH", "/mcp", {}, {});
  seen.until_requests(8);
  std::vector<std::string> got;
  for (auto const& r : seen.requests)
    got.push_back(r.method + ' ' + r.route + ' ' + r.mcp + ' ' + r.tool + ' ' + r.error + ' ' +
                  std::to_string(r.status));
  std::vector<std::string> const expected{"POST /mcp tools/call fail tool_error 200",
                                          "POST /mcp tools/call add tool_error 200",
                                          "POST /mcp tools/call  -32602 200",
                                          "POST /mcp tools/call slow  200",
                                          "POST /mcp _other  -32601 404",
                                          "POST /mcp   -32700 400",
                                          "GET _other    404",
                                          "PATCH /mcp    405"};
  BOOST_TEST(got == expected, boost::test_tools::per_element());
  seen.until([&] { return seen.calls.size() == 5u; });
  BOOST_TEST((seen.calls[3].took >= 20ms));
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_has_cancelled_its_call) {
  support::running server(srv, observed());
  {
    loopback_client client(server.port());
    std::string const body = call_text("never");
    client.write(
        "POST /mcp HTTP/1.1\r\nHost: localhost\r\nMCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\n"
        "Mcp-Name: never\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\n"
        "Content-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body);
    seen.until([&] { return seen.gauges().calls == 1; });
  }
  seen.until([&] { return !seen.calls.empty(); });
  BOOST_TEST(seen.calls.front().error == "cancelled");
  seen.until_requests(1);
  BOOST_TEST(seen.requests.front().error == "cancelled");
}

BOOST_AUTO_TEST_CASE(sessions_and_batches_are_told) {
  support::running server(srv, observed());
  loopback_client client(server.port());
  auto const opened = post(
      client,
      R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-03-26","capabilities":{},"clientInfo":{"name":"t","version":"1"}}})");
  std::string const session(opened.field("mcp-session-id"));
  BOOST_TEST_REQUIRE(!session.empty());
  fields const in{{"Mcp-Session-Id", session}};
  post(
      client,
      R"([{"jsonrpc":"2.0","id":2,"method":"ping"},{"jsonrpc":"2.0","id":3,"method":"prompts/get","params":{"name":"greet"}}])",
      in);
  client.request("DELETE", "/mcp", in, {});
  client.request("DELETE", "/mcp", in, {});
  seen.until_requests(4);
  BOOST_TEST_REQUIRE(seen.calls.size() == 3u);
  BOOST_TEST(seen.calls[0].method == "initialize");
  BOOST_TEST(seen.calls[1].method == "ping");
  BOOST_TEST(seen.calls[2].prompt == "greet");
  BOOST_TEST(seen.calls[2].session.size() == 16u);
  BOOST_TEST(seen.calls[2].session == seen.requests[0].session);
  BOOST_TEST(seen.requests[1].mcp == "");  // of several there is none
  BOOST_TEST(seen.requests[1].session == seen.requests[0].session);
  BOOST_TEST(seen.requests[3].session == "");  // there is none any more
  BOOST_TEST(seen.count("session_opened") == 1u);
  BOOST_TEST(seen.count("session_ended") == 1u);
}

BOOST_AUTO_TEST_CASE(bounds_that_are_met_are_told) {
  auto options = observed();
  options.bounds.body_bytes = 1'000;
  options.bounds.header_bytes = 2'000;
  options.bounds.max_calls_in_process = 1;
  support::running server(srv, options);
  loopback_client one(server.port()), two(server.port()), three(server.port());
  std::string const body = call_text("never");
  one.write(
      "POST /mcp HTTP/1.1\r\nHost: localhost\r\nMCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\n"
      "Mcp-Name: never\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\n"
      "Content-Length: " +
      std::to_string(body.size()) + "\r\n\r\n" + body);
  seen.until([&] { return seen.gauges().calls == 1; });
  BOOST_TEST(call(two, "never").status == 429);
  BOOST_TEST(call(three, "add", R"({"a":1,"b":2,"c":")" + std::string(2'000, 'x') + "\"}").status == 413);
  loopback_client four(server.port());
  BOOST_TEST(four.request("GET", "/mcp", {{"X", std::string(3'000, 'x')}}, {}).status == 431);
  seen.until_event("bound:max_calls");
  seen.until_event("bound:body_bytes");
  seen.until_event("bound:header_bytes");
  seen.until([&] {
    std::lock_guard const lock{seen.mutex};
    return std::any_of(seen.requests.begin(), seen.requests.end(),
                       [](auto const& r) { return r.bound == "max_calls"; });
  });
}

BOOST_AUTO_TEST_CASE(ids_of_traces_are_made_if_somebody_wants_them) {
  seen.traces = true;
  support::running server(srv, observed());
  loopback_client client(server.port());
  call(client, "add", R"({"a":1,"b":2})");
  call(client, "add", R"({"a":1,"b":2})", R"(,"traceparent":"made up")");
  call(client, "add", R"({"a":1,"b":2})",
       R"(,"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00")");
  seen.until_requests(3);
  for (auto const& c : seen.calls) {
    BOOST_TEST(c.trace.size() == 32u);
    BOOST_TEST(c.span.size() == 16u);
  }
  BOOST_TEST(seen.calls[0].trace != seen.calls[1].trace);
  BOOST_TEST(seen.calls[1].parent == "");
  BOOST_TEST(seen.calls[2].parent == "b7ad6b7169203331");
}

BOOST_AUTO_TEST_CASE(an_observer_that_throws_changes_nothing) {
  struct throwing final : mcpawl::observer {
    void on_request(mcpawl::request_record const&) override { throw std::runtime_error("no"); }
    void on_call(mcpawl::call_record const&) override { throw 1; }
    void on_connection(mcpawl::connection_record const&) override { throw std::runtime_error("no"); }
  } bad;
  support::running server(srv, {.observers = {&bad, &seen}});
  loopback_client client(server.port());
  BOOST_TEST(call(client, "add", R"({"a":1,"b":2})").status == 200);
  seen.until_requests(1);
  BOOST_TEST(seen.calls.size() == 1u);
}

BOOST_AUTO_TEST_CASE(handshakes_are_told) {
  support::certificate_files files;
  http_test::certified const pair = http_test::make_certificate("observed", {});
  auto options = observed();
  options.tls = files.write_pair(pair);
  support::running server(srv, options);
  {
    support::tls_client good(server.port());
    BOOST_TEST(good.shake_hands());
    loopback_client plain(server.port());
    plain.write("GET / HTTP/1.1\r\n\r\n");
    seen.until_event("tls:failed");
  }
  {
    loopback_client silent(server.port());
  }
  seen.until_event("tls:done");
  seen.until_event("tls:closed");
}

BOOST_AUTO_TEST_CASE(bad_options_are_all_listed) {
  mcpawl::http_options options;
  options.port = 0;
  options.log = mcpawl::logger::none();
  options.observers = {nullptr};
  options.hash_key = mcpawl::secret("short");
  options.admin = mcpawl::admin_options{.address = "localhost"};
  try {
    mcpawl::http_server server(srv, options);
    BOOST_ERROR("it starts");
  } catch (mcpawl::configuration_error const& e) {
    std::string const text = e.what();
    BOOST_TEST(text.find("observers must not hold a null pointer") != std::string::npos);
    BOOST_TEST(text.find("hash_key must have 32 to 64 bytes") != std::string::npos);
    BOOST_TEST(text.find("admin address \"localhost\"") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(the_admin_listener_answers_probes_and_shows_metrics) {
  mcpawl::prometheus metrics;
  auto options = observed();
  options.observers.push_back(&metrics);
  options.admin = mcpawl::admin_options{.port = 0};
  options.threads = 2;
  support::running server(srv, options);
  seen.until_event("starting>ready");
  std::uint16_t const port = server.service().admin_port();
  BOOST_TEST_REQUIRE(port != 0);
  BOOST_TEST(ask_admin(port, "/livez").status == 200);
  BOOST_TEST(ask_admin(port, "/readyz").status == 200);
  BOOST_TEST(ask_admin(port, "/livez", "HEAD").status == 200);
  BOOST_TEST(ask_admin(port, "/readyz", "POST").status == 405);
  BOOST_TEST(ask_admin(port, "/mcp").status == 404);
  BOOST_TEST(ask_admin(port, "/livez/").status == 404);
  for (std::string const host : {"localhost", "LOCALHOST:1", "[::1]:9090", "10.2.3.4:9090"})
    BOOST_TEST(ask_admin(port, "/livez", "GET", host).status == 200);
  for (std::string const host :
       {"attacker.example", "127.0.0.1.attacker.example", "localhost.attacker.example"})
    BOOST_TEST(ask_admin(port, "/metrics", "GET", host).status == 403);
  loopback_client client(server.port());
  call(client, "add", R"({"a":1,"b":2})");
  for (int i = 0; i != 200; ++i) call(client, "made_up_" + std::to_string(i));
  seen.until_requests(201);
  auto const reply = ask_admin(port, "/metrics");
  BOOST_TEST(reply.status == 200);
  BOOST_TEST(reply.field("content-type") == "text/plain; version=0.0.4; charset=utf-8");
  prometheus_text const page(reply.body);
  BOOST_TEST(reply.body.find("made_up") == std::string::npos);
  BOOST_TEST(
      page.at(
          "mcp_server_operation_duration_seconds_count{gen_ai_tool_name=\"add\",mcp_method_name=\"tools/call\"}") ==
      1);
  BOOST_TEST(
      page.at(
          "mcp_server_operation_duration_seconds_count{error_type=\"-32602\",mcp_method_name=\"tools/call\"}") ==
      200);
  BOOST_TEST(page.at("mcpawl_state{state=\"ready\"}") == 1);
  BOOST_TEST(page.at("mcpawl_connections{state=\"idle\"}") == 1);
  BOOST_TEST(server.log.text().find("admin_listening url=http://127.0.0.1:" + std::to_string(port)) !=
             std::string::npos);
  // the public port knows none of this
  BOOST_TEST(client.request("GET", "/metrics", {}, {}).status == 404);
  BOOST_TEST(client.request("GET", "/livez", {}, {}).status == 404);
}

BOOST_AUTO_TEST_CASE(a_thread_that_hangs_is_told_by_livez) {
  std::atomic<bool> go_on = false;
  srv.tool("hang", "Hang.", [&go_on] {
    while (!go_on) std::this_thread::sleep_for(1ms);
    return "done";
  });
  auto options = observed();
  options.admin = mcpawl::admin_options{.port = 0};
  support::running server(srv, options);
  seen.until_event("starting>ready");
  loopback_client client(server.port());
  std::thread caller([&] { call(client, "hang"); });
  seen.until_event("opened");
  std::this_thread::sleep_for(100ms);
  auto const began = std::chrono::steady_clock::now();
  BOOST_TEST(ask_admin(server.service().admin_port(), "/livez").status == 503);
  BOOST_TEST((std::chrono::steady_clock::now() - began < 20s));
  BOOST_TEST(ask_admin(server.service().admin_port(), "/readyz").status == 200);
  go_on = true;
  caller.join();
  BOOST_TEST(ask_admin(server.service().admin_port(), "/livez").status == 200);
}

BOOST_AUTO_TEST_CASE(a_server_that_drains_is_alive_and_not_ready) {
  auto options = observed();
  options.admin = mcpawl::admin_options{.port = 0};
  options.bounds.drain_timeout = 1500ms;
  support::running server(srv, options);
  seen.until_event("starting>ready");
  loopback_client client(server.port());
  std::thread caller([&] {
    try {
      call(client, "never");
    } catch (std::exception const&) {
      // it is cut
    }
  });
  seen.until([&] { return seen.gauges().calls == 1; });
  server.service().stop();
  seen.until_event("ready>draining");
  BOOST_TEST(ask_admin(server.service().admin_port(), "/readyz").status == 503);
  BOOST_TEST(ask_admin(server.service().admin_port(), "/readyz").body == "the server is draining\n");
  BOOST_TEST(ask_admin(server.service().admin_port(), "/livez").status == 200);
  seen.until_event("draining>stopped");
  caller.join();
}

BOOST_AUTO_TEST_CASE(a_log_that_nobody_reads_stops_no_call) {
  std::array<int, 2> ends{};
  BOOST_TEST_REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
  {
    mcpawl::json_log log({.descriptor = ends[1], .queue_bytes = 16 * 1024});
    support::running server(srv, {.observers = {&log, &seen}});
    loopback_client client(server.port());
    for (int i = 0; i != 2'000; ++i)
      BOOST_TEST_REQUIRE(call(client, "add", R"({"a":1,"b":2})").status == 200);
    seen.until_requests(2'000);
    BOOST_TEST(log.lost().dropped > 500u);
  }
  ::close(ends[0]);
  ::close(ends[1]);
}

BOOST_AUTO_TEST_SUITE_END()

namespace flow_observers {
namespace {

std::string contents(std::string const& path) {
  std::ifstream from(path);
  return {std::istreambuf_iterator<char>(from), {}};
}

/** Behind Access, with all sinks there are. */
struct secret_scene {
  mcpawl::test::fake_access_server access{std::string(aud)};
  mcpawl::server<mcpawl::access_jwt> srv{
      {"observed", "1"},
      mcpawl::access_jwt{{.team_domain = access.team_domain(), .audiences = {std::string(aud)}}}};
  temporary_folder folder;
  noting seen;
  mcpawl::prometheus metrics;
  secret_scene() { offer(srv); }
};

}  // namespace
}  // namespace flow_observers

BOOST_FIXTURE_TEST_SUITE(flow_observers_secrets, flow_observers::secret_scene)

using namespace flow_observers;

BOOST_AUTO_TEST_CASE(callers_are_told_by_their_hashes_and_denials_by_their_codes) {
  support::running server(srv, {.observers = {&seen}, .admin = mcpawl::admin_options{.port = 0}});
  loopback_client client(server.port());
  std::string const token = access->sign(access->user("alice@example.com"));
  auto const by = [](std::string const& t) { return fields{{"Cf-Access-Jwt-Assertion", t}}; };
  BOOST_TEST(call(client, "add", R"({"a":1,"b":2})", {}, by(token)).status == 200);
  BOOST_TEST(call(client, "add", R"({"a":1,"b":2})", {}, by(token)).status == 200);
  BOOST_TEST(call(client, "add", "{}", {}, by(access->sign(access->user("bob@example.com")))).status == 200);
  BOOST_TEST(call(client, "add", "{}", {}, by(token + "x")).status == 403);
  BOOST_TEST(call(client, "add").status == 401);
  seen.until_requests(5);
  BOOST_TEST(seen.requests[0].user.size() == 16u);
  BOOST_TEST(seen.requests[0].user == seen.requests[1].user);
  BOOST_TEST(seen.requests[0].user != seen.requests[2].user);
  BOOST_TEST(seen.requests[0].email == "alice@example.com");
  BOOST_TEST(seen.requests[3].user == "");
  BOOST_TEST(seen.requests[3].status == 403);
  BOOST_TEST(seen.requests[3].route == "_other");
  BOOST_TEST(seen.count("denied:access_jwt:invalid_token:403") == 1u);
  BOOST_TEST(seen.count("denied:access_jwt:missing_token:401") == 1u);
  BOOST_TEST(seen.count("keys") >= 1u);
  BOOST_TEST(seen.count("hit") == 1u);
  BOOST_TEST(seen.count("miss") >= 2u);
  BOOST_TEST(ask_admin(server.service().admin_port(), "/readyz").status == 200);
}

BOOST_AUTO_TEST_CASE(a_server_without_keys_is_not_ready) {
  mcpawl::server<mcpawl::access_jwt> lost{
      {"observed", "1"},
      mcpawl::access_jwt{{.team_domain = "https://127.0.0.1:1", .audiences = {std::string(aud)}}}};
  support::running server(lost, {.observers = {&seen}, .admin = mcpawl::admin_options{.port = 0}});
  seen.until_event("starting>ready");
  auto const reply = ask_admin(server.service().admin_port(), "/readyz");
  BOOST_TEST(reply.status == 503);
  BOOST_TEST(reply.body == "the policy cannot decide yet: it has no keys\n");
  BOOST_TEST(ask_admin(server.service().admin_port(), "/livez").status == 200);
}

BOOST_AUTO_TEST_CASE(keys_that_cannot_be_fetched_are_told) {
  mcpawl::server<mcpawl::access_jwt> lost{
      {"observed", "1"},
      mcpawl::access_jwt{{.team_domain = "https://127.0.0.1:1", .audiences = {std::string(aud)}}}};
  support::running server(lost, {.observers = {&seen}});
  seen.until_event("keys_failed");
}

BOOST_AUTO_TEST_CASE(what_the_authorization_server_grants_is_told) {
  {
    mcpawl::audit_log audit({.file = folder.file("audit")});
    support::saas service(nullptr, true, {}, {}, {&seen, &metrics, &audit});
    std::string const client = service.registered();
    auto const tokens = service.logged_in(client);
    BOOST_TEST(service.refresh(client, tokens.refresh).status == 200);
    BOOST_TEST(service.refresh(client, "made up").status == 400);
    BOOST_TEST(service.whoami(tokens.access) == "alice@example.com through a client");
    BOOST_TEST(service.post_form("/revoke", {{"token", tokens.access}, {"client_id", client}}).status == 200);
    BOOST_TEST(seen.count("client_registered:" + client) == 1u);
    BOOST_TEST(seen.count("grant_issued:" + client) == 1u);
    BOOST_TEST(seen.count("grant_refreshed:" + client) == 1u);
    BOOST_TEST(seen.count("token_revoked:" + client) == 1u);
    seen.until([&] {
      return metrics.text().find("mcpawl_oauth_requests_total{endpoint=\"revoke\",result=\"ok\"} 1") !=
             std::string::npos;
    });
    prometheus_text const page(metrics.text());
    BOOST_TEST(page.at("mcpawl_oauth_requests_total{endpoint=\"token\",result=\"ok\"}") == 2);
    BOOST_TEST(page.at("mcpawl_oauth_requests_total{endpoint=\"token\",result=\"refused\"}") == 1);
    BOOST_TEST(page.at("mcpawl_oauth_requests_total{endpoint=\"register\",result=\"ok\"}") == 1);
    BOOST_TEST(page.at("mcpawl_grants_total{event=\"grant_issued\"}") == 1);
    BOOST_TEST(page.at("mcpawl_token_cache_total{result=\"miss\"}") == 1);
    audit.flush();
    std::string const text = contents(folder.file("audit"));
    for (std::string const& hidden : {tokens.access, tokens.refresh})
      BOOST_TEST(text.find(hidden.substr(hidden.size() / 2)) == std::string::npos);
    for (std::string const event :
         {"client_registered", "grant_issued", "grant_refreshed", "token_revoked", "admitted", "tool_called"})
      BOOST_TEST(text.find("\"event\":\"" + event + '"') != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(no_sink_has_a_secret) {
  std::string const token = access->sign(access->user("alice@example.com"));
  std::vector<std::string> planted{token, token + "tampered"};
  for (int i = 0; i != 10; ++i)
    planted.push_back("planted-secret-number-" + std::to_string(i) + "-abcdefghijklmnop");
  std::string all;
  {
    mcpawl::json_log log({.file = folder.file("log")});
    mcpawl::audit_log audit({.file = folder.file("audit")});
    support::running server(
        srv, {.observers = {&log, &audit, &metrics, &seen}, .admin = mcpawl::admin_options{.port = 0}});
    loopback_client client(server.port());
    fields const in{{"Cf-Access-Jwt-Assertion", token},
                    {"Authorization", "Bearer " + planted[2]},
                    {"Cookie", "session=" + planted[3]},
                    {"Mcp-Session-Id", planted[4]}};
    auto const sent = [&](fields const& with, std::string const& name, std::string const& path) {
      client.request("POST", path, call_fields(name, with),
                     call_text(name, R"({"a":1,"b":2,"c":")" + planted[5] + "\"}",
                               R"(,"baggage":"k=)" + planted[6] + "\""));
    };
    sent(in, "add", "/mcp?token=" + planted[7]);
    sent(in, "fail", "/mcp");
    sent(in, planted[8], "/mcp");
    sent(in, "add", "/" + planted[9]);
    sent({{"Cf-Access-Jwt-Assertion", planted[1]}}, "add", "/mcp");
    sent({{"Cf-Access-Jwt-Assertion", planted[10]}}, "add", "/mcp?x=" + planted[11]);
    seen.until_requests(6);
    all = ask_admin(server.service().admin_port(), "/metrics").body;
    all += server.log.text();
  }
  all += contents(folder.file("log")) + contents(folder.file("audit"));
  BOOST_TEST(all.find("tool_called") != std::string::npos);
  BOOST_TEST(all.find("\"event\":\"request\"") != std::string::npos);
  BOOST_TEST(all.find("mcpawl_denials_total") != std::string::npos);
  for (auto const& each : planted) {
    BOOST_TEST(all.find(each.substr(0, each.size() / 2)) == std::string::npos);
    BOOST_TEST(all.find(each.substr(each.size() / 2)) == std::string::npos);
  }
  for (std::string const never_there : {"planted-tool-error-text", "alice@example.com"})
    BOOST_TEST(all.find(never_there) == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
