// tests/wire/prompts.cpp - prompts and completion in every revision
// SPDX-License-Identifier: BSL-1.0
#include "offers.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(wire_prompts)

using namespace wire;

BOOST_AUTO_TEST_CASE(prompts_are_listed_with_their_arguments) {
  offers t;
  for (std::string const version : all_revisions) {
    auto const all = t.result(version, "prompts/list").at("prompts").as_array();
    BOOST_TEST_REQUIRE(all.size() == 4U);
    auto const& greet = all[0].as_object();
    BOOST_TEST(greet.at("name") == "greet");
    BOOST_TEST(greet.contains("title") == (version >= "2025-06-18"));
    BOOST_TEST(greet.contains("icons") == (version >= "2025-11-25"));
    BOOST_TEST(
        text_of(greet.at("arguments")) ==
        R"([{"name":"name","description":"Whom to greet.","required":true},{"name":"manner"},{"name":"language"}])");
    BOOST_TEST(!all[1].as_object().contains("arguments"));
    BOOST_TEST(all[2].at("arguments").at(0).at("description") == "An argument.");
  }
}

BOOST_AUTO_TEST_CASE(a_prompt_is_made_of_its_arguments) {
  offers t;
  for (std::string const version : all_revisions) {
    auto const get = [&](std::string const& arguments) {
      return text_of(t.result(version, "prompts/get", R"({"name":"greet","arguments":)" + arguments + "}")
                         .at("messages"));
    };
    BOOST_TEST(get(R"({"name":"Ann","manner":"formal","language":"Latin"})") ==
               R"([{"role":"user","content":{"type":"text","text":"Write to Ann in Latin"}}])");
    BOOST_TEST(get(R"({"name":"Ann"})") ==
               R"([{"role":"user","content":{"type":"text","text":"Say hi to Ann"}}])");
    auto const raw = t.result(version, "prompts/get", R"({"name":"raw","arguments":{"a":"b"}})");
    BOOST_TEST(raw.at("messages").at(0).at("content").at("text") == "b");
  }
}

BOOST_AUTO_TEST_CASE(arguments_that_are_missing_unknown_or_no_texts_are_errors) {
  offers t;
  for (std::string const version : all_revisions) {
    for (std::string const params :
         {R"({"name":"greet"})", R"({"name":"greet","arguments":{}})", R"({"name":"greet","arguments":[]})",
          R"({"name":"greet","arguments":{"name":7}})", R"({"name":"greet","arguments":{"name":null}})",
          R"({"name":"greet","arguments":{"name":"a","more":"b"}})",
          R"({"name":"greet","arguments":{"name":"a","manner":"rude"}})", R"({"name":"raw","arguments":{}})",
          R"({"name":"raw","arguments":{"a":"b","c":"d"}})", R"({"name":"nothing"})", R"({"name":7})"})
      BOOST_TEST(t.fault(version, "prompts/get", params) == -32602);
  }
  BOOST_TEST(t.fault("2025-11-25", "prompts/get") == -32602);
  auto const error = json_of(t.ask("2025-11-25", "prompts/get", R"({"name":"greet"})")).at("error");
  BOOST_TEST(error.at("message") == "argument name is required");
}

BOOST_AUTO_TEST_CASE(messages_carry_content_of_every_kind) {
  offers t;
  for (std::string const version : all_revisions) {
    auto const result = t.result(version, "prompts/get", R"({"name":"all_kinds"})");
    BOOST_TEST(result.at("description") == "All of them.");
    auto const messages = result.at("messages").as_array();
    BOOST_TEST_REQUIRE(messages.size() == 5U);
    BOOST_TEST(messages[1].at("role") == "assistant");
    BOOST_TEST(messages[2].at("content").at("data").as_string() == png_base64);
    BOOST_TEST(messages[3].at("content").at("type") == (version == "2024-11-05" ? "text" : "audio"));
    BOOST_TEST(text_of(messages[4].at("content")) ==
               R"({"type":"resource","resource":{"uri":"test://e","text":"inside"}})");
    BOOST_TEST(!result.as_object().contains("ttlMs"));
  }
}

BOOST_AUTO_TEST_CASE(a_prompt_that_fails_says_why) {
  offers t;
  auto const error = json_of(t.ask("2026-07-28", "prompts/get", R"({"name":"failing"})")).at("error");
  BOOST_TEST(error.at("code").to_number<int>() == -32603);
  BOOST_TEST(error.at("message") == "out of ink");
}

std::string complete(std::string const& ref, std::string const& argument, std::string const& value,
                     std::string const& more = {}) {
  return R"({"ref":)" + ref + R"(,"argument":{"name":")" + argument + R"(","value":")" + value + "\"}" +
         more + "}";
}
std::string const greet_ref = R"({"type":"ref/prompt","name":"greet"})";
std::string const note_ref = R"({"type":"ref/resource","uri":"notes://{owner}/{number}"})";

BOOST_AUTO_TEST_CASE(arguments_and_variables_are_completed) {
  offers t;
  for (std::string const version : all_revisions) {
    auto const ask = [&](std::string const& params) {
      return text_of(t.result(version, "completion/complete", params).at("completion"));
    };
    BOOST_TEST(ask(complete(greet_ref, "name", "A")) == R"({"values":["A!","alice"],"hasMore":false})");
    BOOST_TEST(ask(complete(greet_ref, "language", "e")) ==
               R"({"values":["English","Esperanto"],"hasMore":false})");
    BOOST_TEST(ask(complete(greet_ref, "manner", "fr")) == R"({"values":["friendly"],"hasMore":false})");
    BOOST_TEST(ask(complete(note_ref, "owner", "x", R"(,"context":{"arguments":{"number":"3"}})")) ==
               R"({"values":["x1","x2","number=3"],"hasMore":false})");
    BOOST_TEST(ask(complete(note_ref, "number", "")) == R"({"values":[],"hasMore":false})");
  }
}

BOOST_AUTO_TEST_CASE(a_completion_of_nothing_is_an_error) {
  offers t;
  for (std::string const version : all_revisions) {
    for (std::string const& params :
         {complete(R"({"type":"ref/prompt","name":"nothing"})", "a", ""), complete(greet_ref, "nothing", ""),
          complete(R"({"type":"ref/resource","uri":"test://text"})", "a", ""),
          complete(R"({"type":"ref/resource","uri":"secret://{id}"})", "id", ""),
          complete(R"({"type":"ref/tool","name":"chat"})", "a", ""), complete("7", "a", ""),
          complete(greet_ref, "name", "", R"(,"context":{"arguments":{"a":7}})"),
          std::string(R"({"ref":{"type":"ref/prompt","name":"greet"},"argument":{"name":"name"}})"),
          std::string("{}")})
      BOOST_TEST(t.fault(version, "completion/complete", params) == -32602);
  }
}

BOOST_AUTO_TEST_SUITE_END()
