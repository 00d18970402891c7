// tests/wire/raw_tools.cpp - tools whose schemas were written by hand
// SPDX-License-Identifier: BSL-1.0
#include "fixture.hpp"

#include <mcpawl/core/configuration_error.hpp>
#include <mcpawl/raw_tool.hpp>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(wire_raw_tools)

using namespace wire;

namespace {

constexpr char schema[] = R"({
  "type": "object",
  "properties": {"city": {"type": "string", "minLength": 2}, "days": {"type": "integer", "maximum": 7}},
  "required": ["city"],
  "description": "two  spaces, a \" quote",
  "additionalProperties": false
})";

boost::json::value echo(boost::json::object in) { return in; }

constexpr char marked[] =
    R"({"type":"object","properties":{"region":{"type":"string","x-mcp-header":"Region"},
"in":{"type":"object","properties":{"level":{"type":"integer","x-mcp-header":"Level"}}},
"dry":{"type":"boolean","x-mcp-header":"Dry"}}})";

wire_server& raw_server() {
  static wire_server& srv = []() -> wire_server& {
    static wire_server made{{"raw", "1.0"}, support::user_header{}};
    made.raw_tool("echo", "Say it again.", schema, echo);
    made.raw_tool("slow", "Say it again, later.", schema,
                  [](boost::json::object in) -> mcpawl::task<boost::json::value> { co_return in; });
    made.raw_tool("marked", "Has headers.", marked, echo);
    return made;
  }();
  return srv;
}

std::string complaints(std::string const& input_schema) {
  mcpawl::server srv{{"x", "1"}};
  srv.raw_tool("f", "x", input_schema, [](boost::json::object) { return "y"; });
  try {
    srv.check();
  } catch (mcpawl::configuration_error const& e) {
    return e.what();
  }
  return {};
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_schema_is_listed_as_it_stands_on_one_line) {
  talk t({}, raw_server());
  auto const reply = t.post(stateless("tools/list"), headers("tools/list"));
  BOOST_TEST(reply.body.find('\n') == std::string::npos);
  auto const listed = json_of(reply).at("result").at("tools").at(0).at("inputSchema");
  BOOST_TEST((listed == boost::json::parse(schema)));
}

BOOST_AUTO_TEST_CASE(arguments_that_the_schema_refuses_do_not_reach_the_tool) {
  talk t({}, raw_server());
  for (std::string const tool : {"echo", "slow"}) {
    auto const ask = [&](std::string_view arguments) {
      return json_of(t.post(call(tool, arguments), headers("tools/call", tool))).at("result");
    };
    BOOST_TEST(ask(R"({"city":"Rome","days":7})").at("structuredContent").at("days").to_number<int>() == 7);
    for (std::string const arguments : {R"({})", R"({"city":"R"})", R"({"city":7})",
                                        R"({"city":"Rome","days":8})", R"({"city":"Rome","more":1})"}) {
      auto const result = ask(arguments);
      BOOST_TEST(result.at("isError") == true);
      BOOST_TEST(result.at("content").at(0).at("text").as_string().starts_with("invalid arguments: "));
    }
    auto const text = [&](std::string_view arguments) {
      return std::string(ask(arguments).at("content").at(0).at("text").as_string());
    };
    BOOST_TEST(text("{}") == "invalid arguments: /city: is required");
    BOOST_TEST(text(R"({"city":"R","days":8,"more":1})") ==
               "invalid arguments:\n/city: must have at least 2 characters\n/days: must be at most 7\n"
               "/more: is not a member here; the members are city, days");
  }
}

BOOST_AUTO_TEST_CASE(headers_must_repeat_the_arguments_that_are_marked) {
  talk t({}, raw_server());
  auto const send = [&](std::string_view arguments, fields const& more) {
    auto with = headers("tools/call", "marked");
    with.insert(with.end(), more.begin(), more.end());
    return t.post(call("marked", arguments), with);
  };
  auto const accepted = [&](std::string_view arguments, fields const& more) {
    return send(arguments, more).status == 200;
  };
  auto const refused = [&](std::string_view arguments, fields const& more) {
    auto const reply = send(arguments, more);
    return reply.status == 400 && code_of(reply) == -32020;
  };
  BOOST_TEST(accepted("{}", {}));
  BOOST_TEST(accepted(R"({"region":null})", {}) == true);  // the schema refuses it, not the headers
  BOOST_TEST(accepted(R"({"region":"eu"})", {{"mcp-param-REGION", " eu "}}));
  BOOST_TEST(accepted(R"({"region":"Hello"})", {{"Mcp-Param-Region", "=?base64?SGVsbG8=?="}}));
  BOOST_TEST(accepted(R"({"region":"SGVsbG8="})", {{"Mcp-Param-Region", "SGVsbG8="}}));
  BOOST_TEST(accepted(R"({"region":""})", {{"Mcp-Param-Region", ""}}));
  BOOST_TEST(accepted(R"({"in":{"level":42}})", {{"Mcp-Param-Level", "42.0"}}));
  BOOST_TEST(accepted(R"({"in":{"level":42.0}})", {{"Mcp-Param-Level", "42"}}));
  BOOST_TEST(accepted(R"({"dry":true})", {{"Mcp-Param-Dry", "true"}}));
  BOOST_TEST(refused(R"({"region":"eu"})", {}));
  BOOST_TEST(refused(R"({"region":"eu"})", {{"Mcp-Param-Region", "EU"}}));
  BOOST_TEST(refused(R"({"region":"eu"})", {{"Mcp-Param-Region", "eu"}, {"Mcp-Param-Region", "eu"}}));
  BOOST_TEST(refused(R"({"region":"Hello"})", {{"Mcp-Param-Region", "=?base64?SGVsbG8?="}}));
  BOOST_TEST(refused(R"({"region":"Hello"})", {{"Mcp-Param-Region", "=?base64?SGVs!!!bG8=?="}}));
  BOOST_TEST(refused("{}", {{"Mcp-Param-Region", "eu"}}));
  BOOST_TEST(refused(R"({"in":{"level":42}})", {{"Mcp-Param-Level", "43"}}));
  BOOST_TEST(refused(R"({"in":{"level":42}})", {{"Mcp-Param-Level", "many"}}));
  BOOST_TEST(refused(R"({"dry":true})", {{"Mcp-Param-Dry", "1"}}));
}

BOOST_AUTO_TEST_CASE(marks_that_clients_refuse_are_errors) {
  auto const with = [](std::string const& property) {
    return complaints(R"({"type":"object","properties":{"a":{"type":"string","x-mcp-header":"A"},"b":)" +
                      property + "}}");
  };
  BOOST_TEST(with(R"({"type":"integer","x-mcp-header":"Method"})").empty());
  for (std::string const bad :
       {R"({"type":"string","x-mcp-header":""})", R"({"type":"string","x-mcp-header":"a b"})",
        R"({"type":"string","x-mcp-header":7})", R"({"type":"number","x-mcp-header":"B"})",
        R"({"x-mcp-header":"B"})", R"({"type":"string","x-mcp-header":"a"})",
        R"({"type":"array","items":{"type":"string","x-mcp-header":"B"}})"})
    BOOST_TEST(!with(bad).empty(), bad);
}

BOOST_AUTO_TEST_CASE(a_bad_schema_is_a_mistake_at_the_start) {
  BOOST_TEST(complaints(schema).empty());
  for (std::string const bad :
       {"", "[]", "{", R"({"type":"array"})", R"({"properties":{}})", R"({"type":"object","type":"object"})"})
    BOOST_TEST(complaints(bad).find("must be a JSON object with \"type\": \"object\"") != std::string::npos);
  for (std::string const bad :
       {R"({"type":"object","required":"a"})", R"({"type":"object","properties":{"a":{"type":"text"}}})",
        R"({"type":"object","properties":{"a":{"$ref":"https://example.com/a.json"}}})",
        R"({"type":"object","properties":{"a":{"$ref":"#/$defs/a"}}})"})
    BOOST_TEST(complaints(bad).find("tool \"f\": the input schema at /") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(easy_to_miss_19_results_that_the_output_schema_refuses_do_not_leave) {
  constexpr char promised[] = R"({"type": "object", "properties": {"days": {"type": "integer", "maximum": 7}},
    "required": ["days"], "$comment": "two  spaces"})";
  wire_server srv{{"raw", "1.0"}, support::user_header{}};
  srv.raw_tool("echo", "Say it again.", R"({"type":"object"})", echo).output_schema(promised);
  srv.raw_tool("slow", "Say it later.", R"({"type":"object"})",
               [](boost::json::object in) -> mcpawl::task<boost::json::value> { co_return in; })
      .output_schema(std::string(promised));
  srv.tool("built", "Build it.",
           [] {
             mcpawl::tool_result out;
             return out.text("7").structured_json(R"({"days":7,"days":8})");
           })
      .output_schema(promised);
  srv.tool("silent", "Say nothing.", [] {}).output_schema(promised);
  srv.tool("fails", "Fail in words.", [] { return mcpawl::tool_result::failure("no days"); })
      .output_schema(promised);
  srv.tool("explains", "Fail with data of its own.",
           [] { return mcpawl::tool_result::failure("no such days").structured_json(R"({"code":7})"); })
      .output_schema(promised);
  srv.tool("counts", "Fail with data as promised.",
           [] { return mcpawl::tool_result::failure("too few").structured_json(R"({"days":1})"); })
      .output_schema(promised);
  talk t({}, srv);
  auto const ask = [&](std::string const& tool, std::string_view arguments = "{}") {
    return json_of(t.post(call(tool, arguments), headers("tools/call", tool))).at("result");
  };
  auto const refused = [&](boost::json::value const& result, std::string_view why) {
    BOOST_TEST(result.at("isError") == true);
    BOOST_TEST(!result.as_object().contains("structuredContent"));
    std::string const text(result.at("content").at(0).at("text").as_string());
    BOOST_TEST(text.starts_with("internal error, id "), text);
    BOOST_TEST(t.server.log.text().find(why) != std::string::npos, why);
  };
  for (std::string const tool : {"echo", "slow"}) {
    BOOST_TEST(ask(tool, R"({"days":7})").at("structuredContent").at("days").to_number<int>() == 7);
    refused(ask(tool, R"({"days":8})"), "the output schema does not allow the result: /days: ");
    refused(ask(tool), "the output schema does not allow the result: /days: is required");
  }
  refused(ask("built"), "duplicate member name");
  refused(ask("silent"), "there is no structured content");
  // a failure is no result, and need not look like one
  BOOST_TEST(ask("fails").at("content").at(0).at("text") == "no days");
  // but clients hold what it has of structured content against the schema all the same
  BOOST_TEST(ask("explains").at("content").at(0).at("text") == "no such days");
  BOOST_TEST(!ask("explains").as_object().contains("structuredContent"));
  BOOST_TEST(ask("counts").at("structuredContent").at("days").to_number<int>() == 1);

  auto const listed = json_of(t.post(stateless("tools/list"), headers("tools/list")));
  auto const tools = listed.at("result").at("tools");
  BOOST_TEST((tools.at(0).at("outputSchema") == boost::json::parse(promised)));
}

BOOST_AUTO_TEST_CASE(a_bad_output_schema_is_a_mistake_at_the_start) {
  auto const errors = [](std::string const& output_schema) {
    mcpawl::server srv{{"x", "1"}};
    srv.raw_tool("f", "x", R"({"type":"object"})", echo).output_schema(output_schema);
    try {
      srv.check();
    } catch (mcpawl::configuration_error const& e) {
      return std::string(e.what());
    }
    return std::string();
  };
  BOOST_TEST(errors(R"({"type":"object"})").empty());
  BOOST_TEST(errors(R"({"type":"array"})").empty());
  for (std::string const bad : {"", "[]", "{", "true"})
    BOOST_TEST(errors(bad).find("tool \"f\": the output schema must be a JSON object") != std::string::npos);
  BOOST_TEST(errors(R"({"required":"a"})").find("tool \"f\": the output schema at /required") !=
             std::string::npos);
  mcpawl::server srv{{"x", "1"}};
  srv.tool("f", "x", add).output_schema(R"({"type":"object"})");
  BOOST_CHECK_EXCEPTION(srv.check(), mcpawl::configuration_error, [](auto const& e) {
    return std::string(e.what()).find("follows from what its function returns") != std::string::npos;
  });
}

BOOST_AUTO_TEST_CASE(an_output_schema_that_is_no_object_is_not_told_before_2026) {
  wire_server srv{{"raw", "1.0"}, support::user_header{}};
  srv.raw_tool("list", "List.", R"({"type":"object"})",
               [](boost::json::object) { return boost::json::value(boost::json::array{1, 2}); })
      .output_schema(R"({"type":"array"})");
  talk t({}, srv);
  auto const modern = json_of(t.post(stateless("tools/list"), headers("tools/list")));
  BOOST_TEST(modern.at("result").at("tools").at(0).at("outputSchema").at("type") == "array");
  std::string const session(t.post(initialize("2025-11-25")).field("mcp-session-id"));
  auto const older = json_of(t.post(request("tools/list"), {{"Mcp-Session-Id", session}}));
  BOOST_TEST(!older.at("result").at("tools").at(0).as_object().contains("outputSchema"));
}

BOOST_AUTO_TEST_SUITE_END()
