// tests/wire/rows.cpp - the rules of the protocol row by row: which test holds which, and those that had none
// SPDX-License-Identifier: BSL-1.0
//
//   status N   a row of the statuses of Streamable HTTP in 2026-07-28
//   era N      a row of what decides between the stateless protocol and that of a session
//   miss N     a rule that is easily missed
//
// `every_row_has_a_test` holds the table below against the tests there are.
#include "live.hpp"

#include <mcpawl/transport/response_status.hpp>

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

BOOST_AUTO_TEST_SUITE(wire_rows)

using namespace live;
using support::piped;

namespace {

struct row {
  std::string_view list;
  int number;
  std::string_view says;
  std::vector<std::string> tests;  ///< `file:name`; of this folder unless the file says otherwise.
};

std::vector<row> const rows{
    {"status",
     1,
     "a result, isError and input_required too: 200",
     {"stateless:tools_call_answers_text_and_structured_content",
      "stateless:a_tool_error_is_readable_and_any_other_exception_is_an_opaque_id",
      "asking:prompts_and_resources_ask_too", "rows:status_over_stdio"}},
    {"status",
     2,
     "an accepted notification: 202, empty",
     {"stateless:notification_is_accepted_without_a_body", "rows:status_over_stdio"}},
    {"status",
     3,
     "an Origin that is not allowed: 403",
     {"host_guard:a_foreign_origin_is_403_and_our_own_is_not",
      "host_guard:a_refusal_says_which_setting_would_allow_it"}},
    {"status",
     4,
     "no token, or a bad one: 401 and a challenge",
     {"../flow/jwt_bearer:without_a_token_a_client_learns_where_to_log_in"}},
    {"status",
     5,
     "not enough scope: 403 and a challenge",
     {"../flow/jwt_bearer:a_missing_scope_is_403_and_named",
      "../flow/jwt_bearer:a_tool_is_refused_until_the_client_asks_for_its_scope",
      "../flow/access_oauth:a_client_steps_up_and_its_person_is_asked_for_what_is_added",
      "scopes:a_tool_stays_listed_and_its_call_is_403_without_the_scope",
      "scopes:all_scopes_of_an_operation_are_named_at_once", "scopes:it_is_decided_before_the_first_event",
      "scopes:resources_prompts_completions_and_subscriptions_need_their_scopes_too",
      "scopes:of_a_batch_nothing_is_done_and_all_it_needs_is_named", "scopes:over_http_sse_the_post_is_403"}},
    {"status",
     6,
     "another HTTP method: 405 and Allow",
     {"stateless:get_and_put_are_405_with_allow_and_delete_too",
      "host_guard:a_browser_gets_a_page_that_says_what_to_do"}},
    {"status",
     7,
     "another content type, or a content coding: 415",
     {"stateless:wrong_content_type_is_415", "reported:a_compressed_body_is_415_and_says_what_is_taken"}},
    {"status",
     8,
     "a body that is too large: 413",
     {"stateless:a_body_over_the_limit_is_413",
      "stdio:a_line_that_is_too_long_is_answered_once_and_the_stream_goes_on"}},
    {"status",
     9,
     "no JSON, or nothing: 400, -32700",
     {"stateless:unparseable_json_is_400_with_parse_error", "stateless:an_empty_body_is_400_with_parse_error",
      "stdio:bad_lines_are_answered_and_the_stream_goes_on", "hostile:depth_bombs",
      "reported:a_byte_order_mark_and_an_empty_body_are_named"}},
    {"status",
     10,
     "no JSON-RPC, a batch, a response, a bad id: 400, -32600",
     {"stateless:what_is_no_json_rpc_is_400_with_invalid_request",
      "stdio:bad_lines_are_answered_and_the_stream_goes_on", "rows:status_over_stdio"}},
    {"status",
     11,
     "a key of _meta missing or malformed: 400, -32602",
     {"stateless:a_required_meta_key_missing_or_malformed_is_400_with_invalid_params",
      "rows:status_over_stdio"}},
    {"status",
     12,
     "a header missing, malformed or differing: 400, -32020",
     {"stateless:a_header_missing_or_differing_is_400_with_header_mismatch"}},
    {"status",
     13,
     "an unsupported version: 400, -32022",
     {"stateless:an_unsupported_version_is_400_and_says_what_is_supported",
      "stdio:an_unsupported_version_names_those_that_are"}},
    {"status",
     14,
     "a capability the client did not declare: 400, -32021",
     {"asking:undeclared_client_capability_is_400_and_names_what_is_missing_as_an_object",
      "asking:undeclared_client_capability_after_progress_is_an_error_inside_the_stream",
      "rows:status_over_stdio"}},
    {"status",
     15,
     "a method that is unknown, removed or not advertised: 404, -32601",
     {"stateless:an_unknown_or_removed_method_is_404",
      "resources:a_server_without_resources_has_no_such_methods", "rows:status_over_stdio"}},
    {"status",
     16,
     "an unknown tool, prompt, resource or cursor: 200, -32602",
     {"stateless:an_unknown_tool_or_cursor_is_an_error_inside_200",
      "resources:what_does_not_exist_has_the_code_of_its_revision_and_the_uri",
      "prompts:arguments_that_are_missing_unknown_or_no_texts_are_errors", "rows:status_over_stdio"}},
    {"status",
     17,
     "an internal error: 200, -32603",
     {"resources:a_handler_that_throws_is_an_internal_error_with_an_opaque_id", "rows:status_over_stdio"}},

    {"era",
     1,
     "a version in _meta: stateless, whatever the method",
     {"sessions:era_initialize_with_a_stateless_envelope_is_an_unknown_method",
      "stdio:era_both_kinds_of_messages_share_the_channel", "rows:era_over_stdio"}},
    {"era",
     2,
     "none, but the header of a stateless revision: 400, -32602",
     {"sessions:era_no_claim_but_a_stateless_header_names_the_missing_meta"}},
    {"era",
     3,
     "initialize without either: a handshake",
     {"sessions:era_initialize_without_claim_and_with_an_older_header_opens_a_session",
      "sessions:initialize_echoes_a_version_it_speaks",
      "stdio:each_revision_with_sessions_initializes_lists_and_calls"}},
    {"era",
     4,
     "initialize with the header of a stateless revision: 400, -32020",
     {"sessions:era_initialize_without_claim_but_with_a_stateless_header_is_a_header_mismatch"}},
    {"era",
     5,
     "neither: of a session; an unknown version in the header: 400",
     {"sessions:no_session_is_400_and_an_unknown_or_altered_one_is_404",
      "sessions:an_unsupported_version_header_is_400_and_a_missing_one_is_not",
      "reported:ping_is_answered_without_a_session",
      "stdio:era_before_the_handshake_there_is_ping_and_nothing_else"}},
    {"era",
     6,
     "a notification: by _meta, else by the header",
     {"sessions:era_a_notification_without_claim_goes_by_the_header", "rows:era_over_stdio"}},
    {"era",
     7,
     "an array: refused with a stateless message in it, or where there are no batches",
     {"sessions:era_an_array_is_refused", "streams:a_batch_is_refused_where_there_is_none",
      "stdio:a_batch_is_a_line_in_2025_03_26_and_nowhere_else", "rows:era_over_stdio"}},
    {"era",
     8,
     "a response: of a session alone",
     {"sessions:era_a_response_belongs_to_a_session", "rows:era_over_stdio"}},
    {"era",
     9,
     "GET and DELETE: of a session, else 405",
     {"streams:get_without_a_session_is_405_and_with_an_unknown_one_404",
      "stateless:get_and_put_are_405_with_allow_and_delete_too", "sessions:delete_ends_a_session_at_once"}},
    {"era",
     10,
     "a version in _meta that has sessions: -32022",
     {"stateless:an_unsupported_version_is_400_and_says_what_is_supported",
      "stdio:an_unsupported_version_names_those_that_are"}},

    {"miss",
     1,
     "_meta on every request, clientInfo on none",
     {"stateless:a_required_meta_key_missing_or_malformed_is_400_with_invalid_params",
      "stateless:discover_says_version_capabilities_cache_hints_and_server"}},
    {"miss",
     2,
     "cache hints on discover and on every page, never on input_required",
     {"stateless:discover_says_version_capabilities_cache_hints_and_server",
      "../unit/mcp/protocol/lists:hints_are_on_every_page", "asking:prompts_and_resources_ask_too"}},
    {"miss",
     3,
     "resultType on every result, also the last of a subscription, and on no error",
     {"rows:miss_03_result_type_is_on_every_result_and_on_no_error"}},
    {"miss",
     4,
     "404 for what is unknown, removed, not advertised",
     {"stateless:an_unknown_or_removed_method_is_404",
      "resources:a_server_without_resources_has_no_such_methods"}},
    {"miss",
     5,
     "a missing header is -32020, and versions that disagree, too",
     {"stateless:a_header_missing_or_differing_is_400_with_header_mismatch",
      "stateless:an_unsupported_version_is_400_and_says_what_is_supported"}},
    {"miss",
     6,
     "how headers are compared",
     {"stateless:header_names_are_case_insensitive_values_are_trimmed_and_may_be_base64",
      "raw_tools:headers_must_repeat_the_arguments_that_are_marked"}},
    {"miss",
     7,
     "headers are held against the schema of the tool here, before it is called",
     {"raw_tools:headers_must_repeat_the_arguments_that_are_marked"}},
    {"miss",
     8,
     "subscriptionId has the type of the id; the acknowledgement comes first, an empty one, too",
     {"subscriptions:the_subscription_id_has_the_type_of_the_request_id",
      "subscriptions:the_acknowledgement_comes_first_and_names_what_is_honoured"}},
    {"miss",
     9,
     "no message without a level, no progress without a token, neither to who listens",
     {"content:without_sessions_messages_come_only_to_requests_that_ask",
      "stateless:without_a_token_or_an_accepting_client_progress_is_not_sent",
      "rows:miss_09_who_listens_hears_of_no_progress_and_no_messages"}},
    {"miss",
     10,
     "requiredCapabilities is an object, and the status is 400",
     {"asking:undeclared_client_capability_is_400_and_names_what_is_missing_as_an_object"}},
    {"miss",
     11,
     "elicitation {} is forms alone",
     {"asking:undeclared_client_capability_is_400_and_names_what_is_missing_as_an_object",
      "../unit/mcp/types/client_profile:capabilities_are_read_as_the_revisions_mean_them"}},
    {"miss",
     12,
     "an altered requestState is an error, a missing answer is asked for again",
     {"asking:a_state_that_was_altered_or_belongs_elsewhere_is_an_error",
      "asking:missing_or_malformed_answers_are_asked_for_again"}},
    {"miss",
     13,
     "an error to an id that could not be read has none",
     {"stateless:unparseable_json_is_400_with_parse_error",
      "reported:a_body_that_cannot_be_parsed_is_answered_with_its_id"}},
    {"miss",
     14,
     "no codes of older implementations since 2026-07-28",
     {"rows:miss_14_no_code_of_older_revisions_is_sent",
      "pages:the_stateless_revision_never_sees_that_error"}},
    {"miss",
     15,
     "leaving cancels since 2026-07-28, and not before",
     {"streams:disconnect_semantics_flip_between_eras"}},
    {"miss",
     16,
     "an unknown session is 404, none is 400",
     {"sessions:no_session_is_400_and_an_unknown_or_altered_one_is_404"}},
    {"miss",
     17,
     "a message is on one stream, and replayed there alone",
     {"streams:each_message_is_on_exactly_one_stream",
      "streams:who_comes_back_gets_what_it_missed_of_its_stream_and_no_other"}},
    {"miss",
     18,
     "initialize never agrees on 2026-07-28",
     {"sessions:initialize_negotiates_down_and_never_to_a_stateless_version"}},
    {"miss",
     19,
     "what the output schema refuses does not leave",
     {"raw_tools:easy_to_miss_19_results_that_the_output_schema_refuses_do_not_leave",
      "sessions:output_that_is_no_object_is_wrapped_before_2026",
      "reported:a_result_that_json_cannot_say_fails_and_the_log_names_the_member"}},
    {"miss",
     20,
     "refresh tokens rotate, and S256 is advertised",
     {"../unit/oauth/grant/token_service:a_refresh_replaces_the_token_and_keeps_the_grant",
      "../unit/oauth/server/metadata:the_document_says_what_mcp_clients_look_for"}},
    // 21, the cookie of the state, is a rule of the page that asks for consent, and not of the wire
    {"miss",
     22,
     "Origin is checked for every method",
     {"host_guard:origin_and_host_are_checked_before_authentication_and_for_every_method"}},
    {"miss",
     23,
     "a version in the header does not matter where metadata is fetched",
     {"../flow/public_paths:easy_to_miss_23_the_protocol_version_of_a_client_does_not_matter"}},
    {"miss", 24, "202 has no body and says so", {"rows:miss_24_an_accepted_message_has_an_empty_body"}},
    {"miss",
     25,
     "the statuses that messages get",
     {"rows:miss_25_the_statuses_of_messages_are_those_of_the_protocol"}},
};

std::string source_of(std::string const& file) {
  std::ifstream in(std::filesystem::path(__FILE__).parent_path() / (file + ".cpp"));
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_row_has_a_test) {
  std::map<std::string_view, std::set<int>> seen;
  for (auto const& each : rows) {
    BOOST_TEST(seen[each.list].insert(each.number).second);
    BOOST_TEST(!each.tests.empty());
    for (auto const& test : each.tests) {
      auto const colon = test.find(':');
      auto const source = source_of(test.substr(0, colon));
      std::string const name = test.substr(colon + 1);
      bool const there = source.find("TEST_CASE(" + name + ")") != std::string::npos ||
                         source.find("TEST_CASE_TEMPLATE(" + name + ",") != std::string::npos;
      BOOST_TEST(there, test);
    }
  }
  BOOST_TEST(seen["status"].size() == 17U);
  BOOST_TEST(seen["era"].size() == 10U);
  BOOST_TEST(seen["miss"].size() == 24U);
}

BOOST_AUTO_TEST_CASE(status_over_stdio) {
  auto srv = make_server();
  srv.prompt("broken", "Fail.", []() -> std::string { throw std::runtime_error("a secret"); });
  piped client{srv};
  auto const code = [&client](std::string const& line) { return code_of(client.ask(line)); };
  auto const without = [](std::string text, std::string_view member) {
    return text.replace(text.find(member), member.size(), "\"other\":{}");
  };
  // 1, 2: a notification is answered by nothing, so the next response is that of the call
  client.send(notification("notifications/other",
                           R"({"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}})"));
  BOOST_TEST(client.ask(stateless_call("1", "plain")).at("result").at("resultType") == "complete");
  auto const asked = client.ask(stateless_call("2", "deploy", R"({"service":"web"})")).at("result");
  BOOST_TEST(asked.at("resultType") == "input_required");
  BOOST_TEST(client.ask(stateless_call("3", "deploy", R"({"service":7})")).at("result").at("isError") ==
             true);
  // 10: a response where nothing can have been asked
  BOOST_TEST(code(R"({"jsonrpc":"2.0","id":1.5,"method":"ping"})") == -32600);
  // 11
  std::string const capabilities =
      R"("io.modelcontextprotocol/clientCapabilities":)" + std::string(everything);
  BOOST_TEST(code(without(stateless("4", "tools/list"), capabilities)) == -32602);
  // 14
  auto const missing = client.ask(stateless_call("5", "deploy", R"({"service":"web"})", {}, "{}"));
  BOOST_TEST(code_of(missing) == -32021);
  BOOST_TEST(missing.at("error").at("data").at("requiredCapabilities").at("elicitation").is_object());
  // 15
  for (std::string const method : {"ping", "initialize", "logging/setLevel", "resources/list", "no/such"})
    BOOST_TEST(code(stateless("6", method)) == -32601, method);
  // 16
  BOOST_TEST(code(stateless_call("7", "no_such_tool")) == -32602);
  BOOST_TEST(code(stateless("8", "prompts/get", R"(,"name":"no_such_prompt")")) == -32602);
  BOOST_TEST(code(stateless("9", "tools/list", R"(,"cursor":"made up")")) == -32602);
  // 17
  auto const broken = client.ask(stateless("10", "prompts/get", R"(,"name":"broken")"));
  BOOST_TEST(code_of(broken) == -32603);
  BOOST_TEST(boost::json::serialize(broken).find("secret") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(era_over_stdio) {
  auto srv = make_server();
  piped client{srv};
  // 8: before there is a session nobody can have been asked
  BOOST_TEST(code_of(client.ask(R"({"jsonrpc":"2.0","id":1,"result":{}})")) == -32600);
  client.ask(initialize("2025-03-26"));
  // 1: also in a process that has a session
  BOOST_TEST(code_of(client.ask(stateless("1", "initialize"))) == -32601);
  BOOST_TEST(!client.ask(request("2", "tools/list")).at("result").as_object().contains("resultType"));
  // 6 and 8: nothing is answered to either kind of notification, nor to a response of a session
  client.send(notification("notifications/initialized"));
  client.send(notification("notifications/other",
                           R"({"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}})"));
  client.send(R"({"jsonrpc":"2.0","id":1,"result":{}})");
  BOOST_TEST(client.ask(request("3", "ping")).at("id").to_number<int>() == 3);
  // 7
  BOOST_TEST(code_of(client.ask('[' + request("4", "ping") + ',' + stateless("5", "tools/list") + ']')) ==
             -32600);
  BOOST_TEST(code_of(client.ask("[]")) == -32600);
  BOOST_TEST(client.ask('[' + request("6", "ping") + ']').as_array().size() == 1U);
}

BOOST_AUTO_TEST_CASE(miss_03_result_type_is_on_every_result_and_on_no_error) {
  site s;
  auto const ask = [&s](std::string const& method, std::string const& name, std::string_view more) {
    return json_of(s.post(stateless("1", method, more), stateless_headers(method, name)));
  };
  BOOST_TEST(ask("server/discover", "", {}).at("result").at("resultType") == "complete");
  BOOST_TEST(ask("tools/list", "", {}).at("result").at("resultType") == "complete");
  BOOST_TEST(ask("tools/call", "plain", R"(,"name":"plain")").at("result").at("resultType") == "complete");
  auto const error = ask("tools/call", "none", R"(,"name":"none")");
  BOOST_TEST(boost::json::serialize(error).find("resultType") == std::string::npos);

  auto ending = std::make_unique<site>();
  auto listening = ending->post_stream(stateless("\"l\"", "subscriptions/listen", R"(,"notifications":{})"),
                                       stateless_headers("subscriptions/listen"));
  auto const acknowledged = listening.message();
  BOOST_TEST(boost::json::serialize(acknowledged).find("resultType") == std::string::npos);
  ending.reset();
  auto const last = listening.message();
  BOOST_TEST(last.at("id") == "l");
  BOOST_TEST(last.at("result").at("resultType") == "complete");
}

BOOST_AUTO_TEST_CASE(miss_09_who_listens_hears_of_no_progress_and_no_messages) {
  site s{{}, {}, [](mcpawl::server<>& with) {
           with.tool("chat", "Send a message.", [](mcpawl::context& ctx) -> mcpawl::task<std::string> {
             co_await ctx.log(mcpawl::message_level::error, "a word");
             co_return "said";
           });
         }};
  std::string listen =
      stateless("1", "subscriptions/listen", R"(,"notifications":{"toolsListChanged":true})");
  listen.replace(listen.find("\"progressToken\""), 0, R"("io.modelcontextprotocol/logLevel":"debug",)");
  auto listening = s.post_stream(listen, stateless_headers("subscriptions/listen"));
  BOOST_TEST(listening.message().at("method") == "notifications/subscriptions/acknowledged");
  std::string chat = stateless_call("2", "chat");
  chat.replace(chat.find("\"progressToken\""), 0, R"("io.modelcontextprotocol/logLevel":"debug",)");
  auto talking = s.post_stream(chat, stateless_headers("tools/call", "chat"));
  BOOST_TEST(talking.message().at("method") == "notifications/message");
  BOOST_TEST(text_of(talking.message()) == "said");
  auto counting = s.post_stream(stateless_call("3", "count"), stateless_headers("tools/call", "count"));
  BOOST_TEST(counting.message().at("method") == "notifications/progress");
  s.srv.notify_tools_changed();
  BOOST_TEST(listening.message().at("method") == "notifications/tools/list_changed");
}

BOOST_AUTO_TEST_CASE(miss_14_no_code_of_older_revisions_is_sent) {
  site s{{}, {}, [](mcpawl::server<>& with) { with.resource("test://a", "a", "text"); }};
  std::set<int> codes;
  auto const note = [&](std::string const& method, std::string const& name, std::string_view more,
                        std::string_view capabilities = everything) {
    auto const answer =
        json_of(s.post(stateless("1", method, more, capabilities), stateless_headers(method, name)));
    codes.insert(code_of(answer));
  };
  note("resources/read", "test://none", R"(,"uri":"test://none")");
  note("tools/call", "none", R"(,"name":"none")");
  note("tools/call", "visit", R"(,"name":"visit")", "{}");
  note("tools/call", "visit", R"(,"name":"plain")");
  note("no/such", "", {});
  BOOST_TEST((codes == std::set<int>{-32602, -32601, -32021, -32020}));
}

BOOST_AUTO_TEST_CASE(miss_24_an_accepted_message_has_an_empty_body) {
  site s;
  auto const session = s.open();
  for (auto const& reply :
       {s.post(notification("notifications/other"), session),
        s.post(R"({"jsonrpc":"2.0","id":1,"result":{}})", session),
        s.post(notification("notifications/other",
                            R"({"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}})"))}) {
    BOOST_TEST(reply.status == 202);
    BOOST_TEST(reply.body.empty());
    BOOST_TEST(reply.field("content-length") == "0");
    BOOST_TEST(reply.field("content-type").empty());
  }
}

BOOST_AUTO_TEST_CASE(miss_25_the_statuses_of_messages_are_those_of_the_protocol) {
  using outcome = mcpawl::detail::response::outcome;
  std::map<outcome, int> const statuses{{outcome::accepted, 202},   {outcome::answered, 200},
                                        {outcome::malformed, 400},  {outcome::unknown_method, 404},
                                        {outcome::no_session, 404}, {outcome::not_acceptable, 406},
                                        {outcome::not_allowed, 405}};
  for (auto const& [what, status] : statuses) BOOST_TEST(mcpawl::detail::status_of(what) == status);
}

BOOST_AUTO_TEST_SUITE_END()
