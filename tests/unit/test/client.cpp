// tests/unit/test/client.cpp - the client of tests: calls, answers and notifications, in every revision
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/core/configuration_error.hpp>
#include <mcpawl/mcp/call/context.hpp>
#include <mcpawl/mcp/types/tool_error.hpp>
#include <mcpawl/server.hpp>
#include <mcpawl/test/client.hpp>
#include <mcpawl/test/make_identity.hpp>
#include <mcpawl/test/manual_clock.hpp>

#include "../access/access_fixture.hpp"

#include <mcpawl/auth/access_jwt.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace test_client_types {

struct add_args {
  int a, b;
};
struct sum {
  long total;
};
struct confirmation {
  bool sure;
};
struct note_id {
  std::string id;
};
struct greeting {
  std::string who;
};
struct person {
  std::string name;
};

}  // namespace test_client_types

BOOST_AUTO_TEST_SUITE(test_client)

using namespace mcpawl;
using namespace test_client_types;
using namespace std::chrono_literals;
using test::accept;
using test::call_failure;

sum add(add_args in) { return {in.a + in.b}; }

task<std::string> confirm(context& ctx) {
  auto const answer = co_await ctx.elicit<confirmation>("sure", "Remove all?");
  if (answer.declined()) co_return "declined";
  if (answer.cancelled()) co_return "cancelled";
  co_return answer->sure ? "removed" : "kept";
}

task<std::string> report(context& ctx) {
  co_await ctx.log(message_level::debug, "begin", "reporter");
  co_await ctx.progress(1, 2, "half");
  co_await ctx.progress(2, 2, "all");
  co_return "reported";
}

task<std::string> ask_everything(context& ctx) {
  auto const page = co_await ctx.elicit_url("page", "Sign in.", "https://example.com/sign-in");
  auto const words = co_await ctx.sample("poem", "Write a poem.");
  auto const folders = co_await ctx.roots();
  std::string out = page ? "visited" : "not visited";
  out += ", ";
  out += words.text();
  for (auto const& folder : folders) out += ", " + folder.uri;
  co_return out;
}

task<std::string> wait_for_ever(context& ctx) {
  co_await ctx.progress(1, 3, "waiting");
  auto const never = std::make_shared<mcpawl::detail::async_event>();
  co_await never->wait();
  co_await mcpawl::detail::throw_if_cancelled();
  co_return "?";
}

task<std::string> offloaded(context& ctx) {
  auto const work = [] { return std::string("elsewhere"); };
  co_return co_await ctx.offload(work);
}

std::atomic<bool> released{false};
std::string block() {
  while (!released) std::this_thread::sleep_for(1ms);
  return "released";
}

/** A server with one of everything. */
struct shop {
  test::manual_clock clock;
  server<> srv{{"shop", "1"}, {}, options(clock)};
  shop() {
    srv.tool("add", "Add.", add);
    srv.tool("fail", "Fail.", [](add_args) -> sum { throw tool_error("out of numbers"); });
    srv.tool("crash", "Crash.", [](add_args) -> sum { throw std::runtime_error("disk is on fire"); });
    srv.tool("confirm", "Confirm.", confirm);
    srv.tool("report", "Report.", report);
    srv.tool("ask_everything", "Ask.", ask_everything);
    srv.tool("wait_for_ever", "Wait.", wait_for_ever);
    srv.tool("offloaded", "Offload.", offloaded);
    srv.tool("block", "Block.", block).blocking();
    srv.resource("config://app", "config", [] { return std::string("on"); });
    srv.resource_template("notes://{id}", "notes", [](note_id in) { return "note " + in.id; })
        .complete("id", std::vector<std::string>{"apple", "avocado", "pear"});
    srv.prompt("greet", "Greet.", [](greeting in) { return "Say hello to " + in.who; })
        .complete("who",
                  [](std::string_view typed) { return std::vector<std::string>{std::string(typed) + "!"}; });
  }
  static server_options options(test::manual_clock const& clock) {
    server_options out;
    out.page_size = 2;
    out.time = &clock;
    return out;
  }
};

/** The text of what a function throws. */
template <class F>
std::string failure_of(F f) {
  try {
    f();
  } catch (call_failure const& e) {
    return e.what();
  }
  return "nothing was thrown";
}

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

BOOST_AUTO_TEST_CASE(one_test_runs_in_every_revision) {
  shop x;
  for (auto const revision : test::all_revisions) {
    BOOST_TEST_CONTEXT(to_string(revision)) {
      test::client client{x.srv, {.revision = revision}};
      // arguments in all their forms
      BOOST_TEST(client.call("add", add_args{2, 3}).as<sum>().total == 5);
      BOOST_TEST(client.call("add", R"({"a":4,"b":5})").as<sum>().total == 9);
      BOOST_TEST(client.call("add", boost::json::object{{"a", 1}, {"b", 1}}).structured().at("total") == 2);
      // questions
      client.on_elicit([](auto const& q) {
        BOOST_TEST(q.message() == "Remove all?");
        return accept(confirmation{true});
      });
      auto const confirmed = client.call("confirm");
      BOOST_TEST(confirmed);
      BOOST_TEST(confirmed.text() == "removed");
      BOOST_TEST(confirmed.questions().size() == 1u);
      client.answer_next(test::decline(), test::cancel());
      BOOST_TEST(client.unused_answers() == 2u);
      BOOST_TEST(client.call("confirm").text() == "declined");
      BOOST_TEST(client.call("confirm").text() == "cancelled");
      BOOST_TEST(client.unused_answers() == 0u);
      client.on_elicit([](test::question const& q) {
        BOOST_TEST(q.url() == "https://example.com/sign-in");
        return accept();
      });
      client.on_sample([](auto const& q) {
        BOOST_TEST(q.message() == "Write a poem.");
        return test::say("roses");
      });
      client.on_roots([](auto const&) { return test::list_roots({{"file:///src", "src"}}); });
      BOOST_TEST(client.call("ask_everything").text() == "visited, roses, file:///src");
      BOOST_TEST(client.questions().size() == 6u);
      // what a call says meanwhile
      auto const reported = client.call("report");
      BOOST_TEST(reported.text() == "reported");
      BOOST_REQUIRE(reported.progress().size() == 2u);
      BOOST_TEST(reported.progress()[1].progress == 2);
      BOOST_TEST(reported.progress()[1].total.value() == 2);
      if (revision != revision::v2024_11_05) BOOST_TEST(reported.progress()[1].message == "all");
      BOOST_REQUIRE(reported.messages().size() == 1u);
      BOOST_CHECK(reported.messages()[0].level == message_level::debug);
      BOOST_TEST(reported.messages()[0].logger == "reporter");
      BOOST_TEST(reported.messages()[0].data == "begin");
      // threads for what blocks
      released = true;
      BOOST_TEST(client.call("block").as<std::string>() == "released");
      BOOST_TEST(client.call("offloaded").text() == "elsewhere");
      // failures of tools and of calls
      auto const failed = client.call("fail", add_args{1, 2});
      BOOST_TEST(failed.is_error());
      BOOST_TEST(!failed.ok());
      BOOST_TEST(failed.text() == "out of numbers");
      auto const wrong = client.call("add", R"({"a":"x"})");
      BOOST_TEST(wrong.is_error());
      BOOST_TEST(has(wrong.text(), "/a"), wrong);
      auto const unknown = client.call("subtract");
      BOOST_TEST(unknown.error().value().code == -32602);
      BOOST_TEST(unknown.error()->message == "unknown tool");
      BOOST_TEST(!unknown.is_error());
      BOOST_TEST(client.request("tools/call", R"({"name":7})").error().value().code == -32602);
    }
  }
}

// the lines at the top of docs/testing.md, and those of the README
struct target {
  std::string service;
};
task<std::string> deploy(target in, context& ctx) {
  auto answer = co_await ctx.elicit<confirmation>("sure", "Deploy " + in.service + "?");
  if (!answer || !answer->sure) throw tool_error("not confirmed");
  co_return "deployed " + in.service;
}

BOOST_AUTO_TEST_CASE(the_examples_of_the_pages_hold) {
  server srv{{"deployer", "1.0"}};
  srv.tool("deploy", "Deploy a service.", deploy);
  srv.tool("add", "Add two integers.", add);
  for (auto revision : test::all_revisions) {
    test::client client{srv, {.revision = revision}};
    client.answer_next(accept(confirmation{true}), test::decline());
    BOOST_TEST(client.call("deploy", target{"api"}).text() == "deployed api");
    BOOST_TEST(client.call("deploy", target{"api"}).is_error());
    BOOST_TEST(client.questions().at(0).message() == "Deploy api?");
  }
  test::client client{srv};
  BOOST_TEST(client.call("add", add_args{2, 3}).as<sum>().total == 5);
}

BOOST_AUTO_TEST_CASE(all_that_is_offered_is_listed_and_read_in_every_revision) {
  shop x;
  for (auto const revision : test::all_revisions) {
    BOOST_TEST_CONTEXT(to_string(revision)) {
      test::client client{x.srv, {.revision = revision}};
      auto const tools = client.tools();
      BOOST_TEST(tools.names.size() == 9u);  // of five pages
      BOOST_TEST(tools.names.front() == "add");
      BOOST_TEST(tools.contains("report"));
      BOOST_TEST(!tools.contains("subtract"));
      BOOST_TEST(tools.items.at(0).at("description") == "Add.");
      BOOST_TEST(client.resources().names == std::vector<std::string>{"config://app"},
                 boost::test_tools::per_element());
      BOOST_TEST(client.resource_templates().contains("notes://{id}"));
      BOOST_TEST(client.prompts().contains("greet"));
      BOOST_TEST(client.read("config://app").text() == "on");
      BOOST_TEST(client.read("notes://7").text() == "note 7");
      BOOST_TEST(client.read("nowhere://").error().has_value());
      BOOST_TEST(client.get_prompt("greet", greeting{"Ada"}).text() == "Say hello to Ada");
      BOOST_TEST(client.get_prompt("greet").error().has_value());
      BOOST_TEST(client.complete_prompt("greet", "who", "Al").values().at(0) == "Al!");
      BOOST_TEST(client.complete_resource("notes://{id}", "id", "a").values().size() == 2u);
    }
  }
  server<> empty{{"empty", "1"}};
  BOOST_TEST(test::client{empty}.prompts().names.empty());
}

BOOST_AUTO_TEST_CASE(changes_are_told_in_every_revision) {
  shop x;
  for (auto const revision : test::all_revisions) {
    BOOST_TEST_CONTEXT(to_string(revision)) {
      test::client client{x.srv, {.revision = revision}};
      client.listen({"config://app"});
      client.listen({"notes://7"});
      BOOST_TEST(client.notifications().empty());
      x.srv.notify_tools_changed();
      x.srv.notify_resource_updated("config://app");
      x.srv.notify_resource_updated("notes://8");
      auto const told = client.notifications();
      BOOST_REQUIRE(told.size() == 2u);
      BOOST_TEST(told[0].method == "notifications/tools/list_changed");
      BOOST_TEST(told[1].uri() == "config://app");
      std::thread other([&x] { x.srv.notify_resource_updated("notes://7"); });
      BOOST_TEST(client.next_notification().uri() == "notes://7");
      other.join();
      BOOST_CHECK_THROW(client.listen({"nowhere://"}), call_failure);
      BOOST_TEST(client.call("add", add_args{1, 1}));  // calls go on beside it
    }
  }
  test::client hasty{x.srv, {.timeout = 20ms}};
  BOOST_TEST(has(failure_of([&] { hasty.next_notification(); }), "no notification came within 20 ms"));
}

BOOST_AUTO_TEST_CASE(a_question_that_the_test_does_not_answer_fails_the_call) {
  shop x;
  for (auto const revision : test::all_revisions) {
    BOOST_TEST_CONTEXT(to_string(revision)) {
      test::client client{x.srv, {.revision = revision}};
      auto const text = failure_of([&] { client.call("confirm"); });
      BOOST_TEST(
          has(text, "tools/call \"confirm\": it asked what the test does not answer: elicitation/create"),
          text);
      BOOST_TEST(has(text, "\"Remove all?\""), text);
      BOOST_TEST(client.questions().size() == 1u);
      // and it was cancelled: the next call finds nothing of it
      client.answer_next(accept(confirmation{false}));
      BOOST_TEST(client.call("confirm").text() == "kept");
    }
  }
}

BOOST_AUTO_TEST_CASE(what_an_answering_function_throws_reaches_the_test) {
  shop x;
  for (auto const revision : {revision::v2025_11_25, revision::v2026_07_28}) {
    test::client client{x.srv, {.revision = revision}};
    client.on_elicit([](auto const&) -> test::answer { throw std::logic_error("not this one"); });
    BOOST_CHECK_THROW(client.call("confirm"), std::logic_error);
    client.answer_next(accept(confirmation{true}));
    BOOST_TEST(client.call("confirm").text() == "removed");
  }
}

BOOST_AUTO_TEST_CASE(a_client_may_refuse_and_answer_nonsense) {
  shop x;
  test::client client{x.srv, {.revision = revision::v2025_11_25}};
  client.answer_next(test::refuse("the user is out"));
  auto const refused = client.call("confirm");
  BOOST_TEST(refused.is_error());
  BOOST_TEST(has(refused.text(), "the user is out"), refused);
  auto newest = client.in(revision::v2026_07_28);
  newest.answer_next(test::refuse("the user is out"));
  BOOST_TEST(has(failure_of([&] { newest.call("confirm"); }), "the user is out"));
  newest.answer_next(accept(R"({"sure":"perhaps"})"));
  BOOST_TEST(newest.call("confirm").error().value().code == -32602);
}

BOOST_AUTO_TEST_CASE(a_tool_may_only_ask_what_the_client_says_it_can) {
  shop x;
  test::client_options deaf{.revision = revision::v2025_11_25, .capabilities = {}};
  BOOST_TEST(test::client(x.srv, deaf).call("confirm").is_error());
  deaf.revision = revision::v2026_07_28;
  BOOST_TEST(test::client(x.srv, deaf).call("confirm").error().value().code == -32021);
}

BOOST_AUTO_TEST_CASE(a_tool_that_never_returns_fails_the_call_and_is_cancelled) {
  shop x;
  for (auto const revision : test::all_revisions) {
    BOOST_TEST_CONTEXT(to_string(revision)) {
      test::client client{x.srv, {.revision = revision, .timeout = 40ms}};
      auto const text = failure_of([&] { client.call("wait_for_ever"); });
      BOOST_TEST(has(text, "tools/call \"wait_for_ever\": it is not over after 40 ms"), text);
      BOOST_TEST(has(text, "its last progress was 1 of 3"), text);
      BOOST_TEST(client.call("add", add_args{1, 2}).as<sum>().total == 3);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_call_that_takes_too_long_says_what_it_waits_for) {
  shop x;
  test::client client{x.srv, {.revision = revision::v2025_11_25, .timeout = 40ms}};
  client.answer_next(test::never_answer());
  auto text = failure_of([&] { client.call("confirm"); });
  BOOST_TEST(has(text, "it waits for the answer to elicitation/create: \"Remove all?\""), text);
  released = false;
  text = failure_of([&] { client.call("block"); });
  BOOST_TEST(has(text, "a blocking function has not returned"), text);
  released = true;
}

BOOST_AUTO_TEST_CASE(a_call_can_be_cancelled_in_every_revision) {
  shop x;
  for (auto const revision : test::all_revisions) {
    BOOST_TEST_CONTEXT(to_string(revision)) {
      test::client client{x.srv, {.revision = revision}};
      auto call = client.start("wait_for_ever");
      BOOST_TEST(call.wait_for_progress());
      BOOST_TEST(!call.over());
      BOOST_TEST(client.call("add", add_args{1, 2}).ok());  // beside it
      call.cancel();
      BOOST_TEST(call.over());
      auto const reply = call.wait();
      BOOST_TEST(reply.cancelled());
      BOOST_TEST(!reply.ok());
      client.cancel_after(10ms);
      BOOST_TEST(client.call("wait_for_ever").cancelled());
      client.cancel_after(1h);  // the call is over before
      BOOST_TEST(client.call("add", add_args{1, 2}).ok());
      auto forgotten = client.start("wait_for_ever");
      BOOST_TEST(!forgotten.over());
    }
  }
}

BOOST_AUTO_TEST_CASE(an_answer_can_come_too_late) {
  shop x;
  test::client client{x.srv};
  client.on_elicit([&x](auto const&) {
    x.clock.advance(1h);
    return accept(confirmation{true});
  });
  auto const late = client.call("confirm");
  BOOST_TEST(has(late.error().value().message, "too old"), late);
}

BOOST_AUTO_TEST_CASE(why_a_call_failed_is_in_what_a_test_prints) {
  shop x;
  test::client client{x.srv};
  auto const crashed = client.call("crash", add_args{1, 2});
  BOOST_TEST(crashed.is_error());
  BOOST_TEST(!has(crashed.text(), "fire"), crashed);
  BOOST_TEST(has(crashed.describe(), "disk is on fire"), crashed);
  BOOST_TEST(client.server_log().size() == 1u);
  BOOST_TEST(has(failure_of([&] { crashed.as<sum>(); }), "disk is on fire"));
  auto const unknown = client.call("subtract");
  BOOST_TEST(has(failure_of([&] { unknown.text(); }), "tools/call \"subtract\": error -32602: unknown tool"));
  auto const added = client.call("add", add_args{1, 2});
  BOOST_TEST(has(failure_of([&] { added.as<confirmation>(); }), "\"total\":3"));
  BOOST_CHECK_THROW(client.call("add", "[1]"), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_a_server_is_said_at_once) {
  server<> srv{{"twice", "1"}};
  srv.tool("add", "Add.", add);
  srv.tool("add", "Add.", add);
  BOOST_CHECK_THROW(test::client{srv}, configuration_error);
}

/** A policy of the test's own. */
struct by_name {
  using identity_type = person;
  auth_result<person> authenticate(http::request_head const&) const {
    return denial(401, "missing_token", "");
  }
  std::string principal(person const& who) const { return who.name; }
};

BOOST_AUTO_TEST_CASE(whoever_calls_sees_and_calls_what_allow_lets_them) {
  server<by_name> srv{{"names", "1"}};
  srv.tool("whoami", "Tell.", [](person const& who) { return who.name; });
  srv.tool("rule", "Rule.", [] { return std::string("ruled"); }).allow([](person const& who) {
    return who.name == "alice";
  });
  srv.resource("crown://", "crown", [] { return std::string("gold"); }).allow([](person const& who) {
    return who.name == "alice";
  });
  for (auto const revision : test::all_revisions) {
    BOOST_TEST_CONTEXT(to_string(revision)) {
      test::client alice{srv, person{"alice"}, {.revision = revision}};
      auto bob = alice.as(person{"bob"});
      BOOST_TEST(alice.call("whoami").text() == "alice");
      BOOST_TEST(bob.call("whoami").text() == "bob");
      BOOST_TEST(alice.tools().contains("rule"));
      BOOST_TEST(!bob.tools().contains("rule"));
      BOOST_TEST(alice.call("rule").text() == "ruled");
      BOOST_TEST(bob.call("rule").error().value().message == "unknown tool");
      alice.listen({"crown://"});
      BOOST_CHECK_THROW(bob.listen({"crown://"}), call_failure);
      srv.notify_resource_updated("crown://");
      BOOST_TEST(alice.notifications().size() == 1u);
      BOOST_TEST(bob.notifications().empty());
    }
  }
}

struct holder {
  std::string name;
  std::vector<std::string> scopes;
};

struct by_scopes {
  using identity_type = holder;
  auth_result<holder> authenticate(http::request_head const&) const {
    return denial(401, "missing_token", "");
  }
  std::string principal(holder const& who) const { return who.name; }
  std::vector<std::string> known_scopes() const { return {"read", "write"}; }
  denial insufficient_scope(holder const&, scope_demand const& what) const {
    return denial(403, "insufficient_scope", what.operation);
  }
};

BOOST_AUTO_TEST_CASE(a_call_that_needs_another_scope_is_an_error_that_names_it) {
  server<by_scopes> srv{{"scopes", "1"}};
  srv.tool("adjust", "Change.", [] { return std::string("changed"); }).requires_scope("write");
  for (auto const revision : test::all_revisions) {
    BOOST_TEST_CONTEXT(to_string(revision)) {
      test::client reader{srv, holder{"alice", {"read"}}, {.revision = revision}};
      BOOST_TEST(reader.tools().contains("adjust"));
      BOOST_TEST(reader.call("adjust").error().value().message ==
                 "insufficient_scope: the tool adjust needs write");
      auto writer = reader.as(holder{"alice", {"read", "write"}});
      BOOST_TEST(writer.call("adjust").text() == "changed");
    }
  }
}

BOOST_AUTO_TEST_CASE(identities_of_access_are_those_that_make_identity_verifies) {
  auto const& access = access_fixture::access();
  server srv{{"access", "1"},
             access_jwt(access_options{.team_domain = access.issuer(), .audiences = {access.audience()}})};
  srv.tool("whoami", "Tell.", [](access_identity const& who) { return who->email; });
  test::client alice{srv, test::make_identity(access, access.user("alice@example.com"))};
  BOOST_TEST(alice.call("whoami").text() == "alice@example.com");
}

BOOST_AUTO_TEST_SUITE_END()
