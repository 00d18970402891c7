// tests/abuse/quotas.cpp - what one caller may hold leaves the others theirs
// SPDX-License-Identifier: BSL-1.0
#include "../support/posted.hpp"
#include "../support/running.hpp"
#include "../support/user_header.hpp"

#include <mcpawl/mcp/call/context.hpp>
#include <mcpawl/server.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

BOOST_AUTO_TEST_SUITE(abuse_quotas)

using namespace std::chrono_literals;
using support::fields;
using support::http_reply;
using support::loopback_client;
using support::posting;
using support::stateless_request;
using site = mcpawl::server<support::user_header>;
using clients = std::vector<std::unique_ptr<loopback_client>>;

struct wait_for {
  std::string what;
};

std::atomic<bool> go_on{false};
std::atomic<int> waiting{0};

mcpawl::task<std::string> wait(wait_for in) {
  struct counted {
    counted() { ++waiting; }
    ~counted() { --waiting; }
  } const here;
  auto const executor = co_await boost::asio::this_coro::executor;
  boost::asio::steady_timer timer(executor);
  while (!go_on) {
    timer.expires_after(5ms);
    co_await timer.async_wait(boost::asio::use_awaitable);
  }
  co_return "waited for " + in.what.substr(0, 10);
}

struct item_of {
  std::string name;
};

/** A server with small quotas, and how to ask it. */
struct quotas {
  site srv;
  std::unique_ptr<support::running<site>> server;

  explicit quotas(mcpawl::limits const& bounds, mcpawl::server_options options = {})
      : srv({"quotas", "1"}, {}, std::move(options)) {
    go_on = false;
    srv.tool("wait", "Wait until told.", wait);
    srv.tool("hello", "Answer at once.", [] { return "hello"; });
    srv.resource_template("item://{name}", "item", [](item_of in) { return in.name; });
    mcpawl::http_options http;
    http.bounds = bounds;
    http.sse_path = "/sse";
    server = std::make_unique<support::running<site>>(srv, http);
  }
  ~quotas() { go_on = true; }

  void send(loopback_client& client, std::string const& user, std::string const& tool,
            std::string_view id = "1", std::string_view arguments = R"({"what":"it"})") const {
    std::string more = R"(,"name":")";
    more.append(tool).append(R"(","arguments":)").append(arguments);
    client.send_request("POST", "/mcp", support::posting_stateless(user, "tools/call", tool),
                        stateless_request("tools/call", more, id));
  }
  http_reply call(std::string const& user, std::string const& tool, std::string_view id = "1",
                  std::string_view arguments = R"({"what":"it"})") const {
    loopback_client client(server->port());
    send(client, user, tool, id, arguments);
    return client.read_reply();
  }
  std::string hello(std::string const& user) const { return call(user, "hello", "1", "{}").body; }
  http_reply initialize(std::string const& user) const {
    return support::initialize(server->port(), posting(user));
  }
  std::string session(std::string const& user) const {
    return std::string(initialize(user).field("mcp-session-id"));
  }
  http_reply in_session(std::string const& user, std::string const& session, std::string_view body) const {
    loopback_client client(server->port());
    return client.request("POST", "/mcp", posting(user, {{"Mcp-Session-Id", session}}), body);
  }
  int ping(std::string const& user, std::string const& session) const {
    return in_session(user, session, R"({"jsonrpc":"2.0","id":1,"method":"ping"})").status;
  }
  http_reply subscribe(std::string const& session, std::string const& uri) const {
    std::string body = R"({"jsonrpc":"2.0","id":1,"method":"resources/subscribe","params":{"uri":")";
    return in_session("eve", session, body.append(uri).append("\"}}"));
  }
  /** Open a stream of a client that listens; the status. */
  int listen(clients& into, std::string const& user) const {
    into.push_back(std::make_unique<loopback_client>(server->port()));
    into.back()->send_request(
        "POST", "/mcp", support::posting_stateless(user, "subscriptions/listen"),
        stateless_request("subscriptions/listen", R"(,"notifications":{"toolsListChanged":true})"));
    return into.back()->read_head().status;
  }
};

template <class Condition>
bool soon(Condition const& so) {
  for (int i = 0; i != 1000; ++i) {
    if (so()) return true;
    std::this_thread::sleep_for(5ms);
  }
  return false;
}

void is_refused(http_reply const& reply, std::string_view bound) {
  BOOST_TEST(reply.status == 429);
  BOOST_TEST(reply.field("retry-after") == "1");
  BOOST_TEST(reply.body.find("-32603") != std::string::npos, reply.body);
  BOOST_TEST(reply.body.find(bound) != std::string::npos, reply.body);
}

std::atomic<std::size_t> told{0};
std::atomic<bool> enough{false};

mcpawl::task<std::string> tell(mcpawl::context& ctx) {
  std::string const news(64 * 1024, 'x');
  std::optional<double> const total;
  for (double done = 1; !enough; ++done) {
    co_await ctx.progress(done, total, news);
    ++told;
  }
  co_return "told";
}

/** How many messages a tool can send to a client that reads none of them. */
std::size_t told_to_who_does_not_read(mcpawl::limits const& bounds) {
  told = 0;
  enough = false;
  site srv{{"quotas", "1"}};
  srv.tool("tell", "Tell the same again and again.", tell);
  mcpawl::http_options http;
  http.bounds = bounds;
  support::running<site> server(srv, http);
  auto client = std::make_unique<loopback_client>(server.port());
  client->send_request(
      "POST", "/mcp", support::posting_stateless("alice", "tools/call", "tell"),
      stateless_request("tools/call", R"(,"name":"tell","arguments":{})", "1", R"("progressToken":"p",)"));
  std::size_t before = 1;
  for (int i = 0; i != 100 && (told == 0 || told != before); ++i) {
    before = told;
    std::this_thread::sleep_for(200ms);
  }
  BOOST_TEST(told == before);
  enough = true;
  client.reset();
  return before;
}

// A call that waits for nothing else sent 10 000 messages, 600 MB, before the first of them was written, and nobody
// else on its thread was served. Costs a second. What the system buffers for a connection comes on top of the bounds.
BOOST_AUTO_TEST_CASE(a_call_waits_for_a_client_that_does_not_read) {
  mcpawl::limits few, many;
  few.max_unread_messages = 2;
  many.max_unread_messages = 1000;
  few.max_unread_bytes = many.max_unread_bytes = 1 << 30;
  auto const with_few = told_to_who_does_not_read(few);
  BOOST_TEST(told_to_who_does_not_read(many) >= with_few + 700);
  mcpawl::limits short_ones = many;
  short_ones.max_unread_bytes = 1024;
  BOOST_TEST(told_to_who_does_not_read(short_ones) + 700 < many.max_unread_messages);
}

// 10 001 sessions of one caller ended the idle one of another, although its id could have restored it.
BOOST_AUTO_TEST_CASE(sessions_of_one_caller_push_out_their_own) {
  mcpawl::limits bounds;
  bounds.max_sessions = 4;
  mcpawl::server_options options;
  options.max_sessions = 6;
  quotas q(bounds, options);
  auto const alices = q.session("alice");
  std::vector<std::string> eves;
  for (int i = 0; i != 20; ++i) eves.push_back(q.session("eve"));
  BOOST_TEST(q.ping("alice", alices) == 200);
  // what was forgotten is not ended: the id says all
  for (auto const& id : eves) BOOST_TEST(q.ping("eve", id) == 200);
  BOOST_TEST(q.ping("alice", alices) == 200);
  BOOST_TEST(q.ping("eve", alices) == 404);

  // sessions in use stay, and one more of that caller is refused
  clients reading;
  for (std::size_t i = 16; i != 20; ++i) {
    reading.push_back(std::make_unique<loopback_client>(q.server->port()));
    reading.back()->send_request("GET", "/mcp", posting("eve", {{"Mcp-Session-Id", eves[i]}}));
    BOOST_TEST(reading.back()->read_head().status == 200);
  }
  is_refused(q.initialize("eve"), "max_sessions");
  BOOST_TEST(q.initialize("bob").status == 200);
}

// 300 running calls with ids of 1 MB took 1.2 GB, and 312 descriptors after their clients had left.
BOOST_AUTO_TEST_CASE(running_calls_of_one_caller_are_bounded_and_end_with_their_client) {
  mcpawl::limits bounds;
  bounds.max_calls = 5;
  bounds.max_calls_in_process = 7;
  bounds.max_retained_bytes = 64 * 1024;
  quotas q(bounds);
  clients all;
  auto const begin = [&](std::string const& user) {
    all.push_back(std::make_unique<loopback_client>(q.server->port()));
    q.send(*all.back(), user, "wait");
  };
  for (int i = 0; i != 5; ++i) begin("eve");
  BOOST_TEST(soon([] { return waiting == 5; }));
  is_refused(q.call("eve", "wait"), "max_calls");
  BOOST_TEST(q.hello("eve").find("hello") != std::string::npos);  // what needs no waiting is not counted
  begin("alice");
  begin("bob");
  BOOST_TEST(soon([] { return waiting == 7; }));
  is_refused(q.call("carol", "wait"), "max_calls");
  all.clear();
  BOOST_TEST(soon([] { return waiting == 0; }));

  std::string const large = R"({"what":")" + std::string(40'000, 'x') + "\"}";
  all.push_back(std::make_unique<loopback_client>(q.server->port()));
  q.send(*all.back(), "eve", "wait", "1", large);
  BOOST_TEST(soon([] { return waiting == 1; }));
  is_refused(q.call("eve", "wait", "1", large), "max_retained_bytes");
  begin("alice");
  BOOST_TEST(soon([] { return waiting == 2; }));
  go_on = true;
  BOOST_TEST(all[0]->read_reply().body.find("waited for") != std::string::npos);
  BOOST_TEST(q.call("eve", "wait", "1", large).status == 200);
}

BOOST_AUTO_TEST_CASE(ids_and_progress_tokens_are_bounded) {
  mcpawl::limits bounds;
  bounds.max_id_bytes = 100;
  quotas q(bounds);
  go_on = true;
  auto const id = [](std::size_t size) { return '"' + std::string(size, 'i') + '"'; };
  BOOST_TEST(q.call("eve", "wait", id(100)).status == 200);
  auto const refused = q.call("eve", "wait", id(101));
  BOOST_TEST(refused.status == 400);
  BOOST_TEST(refused.body.find("max_id_bytes") != std::string::npos, refused.body);
  BOOST_TEST(refused.body.find("iii") == std::string::npos);

  auto const session = q.session("eve");
  auto const token = [&](std::size_t size) {
    std::string body =
        R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"hello","_meta":{"progressToken":")";
    return q.in_session("eve", session, body.append(size, 't').append("\"}}}"));
  };
  BOOST_TEST(token(100).status == 200);
  BOOST_TEST(token(101).status == 400);
}

// 1 024 streams of one caller left none for the others.
BOOST_AUTO_TEST_CASE(streams_of_one_caller_leave_some_for_the_others) {
  mcpawl::limits bounds;
  bounds.max_streams = 3;
  bounds.max_streams_in_process = 5;
  quotas q(bounds);
  clients all;
  for (int i = 0; i != 2; ++i) BOOST_TEST(q.listen(all, "eve") == 200);
  auto const session = q.session("eve");
  fields const get = posting("eve", {{"Mcp-Session-Id", session}});
  all.push_back(std::make_unique<loopback_client>(q.server->port()));
  all.back()->send_request("GET", "/mcp", get);
  BOOST_TEST(all.back()->read_head().status == 200);

  clients refused;
  BOOST_TEST(q.listen(refused, "eve") == 429);
  loopback_client one_more(q.server->port());
  is_refused(one_more.request("GET", "/mcp", get), "max_streams");
  BOOST_TEST(q.listen(all, "alice") == 200);
  BOOST_TEST(q.listen(all, "bob") == 200);
  BOOST_TEST(q.listen(refused, "carol") == 429);
  all.erase(all.begin());
  BOOST_TEST(soon([&] {
    clients again;
    return q.listen(again, "eve") == 200;
  }));
}

BOOST_AUTO_TEST_CASE(streams_of_the_oldest_transport_are_bounded_for_all_callers_together) {
  mcpawl::limits bounds;
  bounds.max_sse_clients = 2;
  quotas q(bounds);
  clients all, refused;
  auto const open = [&q](clients& into, std::string const& user) {
    into.push_back(std::make_unique<loopback_client>(q.server->port()));
    into.back()->send_request("GET", "/sse", {{"X-User", user}, {"Accept", "text/event-stream"}});
    return into.back()->read_head().status;
  };
  BOOST_TEST(open(all, "eve") == 200);
  BOOST_TEST(open(all, "alice") == 200);
  BOOST_TEST(open(refused, "bob") == 503);
  BOOST_TEST(q.hello("bob").find("hello") != std::string::npos);
  all.erase(all.begin());
  BOOST_TEST(soon([&] {
    clients again;
    return open(again, "bob") == 200;
  }));
}

// 100 subscribed URIs of 4 MiB held 400 MiB for an hour.
BOOST_AUTO_TEST_CASE(subscribed_uris_are_bounded_in_size_and_in_sum) {
  mcpawl::limits bounds;
  bounds.max_uri_bytes = 107;
  bounds.max_retained_bytes = 1000;
  quotas q(bounds);
  auto const session = q.session("eve");
  auto const uri = [](std::size_t size, char c = 'x') { return "item://" + std::string(size, c); };
  BOOST_TEST(q.subscribe(session, uri(100)).body.find("error") == std::string::npos);
  auto const refused = q.subscribe(session, uri(101)).body;
  BOOST_TEST(refused.find("max_uri_bytes") != std::string::npos, refused);
  for (char c = 'a'; c != 'i'; ++c) BOOST_TEST(q.subscribe(session, uri(100, c)).status == 200);
  is_refused(q.subscribe(session, uri(100, 'z')), "max_retained_bytes");
  // in another session of the same caller, too
  auto const other = q.session("eve");
  is_refused(q.subscribe(other, uri(100, 'z')), "max_retained_bytes");
  BOOST_TEST(q.subscribe(session, uri(100)).status == 200);  // it is there already
}

BOOST_AUTO_TEST_SUITE_END()
