// tests/wire/http_reports.cpp - requests over HTTP that other servers were reported to fail at, and what they get here
// SPDX-License-Identifier: BSL-1.0
#include "fixture.hpp"

#include <mcpawl/raw_tool.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdio>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

BOOST_AUTO_TEST_SUITE(wire_http_reports)

using namespace wire;

namespace {

struct found {
  std::string name;
  std::optional<std::string> note;
};

wire_server& report_server() {
  static wire_server& srv = []() -> wire_server& {
    static wire_server made{{"reports", "1.0"}, support::user_header{}};
    made.tool("find", "Find.", [] { return found{"a", std::nullopt}; });
    auto const mean = [](boost::json::object) {
      boost::json::object out;
      out["mean"] = std::numeric_limits<double>::quiet_NaN();
      return out;
    };
    made.raw_tool("raw_mean", "Measure.", R"({"type":"object"})", mean)
        .output_schema(R"({"type":"object","properties":{"mean":{"type":"number"}},"required":["mean"]})");
    return made;
  }();
  return srv;
}

constexpr std::string_view usual =
    "Host: localhost\r\nX-User: alice\r\nContent-Type: application/json\r\n"
    "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/list\r\n";

std::string with_length(std::string const& body) {
  return "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}
std::string in_chunks(std::string const& body, char const* size_format) {
  char size[16];
  std::snprintf(size, sizeof size, size_format, static_cast<unsigned>(body.size()));
  return "Transfer-Encoding: chunked\r\n\r\n" + std::string(size) + "\r\n" + body + "\r\n0\r\n\r\n";
}
std::string post(std::string_view version = "HTTP/1.1") {
  return "POST /mcp " + std::string(version) + "\r\n" + std::string(usual);
}

constexpr char const* page = "http://localhost:6274";

bool lists(std::string_view field, std::string_view name) {
  return (", " + std::string(field) + ",").find(", " + std::string(name) + ",") != std::string::npos;
}

}  // namespace

// --- framing ----------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_request_is_answered_however_its_client_frames_it) {
  std::string const body = stateless("tools/list");
  struct row {
    char const* report;
    std::string text;
    int status = 200;
    bool closes = false;
  };
  row const rows[] = {
      // the client of Java offers HTTP/2 with every first request
      {"langchain4j/langchain4j#4582, apache/trafficserver#3813, membrane/api-gateway#1742",
       post() +
           "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
           "HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r\n" +
           with_length(body)},
      {"witchan/ios-mcp#1, the client of .NET", post() + in_chunks(body, "%X")},
      {"openclaw/openclaw#136204, YishenTu/claudian#353", post() + in_chunks(body, "%x")},
      {"chunk sizes of fixed width", post() + in_chunks(body, "%08x")},
      {"curl and Go ask first", post() + "Expect: 100-continue\r\n" + with_length(body)},
      {"an empty line behind the body of the request before", "\r\n" + post() + with_length(body)},
      {"codings that are accepted",
       post() + "Accept-Encoding: gzip, deflate, br, zstd\r\nTE: trailers\r\n" + with_length(body)},
      {"browseros-ai/BrowserOS#2458, what Electron adds",
       post() + "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: cors\r\nSec-Fetch-Dest: empty\r\n" +
           with_length(body)},
      {"hop by hop", post() + "Connection: keep-alive\r\nKeep-Alive: timeout=5\r\n" + with_length(body)},
      {"it is the last", post() + "Connection: close\r\n" + with_length(body), 200, true},
      {"HTTP/1.0 of an old proxy", post("HTTP/1.0") + with_length(body), 200, true},
      {"bvanderveen/httpmachine#6, without a length", post("HTTP/1.0") + "\r\n", 400, true},
      {"without a length there is no body", post() + "\r\n", 400},
      {"timoklimmer/powerproxy-aoai#53, two lengths",
       post() + "Transfer-Encoding: chunked\r\n" + with_length(body), 400, true},
  };
  talk t;
  for (auto const& [report, text, status, closes] : rows) {
    BOOST_TEST_CONTEXT(report) {
      loopback_client client{t.server.port()};
      client.write(text);
      auto reply = client.read_reply();
      if (reply.status == 100) reply = client.read_reply();
      BOOST_TEST(reply.status == status);
      BOOST_TEST((reply.field("connection") == "close") == closes);
      BOOST_TEST(!reply.has("content-encoding"));
      BOOST_TEST(!reply.has("upgrade"));
      BOOST_TEST(!(reply.has("content-length") && reply.has("transfer-encoding")));
      BOOST_TEST(!reply.body.empty());
      if (status == 200) BOOST_TEST(json_of(reply).at("result").is_object());
      if (closes) continue;
      client.write(post() + with_length(body));
      BOOST_TEST(client.read_reply().status == 200, "and the next one");
    }
  }
}

BOOST_AUTO_TEST_CASE(a_notification_gets_202_and_nothing_to_parse) {
  // modelcontextprotocol/java-sdk#748, alexandre-schaffner/revv#145, awslabs/mcp#3324, oramasearch/oramacore#335
  talk t;
  fields const in{{"Mcp-Session-Id", std::string(t.post(initialize("2025-11-25")).field("mcp-session-id"))}};
  for (std::string const body : {R"({"jsonrpc":"2.0","method":"notifications/initialized"})",
                                 R"({"jsonrpc":"2.0","method":"notifications/initialized","params":null})",
                                 R"({"jsonrpc":"2.0","method":"notifications/unheard_of","params":{}})"}) {
    auto const reply = t.post(body, in);
    BOOST_TEST(reply.status == 202, body);
    BOOST_TEST(reply.body.empty());
    BOOST_TEST(!reply.has("content-type"));
    BOOST_TEST(!reply.has("transfer-encoding"));
  }
}

BOOST_AUTO_TEST_CASE(a_session_ends_without_a_body_and_without_its_type) {
  // hyperdxio/hyperdx#2686, browseros-ai/BrowserOS#1736, cloudflare/agents#416
  talk t;
  for (fields const& more :
       {fields{}, fields{{"Content-Length", "0"}}, fields{{"Content-Type", "application/json"}}}) {
    fields with{{"X-User", "alice"},
                {"Mcp-Session-Id", std::string(t.post(initialize("2025-11-25")).field("mcp-session-id"))}};
    with.insert(with.end(), more.begin(), more.end());
    BOOST_TEST(t.request("DELETE", "/mcp", with).status / 100 == 2);
    BOOST_TEST(t.post(request("tools/list"), {with[1]}).status == 404);
  }
}

// --- pages ------------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_page_of_an_allowed_origin_may_ask_for_all_that_the_protocol_has) {
  struct row {
    char const* report;
    char const* method;
    char const* headers;
  };
  row const rows[] = {
      {"GDKsoftware/Delphi-MCP-Server#16, netdata/netdata#22258, perplexityai/modelcontextprotocol#137",
       "POST", "content-type,mcp-protocol-version,mcp-session-id"},
      {"cameronrye/openzim-mcp#93", "DELETE", "mcp-protocol-version,mcp-session-id"},
      {"hauptsacheNet/typo3-mcp-server#115", "GET", "accept,last-event-id,mcp-session-id"},
      {"open-metadata/OpenMetadata#30673, windmill-labs/windmill#10535", "POST",
       "mcp-method,mcp-name,mcp-protocol-version"},
      {"sourcemeta/one#1181, alpic-ai/skybridge#873, envoyproxy/ai-gateway#2307", "POST",
       "authorization,content-type"},
  };
  talk t;
  for (auto const& [report, method, headers] : rows) {
    BOOST_TEST_CONTEXT(report) {
      auto const reply = t.request("OPTIONS", "/mcp",
                                   {{"Origin", page},
                                    {"Access-Control-Request-Method", method},
                                    {"Access-Control-Request-Headers", headers}});
      BOOST_TEST(reply.status == 204);
      BOOST_TEST(reply.field("access-control-allow-origin") == page);
      BOOST_TEST(lists(reply.field("access-control-allow-methods"), method));
      std::string allowed;
      for (char const c : reply.field("access-control-allow-headers"))
        allowed += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      std::string_view rest = headers;
      while (!rest.empty()) {
        auto const comma = rest.find(',');
        BOOST_TEST(lists(allowed, rest.substr(0, comma)), rest.substr(0, comma));
        rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(an_extension_of_a_browser_is_let_in_by_its_origin) {
  // makenotion/notion-mcp-server#343; and a preflight never promises what the call refuses: koala73/worldmonitor#4808
  std::string const mine = "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
                    other = "moz-extension://1b2c-3d";
  mcpawl::http_options options;
  options.allowed_origins = {mine};
  talk t(options);
  for (auto const& [origin, allowed] : {std::pair{mine, true}, std::pair{other, false}}) {
    auto with = headers("tools/list");
    with.emplace_back("Origin", origin);
    auto const reply = t.post(stateless("tools/list"), with);
    auto const preflight =
        t.request("OPTIONS", "/mcp", {{"Origin", origin}, {"Access-Control-Request-Method", "POST"}});
    BOOST_TEST(reply.status == (allowed ? 200 : 403), origin);
    BOOST_TEST(preflight.status == (allowed ? 204 : 403), origin);
    BOOST_TEST(preflight.has("access-control-allow-origin") == allowed, origin);
  }
}

BOOST_AUTO_TEST_CASE(a_page_can_read_every_answer_it_gets) {
  // kernel/kernel-mcp-server#128, better-auth/better-auth#10272, twentyhq/twenty#19836, adcontextprotocol/adcp#1136,
  // gitroomhq/postiz-app#1850
  mcpawl::http_options options;
  options.bounds.body_bytes = 4096;
  talk t(options);
  auto const readable = [](http_reply const& reply, int status) {
    BOOST_TEST_CONTEXT(status) {
      BOOST_TEST(reply.status == status);
      BOOST_TEST(reply.field("access-control-allow-origin") == page);
      BOOST_TEST(lists(reply.field("access-control-expose-headers"), "Mcp-Session-Id"));
      BOOST_TEST(lists(reply.field("access-control-expose-headers"), "WWW-Authenticate"));
      BOOST_TEST(reply.field("vary") == "Origin");
    }
  };
  fields const from{{"Origin", page}};
  auto const opened = t.post(initialize("2025-11-25"), from);
  readable(opened, 200);
  BOOST_TEST(opened.has("mcp-session-id"));
  fields in = from;
  in.emplace_back("Mcp-Session-Id", std::string(opened.field("mcp-session-id")));
  readable(t.post(R"({"jsonrpc":"2.0","method":"notifications/initialized"})", in), 202);
  readable(t.post("no JSON", in), 400);
  readable(t.post(request("tools/list"), {{"Origin", page}, {"Mcp-Session-Id", "gone"}}), 404);
  readable(t.request("GET", "/mcp", {{"Origin", page}, {"X-User", "alice"}}), 405);
  readable(t.request("GET", "/other", {{"Origin", page}, {"X-User", "alice"}}), 404);
  readable(t.request("PUT", "/mcp", {{"Origin", page}, {"X-User", "alice"}}, "x"), 405);
  readable(
      t.request("POST", "/mcp", {{"Origin", page}, {"X-User", "alice"}, {"Content-Type", "text/plain"}}, "x"),
      415);
  readable(t.post(std::string(5000, ' '), from), 413);
  readable(t.request("POST", "/mcp", {{"Origin", page}}, "{}"), 401);
}

// --- what is offered --------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(what_was_not_registered_is_not_offered) {
  // open-metadata/OpenMetadata#30673: who trusts a capability asks for what is behind it
  talk t({}, report_server());
  auto const only_tools = [](boost::json::value const& result) {
    auto const& can = result.at("capabilities").as_object();
    BOOST_TEST(can.size() == 1u);
    BOOST_TEST(can.contains("tools"));
  };
  auto const refused = [](http_reply const& reply) {
    return json_of(reply).at("error").at("code") == -32601;
  };
  for (std::string const version : {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"}) {
    auto const opened = t.post(initialize(version));
    only_tools(json_of(opened).at("result"));
    fields const in{{"Mcp-Session-Id", std::string(opened.field("mcp-session-id"))}};
    for (std::string const method :
         {"resources/list", "prompts/list", "completion/complete", "logging/setLevel"})
      BOOST_TEST(refused(t.post(request(method), in)), version + ' ' + method);
  }
  only_tools(json_of(t.post(stateless("server/discover"), headers("server/discover"))).at("result"));
  for (std::string const method : {"resources/list", "prompts/list", "completion/complete"})
    BOOST_TEST(refused(t.post(stateless(method), headers(method))), method);
}

// --- results ----------------------------------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(what_is_not_there_is_left_out_of_a_result) {
  // modelcontextprotocol/java-sdk#683: a null where the output schema has a string
  talk t({}, report_server());
  auto const reply = t.post(call("find", "{}"), headers("tools/call", "find"));
  auto const result = json_of(reply).at("result");
  BOOST_TEST(!result.at("structuredContent").as_object().contains("note"));
  BOOST_TEST(result.at("content").at(0).at("text") == R"({"name":"a"})");
}

BOOST_AUTO_TEST_CASE(a_hand_written_promise_of_a_number_is_not_kept_by_nan) {
  talk t({}, report_server());
  auto const result = json_of(t.post(call("raw_mean", "{}"), headers("tools/call", "raw_mean"))).at("result");
  BOOST_TEST(result.at("isError") == true);
  BOOST_TEST(!result.as_object().contains("structuredContent"));
  BOOST_TEST(t.server.log.text().find("/mean") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
