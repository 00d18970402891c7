// tests/wire/sessions.cpp - MCP 2024-11-05 to 2025-11-25 over HTTP: handshake, sessions, and which protocol a
// message gets
// SPDX-License-Identifier: BSL-1.0
#include "fixture.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(wire_sessions)

using namespace wire;

namespace {

/** Open a session and return its id. */
std::string open(talk& t, std::string const& version = "2025-11-25", std::string const& user = "alice") {
  auto const reply = t.post_as(user, initialize(version));
  BOOST_TEST_REQUIRE(reply.status == 200);
  return std::string(reply.field("mcp-session-id"));
}

fields in(std::string const& session, std::string const& version = "2025-11-25") {
  return {{"Mcp-Session-Id", session}, {"MCP-Protocol-Version", version}};
}

}  // namespace

BOOST_AUTO_TEST_CASE(initialize_echoes_a_version_it_speaks) {
  talk t;
  for (std::string const version : {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"}) {
    auto const reply = t.post(initialize(version));
    auto const result = json_of(reply).at("result");
    BOOST_TEST(result.at("protocolVersion").as_string() == version);
    BOOST_TEST(result.at("serverInfo").at("name") == "wire");
    BOOST_TEST(result.at("capabilities").at("tools").is_object());
    BOOST_TEST(!result.as_object().contains("resultType"));
  }
}

BOOST_AUTO_TEST_CASE(initialize_negotiates_down_and_never_to_a_stateless_version) {
  talk t;
  for (std::string const version : {"2026-07-28", "1999-01-01", "2099-01-01", "x"})
    BOOST_TEST(json_of(t.post(initialize(version))).at("result").at("protocolVersion") == "2025-11-25");
}

BOOST_AUTO_TEST_CASE(initialize_without_its_parameters_is_an_error) {
  talk t;
  for (std::string const params : {R"({})", R"({"protocolVersion":7,"capabilities":{},"clientInfo":{}})",
                                   R"({"protocolVersion":"2025-11-25","clientInfo":{}})",
                                   R"({"protocolVersion":"2025-11-25","capabilities":{}})"})
    BOOST_TEST(code_of(t.post(request("initialize", params))) == -32602);
}

BOOST_AUTO_TEST_CASE(the_session_id_is_visible_ascii_and_never_the_same) {
  talk t;
  auto const one = open(t);
  auto const two = open(t);
  BOOST_TEST(one.size() >= 32U);
  BOOST_TEST(one != two);
  for (char c : one) BOOST_TEST((c >= 0x21 && c <= 0x7e));
}

BOOST_AUTO_TEST_CASE(a_session_lists_calls_pings_and_takes_notifications) {
  talk t;
  auto const session = open(t);
  auto const initialized = t.post(R"({"jsonrpc":"2.0","method":"notifications/initialized"})", in(session));
  BOOST_TEST(initialized.status == 202);
  BOOST_TEST(initialized.body.empty());
  BOOST_TEST(json_of(t.post(request("ping"), in(session))).at("result").as_object().empty());
  BOOST_TEST(json_of(t.post(R"({"jsonrpc":"2.0","id":1,"method":"ping"})", in(session)))
                 .at("result")
                 .as_object()
                 .empty());
  auto const listed = json_of(t.post(request("tools/list"), in(session))).at("result");
  BOOST_TEST(listed.at("tools").as_array().size() == 6U);
  BOOST_TEST(!listed.as_object().contains("ttlMs"));
  auto const called =
      json_of(t.post(request("tools/call", R"({"name":"add","arguments":{"a":1,"b":2}})"), in(session)));
  BOOST_TEST(called.at("result").at("structuredContent").at("total").to_number<int>() == 3);
}

BOOST_AUTO_TEST_CASE(each_revision_sees_only_what_it_knows) {
  talk t;
  auto const tool = [&](std::string const& version) {
    auto const session = open(t, version);
    auto const listed = json_of(t.post(request("tools/list"), in(session, version)));
    return listed.at("result").at("tools").at(0).as_object();
  };
  auto const oldest = tool("2024-11-05");
  BOOST_TEST(!oldest.contains("title"));
  BOOST_TEST(!oldest.contains("annotations"));
  BOOST_TEST(!oldest.contains("outputSchema"));
  BOOST_TEST(tool("2025-03-26").contains("annotations"));
  BOOST_TEST(!tool("2025-03-26").contains("outputSchema"));
  BOOST_TEST(tool("2025-06-18").contains("outputSchema"));
  BOOST_TEST(tool("2025-06-18").contains("title"));
}

BOOST_AUTO_TEST_CASE(output_that_is_no_object_is_wrapped_before_2026) {
  talk t;
  for (std::string const version : {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"}) {
    auto const session = open(t, version, "boss");
    auto const listed = json_of(t.post_as("boss", request("tools/list"), in(session, version)));
    auto const secret = listed.at("result").at("tools").as_array().back().as_object();
    auto const called =
        json_of(t.post_as("boss", request("tools/call", R"({"name":"secret"})"), in(session, version)))
            .at("result")
            .as_object();
    BOOST_TEST(called.at("content").at(0).at("text") == "42");
    bool const has_output = version >= "2025-06-18";
    BOOST_TEST(secret.contains("outputSchema") == has_output);
    BOOST_TEST(called.contains("structuredContent") == has_output);
    if (!has_output) continue;
    BOOST_TEST((secret.at("outputSchema") ==
                boost::json::parse(R"({"type":"object","properties":{"result":{"type":"integer"}},)"
                                   R"("required":["result"],"additionalProperties":false})")));
    BOOST_TEST((called.at("structuredContent") == boost::json::parse(R"({"result":42})")));
  }
}

BOOST_AUTO_TEST_CASE(another_users_session_does_not_exist) {
  talk t;
  auto const session = open(t);
  BOOST_TEST(t.post_as("bob", request("tools/list"), in(session)).status == 404);
  BOOST_TEST(
      t.post_as("bob", R"({"jsonrpc":"2.0","method":"notifications/initialized"})", in(session)).status ==
      404);
  auto const deleted = t.request("DELETE", "/mcp", {{"X-User", "bob"}, {"Mcp-Session-Id", session}});
  BOOST_TEST(deleted.status == 404);
  BOOST_TEST(t.post(request("tools/list"), in(session)).status == 200);
}

BOOST_AUTO_TEST_CASE(no_session_is_400_and_an_unknown_or_altered_one_is_404) {
  talk t;
  BOOST_TEST(t.post(request("tools/list")).status == 400);
  BOOST_TEST(code_of(t.post(request("tools/list"))) == -32600);
  auto session = open(t);
  BOOST_TEST(t.post(request("tools/list"), in("x")).status == 404);
  BOOST_TEST(t.post(request("tools/list"), in(std::string(10'000, 'A'))).status == 404);
  session.back() = session.back() == 'A' ? 'B' : 'A';
  BOOST_TEST(t.post(request("tools/list"), in(session)).status == 404);
  auto twice = in(open(t));
  twice.push_back(twice.front());
  BOOST_TEST(t.post(request("tools/list"), twice).status == 400);
}

BOOST_AUTO_TEST_CASE(delete_ends_a_session_at_once) {
  talk t;
  auto const session = open(t);
  auto const other = open(t);
  BOOST_TEST(t.request("DELETE", "/mcp", {{"X-User", "alice"}, {"Mcp-Session-Id", session}}).status == 204);
  BOOST_TEST(t.post(request("tools/list"), in(session)).status == 404);
  BOOST_TEST(t.request("DELETE", "/mcp", {{"X-User", "alice"}, {"Mcp-Session-Id", session}}).status == 404);
  BOOST_TEST(t.post(request("tools/list"), in(other)).status == 200);
  BOOST_TEST(t.request("DELETE", "/mcp", {{"X-User", "alice"}}).status == 405);
}

BOOST_AUTO_TEST_CASE(an_unsupported_version_header_is_400_and_a_missing_one_is_not) {
  talk t;
  auto const session = open(t);
  BOOST_TEST(t.post(request("tools/list"), in(session, "1999-01-01")).status == 400);
  BOOST_TEST(t.post(request("tools/list"), in(session, "nonsense")).status == 400);
  BOOST_TEST(t.post(request("tools/list"), {{"Mcp-Session-Id", session}}).status == 200);
}

BOOST_AUTO_TEST_CASE(an_unknown_method_is_an_error_inside_200) {
  talk t;
  auto const reply = t.post(request("nonsense"), in(open(t)));
  BOOST_TEST(reply.status == 200);
  BOOST_TEST(code_of(reply) == -32601);
}

BOOST_AUTO_TEST_CASE(progress_in_a_session_comes_as_events) {
  talk t;
  auto const session = open(t);
  auto const reply =
      t.post(request("tools/call", R"({"name":"count","_meta":{"progressToken":"p"}})"), in(session));
  auto const events = events_of(reply);
  BOOST_TEST_REQUIRE(events.size() == 3U);
  BOOST_TEST(events[0].at("params").at("progressToken") == "p");
  auto const old = open(t, "2024-11-05");
  auto const old_events = events_of(t.post(
      request("tools/call", R"({"name":"count","_meta":{"progressToken":"p"}})"), in(old, "2024-11-05")));
  BOOST_TEST(!old_events.at(0).at("params").as_object().contains("message"));
}

BOOST_AUTO_TEST_CASE(leaving_does_not_cancel_a_call_in_a_session) {
  talk t;
  auto const session = open(t);
  {
    loopback_client other{t.server.port()};
    fields with = in(session);
    with.emplace_back("X-User", "alice");
    with.emplace_back("Content-Type", "application/json");
    other.send_request("POST", "/mcp", with,
                       request("tools/call", R"({"name":"wait","arguments":{"milliseconds":300}})"));
    t.post(request("ping"), in(session));
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  BOOST_TEST(t.server.log.text().find("call_cancelled") == std::string::npos);
}

// which protocol a message gets: the rows of the era table

BOOST_AUTO_TEST_CASE(era_initialize_with_a_stateless_envelope_is_an_unknown_method) {
  talk t;
  auto const reply = t.post(stateless("initialize"), headers("initialize"));
  BOOST_TEST(reply.status == 404);
  BOOST_TEST(code_of(reply) == -32601);
}

BOOST_AUTO_TEST_CASE(era_no_claim_but_a_stateless_header_names_the_missing_meta) {
  talk t;
  auto const reply = t.post(request("tools/list"), headers("tools/list"));
  BOOST_TEST(reply.status == 400);
  BOOST_TEST(code_of(reply) == -32602);
  BOOST_TEST(reply.body.find("io.modelcontextprotocol/protocolVersion") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(era_initialize_without_claim_but_with_a_stateless_header_is_a_header_mismatch) {
  talk t;
  auto const reply = t.post(initialize("2025-11-25"), {{"MCP-Protocol-Version", "2026-07-28"}});
  BOOST_TEST(reply.status == 400);
  BOOST_TEST(code_of(reply) == -32020);
}

BOOST_AUTO_TEST_CASE(era_initialize_without_claim_and_with_an_older_header_opens_a_session) {
  talk t;
  BOOST_TEST(t.post(initialize("2025-06-18"), {{"MCP-Protocol-Version", "2025-06-18"}}).status == 200);
  BOOST_TEST(t.post(initialize("2025-06-18"), {{"MCP-Protocol-Version", "nonsense"}}).status == 400);
}

BOOST_AUTO_TEST_CASE(era_a_notification_without_claim_goes_by_the_header) {
  talk t;
  std::string const note = R"({"jsonrpc":"2.0","method":"notifications/initialized"})";
  BOOST_TEST(t.post(note, {{"MCP-Protocol-Version", "2026-07-28"}}).status == 202);
  BOOST_TEST(t.post(note).status == 400);  // of a session, and there is none
}

BOOST_AUTO_TEST_CASE(era_an_array_is_refused) {
  talk t;
  for (std::string const& body :
       {std::string("[]"), "[" + request("ping") + "]", "[" + stateless("tools/list") + "]"}) {
    auto const reply = t.post(body);
    BOOST_TEST(reply.status == 400);
    BOOST_TEST(code_of(reply) == -32600);
  }
}

BOOST_AUTO_TEST_CASE(era_a_response_belongs_to_a_session) {
  talk t;
  std::string const response = R"({"jsonrpc":"2.0","id":1,"result":{}})";
  BOOST_TEST(t.post(response, in(open(t))).status == 202);
  BOOST_TEST(t.post(response).status == 400);
  BOOST_TEST(t.post(response, {{"MCP-Protocol-Version", "2026-07-28"}}).status == 400);
}

BOOST_AUTO_TEST_SUITE_END()
