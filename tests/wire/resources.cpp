// tests/wire/resources.cpp - resources and templates of them, listed and read in every revision
// SPDX-License-Identifier: BSL-1.0
#include "offers.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(wire_resources)

using namespace wire;

BOOST_AUTO_TEST_CASE(resources_are_listed_with_what_the_revision_knows) {
  offers t;
  for (std::string const version : all_revisions) {
    auto const all = t.result(version, "resources/list").at("resources").as_array();
    BOOST_TEST_REQUIRE(all.size() == 7U);
    auto const& first = all[0].as_object();
    BOOST_TEST(first.at("uri") == "test://text");
    BOOST_TEST(first.at("name") == "text");
    BOOST_TEST(first.at("description") == "Never changes.");
    BOOST_TEST(first.at("mimeType") == "text/plain");
    BOOST_TEST(first.at("annotations").at("audience").at(0) == "assistant");
    BOOST_TEST(first.at("annotations").at("priority").to_number<int>() == 1);
    BOOST_TEST(first.at("annotations").as_object().contains("lastModified") == (version >= "2025-06-18"));
    BOOST_TEST(first.contains("title") == (version >= "2025-06-18"));
    BOOST_TEST(first.contains("icons") == (version >= "2025-11-25"));
    BOOST_TEST(all[1].at("size").to_number<int>() == 6);
    for (auto const& r : all) BOOST_TEST(r.at("uri") != "test://secret");
  }
}

BOOST_AUTO_TEST_CASE(text_bytes_structs_and_parts_are_read) {
  offers t;
  for (std::string const version : all_revisions) {
    auto const read = [&](std::string const& uri) {
      return t.result(version, "resources/read", R"({"uri":")" + uri + "\"}").at("contents");
    };
    BOOST_TEST(text_of(read("test://text")) ==
               R"([{"uri":"test://text","mimeType":"text/plain","text":"some text"}])");
    BOOST_TEST(text_of(read("test://bytes")) ==
               R"([{"uri":"test://bytes","mimeType":"image/png","blob":")" + png_base64 + "\"}]");
    BOOST_TEST(
        text_of(read("test://row")) ==
        R"([{"uri":"test://row","mimeType":"application/json","text":"{\"key\":\"k\",\"value\":7}"}])");
    BOOST_TEST(text_of(read("test://parts")) ==
               R"([{"uri":"test://parts/1","text":"one"},{"uri":"test://parts","text":"two"}])");
  }
}

BOOST_AUTO_TEST_CASE(a_coroutine_reads_with_context_and_identity) {
  offers t;
  for (std::string const version : all_revisions)
    BOOST_TEST(
        t.result(version, "resources/read", R"({"uri":"test://slow"})").at("contents").at(0).at("text") ==
        "test://slow for alice");
}

BOOST_AUTO_TEST_CASE(what_does_not_exist_has_the_code_of_its_revision_and_the_uri) {
  offers t;
  for (std::string const version : all_revisions) {
    for (std::string const uri : {"test://nothing", "test://gone", "test://secret", "notes://ann/x",
                                  "notes://ann/10", "notes://ann", "", "%"}) {
      auto const error = json_of(t.ask(version, "resources/read", R"({"uri":")" + uri + "\"}")).at("error");
      BOOST_TEST(error.at("code").to_number<int>() == (version == "2026-07-28" ? -32602 : -32002));
      BOOST_TEST(error.at("data").at("uri").as_string() == uri);
    }
    BOOST_TEST(t.fault(version, "resources/read", R"({"uri":7})") == -32602);
  }
  BOOST_TEST(t.fault("2025-11-25", "resources/read") == -32602);
}

BOOST_AUTO_TEST_CASE(a_hidden_resource_is_there_for_those_it_is_for) {
  offers t;
  for (std::string const version : all_revisions) {
    auto const listed = json_of(t.ask_as("boss", version, "resources/list")).at("result").at("resources");
    BOOST_TEST(listed.as_array().size() == 8U);
    auto const read = json_of(t.ask_as("boss", version, "resources/read", R"({"uri":"test://secret"})"));
    BOOST_TEST(read.at("result").at("contents").at(0).at("text") == "for the boss");
    auto const hidden = t.ask(version, "resources/read", R"({"uri":"secret://1"})");
    BOOST_TEST(code_of(hidden) == (version == "2026-07-28" ? -32602 : -32002));
    auto const shown = json_of(t.ask_as("boss", version, "resources/read", R"({"uri":"secret://1"})"));
    BOOST_TEST(shown.at("result").at("contents").at(0).at("text") == R"({"id":"1"})");
  }
}

BOOST_AUTO_TEST_CASE(templates_are_listed_and_their_variables_decoded) {
  offers t;
  for (std::string const version : all_revisions) {
    auto const all = t.result(version, "resources/templates/list").at("resourceTemplates").as_array();
    BOOST_TEST_REQUIRE(all.size() == 1U);
    BOOST_TEST(all[0].at("uriTemplate") == "notes://{owner}/{number}");
    BOOST_TEST(all[0].at("name") == "note");
    BOOST_TEST(all[0].at("mimeType") == "text/plain");
    auto const read =
        t.result(version, "resources/read", R"({"uri":"notes://an%C3%A9/7"})").at("contents").at(0);
    BOOST_TEST(read.at("text") == "an\xc3\xa9/7");
    BOOST_TEST(read.at("uri") == "notes://an%C3%A9/7");
    BOOST_TEST(read.at("mimeType") == "text/plain");
  }
}

BOOST_AUTO_TEST_CASE(a_handler_that_throws_is_an_internal_error_with_an_opaque_id) {
  offers t;
  auto const reply = t.ask("2026-07-28", "resources/read", R"({"uri":"test://broken"})");
  BOOST_TEST(reply.body.find("hunter2") == std::string::npos);
  auto const error = json_of(reply).at("error");
  BOOST_TEST(error.at("code").to_number<int>() == -32603);
  std::string const message(error.at("message").as_string());
  BOOST_TEST_REQUIRE(message.starts_with("internal error, id "));
  std::string const log = t.server.log.text();
  BOOST_TEST(log.find("hunter2") != std::string::npos);
  BOOST_TEST(log.find(message.substr(19)) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(cache_hints_are_those_of_the_resource_and_of_the_list) {
  offers t;
  auto const read = t.result("2026-07-28", "resources/read", R"({"uri":"test://text"})");
  BOOST_TEST(read.at("ttlMs").to_number<int>() == 60000);
  BOOST_TEST(read.at("cacheScope") == "public");
  auto const other = t.result("2026-07-28", "resources/read", R"({"uri":"test://bytes"})");
  BOOST_TEST(other.at("ttlMs").to_number<int>() == 0);
  BOOST_TEST(other.at("cacheScope") == "private");
  auto const prompts = t.result("2026-07-28", "prompts/list");
  BOOST_TEST(prompts.at("ttlMs").to_number<int>() == 5000);
  BOOST_TEST(prompts.at("cacheScope") == "private");
  BOOST_TEST(t.result("2026-07-28", "server/discover").at("cacheScope") == "public");
  for (auto method : {"resources/list", "resources/templates/list"})
    BOOST_TEST(t.result("2026-07-28", method).at("cacheScope") == "private");
  auto const old = t.result("2025-11-25", "resources/read", R"({"uri":"test://text"})");
  BOOST_TEST(!old.as_object().contains("ttlMs"));
  BOOST_TEST(!old.as_object().contains("resultType"));
}

BOOST_AUTO_TEST_CASE(a_server_without_resources_has_no_such_methods) {
  talk t;
  for (std::string const method : {"resources/list", "resources/templates/list", "resources/read",
                                   "prompts/list", "prompts/get", "completion/complete"}) {
    auto const name = method == "resources/read" || method == "prompts/get" ? "x" : "";
    auto const reply = t.post(stateless(method, R"(,"name":"x","uri":"x")"), headers(method, name));
    BOOST_TEST(reply.status == 404);
    BOOST_TEST(code_of(reply) == -32601);
  }
}

BOOST_AUTO_TEST_SUITE_END()
