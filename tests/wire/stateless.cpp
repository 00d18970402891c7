// tests/wire/stateless.cpp - MCP 2026-07-28 over HTTP: the status table, the headers, the results
// SPDX-License-Identifier: BSL-1.0
#include "fixture.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(wire_stateless)

using namespace wire;

BOOST_AUTO_TEST_CASE(discover_says_version_capabilities_cache_hints_and_server) {
  talk t;
  auto const reply = t.post(stateless("server/discover"), headers("server/discover"));
  BOOST_TEST(reply.status == 200);
  BOOST_TEST(reply.field("content-type") == "application/json");
  auto const result = json_of(reply).at("result");
  BOOST_TEST(result.at("resultType") == "complete");
  BOOST_TEST(result.at("supportedVersions").as_array().size() == 1U);
  BOOST_TEST(result.at("supportedVersions").at(0) == "2026-07-28");
  BOOST_TEST(result.at("capabilities").at("tools").is_object());
  BOOST_TEST(result.at("ttlMs").to_number<int>() == 0);
  BOOST_TEST(result.at("cacheScope") == "private");
  BOOST_TEST(result.at("_meta").at("io.modelcontextprotocol/serverInfo").at("name") == "wire");
  BOOST_TEST(!reply.has("mcp-session-id"));
}

BOOST_AUTO_TEST_CASE(tools_list_has_schemas_annotations_and_no_hidden_tool) {
  talk t;
  auto const reply = t.post(stateless("tools/list"), headers("tools/list"));
  BOOST_TEST(reply.status == 200);
  auto const result = json_of(reply).at("result");
  BOOST_TEST(result.at("resultType") == "complete");
  BOOST_TEST(result.at("cacheScope") == "private");
  auto const& tools = result.at("tools").as_array();
  BOOST_TEST(tools.size() == 6U);
  auto const& first = tools.at(0).as_object();
  BOOST_TEST(first.at("name") == "add");
  BOOST_TEST(first.at("title") == "Adder");
  BOOST_TEST(first.at("annotations").at("readOnlyHint") == true);
  BOOST_TEST(!first.at("annotations").as_object().contains("destructiveHint"));
  BOOST_TEST(first.at("inputSchema").at("type") == "object");
  BOOST_TEST(first.at("inputSchema").at("properties").at("a").at("type") == "integer");
  BOOST_TEST(first.at("outputSchema").at("properties").at("total").at("type") == "integer");
  for (auto const& tool : tools) BOOST_TEST(tool.at("name") != "secret");
}

BOOST_AUTO_TEST_CASE(tools_call_answers_text_and_structured_content) {
  talk t;
  auto const reply = t.post(call("add", R"({"a":40,"b":2})"), headers("tools/call", "add"));
  BOOST_TEST(reply.status == 200);
  auto const result = json_of(reply).at("result");
  BOOST_TEST(result.at("structuredContent").at("total").to_number<int>() == 42);
  BOOST_TEST(result.at("content").at(0).at("text") == R"({"total":42})");
  BOOST_TEST(!result.as_object().contains("isError"));
  BOOST_TEST(!result.as_object().contains("ttlMs"));
}

BOOST_AUTO_TEST_CASE(a_hidden_tool_is_listed_and_called_by_those_it_is_for) {
  talk t;
  auto const listed = json_of(t.post_as("boss", stateless("tools/list"), headers("tools/list")));
  BOOST_TEST(listed.at("result").at("tools").as_array().size() == 7U);
  auto const called = json_of(t.post_as("boss", call("secret", "{}"), headers("tools/call", "secret")));
  BOOST_TEST(called.at("result").at("structuredContent").to_number<int>() == 42);
  auto const refused = t.post(call("secret", "{}"), headers("tools/call", "secret"));
  auto const unknown = t.post(call("nothing", "{}"), headers("tools/call", "nothing"));
  BOOST_TEST(code_of(refused) == -32602);
  BOOST_TEST(refused.body == unknown.body);  // nobody can probe for it
}

BOOST_AUTO_TEST_CASE(bad_arguments_are_the_tools_failure_with_a_pointer) {
  talk t;
  auto const text = [&](std::string_view arguments) {
    auto const result = json_of(t.post(call("add", arguments), headers("tools/call", "add"))).at("result");
    BOOST_TEST(result.at("isError") == true);
    return std::string(result.at("content").at(0).at("text").as_string());
  };
  BOOST_TEST(text(R"({"a":1})").find("/b") != std::string::npos);
  BOOST_TEST(text(R"({"a":1,"b":"x"})").find("/b") != std::string::npos);
  BOOST_TEST(text(R"({"a":1,"b":2,"c":3})").find("/c") != std::string::npos);
  BOOST_TEST(text(R"({"a":1,"b":99999999999})").find("/b") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_tool_without_parameters_takes_no_arguments) {
  talk t;
  auto const none =
      json_of(t.post(stateless("tools/call", R"(,"name":"whoami")"), headers("tools/call", "whoami")));
  BOOST_TEST(none.at("result").at("content").at(0).at("text") == "alice");
  auto const some = json_of(t.post(call("whoami", R"({"x":1})"), headers("tools/call", "whoami")));
  BOOST_TEST(some.at("result").at("isError") == true);
}

BOOST_AUTO_TEST_CASE(a_tool_error_is_readable_and_any_other_exception_is_an_opaque_id) {
  talk t;
  auto const readable = json_of(t.post(call("fail", "{}"), headers("tools/call", "fail"))).at("result");
  BOOST_TEST(readable.at("isError") == true);
  BOOST_TEST(readable.at("content").at(0).at("text") == "the printer is on fire");
  auto const opaque = t.post(call("crash", "{}"), headers("tools/call", "crash"));
  BOOST_TEST(opaque.body.find("hunter2") == std::string::npos);
  std::string const text{json_of(opaque).at("result").at("content").at(0).at("text").as_string()};
  BOOST_TEST_REQUIRE(text.starts_with("internal error, id "));
  std::string const log = t.server.log.text();
  BOOST_TEST(log.find("hunter2") != std::string::npos);
  BOOST_TEST(log.find(text.substr(19)) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(progress_comes_as_events_before_the_result_and_only_grows) {
  talk t;
  std::string const body =
      R"({"jsonrpc":"2.0","id":"c","method":"tools/call","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":)"
      R"("2026-07-28","io.modelcontextprotocol/clientCapabilities":{},"progressToken":7},"name":"count"}})";
  auto const reply = t.post(body, headers("tools/call", "count"));
  BOOST_TEST(reply.status == 200);
  BOOST_TEST(reply.field("content-type") == "text/event-stream");
  BOOST_TEST(reply.field("x-accel-buffering") == "no");
  BOOST_TEST(reply.field("cache-control").find("no-cache") != std::string_view::npos);
  auto const events = events_of(reply);
  BOOST_TEST_REQUIRE(events.size() == 3U);
  BOOST_TEST(events[0].at("method") == "notifications/progress");
  BOOST_TEST(events[0].at("params").at("progressToken").to_number<int>() == 7);
  BOOST_TEST(events[0].at("params").at("message") == "one");
  BOOST_TEST(events[1].at("params").at("progress").as_double() == 2.5);
  BOOST_TEST(events[2].at("id") == "c");
  BOOST_TEST(events[2].at("result").at("content").at(0).at("text") == "counted");
}

BOOST_AUTO_TEST_CASE(without_a_token_or_an_accepting_client_progress_is_not_sent) {
  talk t;
  auto const no_token = t.post(call("count", "{}"), headers("tools/call", "count"));
  BOOST_TEST(no_token.field("content-type") == "application/json");
  auto with = headers("tools/call", "count");
  with.emplace_back("Accept", "application/json");
  std::string const body =
      R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":)"
      R"("2026-07-28","io.modelcontextprotocol/clientCapabilities":{},"progressToken":7},"name":"count"}})";
  auto const no_events = t.post(body, with);
  BOOST_TEST(no_events.field("content-type") == "application/json");
  BOOST_TEST(json_of(no_events).at("result").at("content").at(0).at("text") == "counted");
}

BOOST_AUTO_TEST_CASE(a_client_that_accepts_only_events_gets_the_answer_as_one) {
  talk t;
  auto with = headers("tools/list");
  with.emplace_back("Accept", "text/event-stream");
  auto const reply = t.post(stateless("tools/list"), with);
  BOOST_TEST(reply.field("content-type") == "text/event-stream");
  BOOST_TEST(events_of(reply).size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_quiet_call_is_kept_alive_by_comments) {
  mcpawl::http_options options;
  options.bounds.keep_alive = std::chrono::milliseconds(30);
  talk t{options};
  auto const reply = t.post(call("wait", R"({"milliseconds":200})"), headers("tools/call", "wait"));
  BOOST_TEST(reply.field("content-type") == "text/event-stream");
  BOOST_TEST(reply.body.find(": keep-alive") != std::string::npos);
  BOOST_TEST(events_of(reply).back().at("result").at("content").at(0).at("text") == "waited");
}

BOOST_AUTO_TEST_CASE(leaving_cancels_the_call) {
  talk t;
  {
    loopback_client other{t.server.port()};
    auto with = headers("tools/call", "wait");
    with.emplace_back("X-User", "alice");
    with.emplace_back("Content-Type", "application/json");
    other.send_request("POST", "/mcp", with, call("wait", R"({"milliseconds":60000})"));
    // the call has started once the server answers another connection of the same thread
    t.post(stateless("tools/list"), headers("tools/list"));
  }
  // the tool's await ended with operation_aborted, which it did not catch
  for (int i = 0; i != 500 && t.server.log.text().find("call_cancelled tool=wait") == std::string::npos; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  BOOST_TEST(t.server.log.text().find("call_cancelled tool=wait") != std::string::npos);
  BOOST_TEST(t.server.log.text().find("handler_silent") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(notification_is_accepted_without_a_body) {
  talk t;
  std::string const body =
      std::string(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1,)") +
      std::string(meta) + "}}";
  auto const reply = t.post(body, {{"MCP-Protocol-Version", "2026-07-28"}});
  BOOST_TEST(reply.status == 202);
  BOOST_TEST(reply.body.empty());
  auto const lying = t.post(body, headers("notifications/other"));
  BOOST_TEST(lying.status == 400);
  BOOST_TEST(code_of(lying) == -32020);
}

BOOST_AUTO_TEST_CASE(get_and_put_are_405_with_allow_and_delete_too) {
  talk t;
  for (std::string const method : {"GET", "PUT", "PATCH", "HEAD"}) {
    auto const reply = t.request(method, "/mcp", {{"X-User", "alice"}});
    BOOST_TEST(reply.status == 405);
    BOOST_TEST(reply.field("allow").find("POST") != std::string_view::npos);
  }
  auto const reply =
      t.request("DELETE", "/mcp", {{"X-User", "alice"}, {"MCP-Protocol-Version", "2026-07-28"}});
  BOOST_TEST(reply.status == 405);
}

BOOST_AUTO_TEST_CASE(wrong_content_type_is_415) {
  talk t;
  std::string const body = stateless("tools/list");
  for (std::string const type :
       {"text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""}) {
    fields with = headers("tools/list");
    with.emplace_back("X-User", "alice");
    if (!type.empty()) with.emplace_back("Content-Type", type);
    BOOST_TEST(t.request("POST", "/mcp", with, body).status == 415);
  }
  fields with = headers("tools/list");
  with.emplace_back("X-User", "alice");
  with.emplace_back("Content-Type", "Application/JSON; charset=utf-8");
  BOOST_TEST(t.request("POST", "/mcp", with, body).status == 200);
}

BOOST_AUTO_TEST_CASE(a_body_over_the_limit_is_413) {
  mcpawl::http_options options;
  options.bounds.body_bytes = 1000;
  talk t{options};
  auto const reply = t.post(std::string(1001, ' '), headers("tools/list"));
  BOOST_TEST(reply.status == 413);
  loopback_client other{t.server.port()};
  auto const fits = other.request("POST", "/mcp",
                                  {{"X-User", "alice"},
                                   {"Content-Type", "application/json"},
                                   {"MCP-Protocol-Version", "2026-07-28"},
                                   {"Mcp-Method", "tools/list"}},
                                  stateless("tools/list"));
  BOOST_TEST(fits.status == 200);
}

BOOST_AUTO_TEST_CASE(unparseable_json_is_400_with_parse_error) {
  talk t;
  for (std::string const& body :
       {std::string("{"), std::string("nonsense"), std::string("\xef\xbb\xbf{}"),
        std::string("{\"a\":\"\xff\"}"), std::string("{} {}"), std::string("[1,]"),
        std::string("{\"a\":1e400}"), std::string("\"\\ud800\""), std::string(100'000, '[')}) {
    auto const reply = t.post(body, headers("tools/list"));
    BOOST_TEST(reply.status == 400);
    BOOST_TEST(code_of(reply) == -32700);
    BOOST_TEST(!json_of(reply).as_object().contains("id"));
  }
}

BOOST_AUTO_TEST_CASE(an_empty_body_is_400_with_parse_error) {
  talk t;
  fields with = headers("tools/list");
  with.emplace_back("Content-Length", "0");
  auto const reply = t.post("", with);
  BOOST_TEST(reply.status == 400);
  BOOST_TEST(code_of(reply) == -32700);
}

BOOST_AUTO_TEST_CASE(what_is_no_json_rpc_is_400_with_invalid_request) {
  talk t;
  for (std::string const body : {
           R"([])",
           R"([{"jsonrpc":"2.0","id":1,"method":"tools/list"}])",
           R"(1)",
           R"("x")",
           R"(null)",
           R"({})",
           R"({"jsonrpc":"1.0","id":1,"method":"tools/list"})",
           R"({"id":1,"method":"tools/list"})",
           R"({"jsonrpc":"2.0","id":null,"method":"tools/list"})",
           R"({"jsonrpc":"2.0","id":1.5,"method":"tools/list"})",
           R"({"jsonrpc":"2.0","id":true,"method":"tools/list"})",
           R"({"jsonrpc":"2.0","id":[],"method":"tools/list"})",
           R"({"jsonrpc":"2.0","id":1,"method":7})",
           R"({"jsonrpc":"2.0","id":1,"method":""})",
           R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":[1]})",
           R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":"x"})",
           R"({"jsonrpc":"2.0","id":1.0,"method":"tools/list"})",
           R"({"jsonrpc":"2.0","id":1,"method":"tools/list","method":"tools/call"})",
           R"({"jsonrpc":"2.0","id":1,"method":"tools/list","Method":"tools/call"})",
           R"({"jsonrpc":"2.0","id":1,"method":"tools/list","method\u0000":"tools/call"})",
           R"({"jsonrpc":"2.0","id":1,"result":{}})",
       }) {
    auto const reply = t.post(body, headers("tools/list"));
    BOOST_TEST(reply.status == 400, body);
    BOOST_TEST(code_of(reply) == -32600, body);
  }
}

BOOST_AUTO_TEST_CASE(ids_are_echoed_exactly) {
  talk t;
  for (std::string const id : {"0", "-1", "9223372036854775807", "18446744073709551615", R"("")", R"("a\"b")",
                               R"("ключ")", R"("\u0001")"}) {
    auto const reply = t.post(stateless("tools/list", {}, id), headers("tools/list"));
    BOOST_TEST(reply.status == 200);
    BOOST_TEST(json_of(reply).at("id") == boost::json::parse(id));
  }
}

BOOST_AUTO_TEST_CASE(a_required_meta_key_missing_or_malformed_is_400_with_invalid_params) {
  talk t;
  for (
      std::string const params : {
          R"({})",
          R"({"_meta":{}})",
          R"({"_meta":7})",
          R"({"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}})",
          R"({"_meta":{"io.modelcontextprotocol/clientCapabilities":{}}})",
          R"({"_meta":{"io.modelcontextprotocol/protocolVersion":7,"io.modelcontextprotocol/clientCapabilities":{}}})",
          R"({"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":[]}})",
          R"({"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},"io.modelcontextprotocol/logLevel":"loud"}})",
          R"({"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},"progressToken":1.5}})",
      }) {
    auto const reply = t.post(request("tools/list", params), headers("tools/list"));
    BOOST_TEST(reply.status == 400, params);
    BOOST_TEST(code_of(reply) == -32602, params);
    BOOST_TEST(json_of(reply).at("id").to_number<int>() == 1);
  }
  auto const no_params = t.post(R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})", headers("tools/list"));
  BOOST_TEST(no_params.status == 400);
  BOOST_TEST(code_of(no_params) == -32602);
}

BOOST_AUTO_TEST_CASE(a_header_missing_or_differing_is_400_with_header_mismatch) {
  talk t;
  std::string const body = call("add", R"({"a":1,"b":2})");
  for (fields const& with : {
           fields{},
           fields{{"Mcp-Method", "tools/call"}, {"Mcp-Name", "add"}},
           fields{{"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Name", "add"}},
           fields{{"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", "tools/call"}},
           fields{{"MCP-Protocol-Version", "2025-11-25"}, {"Mcp-Method", "tools/call"}, {"Mcp-Name", "add"}},
           fields{{"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", "Tools/Call"}, {"Mcp-Name", "add"}},
           fields{{"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", "tools/call"}, {"Mcp-Name", "Add"}},
           fields{{"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", "tools/call"}, {"Mcp-Name", ""}},
           fields{{"MCP-Protocol-Version", "2026-07-28"},
                  {"Mcp-Method", "tools/call"},
                  {"Mcp-Name", "add"},
                  {"Mcp-Name", "add"}},
           fields{{"MCP-Protocol-Version", "2026-07-28"},
                  {"MCP-Protocol-Version", "2026-07-28"},
                  {"Mcp-Method", "tools/call"},
                  {"Mcp-Name", "add"}},
           fields{{"MCP-Protocol-Version", "2026-07-28"},
                  {"Mcp-Method", "tools/call"},
                  {"Mcp-Name", "=?base64?YWRk=?="}},
           fields{{"MCP-Protocol-Version", "2026-07-28"},
                  {"Mcp-Method", "tools/call"},
                  {"Mcp-Name", "=?BASE64?YWRk?="}},
       }) {
    auto const reply = t.post(body, with);
    BOOST_TEST(reply.status == 400);
    BOOST_TEST(code_of(reply) == -32020);
    BOOST_TEST(json_of(reply).at("id").to_number<int>() == 1);
  }
}

BOOST_AUTO_TEST_CASE(header_names_are_case_insensitive_values_are_trimmed_and_may_be_base64) {
  talk t;
  std::string const body = call("add", R"({"a":1,"b":2})");
  auto const trimmed = t.post(
      body,
      {{"mcp-protocol-version", "  2026-07-28\t"}, {"MCP-METHOD", "tools/call "}, {"mcp-NAME", " add"}});
  BOOST_TEST(trimmed.status == 200);
  auto const encoded = t.post(body, headers("tools/call", "=?base64?YWRk?="));
  BOOST_TEST(encoded.status == 200);
}

BOOST_AUTO_TEST_CASE(an_unsupported_version_is_400_and_says_what_is_supported) {
  talk t;
  auto const body = [](std::string const& version) {
    return request("tools/list", R"({"_meta":{"io.modelcontextprotocol/protocolVersion":")" + version +
                                     R"(","io.modelcontextprotocol/clientCapabilities":{}}})");
  };
  // also without Mcp-Method: the version is looked at first
  for (std::string const version : {"2099-01-01", "v999.0.0", "2025-11-25", ""}) {
    auto const reply = t.post(body(version), {{"MCP-Protocol-Version", version}});
    BOOST_TEST(reply.status == 400);
    BOOST_TEST(code_of(reply) == -32022);
    auto const data = json_of(reply).at("error").at("data");
    BOOST_TEST(data.at("supported").at(0) == "2026-07-28");
    BOOST_TEST(data.at("requested").as_string() == version);
  }
  auto const disagreeing = t.post(body("v999"), headers("tools/list"));
  BOOST_TEST(code_of(disagreeing) == -32020);
}

BOOST_AUTO_TEST_CASE(an_unknown_or_removed_method_is_404) {
  talk t;
  for (std::string const method :
       {"nonsense", "initialize", "ping", "logging/setLevel", "resources/subscribe", "tasks/list"}) {
    auto const reply = t.post(stateless(method), headers(method));
    BOOST_TEST(reply.status == 404, method);
    BOOST_TEST(code_of(reply) == -32601, method);
  }
}

BOOST_AUTO_TEST_CASE(an_unknown_tool_or_cursor_is_an_error_inside_200) {
  talk t;
  auto const tool = t.post(call("nothing", "{}"), headers("tools/call", "nothing"));
  BOOST_TEST(tool.status == 200);
  BOOST_TEST(code_of(tool) == -32602);
  auto const cursor = t.post(stateless("tools/list", R"(,"cursor":"bm90aGluZw")"), headers("tools/list"));
  BOOST_TEST(cursor.status == 200);
  BOOST_TEST(code_of(cursor) == -32602);
  auto const arguments = t.post(call("add", "[1,2]"), headers("tools/call", "add"));
  BOOST_TEST(arguments.status == 200);
  BOOST_TEST(code_of(arguments) == -32602);
}

BOOST_AUTO_TEST_CASE(a_session_header_is_ignored) {
  talk t;
  auto with = headers("tools/list");
  with.emplace_back("Mcp-Session-Id", "whatever");
  with.emplace_back("Last-Event-ID", "7");
  auto const reply = t.post(stateless("tools/list"), with);
  BOOST_TEST(reply.status == 200);
  BOOST_TEST(!reply.has("mcp-session-id"));
}

BOOST_AUTO_TEST_CASE(an_unauthenticated_body_is_not_read) {
  talk t;
  auto const reply =
      t.request("POST", "/mcp", {{"Content-Type", "application/json"}}, std::string(100'000, '['));
  BOOST_TEST(reply.status == 401);
  BOOST_TEST(json_of(reply).at("error") == "missing_token");
  BOOST_TEST(!reply.has("www-authenticate"));
}

BOOST_AUTO_TEST_SUITE_END()
