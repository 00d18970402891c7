// tests/wire/streams.cpp - streams of sessions: listening, coming back, cancelling, batches, restarts
// SPDX-License-Identifier: BSL-1.0
#include "live.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <thread>
#include <vector>

BOOST_AUTO_TEST_SUITE(wire_streams)

using namespace live;

namespace {

fields after(fields session, std::string const& id) {
  session.emplace_back("Last-Event-ID", id);
  return session;
}
std::string cancel(std::string const& id) {
  return notification("notifications/cancelled", R"({"requestId":)" + id + '}');
}

}  // namespace

BOOST_AUTO_TEST_CASE(get_listens_to_a_session) {
  site s;
  auto const session = s.open();
  auto listening = s.get(session);
  BOOST_TEST(listening.head().status == 200);
  BOOST_TEST(listening.head().field("content-type") == "text/event-stream");
  auto const priming = listening.next();
  BOOST_TEST(priming.data.empty());
  BOOST_TEST(!priming.id.empty());
  BOOST_TEST(priming.retry == "1000");
  s.srv.notify_tools_changed();
  auto const told = listening.next();
  BOOST_TEST(told.type == "message");
  BOOST_TEST(told.id.starts_with(priming.id.substr(0, priming.id.find('-'))));
  BOOST_TEST(boost::json::parse(told.data).at("method") == "notifications/tools/list_changed");
}

BOOST_AUTO_TEST_CASE(priming_is_of_2025_11_25_alone) {
  site s;
  for (std::string const version : {"2025-03-26", "2025-06-18"}) {
    auto const session = s.open(version);
    auto listening = s.get(session);
    s.srv.notify_tools_changed();
    auto const told = listening.next();
    BOOST_TEST(told.retry.empty());
    BOOST_TEST(!told.data.empty());
    BOOST_TEST(!told.id.empty());
  }
}

BOOST_AUTO_TEST_CASE(get_without_a_session_is_405_and_with_an_unknown_one_404) {
  site s;
  auto const refused = s.get({});
  BOOST_TEST(refused.head().status == 405);
  BOOST_TEST(refused.head().field("allow") == "POST");
  BOOST_TEST(s.get({{"Mcp-Session-Id", "x"}}).head().status == 404);
  auto session = s.open();
  BOOST_TEST(s.get(stateless_headers("x")).head().status == 405);
  auto both = session;
  both[1].second = "2026-07-28";
  BOOST_TEST(s.get(both).head().status == 405);
  both[1].second = "1999-01-01";
  BOOST_TEST(s.get(both).head().status == 400);
  loopback_client client{s.server.port()};
  fields json = session;
  json.emplace_back("Accept", "application/json");
  BOOST_TEST(client.request("GET", "/mcp", json).status == 406);
  BOOST_TEST(client.request("PUT", "/mcp", session).status == 405);
}

BOOST_AUTO_TEST_CASE(a_client_that_is_not_ready_is_told_nothing) {
  site s;
  auto const reply = s.post(initialize("2025-11-25"));
  fields const session{{"Mcp-Session-Id", std::string(reply.field("mcp-session-id"))}};
  auto listening = s.get(session);
  listening.next();
  s.srv.notify_tools_changed();
  s.post(notification("notifications/initialized"), session);
  s.srv.notify_prompts_changed();
  BOOST_TEST(listening.message().at("method") == "notifications/prompts/list_changed");
}

BOOST_AUTO_TEST_CASE(each_message_is_on_exactly_one_stream) {
  site s;
  auto const session = s.open();
  auto listening = s.get(session);
  listening.next();
  auto calling = s.post_stream(call("1", "wait_aloud", R"({"milliseconds":50})"), session);
  BOOST_TEST(calling.message().at("method") == "notifications/progress");
  s.srv.notify_tools_changed();
  BOOST_TEST(calling.message().at("method") == "notifications/progress");
  BOOST_TEST(text_of(calling.message()) == "waited aloud");
  BOOST_TEST(calling.ends());
  BOOST_TEST(listening.message().at("method") == "notifications/tools/list_changed");
  // a second listener takes the place of the first, and nothing is said twice
  auto second = s.get(session);
  BOOST_TEST(listening.ends());
  second.next();
  s.srv.notify_resources_changed();
  BOOST_TEST(second.message().at("method") == "notifications/resources/list_changed");
}

BOOST_AUTO_TEST_CASE(what_happened_while_nobody_listened_is_told_once) {
  site s;
  auto const session = s.open();
  for (int i = 0; i != 1000; ++i) s.srv.notify_tools_changed();
  s.srv.notify_prompts_changed();
  auto listening = s.get(session);
  BOOST_TEST(listening.message().at("method") == "notifications/tools/list_changed");
  BOOST_TEST(listening.message().at("method") == "notifications/prompts/list_changed");
}

BOOST_AUTO_TEST_CASE(who_comes_back_gets_what_it_missed_of_its_stream_and_no_other) {
  site s;
  auto const session = s.open();
  std::string last;
  {
    auto listening = s.get(session);
    last = listening.next().id;
    s.srv.notify_tools_changed();
    last = listening.next().id;
    s.srv.notify_prompts_changed();
    listening.next();  // it came, but the client says that it did not
  }
  auto calling = s.post_stream(call("1", "count"), session);
  calling.message();
  s.srv.notify_resources_changed();
  auto again = s.get(after(session, last));
  BOOST_TEST(again.message().at("method") == "notifications/prompts/list_changed");
  BOOST_TEST(again.message().at("method") == "notifications/resources/list_changed");
}

BOOST_AUTO_TEST_CASE(a_call_whose_connection_broke_goes_on_and_its_answer_is_replayed) {
  site s;
  auto const session = s.open();
  int const before = cancelled;
  std::string last;
  {
    auto calling = s.post_stream(call("7", "wait_aloud", R"({"milliseconds":100})"), session);
    last = calling.next().id;
    BOOST_TEST(!calling.next().data.empty());
  }
  auto again = s.get(after(session, last));
  BOOST_TEST(again.message().at("params").at("progress").to_number<int>() == 1);
  BOOST_TEST(again.message().at("params").at("progress").to_number<int>() == 2);
  BOOST_TEST(again.message().at("id").to_number<int>() == 7);
  BOOST_TEST(again.ends());
  // and once more, after it was over
  auto once_more = s.get(after(session, last));
  once_more.message();
  once_more.message();
  BOOST_TEST(once_more.message().at("id").to_number<int>() == 7);
  BOOST_TEST(cancelled == before);
}

BOOST_AUTO_TEST_CASE(a_tool_may_let_go_of_its_connection_and_is_polled) {
  site s;
  auto const session = s.open();
  auto calling = s.post_stream(call("1", "polled", R"({"milliseconds":100})"), session);
  auto const priming = calling.next();
  BOOST_TEST(priming.data.empty());
  BOOST_TEST(!priming.retry.empty());
  BOOST_TEST(calling.ends());
  auto again = s.get(after(session, priming.id));
  BOOST_TEST(text_of(again.message()) == "polled");
  BOOST_TEST(again.ends());
  // older revisions and the stateless one do not come back
  auto const older = s.open("2025-06-18");
  BOOST_TEST(text_of(json_of(s.post(call("1", "polled", R"({"milliseconds":10})"), older))) == "polled");
  BOOST_TEST(text_of(json_of(s.post(stateless_call("1", "polled", R"({"milliseconds":10})"),
                                    stateless_headers("tools/call", "polled")))) == "polled");
}

BOOST_AUTO_TEST_CASE(streams_belong_to_their_session) {
  site s;
  auto const session = s.open();
  auto const other = s.open();
  auto calling = s.post_stream(call("1", "count"), session);
  auto const id = calling.next().id;
  BOOST_TEST(s.get(after(other, id)).head().status == 400);
  auto const own = s.get(session).next().id;
  auto strange = s.get(after(other, own));  // begins anew, in its own session
  BOOST_TEST(strange.next().id != own);
}

BOOST_AUTO_TEST_CASE(nonsense_in_last_event_id_is_harmless) {
  site s;
  auto const session = s.open();
  for (std::string const id : {"x", "-", "c-1", "cffff-1", "1", "99999999999999999999999-1"})
    BOOST_TEST(s.get(after(session, id)).head().status == 400, id);
  for (std::string const id : {"s-", "sffffffff-1", "s-x"})
    BOOST_TEST(s.get(after(session, id)).head().status == 200, id);
  auto twice = after(after(session, "s-1"), "s-1");
  BOOST_TEST(s.get(twice).head().status == 400);
}

BOOST_AUTO_TEST_CASE(a_session_survives_a_restart_and_its_listener_comes_back) {
  mcpawl::server_options options;
  options.keys.emplace_back(std::string("a-key-of-32-bytes-for-tests-only"));
  auto s = std::make_unique<site>(options);
  auto const session = s->open();
  std::string last;
  {
    auto listening = s->get(session);
    last = listening.next().id;
  }
  s = std::make_unique<site>(options);
  BOOST_TEST(text_of(json_of(s->post(call("1", "who_calls"), session))) == "live 7 forms");
  auto listening = s->get(after(session, last));
  BOOST_TEST(listening.head().status == 200);
  listening.next();
  s->srv.notify_tools_changed();
  BOOST_TEST(listening.message().at("method") == "notifications/tools/list_changed");
}

BOOST_AUTO_TEST_CASE(delete_ends_the_listening) {
  site s;
  auto const session = s.open();
  auto listening = s.get(session);
  listening.next();
  loopback_client client{s.server.port()};
  BOOST_TEST(client.request("DELETE", "/mcp", session).status == 204);
  BOOST_TEST(listening.ends());
  BOOST_TEST(s.get(session).head().status == 404);
}

BOOST_AUTO_TEST_CASE(a_cancelled_call_is_stopped_and_never_answered) {
  site s;
  for (std::string const version : {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"}) {
    auto const session = s.open(version);
    int const before = cancelled;
    auto calling = s.post_stream(call("\"c\"", "wait_aloud", R"({"milliseconds":60000})"), session);
    calling.message();
    BOOST_TEST(s.post(cancel("\"c\""), session).status == 202);
    BOOST_TEST(calling.ends());
    BOOST_TEST(eventually([&] { return cancelled == before + 1; }));
  }
}

BOOST_AUTO_TEST_CASE(a_quiet_call_that_is_cancelled_is_202) {
  site s;
  auto const session = s.open();
  http_reply reply;
  std::thread caller([&] { reply = s.post(call("5", "wait", R"({"milliseconds":60000})"), session); });
  int const before = cancelled;
  BOOST_TEST(eventually([&] {
    s.post(cancel("5"), session);
    return cancelled == before + 1;
  }));
  caller.join();
  BOOST_TEST(reply.status == 202);
  BOOST_TEST(reply.body.empty());
}

BOOST_AUTO_TEST_CASE(nobody_cancels_in_another_session_and_nonsense_is_ignored) {
  site s;
  auto const session = s.open();
  auto const other = s.open();
  auto calling = s.post_stream(call("1", "wait_aloud", R"({"milliseconds":200})"), session);
  calling.message();
  BOOST_TEST(s.post(cancel("1"), other).status == 202);
  BOOST_TEST(s.post(cancel("\"1\""), session).status == 202);
  BOOST_TEST(s.post(cancel("\"init\""), session).status == 202);
  BOOST_TEST(s.post(notification("notifications/cancelled"), session).status == 202);
  calling.message();
  BOOST_TEST(text_of(calling.message()) == "waited aloud");
  BOOST_TEST(s.post(cancel("1"), session).status == 202);  // it is over
}

BOOST_AUTO_TEST_CASE(disconnect_semantics_flip_between_eras) {
  site s;
  int const before = cancelled;
  auto const session = s.open();
  {
    auto calling = s.post_stream(call("1", "wait_aloud", R"({"milliseconds":200})"), session);
    calling.message();
  }
  BOOST_TEST(text_of(json_of(s.post(call("2", "wait", R"({"milliseconds":400})"), session))) == "waited");
  BOOST_TEST(cancelled == before);
  {
    auto calling = s.post_stream(stateless_call("1", "wait_aloud", R"({"milliseconds":60000})"),
                                 stateless_headers("tools/call", "wait_aloud"));
    calling.message();
  }
  BOOST_TEST(eventually([&] { return cancelled == before + 1; }));
}

// --- batches
// ------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_batch_is_answered_as_an_array) {
  site s;
  auto const session = s.open("2025-03-26");
  auto const reply = s.post('[' + request("1", "ping") + ',' + call("\"two\"", "plain") + ',' +
                                request("3", "nonsense") + ',' + notification("notifications/initialized") +
                                R"(,{"jsonrpc":"2.0"},7,)" + initialize("2025-03-26") + ']',
                            session);
  BOOST_TEST(reply.status == 200);
  auto const all = json_of(reply).as_array();
  BOOST_TEST_REQUIRE(all.size() == 6U);
  BOOST_TEST(all[0].at("id").to_number<int>() == 1);
  BOOST_TEST(all[1].at("id") == "two");
  BOOST_TEST(code_of(all[2]) == -32601);
  BOOST_TEST(code_of(all[3]) == -32600);
  BOOST_TEST(code_of(all[4]) == -32600);
  BOOST_TEST(code_of(all[5]) == -32600);
}

BOOST_AUTO_TEST_CASE(a_batch_of_notifications_is_202) {
  site s;
  auto const session = s.open("2025-03-26");
  auto const reply = s.post('[' + notification("notifications/initialized") + ',' + notification("x") +
                                R"(,{"jsonrpc":"2.0","id":5,"result":{}}])",
                            session);
  BOOST_TEST(reply.status == 202);
  BOOST_TEST(reply.body.empty());
}

BOOST_AUTO_TEST_CASE(the_calls_of_a_batch_run_at_once_and_share_its_stream) {
  site s;
  auto const session = s.open("2025-03-26");
  auto events =
      s.post_stream('[' + call("1", "wait_aloud", R"({"milliseconds":100})") + ',' +
                        call("2", "deploy", R"({"service":"web"})") + ',' + request("3", "ping") + ']',
                    session);
  std::set<std::string> methods;
  value last;
  for (last = events.message(); last.is_object(); last = events.message()) {
    if (last.at("method") == "elicitation/create")
      s.post('[' + result_of(last, R"({"action":"decline"})") + ']', session);
    methods.insert(std::string(last.at("method").as_string()));
  }
  BOOST_TEST(methods.size() == 2U);
  BOOST_TEST(last.as_array().size() == 3U);
  BOOST_TEST(events.ends());
}

BOOST_AUTO_TEST_CASE(one_call_of_a_batch_can_be_cancelled) {
  site s;
  auto const session = s.open("2025-03-26");
  auto events = s.post_stream('[' + call("1", "wait_aloud", R"({"milliseconds":60000})") + ',' +
                                  call("2", "wait", R"({"milliseconds":100})") + ']',
                              session);
  events.message();
  s.post('[' + cancel("1") + ']', session);
  auto const answers = events.message().as_array();
  BOOST_TEST_REQUIRE(answers.size() == 1U);
  BOOST_TEST(answers[0].at("id").to_number<int>() == 2);
}

BOOST_AUTO_TEST_CASE(a_batch_is_refused_where_there_is_none) {
  site s;
  for (std::string const version : {"2024-11-05", "2025-06-18", "2025-11-25"}) {
    auto const reply = s.post('[' + request("1", "ping") + ']', s.open(version));
    BOOST_TEST(reply.status == 400);
    BOOST_TEST(code_of(json_of(reply)) == -32600);
  }
  auto const session = s.open("2025-03-26");
  std::string huge = "[" + request("1", "ping");
  for (int i = 0; i != 100'000; ++i) huge += ",0";
  for (auto const& [body, with] : std::vector<std::pair<std::string, fields>>{
           {"[]", session},
           {huge + ']', session},
           {'[' + request("1", "ping") + ']', {}},
           {'[' + request("1", "ping") + ',' + stateless("2", "tools/list") + ']', session},
           {'[' + request("1", "ping") + ']', stateless_headers("ping")}}) {
    auto const reply = s.post(body, with);
    BOOST_TEST(reply.status == 400, body.substr(0, 100));
    BOOST_TEST(code_of(json_of(reply)) == -32600);
  }
}

// --- many, slow, gone
// ---------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_reader_that_does_not_read_does_not_stop_the_others) {
  mcpawl::http_options http;
  http.bounds.write_timeout = std::chrono::milliseconds(200);
  site s{{}, http};
  auto const session = s.open();
  auto slow = s.get(session);
  for (int i = 0; i != 200'000; ++i) {
    // two that take turns are never said twice in a row
    s.srv.notify_tools_changed();
    if (i % 1000 == 0) s.post(request("1", "ping"), session);
  }
  auto const other = s.open();
  BOOST_TEST(text_of(json_of(s.post(call("1", "plain"), other))) == "plain");
}

BOOST_AUTO_TEST_CASE(listeners_come_and_go_on_two_threads_while_things_change) {
  mcpawl::http_options http;
  http.threads = 2;
  site s{{}, http};
  std::vector<fields> sessions;
  for (int i = 0; i != 4; ++i) sessions.push_back(s.open());
  std::atomic<bool> over{false};
  std::thread changes([&] {
    while (!over) {
      s.srv.notify_tools_changed();
      s.srv.notify_resource_updated("test://x");
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  });
  std::vector<std::thread> clients;
  for (int c = 0; c != 8; ++c)
    clients.emplace_back([&, c] {
      for (int i = 0; i != 10; ++i) {
        auto listening = s.get(sessions[static_cast<std::size_t>(c) % sessions.size()]);
        listening.next();
        if (i % 2)
          s.post(call(std::to_string(c * 100 + i), "count"), sessions[static_cast<std::size_t>(i) % 4]);
      }
    });
  for (auto& client : clients) client.join();
  over = true;
  changes.join();
  BOOST_TEST(s.post(request("1", "ping"), sessions[0]).status == 200);
}

BOOST_AUTO_TEST_CASE(many_idle_streams_are_ended_when_the_server_stops) {
  auto s = std::make_unique<site>();
  std::vector<stream> open;
  for (int i = 0; i != 100; ++i) open.push_back(s->get(s->open()));
  for (auto& one : open) one.next();
  s.reset();
  for (auto& one : open) BOOST_TEST(one.ends());
}

BOOST_AUTO_TEST_SUITE_END()
