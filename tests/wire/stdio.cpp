// tests/wire/stdio.cpp - MCP over a pair of pipes, all revisions
// SPDX-License-Identifier: BSL-1.0
#include "live.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <set>

namespace wire_stdio {

using namespace live;
using support::piped;

namespace {

struct fixture {
  mcpawl::server<> srv = make_server();

  static void open(piped& client, std::string_view version = "2025-11-25") {
    auto const answer = client.ask(initialize(version));
    BOOST_TEST(answer.at("result").at("protocolVersion").as_string() == version);
    client.send(notification("notifications/initialized"));
  }
};

}  // namespace

}  // namespace wire_stdio

BOOST_FIXTURE_TEST_SUITE(wire_stdio, fixture)

BOOST_AUTO_TEST_CASE(each_revision_with_sessions_initializes_lists_and_calls) {
  for (std::string const version : {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"}) {
    piped client{srv};
    open(client, version);
    BOOST_TEST(client.ask(request("1", "tools/list")).at("result").at("tools").as_array().size() == 12U);
    BOOST_TEST(text_of(client.ask(call("2", "plain"))) == "plain");
  }
}

BOOST_AUTO_TEST_CASE(the_stateless_revision_needs_no_handshake_and_no_headers) {
  piped client{srv};
  auto const found = client.ask(stateless("1", "server/discover")).at("result");
  BOOST_TEST(found.at("supportedVersions").at(0) == "2026-07-28");
  auto const called = client.ask(stateless_call("\"x\"", "plain"));
  BOOST_TEST(called.at("id") == "x");
  BOOST_TEST(called.at("result").at("resultType") == "complete");
}

BOOST_AUTO_TEST_CASE(era_both_kinds_of_messages_share_the_channel) {
  piped client{srv};
  open(client);
  BOOST_TEST(!client.ask(call("1", "plain")).at("result").as_object().contains("resultType"));
  BOOST_TEST(client.ask(stateless_call("2", "plain")).at("result").at("resultType") == "complete");
  BOOST_TEST(text_of(client.ask(call("3", "plain"))) == "plain");
}

BOOST_AUTO_TEST_CASE(era_before_the_handshake_there_is_ping_and_nothing_else) {
  piped client{srv};
  BOOST_TEST(client.ask(request("1", "ping")).at("result").as_object().empty());
  BOOST_TEST(code_of(client.ask(request("2", "tools/list"))) == -32600);
  BOOST_TEST(code_of(client.ask(stateless("3", "initialize"))) == -32601);
  BOOST_TEST(code_of(client.ask(stateless("4", "ping"))) == -32601);
}

BOOST_AUTO_TEST_CASE(an_unsupported_version_names_those_that_are) {
  piped client{srv};
  auto const answer = client.ask(
      R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2025-11-25","io.modelcontextprotocol/clientCapabilities":{}}}})");
  BOOST_TEST(code_of(answer) == -32022);
  BOOST_TEST(answer.at("error").at("data").at("supported").at(0) == "2026-07-28");
}

BOOST_AUTO_TEST_CASE(bad_lines_are_answered_and_the_stream_goes_on) {
  piped client{srv};
  for (std::string const bad :
       {"{", "nonsense", "\"text\"", "7", "null", R"({"jsonrpc":"1.0","id":1,"method":"ping"})",
        R"({"jsonrpc":"2.0","id":null,"method":"ping"})", R"({"a":1,"a":2})", "\xff"}) {
    auto const answer = client.ask(bad);
    BOOST_TEST((code_of(answer) == -32700 || code_of(answer) == -32600), bad);
  }
  client.send("");
  client.send(" \t\r");
  BOOST_TEST(client.ask(request("1", "ping") + "\r").at("id").to_number<int>() == 1);
}

BOOST_AUTO_TEST_CASE(a_line_that_is_too_long_is_answered_once_and_the_stream_goes_on) {
  mcpawl::stdio_options options;
  options.bounds.body_bytes = 1000;
  piped client{srv, options};
  BOOST_TEST(code_of(client.ask(std::string(300'000, 'x'))) == -32600);
  BOOST_TEST(client.ask(request("1", "ping")).at("id").to_number<int>() == 1);
}

BOOST_AUTO_TEST_CASE(a_message_may_come_in_pieces_and_several_in_one) {
  piped client{srv};
  std::string const message = request("1", "ping");
  client.write(message.substr(0, 10));
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  client.write(message.substr(10) + "\n" + request("2", "ping") + "\n" + request("3", "ping"));
  client.close_input();  // the last line has no end
  for (int id : {1, 2, 3}) BOOST_TEST(client.message().at("id").to_number<int>() == id);
  BOOST_TEST(client.ended());
  client.join();
}

BOOST_AUTO_TEST_CASE(requests_run_at_once_and_are_answered_as_they_are_ready) {
  piped client{srv};
  open(client);
  client.send(call("1", "wait", R"({"milliseconds":400})"));
  client.send(call("2", "wait", R"({"milliseconds":10})"));
  client.send(call("3", "plain"));
  BOOST_TEST(client.message().at("id").to_number<int>() == 3);
  BOOST_TEST(client.message().at("id").to_number<int>() == 2);
  BOOST_TEST(client.message().at("id").to_number<int>() == 1);
}

BOOST_AUTO_TEST_CASE(a_message_is_one_line_whatever_a_schema_looks_like) {
  mcpawl::server<> pretty{{"pretty", "1"}};
  pretty.raw_tool("raw", "Lines.", "{\n  \"type\":\r\n \"object\"\n}",
                  [](boost::json::object) { return "a\nb"; });
  piped client{pretty};
  open(client);
  BOOST_TEST(client.ask(request("1", "tools/list")).at("result").at("tools").as_array().size() == 1U);
  BOOST_TEST(text_of(client.ask(call("2", "raw"))) == "a\nb");
}

BOOST_AUTO_TEST_CASE(the_end_of_the_input_lets_calls_finish) {
  piped client{srv};
  open(client);
  client.send(call("1", "wait", R"({"milliseconds":100})"));
  client.close_input();
  BOOST_TEST(text_of(client.message()) == "waited");
  BOOST_TEST(client.ended());
  client.join();
}

BOOST_AUTO_TEST_CASE(a_call_that_takes_too_long_does_not_hold_up_the_end) {
  mcpawl::stdio_options options;
  options.bounds.drain_timeout = std::chrono::milliseconds(50);
  piped client{srv, options};
  client.send(stateless_call("1", "wait", R"({"milliseconds":60000})"));
  client.close_input();
  BOOST_TEST(client.ended());
  client.join();
}

BOOST_AUTO_TEST_CASE(a_call_that_waits_for_an_answer_does_not_hold_up_the_end) {
  piped client{srv};
  open(client);
  client.send(call("1", "deploy", R"({"service":"web"})"));
  BOOST_TEST(client.message().at("method") == "elicitation/create");
  client.close_input();
  auto const answer = client.message();
  BOOST_TEST(answer.at("result").at("isError") == true);
  BOOST_TEST(client.ended());
  client.join();
}

BOOST_AUTO_TEST_CASE(a_client_that_closes_its_end_is_noticed) {
  piped client{srv};
  client.send(request("1", "ping"));
  client.line();
  client.close_output();
  client.send(request("2", "ping"));
  client.join();
}

BOOST_AUTO_TEST_CASE(a_signal_ends_it_like_the_end_of_the_input) {
  piped client{srv};
  open(client);
  client.send(call("1", "wait", R"({"milliseconds":100})"));
  client.ask(request("2", "ping"));
  client.signal(SIGTERM);
  BOOST_TEST(text_of(client.message()) == "waited");
  BOOST_TEST(client.ended());
  client.join();
}

BOOST_AUTO_TEST_CASE(a_cancelled_call_is_stopped_and_never_answered) {
  std::string const arguments = R"({"milliseconds":60000})";
  for (bool const modern : {false, true}) {
    piped client{srv};
    open(client);
    int const before = cancelled;
    client.send(modern ? stateless_call("\"one\"", "wait", arguments) : call("\"one\"", "wait", arguments));
    std::string params = R"({"requestId":"one","reason":"enough")";
    if (modern) params += R"(,"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"})";
    client.send(notification("notifications/cancelled", params + '}'));
    BOOST_TEST(eventually([&] { return cancelled == before + 1; }));
    BOOST_TEST(client.ask(request("2", "ping")).at("id").to_number<int>() == 2);
    client.close_input();
    BOOST_TEST(client.ended());
  }
}

BOOST_AUTO_TEST_CASE(cancelling_what_is_unknown_over_or_malformed_is_ignored) {
  piped client{srv};
  open(client);
  client.ask(call("1", "plain"));
  for (std::string const params : {R"({"requestId":1})", R"({"requestId":"1"})", R"({"requestId":null})",
                                   R"({})", R"({"requestId":{}})", R"({"requestId":"init"})"})
    client.send(notification("notifications/cancelled", params));
  BOOST_TEST(client.ask(request("2", "ping")).at("id").to_number<int>() == 2);
}

BOOST_AUTO_TEST_CASE(a_question_is_asked_and_answered_on_the_channel) {
  piped client{srv};
  open(client, "2025-06-18");
  client.send(call("1", "deploy", R"({"service":"web"})"));
  auto const asked = client.message();
  BOOST_TEST(asked.at("params").at("message") == "Deploy web?");
  client.send(result_of(asked, R"({"action":"accept","content":{"sure":true}})"));
  BOOST_TEST(text_of(client.message()) == "deployed web");
}

BOOST_AUTO_TEST_CASE(a_batch_is_a_line_in_2025_03_26_and_nowhere_else) {
  piped client{srv};
  open(client, "2025-03-26");
  auto const answers = client.ask('[' + call("1", "plain") + ',' + call("2", "count") + ']');
  // the notifications of the second come before
  value all = answers;
  while (!all.is_array()) all = client.message();
  BOOST_TEST(all.as_array().size() == 2U);
  piped other{srv};
  open(other, "2025-06-18");
  BOOST_TEST(code_of(other.ask('[' + request("1", "ping") + ']')) == -32600);
  BOOST_TEST(code_of(other.ask("[]")) == -32600);
}

BOOST_AUTO_TEST_CASE(changes_are_told_in_a_session_and_to_who_listens) {
  piped client{srv};
  open(client);
  client.ask(request("1", "ping"));
  srv.notify_tools_changed();
  BOOST_TEST(client.message().at("method") == "notifications/tools/list_changed");

  piped modern{srv};
  auto const acknowledged = modern.ask(
      stateless("\"sub\"", "subscriptions/listen", R"(,"notifications":{"toolsListChanged":true})"));
  BOOST_TEST(acknowledged.at("method") == "notifications/subscriptions/acknowledged");
  srv.notify_tools_changed();
  auto const told = modern.message();
  BOOST_TEST(told.at("method") == "notifications/tools/list_changed");
  BOOST_TEST(told.at("params").at("_meta").at("io.modelcontextprotocol/subscriptionId") == "sub");
  modern.close_input();
  BOOST_TEST(modern.message().at("method") == "notifications/cancelled");
  BOOST_TEST(modern.message().at("result").at("resultType") == "complete");
  BOOST_TEST(modern.ended());
}

BOOST_AUTO_TEST_CASE(a_subscription_is_ended_by_a_cancellation_without_a_word) {
  piped client{srv};
  client.ask(stateless("5", "subscriptions/listen", R"(,"notifications":{"toolsListChanged":true})"));
  client.send(
      R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":5,"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}})");
  client.ask(request("1", "ping"));
  srv.notify_tools_changed();
  client.close_input();
  BOOST_TEST(client.ended());
}

BOOST_AUTO_TEST_CASE(a_client_that_does_not_read_holds_the_tools_and_not_the_memory) {
  piped client{srv};
  std::string const line =
      request("1", "tools/list", R"({"_meta":{"x":")" + std::string(1000, 'y') + R"("}})") + '\n';
  open(client);
  std::thread writer([&] {
    for (int i = 0; i != 3000; ++i) client.write(line);
    client.close_input();
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  int answers = 0;
  for (; answers != 3000; ++answers) client.line();
  BOOST_TEST(client.ended());
  writer.join();
}

BOOST_AUTO_TEST_SUITE_END()
