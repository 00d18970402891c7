// tests/wire/content.cpp - content of every kind, messages, trace and names, as each revision knows them
// SPDX-License-Identifier: BSL-1.0
#include "offers.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(wire_content)

using namespace wire;

BOOST_AUTO_TEST_CASE(content_of_every_kind_as_the_revision_knows_it) {
  offers t;
  for (std::string const version : all_revisions) {
    auto const result = t.result(version, "tools/call", R"({"name":"everything"})");
    auto const content = result.at("content").as_array();
    BOOST_TEST_REQUIRE(content.size() == 6U);
    bool const has_meta = version >= "2025-06-18";
    BOOST_TEST(content[0].at("annotations").at("audience").at(0) == "user");
    BOOST_TEST(content[0].at("annotations").at("priority").as_double() == 0.5);
    BOOST_TEST(content[0].at("annotations").as_object().contains("lastModified") == has_meta);
    BOOST_TEST(content[0].as_object().contains("_meta") == has_meta);
    BOOST_TEST(text_of(content[1]) ==
               R"({"type":"image","data":")" + png_base64 + R"(","mimeType":"image/png"})");
    if (version == "2024-11-05") {
      BOOST_TEST(content[2].at("type") == "text");
      BOOST_TEST(content[2].at("text").as_string().find("audio/wav, 4 bytes") != boost::json::string::npos);
    } else {
      BOOST_TEST(text_of(content[2]) == R"({"type":"audio","data":"UklGRg==","mimeType":"audio/wav"})");
    }
    if (has_meta) {
      BOOST_TEST(content[3].at("type") == "resource_link");
      BOOST_TEST(content[3].at("size").to_number<int>() == 12);
      BOOST_TEST(content[3].at("title") == "The A");
    } else {
      BOOST_TEST(text_of(content[3]) == R"({"type":"text","text":"The A: https://example.com/a"})");
    }
    BOOST_TEST(content[3].as_object().contains("icons") == (version >= "2025-11-25"));
    BOOST_TEST(
        text_of(content[4]) ==
        R"({"type":"resource","resource":{"uri":"test://embedded","mimeType":"text/plain","text":"inside"}})");
    BOOST_TEST(content[5].at("resource").at("blob").as_string() == png_base64);
    BOOST_TEST(result.at("_meta").at("com.example/b") == true);
    BOOST_TEST(result.at("_meta").as_object().contains("io.modelcontextprotocol/serverInfo") ==
               (version == "2026-07-28"));
  }
}

BOOST_AUTO_TEST_CASE(the_server_tells_of_itself_what_the_revision_knows) {
  offers t;
  for (std::string const version : all_revisions) {
    bool const newest = version == "2026-07-28";
    auto const result =
        newest ? t.result(version, "server/discover") : json_of(t.post(initialize(version))).at("result");
    auto const info = newest ? result.at("_meta").at("io.modelcontextprotocol/serverInfo").as_object()
                             : result.at("serverInfo").as_object();
    BOOST_TEST(info.at("name") == "offers");
    BOOST_TEST(info.contains("title") == (version >= "2025-06-18"));
    for (auto member : {"description", "websiteUrl", "icons"})
      BOOST_TEST(info.contains(member) == (version >= "2025-11-25"));
    BOOST_TEST(result.at("instructions") == "Ask for anything.");
    auto const& can = result.at("capabilities").as_object();
    for (auto member : {"tools", "resources", "prompts", "logging", "experimental"})
      BOOST_TEST(can.contains(member));
    BOOST_TEST(can.contains("completions") == (version >= "2025-03-26"));
    BOOST_TEST(can.contains("extensions") == newest);
    if (newest) BOOST_TEST(can.at("extensions").at("com.example/ui").at("mimeTypes").at(0) == "text/html");
  }
}

BOOST_AUTO_TEST_CASE(in_sessions_messages_come_from_the_level_that_was_set) {
  offers t;
  for (std::string const version : {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"}) {
    auto const levels = [&] {
      std::vector<std::string> seen;
      for (auto const& event : events_of(t.ask(version, "tools/call", R"({"name":"chat"})")))
        if (auto const* method = event.as_object().if_contains("method")) {
          BOOST_TEST(*method == "notifications/message");
          seen.emplace_back(event.at("params").at("level").as_string());
        }
      return seen;
    };
    using list = std::vector<std::string>;
    BOOST_TEST(levels() == (list{"warning", "error"}), boost::test_tools::per_element());
    BOOST_TEST(t.result(version, "logging/setLevel", R"({"level":"debug"})").as_object().empty());
    BOOST_TEST(levels() == (list{"debug", "warning", "error"}), boost::test_tools::per_element());
    t.result(version, "logging/setLevel", R"({"level":"error"})");
    BOOST_TEST(levels() == (list{"error"}), boost::test_tools::per_element());
    for (std::string const params : {R"({"level":"loud"})", R"({"level":7})", R"({})"})
      BOOST_TEST(t.fault(version, "logging/setLevel", params) == -32602);
  }
}

BOOST_AUTO_TEST_CASE(a_level_is_of_one_session) {
  offers t;
  t.result("2025-11-25", "logging/setLevel", R"({"level":"emergency"})");
  BOOST_TEST(t.ask("2025-11-25", "tools/call", R"({"name":"chat"})").field("content-type") ==
             "application/json");
  BOOST_TEST(events_of(t.ask("2025-06-18", "tools/call", R"({"name":"chat"})")).size() == 3U);
}

BOOST_AUTO_TEST_CASE(without_sessions_messages_come_only_to_requests_that_ask) {
  offers t;
  auto const call = [&](std::string const& meta_members) {
    return t.ask("2026-07-28", "tools/call", R"({"name":"chat"})", meta_members);
  };
  BOOST_TEST(call("").field("content-type") == "application/json");
  auto const events = events_of(call(R"(,"io.modelcontextprotocol/logLevel":"warning")"));
  BOOST_TEST_REQUIRE(events.size() == 3U);
  BOOST_TEST(text_of(events[0].at("params")) == R"({"level":"warning","logger":"brakes","data":"look out"})");
  BOOST_TEST(text_of(events[1].at("params")) == R"({"level":"error","data":{"code":7}})");
  auto const bad = call(R"(,"io.modelcontextprotocol/logLevel":"loud")");
  BOOST_TEST(bad.status == 400);
  BOOST_TEST(code_of(bad) == -32602);
  BOOST_TEST(t.ask("2026-07-28", "logging/setLevel", R"({"level":"debug"})").status == 404);
}

BOOST_AUTO_TEST_CASE(the_trace_reaches_tools) {
  offers t;
  std::string const parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  auto const traced = [&](std::string const& meta_members, char const* tool = "traced") {
    auto const reply =
        t.ask("2026-07-28", "tools/call", R"({"name":")" + std::string(tool) + "\"}", meta_members);
    return std::string(json_of(reply).at("result").at("content").at(0).at("text").as_string());
  };
  BOOST_TEST(traced(R"(,"traceparent":")" + parent + R"(","tracestate":"a=b","baggage":"c=d")") ==
             parent + "|a=b|c=d");
  BOOST_TEST(traced(R"(,"traceparent":")" + parent + "\"", "chat") == parent);
  BOOST_TEST(traced(R"(,"traceparent":"00-x","tracestate":"a=b")") == "||");
  BOOST_TEST(traced(R"(,"traceparent":7,"baggage":"a\nb")") == "||");
  BOOST_TEST(traced("") == "||");
}

BOOST_AUTO_TEST_SUITE_END()
