// tests/unit/mcp/protocol/completion_complete.cpp - suggestions for an argument, and what cannot be completed
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/mcp/offer/bind_completion.hpp>
#include <mcpawl/mcp/offer/registration.hpp>
#include <mcpawl/mcp/protocol/completion_complete.hpp>
#include <mcpawl/mcp/types/tool_error.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include "../one_request.hpp"

#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace mcp_completion_complete {

using namespace mcpawl;
using namespace mcpawl::detail;
using mcp_tests::error_of;
using mcp_tests::result_of;

// no unnamed namespace: g++ 14 fails with an internal error at a coroutine over types of this one
inline task<std::vector<std::string>> later(std::string typed) {
  std::vector<std::string> out(1, typed + "!");
  co_return out;
}

struct fixture : mcp_tests::one_request {
  fixture() {
    auto& letter = add_prompt(state, "letter");
    for (auto const* name : {"tone", "sender", "day", "printer", "place"})
      letter.arguments.emplace_back(name);
    letter.completers.emplace("tone", word_completer({"formal", "friendly", "short"}));
    letter.completers.emplace("sender", bind_completer<bool>(letter, [](completion_request const& asked) {
                                std::vector<std::string> out(1, asked.value);
                                for (auto const& [name, value] : asked.arguments) out.push_back(name + value);
                                return out;
                              }));
    letter.completers.emplace("day", bind_completer<bool>(letter, later));
    letter.completers.emplace(
        "printer", bind_completer<bool>(letter, [](std::string const& typed) -> std::vector<std::string> {
          if (typed == "mine") throw tool_error("no paper");
          throw std::runtime_error("password=hunter2");
        }));
    auto& secret = add_prompt(state, "secret");
    secret.arguments.emplace_back("tone");
    secret.completers.emplace("tone", word_completer({"hidden"}));
    secret.allowed = [](void const* who) { return *static_cast<bool const*>(who); };
    auto& notes = add_template(state, "notes://{owner}/{id}", "notes");
    notes.completers.emplace("owner", word_completer({"alice", "bob"}));
  }

  dispatch_result ask(std::string_view text) {
    params = boost::json::parse({text.data(), text.size()});
    return completion_complete(call());
  }
  dispatch_result ask(std::string const& ref, std::string const& argument, std::string const& more = {}) {
    return ask(R"({"ref":)" + ref + R"(,"argument":)" + argument + more + "}");
  }
  static std::string ref(std::string const& prompt) {
    return R"({"type":"ref/prompt","name":")" + prompt + "\"}";
  }
  static std::string argument(std::string const& name, std::string const& value) {
    return R"({"name":")" + name + R"(","value":")" + value + "\"}";
  }
  static std::string values(response const& r) {
    return boost::json::serialize(result_of(r).at("completion").at("values"));
  }
  /** What is wrong, as the client reads it. */
  std::string refusal(std::string_view text) {
    auto const error = error_of(at_once(ask(text)));
    BOOST_TEST(error.at("code") == -32602);
    return std::string(error.at("message").as_string());
  }
  std::string refusal(std::string const& to, std::string const& what, std::string const& more = {}) {
    return refusal(R"({"ref":)" + to + R"(,"argument":)" + what + more + "}");
  }
};

}  // namespace mcp_completion_complete

BOOST_FIXTURE_TEST_SUITE(mcp_completion_complete, fixture)

BOOST_AUTO_TEST_CASE(the_completer_of_the_argument_is_asked_with_what_was_typed) {
  BOOST_TEST(values(at_once(ask(ref("letter"), argument("tone", "F")))) == R"(["formal","friendly"])");
  BOOST_TEST(values(at_once(ask(ref("letter"), argument("tone", "")))) == R"(["formal","friendly","short"])");
}

BOOST_AUTO_TEST_CASE(the_variables_of_a_template_are_completed_too) {
  constexpr auto to = R"({"type":"ref/resource","uri":"notes://{owner}/{id}"})";
  BOOST_TEST(values(at_once(ask(to, argument("owner", "b")))) == R"(["bob"])");
  BOOST_TEST(values(at_once(ask(to, argument("id", "1")))) == "[]");
  BOOST_TEST(refusal(to, argument("page", "1")) == "params.argument.name is no argument of that");
}

BOOST_AUTO_TEST_CASE(the_other_arguments_are_handed_on) {
  BOOST_TEST(values(at_once(ask(ref("letter"), argument("sender", "me"),
                                R"(,"context":{"arguments":{"tone":"short","day":""}})"))) ==
             R"(["me","day","toneshort"])");
  BOOST_TEST(values(at_once(ask(ref("letter"), argument("sender", "me"), R"(,"context":{})"))) ==
             R"(["me"])");
  BOOST_TEST(refusal(ref("letter"), argument("sender", ""), R"(,"context":{"arguments":[]})") ==
             "params.context.arguments must be an object");
  BOOST_TEST(refusal(ref("letter"), argument("sender", ""), R"(,"context":{"arguments":{"tone":1}})") ==
             "params.context.arguments must be strings");
}

BOOST_AUTO_TEST_CASE(a_completer_that_is_a_coroutine_is_run_later) {
  BOOST_TEST(values(run(ask(ref("letter"), argument("day", "mon")))) == R"(["mon!"])");
}

BOOST_AUTO_TEST_CASE(an_argument_without_a_completer_has_no_suggestions) {
  auto const result = result_of(at_once(ask(ref("letter"), argument("place", "R"))));
  BOOST_TEST(boost::json::serialize(result.at("completion")) == R"({"values":[],"hasMore":false})");
}

BOOST_AUTO_TEST_CASE(what_does_not_exist_and_what_is_hidden_are_the_same) {
  BOOST_TEST(refusal(ref("none"), argument("tone", "")) == "params.ref leads to nothing");
  BOOST_TEST(refusal(ref("secret"), argument("tone", "")) == "params.ref leads to nothing");
  BOOST_TEST(refusal(R"({"type":"ref/resource","uri":"notes://alice/1"})", argument("owner", "")) ==
             "params.ref leads to nothing");
  BOOST_TEST(refusal(R"({"type":"ref/tool","uri":"letter"})", argument("tone", "")) ==
             "params.ref leads to nothing");
  BOOST_TEST(refusal(ref("letter"), argument("colour", "")) == "params.argument.name is no argument of that");
  boss = true;
  BOOST_TEST(values(at_once(ask(ref("secret"), argument("tone", "")))) == R"(["hidden"])");
}

BOOST_AUTO_TEST_CASE(what_is_malformed_is_named) {
  auto const tone = argument("tone", "");
  BOOST_TEST(refusal("{}") == "params.ref must have a type");
  BOOST_TEST(refusal("[]", tone) == "params.ref must have a type");
  BOOST_TEST(refusal(R"({"type":1,"name":"letter"})", tone) == "params.ref must have a type");
  for (auto const* to : {R"({"type":"ref/prompt","uri":"letter"})",
                         R"({"type":"ref/resource","name":"letter"})", R"({"type":"ref/prompt","name":1})"})
    BOOST_TEST(refusal(to, tone) == "params.ref must name a prompt or the URI of a template");
  for (auto const* what :
       {"1", "{}", R"({"name":"tone"})", R"({"value":""})", R"({"name":"tone","value":1})"})
    BOOST_TEST(refusal(ref("letter"), what) == "params.argument must have the strings name and value");
}

BOOST_AUTO_TEST_CASE(a_completer_that_fails_ends_as_an_error) {
  auto const words = error_of(at_once(ask(ref("letter"), argument("printer", "mine"))));
  BOOST_TEST(words.at("code") == -32603);
  BOOST_TEST(words.at("message") == "no paper");
  auto const hidden = at_once(ask(ref("letter"), argument("printer", "yours")));
  BOOST_TEST(error_of(hidden).at("message").as_string().starts_with("internal error, id "));
  BOOST_TEST(hidden.body.find("hunter2") == std::string::npos);
  BOOST_TEST_REQUIRE(logged.size() == 1u);
  BOOST_TEST(logged[0].find("call_failed completion=letter") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
