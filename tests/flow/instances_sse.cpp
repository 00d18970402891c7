// tests/flow/instances_sse.cpp - HTTP+SSE of 2024-11-05 with several instances: a message may come to another one than the stream
// SPDX-License-Identifier: BSL-1.0
#include "../support/becomes_true.hpp"
#include "../support/event_stream.hpp"
#include "../support/public_store.hpp"
#include "../support/running.hpp"
#include "../support/scope_header.hpp"
#include "../support/session_client.hpp"

#include <mcpawl/mcpawl.hpp>
#include <mcpawl/test/manual_clock.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace flow_instances_sse {
namespace {

using support::event_stream;
using support::fields;
using support::loopback_client;
using support::result_text;
using support::session_client;

struct form {
  std::string name;
};

struct instance {
  instance(std::shared_ptr<mcpawl::kv_store> store, mcpawl::clock const& time)
      : srv{{"flow", "1"}, support::scope_header(), support::instance_options(std::move(store), time)} {
    srv.tool("ask", "Ask for a name.", [](mcpawl::context& ctx) -> mcpawl::task<std::string> {
      auto const answer = co_await ctx.elicit<form>("name", "Who are you?");
      if (!answer) co_return "nobody";
      co_return "hello " + answer->name;
    });
    srv.tool("add", "One more.", [this] { return ++calls; });
    srv.tool("change", "Change something.", [] { return true; }).requires_scope("write");
    mcpawl::http_options http;
    http.sse_path = "/sse";
    serving.emplace(srv, http);
  }
  std::uint16_t port() const { return serving->port(); }

  int calls = 0;
  mcpawl::server<support::scope_header> srv;
  std::optional<support::running<mcpawl::server<support::scope_header>>> serving;
};

/** A client whose stream is on one instance. */
struct old_client {
  explicit old_client(std::uint16_t port) : events(port, "GET", "/sse", {{"Accept", "text/event-stream"}}) {
    BOOST_TEST_REQUIRE(events.head().status == 200);
    endpoint = events.next().data;
  }
  support::http_reply post(std::uint16_t port, std::string_view body, fields more = {}) const {
    more.emplace_back("Content-Type", "application/json");
    loopback_client connection(port);
    return connection.request("POST", endpoint, more, body);
  }
  void open(std::uint16_t port) {
    auto const accepted = post(
        port,
        R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2024-11-05","capabilities":{"elicitation":{}},)"
        R"("clientInfo":{"name":"test","version":"1"}}})");
    BOOST_TEST_REQUIRE(accepted.status == 202);
    BOOST_TEST(events.message().at("result").at("protocolVersion") == "2024-11-05");
    post(port, R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
  }
  event_stream events;
  std::string endpoint;
};

struct three {
  mcpawl::test::manual_clock time;
  std::shared_ptr<support::public_store> store = std::make_shared<support::public_store>(time);
  instance a{store, time}, b{store, time}, c{store, time};
};

}  // namespace
}  // namespace flow_instances_sse

BOOST_FIXTURE_TEST_SUITE(flow_instances_sse_suite, flow_instances_sse::three)

using namespace flow_instances_sse;

BOOST_AUTO_TEST_CASE(messages_may_come_to_any_instance) {
  old_client client(a.port());
  client.open(b.port());
  BOOST_TEST(client.post(c.port(), session_client::call_text(1, "ask")).status == 202);
  auto const question = client.events.message();
  BOOST_TEST_REQUIRE(question.at("method") == "elicitation/create");
  BOOST_TEST(client.post(b.port(), support::accepted_answer(question, "Ada")).status == 202);
  BOOST_TEST(result_text(client.events.message()) == "hello Ada");
}

BOOST_AUTO_TEST_CASE(messages_are_taken_in_their_order) {
  old_client client(a.port());
  client.open(b.port());
  for (int i = 1; i <= 30; ++i)
    BOOST_TEST_REQUIRE(
        client.post(i % 2 == 0 ? b.port() : c.port(), session_client::call_text(i, "add")).status == 202);
  for (int i = 1; i <= 30; ++i) {
    auto const answer = client.events.message();
    BOOST_TEST(answer.at("id").as_int64() == i);
    BOOST_TEST(result_text(answer) == std::to_string(i));
  }
}

BOOST_AUTO_TEST_CASE(a_stream_that_is_nowhere_or_of_somebody_else_is_unknown) {
  auto client = std::make_unique<old_client>(a.port());
  client->open(b.port());
  auto const foreign = client->post(b.port(), session_client::call_text(1, "add"), {{"X-User", "eve"}});
  BOOST_TEST(foreign.status == 404);
  std::string const endpoint = client->endpoint;
  client.reset();
  loopback_client connection(b.port());
  auto const posted = [&] {
    return connection.request("POST", endpoint, {{"Content-Type", "application/json"}}, "{}").status;
  };
  BOOST_TEST(support::becomes_true([&] { return posted() == 404; }));
  BOOST_TEST(
      connection.request("POST", "/sse/messages", {{"Content-Type", "application/json"}}, "{}").status ==
      404);
  BOOST_TEST(a.calls == 0);
}

BOOST_AUTO_TEST_CASE(what_is_malformed_is_answered_on_the_stream) {
  old_client client(a.port());
  client.open(a.port());
  BOOST_TEST(client.post(b.port(), "{").status == 202);
  BOOST_TEST(client.events.message().at("error").at("code") == -32700);
}

BOOST_AUTO_TEST_CASE(a_message_counts_with_the_scopes_that_the_stream_was_opened_with) {
  old_client client(a.port());
  client.open(b.port());
  BOOST_TEST(client.post(b.port(), session_client::call_text(7, "change"), {{"X-Scopes", "write"}}).status ==
             202);
  auto const refused = client.events.message();
  BOOST_TEST(refused.at("id") == 7);
  BOOST_TEST(refused.at("error").at("message") ==
             "insufficient scope: authorize anew for write, and open the event stream again");
  // where the stream is, the message's own scopes count
  BOOST_TEST(client.post(a.port(), session_client::call_text(8, "change")).status == 403);
  BOOST_TEST(client.post(a.port(), session_client::call_text(9, "change"), {{"X-Scopes", "write"}}).status ==
             202);
  BOOST_TEST(client.events.message().at("id") == 9);
}

BOOST_AUTO_TEST_CASE(without_the_store_messages_go_on_where_the_stream_is) {
  old_client client(a.port());
  client.open(b.port());
  store->works = false;
  auto const refused = client.post(b.port(), session_client::call_text(1, "add"));
  BOOST_TEST(refused.status == 503);
  BOOST_TEST(refused.field("retry-after") == "1");
  BOOST_TEST(client.post(a.port(), session_client::call_text(2, "add")).status == 202);
  BOOST_TEST(client.events.message().at("id") == 2);
  store->works = true;
  BOOST_TEST(client.post(b.port(), session_client::call_text(3, "add")).status == 202);
  BOOST_TEST(client.events.message().at("id") == 3);
}

BOOST_AUTO_TEST_CASE(what_nobody_takes_is_bounded) {
  // of an instance that died with its streams, the store says for a while that they are there
  std::string endpoint;
  {
    instance d{store, time};
    old_client client(d.port());
    endpoint = client.endpoint;
    store->works = false;
  }
  store->works = true;
  loopback_client connection(b.port());
  auto const post = [&](std::string_view body) {
    return connection.request("POST", endpoint, {{"Content-Type", "application/json"}}, body).status;
  };
  for (int i = 0; i != 32; ++i) BOOST_TEST_REQUIRE(post("{}") == 202);
  BOOST_TEST(post("{}") == 503);
  time.advance(std::chrono::seconds{61});
  BOOST_TEST(post("{}") == 202);
  BOOST_TEST(post('"' + std::string(1024 * 1024, 'x') + '"') == 413);
  time.advance(std::chrono::seconds{30});
  BOOST_TEST(post("{}") == 404);
}

BOOST_AUTO_TEST_SUITE_END()
