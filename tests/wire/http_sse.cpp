// tests/wire/http_sse.cpp - the transport of 2024-11-05: an event stream and an endpoint to post to
// SPDX-License-Identifier: BSL-1.0
#include "live.hpp"

#include "../support/user_header.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <thread>

BOOST_AUTO_TEST_SUITE(wire_http_sse)

using namespace live;

namespace {

mcpawl::http_options with_sse(unsigned threads = 1) {
  mcpawl::http_options http;
  http.sse_path = "/sse";
  http.threads = threads;
  return http;
}

/** A client of 2024: its stream, and where it posts. */
struct old_client {
  explicit old_client(site& at)
      : at_(at), events(at.server.port(), "GET", "/sse", {{"Accept", "text/event-stream"}}) {
    auto const first = events.next();
    BOOST_TEST(first.type == "endpoint");
    endpoint = first.data;
  }
  int post(std::string_view body) {
    loopback_client client{at_.server.port()};
    return client.request("POST", endpoint, {{"Content-Type", "application/json"}}, body).status;
  }
  value ask(std::string_view body) {
    BOOST_TEST(post(body) == 202);
    return events.message();
  }
  void open() {
    BOOST_TEST(ask(initialize("2024-11-05")).at("result").at("protocolVersion") == "2024-11-05");
    post(notification("notifications/initialized"));
  }

private:
  site& at_;

public:
  stream events;
  std::string endpoint;
};

}  // namespace

BOOST_AUTO_TEST_CASE(everything_comes_on_the_stream) {
  site s{{}, with_sse()};
  old_client client{s};
  BOOST_TEST(client.endpoint.starts_with("/sse/messages?sessionId="));
  client.open();
  BOOST_TEST(text_of(client.ask(call("1", "plain"))) == "plain");
  BOOST_TEST(client.ask(call("2", "count")).at("method") == "notifications/progress");
  client.events.message();
  BOOST_TEST(text_of(client.events.message()) == "counted");
  s.srv.notify_tools_changed();
  BOOST_TEST(client.events.message().at("method") == "notifications/tools/list_changed");
}

BOOST_AUTO_TEST_CASE(a_question_is_asked_and_answered) {
  site s{{}, with_sse()};
  old_client client{s};
  client.open();
  auto const asked = client.ask(call("1", "deploy", R"({"service":"web"})"));
  BOOST_TEST(asked.at("method") == "elicitation/create");
  BOOST_TEST(text_of(client.ask(result_of(asked, R"({"action":"decline"})"))) == "declined");
}

BOOST_AUTO_TEST_CASE(a_call_is_cancelled_by_a_notification_and_by_leaving) {
  auto http = with_sse();
  http.bounds.keep_alive = std::chrono::milliseconds(20);  // leaving is noticed by writing
  site s{{}, http};
  int const before = cancelled;
  auto client = std::make_unique<old_client>(s);
  client->open();
  client->post(call("1", "wait", R"({"milliseconds":60000})"));
  client->post(notification("notifications/cancelled", R"({"requestId":1})"));
  BOOST_TEST(eventually([&] { return cancelled == before + 1; }));
  BOOST_TEST(client->ask(request("2", "ping")).at("id").to_number<int>() == 2);
  client->post(call("3", "wait", R"({"milliseconds":60000})"));
  client.reset();
  BOOST_TEST(eventually([&] { return cancelled == before + 2; }));
}

BOOST_AUTO_TEST_CASE(bad_messages_are_answered_on_the_stream) {
  site s{{}, with_sse()};
  old_client client{s};
  BOOST_TEST(code_of(client.ask("{")) == -32700);
  BOOST_TEST(code_of(client.ask(call("1", "plain"))) == -32600);  // initialize first
}

BOOST_AUTO_TEST_CASE(an_unknown_client_is_404_and_the_endpoint_goes_with_its_stream) {
  site s{{}, with_sse()};
  loopback_client client{s.server.port()};
  fields const json{{"Content-Type", "application/json"}};
  for (std::string const target :
       {"/sse/messages", "/sse/messages?sessionId=", "/sse/messages?sessionId=00", "/sse/messages?x=1"})
    BOOST_TEST(client.request("POST", target, json, request("1", "ping")).status == 404);
  BOOST_TEST(client.request("POST", "/sse", json, request("1", "ping")).status == 404);
  std::string endpoint;
  {
    old_client gone{s};
    endpoint = gone.endpoint;
    BOOST_TEST(client.request("POST", endpoint, json, request("1", "ping")).status == 202);
    BOOST_TEST(client.request("POST", endpoint, {}, request("1", "ping")).status == 415);
  }
}

BOOST_AUTO_TEST_CASE(without_the_option_there_is_nothing) {
  site s;
  BOOST_TEST(stream(s.server.port(), "GET", "/sse", {}).head().status == 404);
}

BOOST_AUTO_TEST_CASE(another_user_does_not_post_to_my_stream) {
  mcpawl::server<support::user_header> srv{{"old", "1"}, support::user_header{}};
  srv.tool("plain", "Answer.", client_name);
  support::running<mcpawl::server<support::user_header>> server{srv, with_sse()};
  stream mine(server.port(), "GET", "/sse", {{"X-User", "alice"}});
  std::string const endpoint = mine.next().data;
  loopback_client client{server.port()};
  auto const post = [&](fields with) {
    with.emplace_back("Content-Type", "application/json");
    return client.request("POST", endpoint, with, request("1", "ping")).status;
  };
  BOOST_TEST(post({{"X-User", "bob"}}) == 404);
  BOOST_TEST(post({}) == 401);
  BOOST_TEST(post({{"X-User", "alice"}}) == 202);
}

BOOST_AUTO_TEST_CASE(messages_may_come_on_other_threads_than_the_stream_is_on) {
  site s{{}, with_sse(2)};
  old_client client{s};
  client.open();
  std::vector<std::thread> posters;
  for (int p = 0; p != 4; ++p)
    posters.emplace_back([&, p] {
      for (int i = 0; i != 10; ++i)
        client.post(call(std::to_string(p * 10 + i), "wait", R"({"milliseconds":5})"));
    });
  for (auto& poster : posters) poster.join();
  for (int i = 0; i != 40; ++i) BOOST_TEST(text_of(client.events.message()) == "waited");
}

BOOST_AUTO_TEST_CASE(a_server_that_stops_ends_the_streams) {
  auto s = std::make_unique<site>(mcpawl::server_options(), with_sse());
  old_client client{*s};
  client.open();
  client.post(call("1", "deploy", R"({"service":"web"})"));
  client.events.message();
  auto const start = std::chrono::steady_clock::now();
  s.reset();
  BOOST_TEST((std::chrono::steady_clock::now() - start < std::chrono::seconds(5)));
}

BOOST_AUTO_TEST_SUITE_END()
