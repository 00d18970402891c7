// tests/wire/scopes.cpp - calls for which a token lacks a scope are answered with 403, before anything is done
// SPDX-License-Identifier: BSL-1.0
#include "fixture.hpp"

#include "../support/scope_header.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>
#include <mcpawl/core/configuration_error.hpp>

#include <atomic>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wire_scopes_types {

struct move_args {
  std::string region;
};

}  // namespace wire_scopes_types

template <>
inline constexpr auto mcpawl::docs<wire_scopes_types::move_args> =
    mcpawl::fields(mcpawl::field<&wire_scopes_types::move_args::region>("Where to.").header("Region"));

namespace wire_scopes {
namespace {

using namespace wire;
using support::scope_header;
using wire_scopes_types::move_args;
using holder = support::scope_holder;

using scoped_server = mcpawl::server<scope_header>;

struct note_args {
  std::string id;
};

struct scene {
  std::atomic<int> calls{0};
  scoped_server srv{{"scopes", "1"}, scope_header()};
  std::optional<support::running<scoped_server>> server;

  scene() {
    srv.tool("open", "For all.", [this] { return ++calls; });
    srv.tool("adjust", "Change.", [this] { return ++calls; }).requires_scope("write");
    srv.tool("erase", "Erase.", [this] { return ++calls; }).requires_scope("write", "admin");
    srv.tool("count", "Tell at once.", count).requires_scope("write");
    srv.tool("move", "Move.", [this](move_args const&) { return ++calls; }).requires_scope("write");
    srv.tool("boss", "Hidden.", [this] { return ++calls; })
        .allow([](holder const& who) { return who.name == "boss"; })
        .requires_scope("admin");
    srv.prompt("greet", "Greet.", [](note_args const& in) { return in.id; })
        .complete("id", std::vector<std::string>{"one"})
        .requires_scope("write");
    srv.resource("note://all", "all", "the text").requires_scope("write");
    srv.resource_template("note://{id}", "one", [](note_args const& in) { return in.id; })
        .complete("id", std::vector<std::string>{"one"})
        .requires_scope("admin");
    mcpawl::http_options http;
    http.sse_path = "/sse";
    server.emplace(srv, http);
  }

  http_reply post(std::string_view body, fields with = {}, std::string const& scopes = "read",
                  std::string const& target = "/mcp") {
    loopback_client client{server->port()};
    with.emplace_back("X-Scopes", scopes);
    with.emplace_back("Content-Type", "application/json");
    with.emplace_back("Accept", "application/json, text/event-stream");
    return client.request("POST", target, with, body);
  }

  /** A request in a revision: of a session of its own before 2026-07-28. */
  http_reply ask(std::string const& version, std::string const& method, std::string const& params,
                 std::string const& scopes) {
    if (version == "2026-07-28") {
      std::string const key = method == "resources/read" ? "uri" : "name";
      auto const json = boost::json::parse('{' + params + '}');
      auto const* named = json.as_object().if_contains(key);
      std::string const name = named && named->is_string() ? std::string(named->as_string()) : std::string();
      return post(stateless(method, ',' + params), headers(method, name), scopes);
    }
    return post(request(method, '{' + params + '}'), session(version), scopes);
  }
  fields session(std::string const& version) {
    auto const opened = post(initialize(version));
    return {{"Mcp-Session-Id", std::string(opened.field("mcp-session-id"))}};
  }

  bool logged(std::string_view words) const { return server->log.text().find(words) != std::string::npos; }
};

std::vector<std::string> const revisions{"2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"};

}  // namespace

}  // namespace wire_scopes

BOOST_FIXTURE_TEST_SUITE(wire_scopes, scene)

BOOST_AUTO_TEST_CASE(a_tool_stays_listed_and_its_call_is_403_without_the_scope) {
  for (auto const& version : revisions) {
    auto const listed = ask(version, "tools/list", R"("x":1)", "read").body;
    BOOST_TEST(listed.find("\"adjust\"") != std::string::npos, version);
    BOOST_TEST(listed.find("\"boss\"") == std::string::npos, version);
    calls = 0;
    auto const refused = ask(version, "tools/call", R"("name":"adjust")", "read");
    BOOST_TEST(refused.status == 403, version);
    BOOST_TEST(refused.field("www-authenticate") == R"(Bearer scope="write", missing="write")");
    BOOST_TEST(refused.field("content-type") == "application/json");
    BOOST_TEST(refused.field("cache-control") == "no-store");
    BOOST_TEST(refused.body ==
               R"({"error":"insufficient_scope","error_description":"alice may not use the tool adjust"})");
    BOOST_TEST(calls == 0);
    BOOST_TEST(ask(version, "tools/call", R"("name":"open")", "").status == 200);
    BOOST_TEST(ask(version, "tools/call", R"("name":"adjust")", "read write").status == 200);
    BOOST_TEST(calls == 2);
  }
  BOOST_TEST(logged("scope_missing principal=alice tool=adjust scope=write"));
}

BOOST_AUTO_TEST_CASE(all_scopes_of_an_operation_are_named_at_once) {
  auto const both = ask("2026-07-28", "tools/call", R"("name":"erase")", "");
  BOOST_TEST(both.field("www-authenticate") == R"(Bearer scope="write admin", missing="write admin")");
  auto const one = ask("2026-07-28", "tools/call", R"("name":"erase")", "write");
  BOOST_TEST(one.status == 403);
  BOOST_TEST(one.field("www-authenticate") == R"(Bearer scope="write admin", missing="admin")");
  BOOST_TEST(ask("2026-07-28", "tools/call", R"("name":"erase")", "admin write").status == 200);
}

BOOST_AUTO_TEST_CASE(it_is_decided_before_the_first_event) {
  for (auto const& version : revisions) {
    auto const refused = ask(version, "tools/call", R"("name":"count")", "read");
    BOOST_TEST(refused.status == 403, version);
    BOOST_TEST(refused.field("content-type") == "application/json");
  }
}

BOOST_AUTO_TEST_CASE(resources_prompts_completions_and_subscriptions_need_their_scopes_too) {
  struct row {
    char const *method, *params, *missing;
  };
  row const rows[] = {
      {"resources/read", R"("uri":"note://all")", "write"},
      {"resources/read", R"("uri":"note://7")", "admin"},
      {"prompts/get", R"("name":"greet","arguments":{"id":"x"})", "write"},
      {"completion/complete",
       R"("ref":{"type":"ref/prompt","name":"greet"},"argument":{"name":"id","value":"o"})", "write"},
      {"completion/complete",
       R"("ref":{"type":"ref/resource","uri":"note://{id}"},"argument":{"name":"id","value":"o"})", "admin"},
  };
  for (auto const& version : revisions)
    for (auto const& [method, params, missing] : rows) {
      auto const refused = ask(version, method, params, "read");
      BOOST_TEST(refused.status == 403, version << ' ' << method);
      BOOST_TEST(refused.field("www-authenticate") ==
                 std::string("Bearer scope=\"") + missing + "\", missing=\"" + missing + '"');
      BOOST_TEST(ask(version, method, params, missing).status == 200, version << ' ' << method);
    }
  BOOST_TEST(ask("2025-11-25", "resources/subscribe", R"("uri":"note://all")", "read").status == 403);
  BOOST_TEST(ask("2025-11-25", "resources/subscribe", R"("uri":"note://all")", "write").status == 200);
  auto const listened = ask("2026-07-28", "subscriptions/listen",
                            R"("notifications":{"resourceSubscriptions":["note://all","note://1"]})", "read");
  BOOST_TEST(listened.status == 403);
  BOOST_TEST(listened.field("www-authenticate") == R"(Bearer scope="write admin", missing="write admin")");
}

BOOST_AUTO_TEST_CASE(wrong_messages_are_told_so_first) {
  auto const body = stateless("tools/call", R"(,"name":"move","arguments":{"region":"eu"})");
  BOOST_TEST(code_of(post(body, headers("tools/call", "open"))) == -32020);
  BOOST_TEST(code_of(post(body, headers("tools/call", "move"))) == -32020);  // Mcp-Param-Region is missing
  auto with = headers("tools/call", "move");
  with.emplace_back("Mcp-Param-Region", "eu");
  BOOST_TEST(post(body, with).status == 403);
  BOOST_TEST(post(body, with, "write").status == 200);
  BOOST_TEST(code_of(ask("2026-07-28", "tools/call", R"("name":"nothing")", "")) == -32602);
}

BOOST_AUTO_TEST_CASE(what_allow_hides_asks_for_nothing) {
  BOOST_TEST(code_of(ask("2026-07-28", "tools/call", R"("name":"boss")", "read")) == -32602);
  BOOST_TEST(code_of(ask("2026-07-28", "tools/call", R"("name":"boss")", "admin")) == -32602);
  auto with = headers("tools/call", "boss");
  with.emplace_back("X-User", "boss");
  BOOST_TEST(post(stateless("tools/call", R"(,"name":"boss")"), with).status == 403);
  BOOST_TEST(post(stateless("tools/call", R"(,"name":"boss")"), with, "admin").status == 200);
}

BOOST_AUTO_TEST_CASE(of_a_batch_nothing_is_done_and_all_it_needs_is_named) {
  auto const with = session("2025-03-26");
  std::string const batch = '[' + request("tools/call", R"({"name":"open"})", "1") + ",7," +
                            request("tools/call", R"({"name":"adjust"})", "2") + ',' +
                            request("resources/read", R"({"uri":"note://7"})", "3") + ',' +
                            request("tools/call", R"({"name":"boss"})", "4") + ']';
  auto const refused = post(batch, with, "read");
  BOOST_TEST(refused.status == 403);
  BOOST_TEST(refused.field("www-authenticate") == R"(Bearer scope="write admin", missing="write admin")");
  BOOST_TEST(post(batch, with, "read write").field("www-authenticate") ==
             R"(Bearer scope="admin", missing="admin")");
  BOOST_TEST(calls == 0);
  auto const done = post(batch, with, "write admin");
  BOOST_TEST(done.status == 200);
  BOOST_TEST(json_of(done).as_array().size() == 5U);
  BOOST_TEST(calls == 2);
}

BOOST_AUTO_TEST_CASE(over_http_sse_the_post_is_403) {
  loopback_client events{server->port()};
  events.send_request("GET", "/sse", {{"Accept", "text/event-stream"}});
  events.read_head();
  auto const next = [&events] {
    std::string const event = events.read_chunk();
    auto const data = event.find("data: ") + 6;
    return event.substr(data, event.find('\n', data) - data);
  };
  std::string const endpoint = next();
  BOOST_TEST(post(initialize("2024-11-05"), {}, "read", endpoint).status == 202);
  next();
  auto const refused = post(request("tools/call", R"({"name":"adjust"})", "2"), {}, "read", endpoint);
  BOOST_TEST(refused.status == 403);
  BOOST_TEST(refused.field("www-authenticate") == R"(Bearer scope="write", missing="write")");
  BOOST_TEST(post(request("tools/call", R"({"name":"adjust"})", "3"), {}, "write", endpoint).status == 202);
  // nothing but the message that was taken is on the stream
  BOOST_TEST(boost::json::parse(next()).at("id").to_number<int>() == 3);
  BOOST_TEST(calls == 1);
}

BOOST_AUTO_TEST_CASE(a_scope_that_nobody_can_get_is_reported_at_the_start) {
  scoped_server other{{"scopes", "1"}, scope_header()};
  other.tool("adjust", "Change.", [] { return 1; }).requires_scope("wirte").requires_scope("read");
  other.resource("note://all", "all", "text").requires_scope("read write");
  try {
    other.check();
    BOOST_ERROR("it was not reported");
  } catch (mcpawl::configuration_error const& e) {
    std::string_view const text = e.what();
    for (auto const* words :
         {R"(tool "adjust" requires the scope "wirte", which the policy does not offer)",
          R"(it offers read, write, admin)", R"(resource "note://all" requires the scope "read write")"})
      BOOST_TEST(text.find(words) != std::string_view::npos, text);
  }
}

BOOST_AUTO_TEST_SUITE_END()
