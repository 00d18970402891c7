// tests/wire/subscriptions.cpp - subscriptions/listen of 2026-07-28, resources/subscribe of the revisions
// before
// SPDX-License-Identifier: BSL-1.0
#include "live.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <thread>
#include <vector>

BOOST_AUTO_TEST_SUITE(wire_subscriptions)

using namespace live;

namespace {

constexpr char const* subscription_id = "io.modelcontextprotocol/subscriptionId";

/** The site with a resource and a prompt to hear of. */
struct listening_site : site {
  explicit listening_site(mcpawl::server_options options = {}, mcpawl::http_options http = {})
      : site(std::move(options), std::move(http), [](mcpawl::server<>& with) {
          with.resource("test://file", "file", [] { return std::string("text"); });
        }) {}

  stream listen(std::string_view filter, std::string_view id = "\"sub\"", fields more = {}) {
    std::string text = R"(,"notifications":)";
    fields with = stateless_headers("subscriptions/listen");
    with.insert(with.end(), more.begin(), more.end());
    return post_stream(stateless(id, "subscriptions/listen", text.append(filter)), with);
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(the_acknowledgement_comes_first_and_names_what_is_honoured) {
  listening_site s;
  auto const honoured = [&](std::string_view filter) {
    auto listening = s.listen(filter);
    BOOST_TEST(listening.head().field("content-type") == "text/event-stream");
    BOOST_TEST(listening.head().field("x-accel-buffering") == "no");
    auto const first = listening.message();
    BOOST_TEST(first.at("method") == "notifications/subscriptions/acknowledged");
    BOOST_TEST(first.at("params").at("_meta").at(subscription_id) == "sub");
    BOOST_TEST(!first.as_object().contains("id"));
    BOOST_TEST(listening.last_id.empty());
    return boost::json::serialize(first.at("params").at("notifications"));
  };
  BOOST_TEST(honoured(R"({"toolsListChanged":true})") == R"({"toolsListChanged":true})");
  BOOST_TEST(honoured(R"({"toolsListChanged":false})") == "{}");
  BOOST_TEST(honoured("{}") == "{}");
  BOOST_TEST(honoured(R"({"promptsListChanged":true,"other":7})") == "{}");  // there are no prompts
  BOOST_TEST(
      honoured(R"({"resourcesListChanged":true,"resourceSubscriptions":["test://file","test://b"]})") ==
      R"({"resourcesListChanged":true,"resourceSubscriptions":["test://file"]})");  // there is no b
}

BOOST_AUTO_TEST_CASE(the_subscription_id_has_the_type_of_the_request_id) {
  listening_site s;
  auto number = s.listen(R"({"toolsListChanged":true})", "7");
  BOOST_TEST(number.message().at("params").at("_meta").at(subscription_id).is_int64());
  s.srv.notify_tools_changed();
  BOOST_TEST(number.message().at("params").at("_meta").at(subscription_id).to_number<int>() == 7);
}

BOOST_AUTO_TEST_CASE(only_what_was_asked_for_is_told) {
  listening_site s;
  auto tools = s.listen(R"({"toolsListChanged":true})");
  auto file = s.listen(R"({"resourceSubscriptions":["test://file"]})");
  tools.message();
  file.message();
  s.srv.notify_prompts_changed();
  s.srv.notify_resource_updated("test://other");
  s.srv.notify_resource_updated("test://filer");
  s.srv.notify_tools_changed();
  s.srv.notify_resource_updated("test://file/part");
  s.srv.notify_resource_updated("test://file");
  BOOST_TEST(tools.message().at("method") == "notifications/tools/list_changed");
  auto const part = file.message();
  BOOST_TEST(part.at("method") == "notifications/resources/updated");
  BOOST_TEST(part.at("params").at("uri") == "test://file/part");
  BOOST_TEST(file.message().at("params").at("uri") == "test://file");
}

BOOST_AUTO_TEST_CASE(a_filter_that_is_none_is_an_error) {
  listening_site s;
  std::string many = R"({"resourceSubscriptions":["x")";
  for (int i = 0; i != 1024; ++i) many += R"(,"x")";
  for (std::string const& filter :
       {std::string("7"), std::string("[]"), std::string(R"({"toolsListChanged":1})"),
        std::string(R"({"resourceSubscriptions":"x"})"), std::string(R"({"resourceSubscriptions":[7]})"),
        many + "]}"}) {
    std::string text = R"(,"notifications":)";
    auto const reply = s.post(stateless("1", "subscriptions/listen", text.append(filter)),
                              stateless_headers("subscriptions/listen"));
    BOOST_TEST(reply.status == 200);
    BOOST_TEST(code_of(json_of(reply)) == -32602);
  }
  BOOST_TEST(code_of(json_of(s.post(stateless("1", "subscriptions/listen"),
                                    stateless_headers("subscriptions/listen")))) == -32602);
}

BOOST_AUTO_TEST_CASE(a_client_that_takes_no_events_cannot_listen) {
  listening_site s;
  fields with = stateless_headers("subscriptions/listen");
  with.emplace_back("Accept", "application/json");
  auto const reply = s.post(stateless("1", "subscriptions/listen", R"(,"notifications":{})"), with);
  BOOST_TEST(reply.status == 406);
  BOOST_TEST(json_of(reply).at("id").to_number<int>() == 1);
}

BOOST_AUTO_TEST_CASE(there_are_not_more_subscriptions_than_allowed_and_who_leaves_makes_room) {
  mcpawl::server_options options;
  options.max_subscriptions = 2;
  listening_site s{options};
  auto one = std::make_unique<stream>(s.listen("{}"));
  auto two = s.listen("{}");
  one->message();
  two.message();
  auto const refused = s.post(stateless("3", "subscriptions/listen", R"(,"notifications":{})"),
                              stateless_headers("subscriptions/listen"));
  BOOST_TEST(code_of(json_of(refused)) == -32603);
  one.reset();
  BOOST_TEST(eventually([&] { return s.listen("{}").head().field("content-type") == "text/event-stream"; }));
}

BOOST_AUTO_TEST_CASE(a_quiet_subscription_is_kept_alive_by_comments) {
  mcpawl::http_options http;
  http.bounds.keep_alive = std::chrono::milliseconds(20);
  listening_site s{{}, http};
  loopback_client client{s.server.port()};
  client.send_request("POST", "/mcp", site::posting(stateless_headers("subscriptions/listen")),
                      stateless("1", "subscriptions/listen", R"(,"notifications":{})"));
  client.read_head();
  client.read_chunk();
  BOOST_TEST(client.read_chunk() == ": keep-alive\n\n");
  BOOST_TEST(client.read_chunk() == ": keep-alive\n\n");
}

BOOST_AUTO_TEST_CASE(a_server_that_stops_answers_its_listeners) {
  auto s = std::make_unique<listening_site>();
  auto listening = s->listen(R"({"toolsListChanged":true})");
  listening.message();
  auto const start = std::chrono::steady_clock::now();
  s.reset();
  auto const last = listening.message();
  BOOST_TEST(last.at("id") == "sub");
  BOOST_TEST(last.at("result").at("resultType") == "complete");
  BOOST_TEST(last.at("result").at("_meta").at(subscription_id) == "sub");
  BOOST_TEST(listening.ends());
  BOOST_TEST((std::chrono::steady_clock::now() - start < std::chrono::seconds(5)));
}

BOOST_AUTO_TEST_CASE(listen_does_not_exist_before_2026_and_subscribe_not_since) {
  listening_site s;
  auto const session = s.open();
  BOOST_TEST(code_of(json_of(s.post(request("1", "subscriptions/listen", R"({"notifications":{}})"),
                                    session))) == -32601);
  for (std::string const method : {"resources/subscribe", "resources/unsubscribe"}) {
    auto const reply = s.post(stateless("1", method, R"(,"uri":"test://file")"), stateless_headers(method));
    BOOST_TEST(reply.status == 404);
    BOOST_TEST(code_of(json_of(reply)) == -32601);
  }
}

BOOST_AUTO_TEST_CASE(a_session_subscribes_to_resources_and_unsubscribes) {
  listening_site s;
  for (std::string const version : {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"}) {
    auto const session = s.open(version);
    auto listening = s.get(session);
    auto const ask = [&](std::string const& method, std::string const& params) {
      return json_of(s.post(request("1", method, params), session));
    };
    BOOST_TEST(ask("resources/subscribe", R"({"uri":"test://file"})").at("result").as_object().empty());
    s.srv.notify_resource_updated("test://other");
    s.srv.notify_resource_updated("test://file");
    auto const told = listening.message();
    BOOST_TEST(told.at("method") == "notifications/resources/updated");
    BOOST_TEST(told.at("params").at("uri") == "test://file");
    BOOST_TEST(ask("resources/unsubscribe", R"({"uri":"test://file"})").at("result").as_object().empty());
    s.srv.notify_resource_updated("test://file");
    s.srv.notify_resources_changed();
    BOOST_TEST(listening.message().at("method") == "notifications/resources/list_changed");
    for (std::string const params : {"{}", R"({"uri":7})", R"({"uri":""})"})
      BOOST_TEST(code_of(ask("resources/subscribe", params)) == -32602);
  }
}

BOOST_AUTO_TEST_CASE(what_listens_is_advertised) {
  listening_site s;
  auto const told = json_of(s.post(initialize("2025-11-25"))).at("result").at("capabilities");
  BOOST_TEST(told.at("resources").at("subscribe") == true);
  BOOST_TEST(told.at("resources").at("listChanged") == true);
  BOOST_TEST(told.at("tools").at("listChanged") == true);
  BOOST_TEST(!told.as_object().contains("prompts"));
}

BOOST_AUTO_TEST_CASE(subscribing_without_resources_is_an_unknown_method) {
  site s;
  auto const session = s.open();
  BOOST_TEST(code_of(json_of(s.post(request("1", "resources/subscribe", R"({"uri":"x"})"), session))) ==
             -32601);
}

BOOST_AUTO_TEST_CASE(changes_are_told_from_any_thread_while_listeners_come_and_go) {
  mcpawl::http_options http;
  http.threads = 2;
  listening_site s{{}, http};
  std::atomic<bool> over{false};
  std::vector<std::thread> tellers;
  for (int t = 0; t != 2; ++t)
    tellers.emplace_back([&] {
      while (!over) {
        s.srv.notify_tools_changed();
        s.srv.notify_resource_updated("test://file");
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
    });
  std::vector<std::thread> clients;
  for (int c = 0; c != 6; ++c)
    clients.emplace_back([&] {
      for (int i = 0; i != 10; ++i) {
        auto listening = s.listen(R"({"toolsListChanged":true,"resourceSubscriptions":["test://file"]})");
        listening.message();
        for (int n = 0; n != 3; ++n) listening.message();
      }
    });
  for (auto& client : clients) client.join();
  over = true;
  for (auto& teller : tellers) teller.join();
  BOOST_TEST(s.post(stateless("1", "tools/list"), stateless_headers("tools/list")).status == 200);
}

BOOST_AUTO_TEST_SUITE_END()
