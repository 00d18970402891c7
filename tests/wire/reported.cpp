// tests/wire/reported.cpp - what clients were reported to send to MCP servers, and what they get here
// SPDX-License-Identifier: BSL-1.0
#include "offers.hpp"

#include <mcpawl/raw_tool.hpp>

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

BOOST_AUTO_TEST_SUITE(wire_reported)

using namespace wire;

namespace {

enum class http_status { ok = 100, missing = 418 };  // the compiler does not find the second one
struct measured {
  http_status code = http_status::ok;
  double mean = 0;
};
struct measure_args {
  double mean = 1;
  std::string unit = "ms";
  bool named = true;
};

measured measure(measure_args in) {
  double const mean = in.mean < 0 ? std::sqrt(in.mean) : in.mean == 0 ? 1 / in.mean : in.mean;
  return {in.named ? http_status::ok : http_status::missing, mean};
}

struct place {
  double latitude = 0, longitude = 0;
};
struct everything_args {
  std::string text;
  std::vector<place> places;
  std::map<std::string, std::vector<int>> groups;
  std::variant<int, place> either = 1;
  std::optional<std::vector<std::string>> tags;
  std::vector<std::optional<int>> gaps = {};
  http_status code = http_status::ok;
  std::uint64_t large = 0;
};

/** What model APIs were reported to refuse in a schema, and with it every tool there is. */
void expect_plain(boost::json::value const& schema, std::string const& where) {
  if (auto const* array = schema.if_array()) {
    for (auto const& item : *array) expect_plain(item, where);
    return;
  }
  auto const* object = schema.if_object();
  if (!object) return;
  for (std::string const keyword : {"$ref", "$defs", "$schema", "definitions", "oneOf", "allOf", "not", "if",
                                    "const", "exclusiveMinimum", "exclusiveMaximum", "patternProperties",
                                    "prefixItems", "multipleOf", "uniqueItems", "format", "nullable"})
    BOOST_TEST(!object->contains(keyword), where + " has " + keyword);
  if (auto const* type = object->if_contains("type")) {
    BOOST_TEST(type->is_string(), where);
    BOOST_TEST((*type != "array" || object->contains("items")), where);
  }
  if (auto const* required = object->if_contains("required"))
    BOOST_TEST(!required->as_array().empty(), where);
  if (auto const* names = object->if_contains("enum"))
    for (auto const& name : names->as_array()) BOOST_TEST(name.is_string(), where);
  // `true` is a schema, and github/copilot-cli#4623 tells of an API that does not know it
  if (auto const* properties = object->if_contains("properties"))
    for (auto const& property : properties->as_object()) BOOST_TEST(property.value().is_object(), where);
  for (auto const& member : *object) expect_plain(member.value(), where + "/" + std::string(member.key()));
}

wire_server& reported_server(mcpawl::server_options options) {
  static std::vector<std::unique_ptr<wire_server>> all;
  all.push_back(std::make_unique<wire_server>(mcpawl::implementation{"reported", "1.0"},
                                              support::user_header{}, std::move(options)));
  wire_server& made = *all.back();
  made.tool("measure", "Measure.", measure);
  made.tool("lenient", "Measure.", measure).ignore_unknown_arguments().ignore_null_arguments();
  made.tool("strict", "Measure.", measure)
      .ignore_unknown_arguments(false)
      .ignore_null_arguments(false)
      .coerce_text_arguments(false);
  made.tool("texts", "Measure.", measure).coerce_text_arguments();
  made.tool("everything", "Takes all kinds.", [](everything_args) { return 1; });
  made.tool("ready", "Takes nothing.", [] { return std::string("yes"); });
  made.raw_tool("raw", "Takes anything.", R"({"type":"object"})", [](boost::json::object in) { return in; });
  made.prompt("greet", "Greet.", greet);
  made.resource("test://mean", "mean", [] { return measured{http_status::ok, std::nan("")}; });
  return made;
}

http_reply ask_tool(talk& t, std::string const& tool, std::string_view arguments) {
  return t.post(call(tool, arguments), headers("tools/call", tool));
}
bool failed(http_reply const& reply) { return json_of(reply).at("result").as_object().contains("isError"); }

}  // namespace

// --- results ----------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_result_that_json_cannot_say_fails_and_the_log_names_the_member) {
  talk t({}, reported_server({}));
  struct {
    std::string_view arguments, logged;
  } const rows[] = {
      {R"({"mean":-1})", "the result at /mean is NaN, which JSON cannot say"},
      {R"({"mean":0})", "the result at /mean is infinite, which JSON cannot say"},
      {R"({"named":false})", "the result at /code is a value of an enumeration that has no name"},
  };
  for (auto const& row : rows) {
    auto const reply = ask_tool(t, "measure", row.arguments);
    BOOST_TEST(reply.status == 200);
    auto const result = json_of(reply).at("result").as_object();
    BOOST_TEST(result.at("isError") == true);
    BOOST_TEST(!result.contains("structuredContent"));
    BOOST_TEST(reply.body.find("mean") == std::string::npos);  // what went wrong is for the log alone
    BOOST_TEST(t.server.log.text().find(row.logged) != std::string::npos, row.logged);
  }
  auto const good = json_of(ask_tool(t, "measure", R"({"mean":2.5})")).at("result").at("structuredContent");
  BOOST_TEST(good.at("code") == "ok");
  BOOST_TEST(good.at("mean").as_double() == 2.5);
  auto const read = t.post(stateless("resources/read", R"(,"uri":"test://mean")"),
                           headers("resources/read", "test://mean"));
  BOOST_TEST(code_of(read) == -32603);
  BOOST_TEST(t.server.log.text().find("the contents at /mean is NaN") != std::string::npos);
}

// --- schemas ----------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(every_input_schema_has_properties) {
  talk t({}, reported_server({}));
  auto const listed =
      json_of(t.post(stateless("tools/list"), headers("tools/list"))).at("result").at("tools");
  for (auto const& tool : listed.as_array()) {
    BOOST_TEST(tool.at("inputSchema").at("type") == "object");
    BOOST_TEST(tool.at("inputSchema").at("properties").is_object(), tool.at("name"));
  }
}

BOOST_AUTO_TEST_CASE(schemas_of_types_keep_to_what_model_apis_take) {
  talk t({}, reported_server({}));
  auto const listed =
      json_of(t.post(stateless("tools/list"), headers("tools/list"))).at("result").at("tools");
  for (auto const& tool : listed.as_array()) {
    auto const& schema = tool.at("inputSchema").as_object();
    BOOST_TEST(!schema.contains("anyOf"));
    expect_plain(schema, std::string(tool.at("name").as_string()));
  }
}

// --- arguments --------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(arguments_that_nobody_declared_are_refused_unless_a_tool_or_the_server_ignores_them) {
  // n8n and others add arguments of their own to every call
  constexpr std::string_view more = R"({"mean":2,"toolCallId":"call_1","sessionId":"s"})";
  mcpawl::server_options lenient;
  lenient.arguments = {.ignore_unknown = true};
  talk strict({}, reported_server({})), ignoring({}, reported_server(lenient));
  auto const refused = ask_tool(strict, "measure", more);
  BOOST_TEST(failed(refused));
  BOOST_TEST(refused.body.find("/toolCallId: is not a member here; the members are mean, unit, named") !=
             std::string::npos);
  BOOST_TEST(!failed(ask_tool(strict, "lenient", more)));
  BOOST_TEST(!failed(ask_tool(ignoring, "measure", more)));
  BOOST_TEST(failed(ask_tool(ignoring, "strict", more)));
  BOOST_TEST(failed(ask_tool(ignoring, "measure", R"({"mean":"x","toolCallId":"call_1"})")));
  auto const prompt = [](talk& t, std::string_view arguments) {
    std::string params = R"(,"name":"greet","arguments":)";
    return t.post(stateless("prompts/get", params.append(arguments)), headers("prompts/get", "greet"));
  };
  constexpr std::string_view more_texts = R"({"name":"Ada","toolCallId":"call_1"})";
  BOOST_TEST(code_of(prompt(strict, more_texts)) == -32602);
  BOOST_TEST(json_of(prompt(ignoring, more_texts)).at("result").is_object());
  BOOST_TEST(code_of(prompt(ignoring, R"({"toolCallId":"call_1"})")) == -32602);
}

BOOST_AUTO_TEST_CASE(a_null_for_an_argument_with_a_default_counts_as_left_out_where_that_was_told) {
  constexpr std::string_view nulls = R"({"mean":null,"unit":null})";
  mcpawl::server_options lenient;
  lenient.arguments = {.ignore_null = true};
  talk strict({}, reported_server({})), ignoring({}, reported_server(lenient));
  BOOST_TEST(failed(ask_tool(strict, "measure", nulls)));
  BOOST_TEST(!failed(ask_tool(strict, "lenient", nulls)));
  BOOST_TEST(failed(ask_tool(ignoring, "strict", nulls)));
  auto const reply = ask_tool(ignoring, "measure", nulls);
  BOOST_TEST_REQUIRE(!failed(reply));
  BOOST_TEST(json_of(reply).at("result").at("structuredContent").at("mean").to_number<int>() == 1);
  auto const prompt = [](talk& t) {
    return t.post(stateless("prompts/get", R"(,"name":"greet","arguments":{"name":"Ada","language":null})"),
                  headers("prompts/get", "greet"));
  };
  BOOST_TEST(code_of(prompt(strict)) == -32602);
  BOOST_TEST(json_of(prompt(ignoring)).at("result").is_object());
}

BOOST_AUTO_TEST_CASE(a_text_for_a_number_is_refused_unless_a_tool_or_the_server_takes_it) {
  // anthropics/claude-code#29104, github/github-mcp-server#2044, jjang-ai/vmlx#47, jgravelle/jcodemunch-mcp#135
  constexpr std::string_view texts = R"({"mean":"2.5","unit":"7","named":"true"})";
  mcpawl::server_options lenient;
  lenient.arguments = {.coerce_text = true};
  talk strict({}, reported_server({})), coercing({}, reported_server(lenient));
  auto const refused = ask_tool(strict, "measure", texts);
  BOOST_TEST(failed(refused));
  BOOST_TEST(refused.body.find("/mean: expected a number") != std::string::npos);
  BOOST_TEST(failed(ask_tool(coercing, "strict", texts)));
  for (auto const& reply : {ask_tool(strict, "texts", texts), ask_tool(coercing, "measure", texts)}) {
    BOOST_TEST_REQUIRE(!failed(reply));
    BOOST_TEST(json_of(reply).at("result").at("structuredContent").at("mean").as_double() == 2.5);
  }
  for (std::string_view none :
       {R"({"mean":"x"})", R"({"mean":""})", R"({"mean":" 2"})", R"({"named":"yes"})"})
    BOOST_TEST(failed(ask_tool(coercing, "measure", none)), none);
}

// --- messages ---------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_member_that_is_null_counts_as_absent) {
  offers t;
  for (std::string const version : {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"}) {
    BOOST_TEST(t.ask(version, "ping", "null").status == 200, version);
    BOOST_TEST(t.ask(version, "tools/list", "null").status == 200, version);
    BOOST_TEST(json_of(t.ask(version, "tools/list", "null")).at("result").at("tools").is_array());
  }
  for (std::string const version : all_revisions) {
    BOOST_TEST(t.result(version, "tools/list", R"({"cursor":null})").at("tools").is_array());
    BOOST_TEST(
        t.result(version, "tools/call", R"({"name":"traced","arguments":null})").at("content").is_array());
    BOOST_TEST(
        t.result(version, "completion/complete",
                 R"({"ref":{"type":"ref/prompt","name":"greet"},"argument":{"name":"language","value":"e"},)"
                 R"("context":{"arguments":null}})")
            .at("completion")
            .is_object());
    // what is required is not there
    BOOST_TEST(t.fault(version, "tools/call", R"({"name":null})") == -32602);
  }
}

BOOST_AUTO_TEST_CASE(an_empty_array_is_an_empty_object_where_nothing_else_could_be_meant) {
  // PHP and Lua write both in one way
  offers t;
  for (std::string const version : {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"})
    BOOST_TEST(json_of(t.ask(version, "tools/list", "[]")).at("result").at("tools").is_array(), version);
  for (std::string const version : all_revisions) {
    BOOST_TEST(
        t.result(version, "tools/call", R"({"name":"traced","arguments":[]})").at("content").is_array());
    BOOST_TEST(t.fault(version, "tools/call", R"({"name":"traced","arguments":[1]})") == -32602);
    BOOST_TEST(t.fault(version, "tools/call", R"({"name":"traced","arguments":"{}"})") == -32602);
  }
  auto const opened = t.post(request(
      "initialize",
      R"({"protocolVersion":"2025-06-18","capabilities":[],"clientInfo":{"name":"php","version":"1"}})"));
  BOOST_TEST(json_of(opened).at("result").at("protocolVersion") == "2025-06-18");
  BOOST_TEST(
      code_of(t.post(request(
          "initialize",
          R"({"protocolVersion":"2025-06-18","capabilities":[1],"clientInfo":{"name":"php","version":"1"}})"))) ==
      -32602);
}

BOOST_AUTO_TEST_CASE(capabilities_that_nobody_knows_and_members_beyond_the_known_are_no_faults) {
  talk t;
  constexpr std::string_view capabilities =
      R"({"roots":{"listChanged":true},"sampling":{"x":1},"elicitation":{"y":{}},"tasks":{},"new":{"a":[1]}})";
  std::string params = R"({"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
                       R"("io.modelcontextprotocol/clientCapabilities":)";
  params.append(capabilities).append(R"(,"com.example/x":{"deep":[]},"traceparent":"nonsense"},"more":1})");
  BOOST_TEST(t.post(request("tools/list", params), headers("tools/list")).status == 200);
  std::string begin = R"({"protocolVersion":"2025-11-25","capabilities":)";
  begin.append(capabilities)
      .append(R"(,"clientInfo":{"name":"a","version":"1","title":"A","icons":[]},"more":{}})");
  auto const opened = t.post(request("initialize", begin), {{"Mcp-Session-Id", "from before a restart"}});
  BOOST_TEST(opened.status == 200);
  BOOST_TEST(opened.has("mcp-session-id"));
  fields const in{{"Mcp-Session-Id", std::string(opened.field("mcp-session-id"))}};
  for (std::string const params_of_list :
       {R"({"_meta":null})", R"({"_meta":{}})", R"({"_meta":[]})", R"({"_meta":{"progressToken":null}})",
        R"({"_meta":{"progressToken":0,"x":[]},"more":true})"})
    BOOST_TEST(t.post(request("tools/list", params_of_list), in).status == 200, params_of_list);
  BOOST_TEST(
      t.post(R"({"jsonrpc":"2.0","id":1,"method":"ping","extra":{"a":1},"sessionId":"x"})", in).status ==
      200);
}

BOOST_AUTO_TEST_CASE(versions_are_negotiated_whatever_the_client_proposes) {
  talk t;
  for (std::string const version : {"DRAFT-2026-v1", "2026-07-28", "9999-12-31", "1.0", ""})
    BOOST_TEST(json_of(t.post(initialize(version))).at("result").at("protocolVersion") == "2025-11-25",
               version);
  std::string const session(t.post(initialize("2025-11-25")).field("mcp-session-id"));
  // a client that goes on naming another revision we speak is served, one that names none of ours is not
  for (std::string const version : {"2025-03-26", "2025-06-18", "2025-11-25"})
    BOOST_TEST(t.post(request("tools/list"), {{"Mcp-Session-Id", session}, {"MCP-Protocol-Version", version}})
                   .status == 200);
  for (std::string const version : {"", "undefined", "2025-06-19"})
    BOOST_TEST(t.post(request("tools/list"), {{"Mcp-Session-Id", session}, {"MCP-Protocol-Version", version}})
                   .status == 400);
  for (std::string const none : {"", "undefined", "null"})
    BOOST_TEST(t.post(request("tools/list"), {{"Mcp-Session-Id", none}}).status == 404, none);
}

BOOST_AUTO_TEST_CASE(a_byte_order_mark_and_an_empty_body_are_named) {
  talk t;
  auto const says = [&t](std::string_view body) {
    auto const reply = t.post(body, headers("tools/list"));
    BOOST_TEST(reply.status == 400);
    BOOST_TEST(code_of(reply) == -32700);
    return std::string(json_of(reply).at("error").at("message").as_string());
  };
  BOOST_TEST(says("\xef\xbb\xbf" + stateless("tools/list")) ==
             "not a JSON text: it begins with a byte order mark");
  BOOST_TEST(says("\r\n") == "not a JSON text: it is empty");
  BOOST_TEST(says("nonsense") == "not a JSON text");
}

BOOST_AUTO_TEST_CASE(optional_members_of_meta_may_be_null) {
  talk t;
  constexpr std::string_view with_nulls =
      R"({"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},)"
      R"("io.modelcontextprotocol/clientInfo":null,"io.modelcontextprotocol/logLevel":null,"progressToken":null}})";
  BOOST_TEST(t.post(request("tools/list", with_nulls), headers("tools/list")).status == 200);
}

BOOST_AUTO_TEST_CASE(a_message_with_every_member_written_down_is_what_the_set_ones_say) {
  talk t;
  std::string const session(t.post(initialize("2025-11-25")).field("mcp-session-id"));
  fields const in{{"Mcp-Session-Id", session}};
  auto const request_with_nulls =
      t.post(R"({"jsonrpc":"2.0","id":1,"method":"ping","params":null,"result":null,"error":null})", in);
  BOOST_TEST(request_with_nulls.status == 200);
  BOOST_TEST(json_of(request_with_nulls).at("result").as_object().empty());
  BOOST_TEST(
      t.post(R"({"jsonrpc":"2.0","id":1,"method":null,"params":null,"result":{},"error":null})", in).status ==
      202);
  BOOST_TEST(
      t.post(R"({"jsonrpc":"2.0","id":1,"result":null,"error":{"code":1,"message":"no"}})", in).status ==
      202);
  // an id of null is none, and a message with two meanings has none
  for (std::string const body :
       {R"({"jsonrpc":"2.0","id":null,"method":"ping"})",
        R"({"jsonrpc":"2.0","id":null,"method":"notifications/x"})",
        R"({"jsonrpc":"2.0","id":1,"method":"ping","result":{}})",
        R"({"jsonrpc":"2.0","id":1,"method":"ping","error":{"code":1,"message":"x"}})",
        R"({"jsonrpc":"2.0","id":1,"method":null})"})
    BOOST_TEST(t.post(body, in).status == 400, body);
}

BOOST_AUTO_TEST_CASE(ping_is_answered_without_a_session) {
  talk t;
  for (fields const& with : {fields{}, fields{{"MCP-Protocol-Version", "2025-06-18"}}}) {
    auto const reply = t.post(request("ping", "{}", R"("p")"), with);
    BOOST_TEST(reply.status == 200);
    BOOST_TEST(reply.body == R"({"jsonrpc":"2.0","id":"p","result":{}})");
    BOOST_TEST(!reply.has("mcp-session-id"));
  }
  BOOST_TEST(t.post(request("ping"), {{"MCP-Protocol-Version", "1999-01-01"}}).status == 400);
  BOOST_TEST(t.post(request("ping"), {{"Mcp-Session-Id", "made up"}}).status == 404);
  BOOST_TEST(t.post(request("tools/list")).status == 400);
  BOOST_TEST(t.request("POST", "/mcp", {{"Content-Type", "application/json"}}, request("ping")).status ==
             401);
}

BOOST_AUTO_TEST_CASE(a_body_that_cannot_be_parsed_is_answered_with_its_id) {
  talk t;
  struct {
    std::string_view body, id;
    int code;
  } const rows[] = {
      {R"({"jsonrpc":"2.0","id":7,"method":"tools/list","params":{"a":NaN}})", "7", -32700},
      {R"({"jsonrpc":"2.0","id":"a","method":"tools/list",})", R"("a")", -32700},
      {R"({"jsonrpc":"2.0","id":7,"method":"tools/list","params":{"a":1,"a":2}})", "7", -32600},
      {R"({"jsonrpc":"2.0","id":7,"method":"tools/list","params":{"a":1e999}})", "7", -32700},
      {R"({"jsonrpc":"2.0","id":7,"id":8,"method":"tools/list"})", "", -32600},
      {R"({"jsonrpc":"2.0","method":"tools/list","params":{"id":7,}})", "", -32700},
  };
  for (auto const& row : rows) {
    auto const reply = t.post(row.body, headers("tools/list"));
    BOOST_TEST(reply.status == 400, row.body);
    BOOST_TEST(code_of(reply) == row.code, row.body);
    auto const* id = json_of(reply).as_object().if_contains("id");
    BOOST_TEST((id ? text_of(*id) : "") == row.id, row.body);
  }
}

// --- HTTP -------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(every_usual_accept_is_served) {
  talk t;
  struct {
    std::vector<std::string> accept;
    bool as_event;
  } const rows[] = {
      {{}, false},
      {{"*/*"}, false},
      {{"application/json"}, false},
      {{"application/json, text/event-stream"}, false},
      {{"text/event-stream"}, true},
      {{"text/event-stream, application/json"}, true},
      {{"application/json", "text/event-stream"}, false},
      {{"text/event-stream", "application/json"}, true},
      {{"Application/JSON; charset=utf-8, TEXT/Event-Stream;q=0.9"}, false},
      {{"text/event-stream;q=0, application/json"}, false},
      {{"text/html, application/json"}, false},
      {{"text/plain"}, false},
  };
  for (auto const& row : rows) {
    fields with = headers("tools/list");
    with.emplace_back("X-User", "alice");
    with.emplace_back("Content-Type", "application/json");
    for (auto const& value : row.accept) with.emplace_back("Accept", value);
    auto const reply = t.request("POST", "/mcp", with, stateless("tools/list"));
    BOOST_TEST(reply.status == 200);
    BOOST_TEST(reply.field("content-type") == (row.as_event ? "text/event-stream" : "application/json"));
  }
}

BOOST_AUTO_TEST_CASE(every_usual_content_type_is_taken) {
  talk t;
  for (std::string const type :
       {"application/json", "application/json;charset=UTF-8", "application/json; charset=\"utf-8\"",
        "APPLICATION/JSON ;charset=utf-8", "application/json;"}) {
    fields with = headers("tools/list");
    with.emplace_back("X-User", "alice");
    with.emplace_back("Content-Type", type);
    BOOST_TEST(t.request("POST", "/mcp", with, stateless("tools/list")).status == 200, type);
  }
}

BOOST_AUTO_TEST_CASE(a_target_may_have_a_query_or_be_absolute) {
  talk t;
  fields with = headers("tools/list");
  with.emplace_back("X-User", "alice");
  with.emplace_back("Content-Type", "application/json");
  with.emplace_back("Host", "localhost");
  for (std::string const target : {"/mcp?", "/mcp?key=1", "/mcp/?key=1", "http://localhost/mcp",
                                   "http://LOCALHOST/mcp/", "https://localhost/mcp?a=b"})
    BOOST_TEST(t.request("POST", target, with, stateless("tools/list")).status == 200, target);
}

BOOST_AUTO_TEST_CASE(a_body_may_be_chunked_and_a_client_may_wait_to_be_told_to_go_on) {
  talk t;
  std::string const body = stateless("tools/list");
  std::string head =
      "POST /mcp HTTP/1.1\r\nHost: localhost\r\nX-User: alice\r\nContent-Type: application/json\r\n"
      "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/list\r\n";
  // in many chunks, with an extension and a trailer; and twice on one connection
  std::string chunks;
  for (char c : body) chunks += std::string("1;x=y\r\n") + c + "\r\n";
  loopback_client client{t.server.port()};
  for (int i = 0; i != 2; ++i) {
    client.write(head + "Transfer-Encoding: Chunked\r\n\r\n" + chunks + "0\r\nX-Trailer: t\r\n\r\n");
    BOOST_TEST(client.read_reply().status == 200);
  }
  client.write(head + "Transfer-Encoding: chunked\r\n\r\nG\r\n");
  auto const bad = client.read_reply();
  BOOST_TEST(bad.status == 400);
  BOOST_TEST(bad.field("connection") == "close");
  BOOST_TEST(bad.body.find("framed") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_compressed_body_is_415_and_says_what_is_taken) {
  talk t;
  for (std::string const coding : {"gzip", "br", "identity, gzip"}) {
    auto with = headers("tools/list");
    with.emplace_back("Content-Encoding", coding);
    with.emplace_back("Origin", "http://localhost");
    auto const reply = t.post(stateless("tools/list"), with);
    BOOST_TEST(reply.status == 415, coding);
    BOOST_TEST(reply.field("accept-encoding") == "identity");
    BOOST_TEST(reply.field("access-control-allow-origin") == "http://localhost");
    BOOST_TEST(json_of(reply).at("error").at("message") == "send the body without Content-Encoding");
  }
  auto with = headers("tools/list");
  with.emplace_back("Content-Encoding", "identity");
  BOOST_TEST(t.post(stateless("tools/list"), with).status == 200);
}

BOOST_AUTO_TEST_SUITE_END()
