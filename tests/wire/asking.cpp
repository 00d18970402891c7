// tests/wire/asking.cpp - calls that ask their client, in every revision, over HTTP
// SPDX-License-Identifier: BSL-1.0
#include "live.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <thread>
#include <vector>

BOOST_AUTO_TEST_SUITE(wire_asking)

using namespace live;

namespace {

constexpr std::string_view web = R"({"service":"web"})";

/** The next call of the stateless protocol, with what the last one asked for. */
std::string retry(value const& asked, std::string_view responses) {
  std::string more = R"(,"requestState":)" + boost::json::serialize(asked.at("result").at("requestState"));
  return more.append(R"(,"inputResponses":)").append(responses);
}

struct stateless_site : site {
  explicit stateless_site(mcpawl::server_options options = {}) : site(std::move(options)) {}
  http_reply call(std::string const& tool, std::string_view arguments = "{}", std::string_view more = {},
                  std::string_view capabilities = everything) {
    return post(stateless_call("1", tool, arguments, more, capabilities),
                stateless_headers("tools/call", tool));
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(one_tool_asks_in_every_revision_with_sessions) {
  site s;
  for (std::string const version : {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"}) {
    auto const session = s.open(version);
    auto events = s.post_stream(call("1", "deploy", web), session);
    auto const asked = events.message();
    BOOST_TEST(asked.at("method") == "elicitation/create");
    BOOST_TEST(asked.at("params").at("message") == "Deploy web?");
    auto const schema = asked.at("params").at("requestedSchema").as_object();
    BOOST_TEST(schema.at("type") == "object");
    BOOST_TEST(schema.at("properties").at("sure").at("type") == "boolean");
    BOOST_TEST(schema.at("required").as_array().size() == 1U);
    BOOST_TEST(!schema.contains("additionalProperties"));
    BOOST_TEST(s.post(result_of(asked, R"({"action":"accept","content":{"sure":true}})"), session).status ==
               202);
    BOOST_TEST(text_of(events.message()) == "deployed web");
    BOOST_TEST(events.ends());
  }
}

BOOST_AUTO_TEST_CASE(the_same_tool_asks_without_sessions_by_ending_and_being_called_again) {
  stateless_site s;
  auto const first = s.call("deploy", web);
  BOOST_TEST(first.status == 200);
  auto const asked = json_of(first);
  auto const result = asked.at("result").as_object();
  BOOST_TEST(result.at("resultType") == "input_required");
  BOOST_TEST(result.at("inputRequests").at("sure").at("method") == "elicitation/create");
  BOOST_TEST(!result.at("inputRequests").at("sure").as_object().contains("id"));
  BOOST_TEST(result.at("requestState").is_string());
  BOOST_TEST(!result.contains("ttlMs"));
  BOOST_TEST(!result.contains("content"));
  auto const done = json_of(s.call(
      "deploy", web, retry(asked, R"({"sure":{"action":"accept","content":{"sure":true}},"extra":7})")));
  BOOST_TEST(done.at("result").at("resultType") == "complete");
  BOOST_TEST(text_of(done) == "deployed web");
}

BOOST_AUTO_TEST_CASE(what_the_user_did_reaches_the_tool) {
  stateless_site s;
  auto const session = s.open();
  for (auto const& [answer, text] : std::vector<std::pair<std::string, std::string>>{
           {R"({"action":"decline"})", "declined"},
           {R"({"action":"cancel"})", "cancelled"},
           {R"({"action":"accept","content":{"sure":false,"why":"it is friday"}})", "not confirmed"}}) {
    auto events = s.post_stream(call("1", "deploy", web), session);
    s.post(result_of(events.message(), answer), session);
    BOOST_TEST(text_of(events.message()) == text);
    auto const asked = json_of(s.call("deploy", web));
    BOOST_TEST(text_of(json_of(s.call("deploy", web, retry(asked, R"({"sure":)" + answer + '}')))) == text);
  }
}

BOOST_AUTO_TEST_CASE(several_questions_go_out_at_once) {
  stateless_site s;
  auto const session = s.open();
  std::string const who = R"({"action":"accept","content":{"name":"Ada"}})";
  std::string const words = R"({"role":"assistant","model":"m","content":{"type":"text","text":"Hi"}})";
  std::string const where = R"({"roots":[{"uri":"file:///home"}]})";
  auto events = s.post_stream(call("1", "several"), session);
  std::vector<value> asked;
  for (int i = 0; i != 3; ++i) asked.push_back(events.message());
  // answered in another order than asked
  s.post(result_of(asked[2], where), session);
  s.post(result_of(asked[0], who), session);
  s.post(result_of(asked[1], words), session);
  BOOST_TEST(text_of(events.message()) == "Ada/Hi/file:///home");

  auto const round = json_of(s.call("several"));
  auto const& requests = round.at("result").at("inputRequests").as_object();
  BOOST_TEST(requests.size() == 3U);
  BOOST_TEST(requests.at("words").at("params").at("maxTokens").to_number<int>() == 1000);
  BOOST_TEST(requests.at("where").at("params").as_object().empty());
  // some answers now, the rest in the next round
  auto const later = json_of(s.call("several", "{}", retry(round, R"({"who":)" + who + '}')));
  BOOST_TEST(later.at("result").at("inputRequests").as_object().size() == 2U);
  auto const done =
      json_of(s.call("several", "{}", retry(later, R"({"words":)" + words + R"(,"where":)" + where + '}')));
  BOOST_TEST(text_of(done) == "Ada/Hi/file:///home");
}

BOOST_AUTO_TEST_CASE(several_rounds_keep_their_answers_and_take_a_step_once) {
  stateless_site s;
  steps = 0;
  auto const one = json_of(s.call("rounds"));
  auto const two =
      json_of(s.call("rounds", "{}", retry(one, R"({"who":{"action":"accept","content":{"name":"Ada"}}})")));
  BOOST_TEST(two.at("result").at("inputRequests").as_object().size() == 1U);
  BOOST_TEST(two.at("result").at("inputRequests").at("sure").at("params").at("message") == "Sure, Ada?");
  BOOST_TEST(two.at("result").at("requestState") != one.at("result").at("requestState"));
  // a response of an earlier round stays as it was
  auto const three = json_of(s.call(
      "rounds", "{}",
      retry(
          two,
          R"({"who":{"action":"accept","content":{"name":"Eve"}},"sure":{"action":"accept","content":{"sure":true}}})")));
  BOOST_TEST(text_of(three) == "Ada is sure, step 1");
  BOOST_TEST(steps == 1);
}

BOOST_AUTO_TEST_CASE(a_state_that_was_altered_or_belongs_elsewhere_is_an_error) {
  stateless_site s;
  auto const asked = json_of(s.call("deploy", web));
  std::string const answers = R"({"sure":{"action":"accept","content":{"sure":true}}})";
  std::string state{asked.at("result").at("requestState").as_string()};
  auto const with = [&](std::string const& text, std::string const& arguments, std::string const& tool) {
    return code_of(
        json_of(s.call(tool, arguments, R"(,"requestState":")" + text + R"(","inputResponses":)" + answers)));
  };
  std::string altered = state;
  altered[20] = altered[20] == 'A' ? 'B' : 'A';
  for (auto const& bad : {altered, state + "A", state.substr(1), std::string("x"), std::string()})
    BOOST_TEST(with(bad, std::string(web), "deploy") == -32602);
  BOOST_TEST(with(state, R"({"service":"mail"})", "deploy") == -32602);
  BOOST_TEST(with(state, "{}", "rounds") == -32602);
  BOOST_TEST(code_of(json_of(s.call("deploy", web, R"(,"requestState":7)"))) == -32602);
  stateless_site other;
  BOOST_TEST(code_of(json_of(other.call("deploy", web, retry(asked, answers)))) == -32602);
  // members in another order are the same arguments
  BOOST_TEST(text_of(json_of(s.call("deploy", web, retry(asked, answers)))) == "deployed web");
}

BOOST_AUTO_TEST_CASE(two_servers_with_the_same_keys_understand_each_other) {
  mcpawl::server_options options;
  options.keys.emplace_back(std::string("a-key-of-32-bytes-for-tests-only"));
  stateless_site one{options};
  stateless_site two{options};
  auto const asked = json_of(one.call("deploy", web));
  auto const done = json_of(
      two.call("deploy", web, retry(asked, R"({"sure":{"action":"accept","content":{"sure":true}}})")));
  BOOST_TEST(text_of(done) == "deployed web");
  auto const session = one.open();
  BOOST_TEST(text_of(json_of(two.post(call("1", "who_calls"), session))) == "live 7 forms");
}

BOOST_AUTO_TEST_CASE(missing_or_malformed_answers_are_asked_for_again) {
  stateless_site s;
  auto const asked = json_of(s.call("deploy", web));
  for (std::string const responses :
       {"null", "{}", R"({"wrong":{"action":"accept"}})", R"({"sure":7})", R"({"sure":null})",
        R"({"sure":{"action":"perhaps"}})", R"({"sure":{"content":{"sure":true}}})"}) {
    auto const again = json_of(s.call("deploy", web, retry(asked, responses)));
    BOOST_TEST_REQUIRE(again.as_object().contains("result"), responses);
    BOOST_TEST(again.at("result").at("resultType") == "input_required", responses);
  }
  // of the right shape, but not what was asked for
  for (std::string const content : {R"({})", R"({"sure":"yes"})", R"({"sure":true,"more":1})"})
    BOOST_TEST(code_of(json_of(s.call(
                   "deploy", web,
                   retry(asked, R"({"sure":{"action":"accept","content":)" + content + "}}")))) == -32602);
}

BOOST_AUTO_TEST_CASE(a_state_expires) {
  mcpawl::server_options options;
  options.client_request_lifetime = std::chrono::seconds(0);
  stateless_site s{options};
  auto const asked = json_of(s.call("deploy", web));
  BOOST_TEST(code_of(json_of(s.call("deploy", web, retry(asked, "{}")))) == -32602);
}

BOOST_AUTO_TEST_CASE(undeclared_client_capability_is_400_and_names_what_is_missing_as_an_object) {
  stateless_site s;
  for (auto const& [tool, capabilities, missing] : std::vector<std::array<std::string, 3>>{
           {"deploy", "{}", R"({"elicitation":{}})"},
           {"deploy", R"({"elicitation":{"url":{}}})", R"({"elicitation":{}})"},
           {"visit", R"({"elicitation":{}})", R"({"elicitation":{"url":{}}})"},
           {"sample", "{}", R"({"sampling":{}})"},
           {"several", R"({"elicitation":{"form":{}}})", R"({"sampling":{},"roots":{}})"}}) {
    auto const reply = s.call(tool, tool == "deploy" ? web : std::string_view("{}"), {}, capabilities);
    BOOST_TEST(reply.status == 400, tool);
    BOOST_TEST(reply.field("content-type") == "application/json");
    auto const answer = json_of(reply);
    BOOST_TEST(code_of(answer) == -32021);
    BOOST_TEST(answer.at("id").to_number<int>() == 1);
    BOOST_TEST(boost::json::serialize(answer.at("error").at("data").at("requiredCapabilities")) == missing);
  }
}

// The status line is out with the first notification: then the error ends the stream. Until then it is a 400.
BOOST_AUTO_TEST_CASE(undeclared_client_capability_after_progress_is_an_error_inside_the_stream) {
  stateless_site s;
  auto const body = stateless_call("1", "tell_first", "{}", {}, "{}");
  auto with = stateless_headers("tools/call", "tell_first");
  auto events = s.post_stream(body, with);
  BOOST_TEST(events.head().status == 200);
  BOOST_TEST(events.message().at("method") == "notifications/progress");
  auto const answer = events.message();
  BOOST_TEST(answer.at("id").to_number<int>() == 1);
  BOOST_TEST(code_of(answer) == -32021);
  BOOST_TEST(boost::json::serialize(answer.at("error").at("data").at("requiredCapabilities")) ==
             R"({"elicitation":{}})");
  BOOST_TEST(events.ends());

  // nothing is told to a client that takes no events or asked for no progress: the status is still free
  with.emplace_back("Accept", "application/json");
  BOOST_TEST(s.post(body, with).status == 400);
  std::string quiet = body;
  quiet.erase(quiet.find(R"("progressToken":"p",)"), 20);
  BOOST_TEST(s.post(quiet, stateless_headers("tools/call", "tell_first")).status == 400);
}

BOOST_AUTO_TEST_CASE(in_a_session_an_undeclared_capability_is_the_tools_failure) {
  site s;
  for (std::string const tool : {"visit", "sample", "several"}) {
    auto const session = s.open("2025-11-25", R"({"elicitation":{}})");
    auto const answer = json_of(s.post(call("1", tool), session));
    BOOST_TEST(answer.at("result").at("isError") == true);
    BOOST_TEST(text_of(answer).find("did not declare") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(an_answer_may_spell_its_id_in_another_way) {
  site s;
  auto const session = s.open();
  for (std::string const form : {"%", "%.0", "\"%\""}) {
    auto events = s.post_stream(call("1", "visit"), session);
    auto const asked = events.message();
    std::string id = form;
    id.replace(id.find('%'), 1, boost::json::serialize(asked.at("id")));
    BOOST_TEST(
        s.post(R"({"jsonrpc":"2.0","id":)" + id + R"(,"result":{"action":"accept"}})", session).status ==
        202);
    BOOST_TEST(text_of(events.message()) == "looked", form);
  }
}

BOOST_AUTO_TEST_CASE(a_page_is_asked_for_as_its_revision_writes_it) {
  stateless_site s;
  auto const session = s.open();
  auto events = s.post_stream(call("1", "visit"), session);
  auto const asked = events.message();
  BOOST_TEST(asked.at("params").at("mode") == "url");
  BOOST_TEST(asked.at("params").at("url") == "https://example.com/login");
  BOOST_TEST(asked.at("params").at("elicitationId").is_string());
  s.post(result_of(asked, R"({"action":"accept"})"), session);
  BOOST_TEST(text_of(events.message()) == "looked");
  auto const modern = json_of(s.call("visit"));
  BOOST_TEST(
      !modern.at("result").at("inputRequests").at("page").at("params").as_object().contains("elicitationId"));
}

BOOST_AUTO_TEST_CASE(a_refusal_of_the_client_reaches_the_tool) {
  site s;
  auto const session = s.open();
  auto const refuse = [&](value const& asked, int code) {
    s.post(R"({"jsonrpc":"2.0","id":)" + boost::json::serialize(asked.at("id")) + R"(,"error":{"code":)" +
               std::to_string(code) + R"(,"message":"no way"}})",
           session);
  };
  auto rejected = s.post_stream(call("1", "sample"), session);
  refuse(rejected.message(), -1);
  BOOST_TEST(text_of(rejected.message()) == "refused");
  auto failed = s.post_stream(call("2", "deploy", web), session);
  refuse(failed.message(), -32602);
  auto const answer = failed.message();
  BOOST_TEST(answer.at("result").at("isError") == true);
  BOOST_TEST(text_of(answer).find("no way") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_malformed_answer_in_a_session_is_the_tools_failure) {
  site s;
  auto const session = s.open();
  for (std::string const answer :
       {R"({"action":"accept","content":{"sure":"yes"}})", R"({"action":7})", "7", "null"}) {
    auto events = s.post_stream(call("1", "deploy", web), session);
    BOOST_TEST(s.post(result_of(events.message(), answer), session).status == 202);
    BOOST_TEST(events.message().at("result").at("isError") == true, answer);
  }
}

BOOST_AUTO_TEST_CASE(an_answer_to_nothing_is_taken_and_dropped) {
  site s;
  auto const session = s.open();
  for (std::string const id : {"1", "\"x\"", "-1", "18446744073709551615"})
    BOOST_TEST(s.post(R"({"jsonrpc":"2.0","id":)" + id + R"(,"result":{}})", session).status == 202);
}

BOOST_AUTO_TEST_CASE(another_session_cannot_answer) {
  site s;
  auto const session = s.open();
  auto const other = s.open();
  auto events = s.post_stream(call("1", "deploy", web), session);
  auto const asked = events.message();
  s.post(result_of(asked, R"({"action":"decline"})"), other);
  s.post(result_of(asked, R"({"action":"accept","content":{"sure":true}})"), session);
  BOOST_TEST(text_of(events.message()) == "deployed web");
}

BOOST_AUTO_TEST_CASE(a_question_nobody_answers_is_withdrawn_and_fails_the_call) {
  mcpawl::server_options options;
  options.client_response_timeout = std::chrono::milliseconds(50);
  site s{options};
  auto const session = s.open();
  auto events = s.post_stream(call("1", "deploy", web), session);
  auto const asked = events.message();
  auto const withdrawn = events.message();
  BOOST_TEST(withdrawn.at("method") == "notifications/cancelled");
  BOOST_TEST(withdrawn.at("params").at("requestId") == asked.at("id"));
  BOOST_TEST(events.message().at("result").at("isError") == true);
}

BOOST_AUTO_TEST_CASE(the_end_of_the_session_ends_the_waiting) {
  site s;
  auto const session = s.open();
  auto events = s.post_stream(call("1", "deploy", web), session);
  events.message();
  loopback_client client{s.server.port()};
  BOOST_TEST(client.request("DELETE", "/mcp", session).status == 204);
  BOOST_TEST(events.ends());  // the call was cancelled: no response
}

BOOST_AUTO_TEST_CASE(a_server_that_stops_does_not_wait_for_answers) {
  auto s = std::make_unique<site>();
  auto const session = s->open();
  auto events = s->post_stream(call("1", "deploy", web), session);
  events.message();
  auto listening = s->get(session);
  listening.next();
  auto const start = std::chrono::steady_clock::now();
  s.reset();
  // far below the 7 s of the drain time-out
  BOOST_TEST((std::chrono::steady_clock::now() - start < std::chrono::seconds(5)));
}

BOOST_AUTO_TEST_CASE(a_client_without_events_is_asked_on_the_stream_of_its_session) {
  site s;
  auto const session = s.open();
  auto listening = s.get(session);
  listening.next();  // the priming event
  fields with = session;
  with.emplace_back("Accept", "application/json");
  http_reply reply;
  std::thread caller([&] { reply = s.post(call("1", "deploy", web), with); });
  auto const asked = listening.message();
  s.post(result_of(asked, R"({"action":"decline"})"), session);
  caller.join();
  BOOST_TEST(text_of(json_of(reply)) == "declined");
  // and without any stream it cannot be asked at all
  auto alone = s.open();
  alone.emplace_back("Accept", "application/json");
  BOOST_TEST(json_of(s.post(call("1", "deploy", web), alone)).at("result").at("isError") == true);
}

BOOST_AUTO_TEST_CASE(questions_are_answered_on_other_threads_than_they_were_asked) {
  mcpawl::http_options http;
  http.threads = 2;
  site s{{}, http};
  auto const session = s.open();
  std::vector<std::thread> clients;
  std::atomic<int> good{0};
  for (int c = 0; c != 4; ++c)
    clients.emplace_back([&, c] {
      for (int i = 0; i != 10; ++i) {
        auto events = s.post_stream(call(std::to_string(100 * c + i), "deploy", web), session);
        auto const asked = events.message();
        s.post(result_of(asked, R"({"action":"accept","content":{"sure":true}})"), session);
        if (text_of(events.message()) == "deployed web") ++good;
      }
    });
  for (auto& client : clients) client.join();
  BOOST_TEST(good == 40);
}

BOOST_AUTO_TEST_CASE(what_was_told_before_the_question_still_arrives) {
  stateless_site s;
  auto events =
      s.post_stream(stateless_call("1", "tell_first"), stateless_headers("tools/call", "tell_first"));
  BOOST_TEST(events.message().at("method") == "notifications/progress");
  BOOST_TEST(events.message().at("result").at("resultType") == "input_required");
  BOOST_TEST(events.last_id.empty());
  BOOST_TEST(events.ends());
}

BOOST_AUTO_TEST_CASE(prompts_and_resources_ask_too) {
  site s{{}, {}, [](mcpawl::server<>& with) {
           with.prompt("greet", "Greet somebody.", [](mcpawl::context& ctx) -> mcpawl::task<std::string> {
             auto who = co_await ctx.elicit<person>("who", "Whom?");
             co_return "Greet " + who->name;
           });
           with.resource("test://asked", "asked", [](mcpawl::context& ctx) -> mcpawl::task<std::string> {
             auto who = co_await ctx.elicit<person>("who", "Whose?");
             co_return "of " + who->name;
           });
         }};
  auto const session = s.open();
  std::string const answer = R"({"action":"accept","content":{"name":"Ada"}})";
  for (auto const& [method, member, name] : std::vector<std::array<std::string, 3>>{
           {"prompts/get", "name", "greet"}, {"resources/read", "uri", "test://asked"}}) {
    std::string const params = '"' + member + "\":\"" + name + '"';
    auto events = s.post_stream(request("1", method, '{' + params + '}'), session);
    s.post(result_of(events.message(), answer), session);
    BOOST_TEST(boost::json::serialize(events.message().at("result")).find("Ada") != std::string::npos);

    auto const headers = stateless_headers(method, name);
    auto const asked = json_of(s.post(stateless("1", method, ',' + params), headers));
    BOOST_TEST(asked.at("result").at("resultType") == "input_required");
    BOOST_TEST(!asked.at("result").as_object().contains("ttlMs"));
    auto const done = json_of(
        s.post(stateless("2", method, ',' + params + retry(asked, R"({"who":)" + answer + '}')), headers));
    BOOST_TEST(done.at("result").at("resultType") == "complete");
    BOOST_TEST(boost::json::serialize(done.at("result")).find("Ada") != std::string::npos);
  }
}

BOOST_AUTO_TEST_SUITE_END()
