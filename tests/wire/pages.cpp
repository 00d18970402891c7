// tests/wire/pages.cpp - users sent to pages: where the client cannot be asked, and when they are done
// SPDX-License-Identifier: BSL-1.0
#include "live.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <thread>

namespace wire_pages {

using namespace live;

namespace {

/** Two pages at once, and a page with a form. */
mcpawl::task<std::string> two_pages(mcpawl::context& ctx) {
  co_await ctx.ask_all(mcpawl::page("a", "Log in here.", "https://example.com/a", "visit-a"),
                       mcpawl::page("b", "And there.", "https://example.com/b", "visit-b"));
  co_return "visited both";
}
mcpawl::task<std::string> page_and_form(mcpawl::context& ctx) {
  co_await ctx.ask_all(mcpawl::page("a", "Log in.", "https://example.com/a"),
                       mcpawl::form<person>("who", "Who are you?"));
  co_return "both";
}
mcpawl::task<std::string> named_page(mcpawl::context& ctx) {
  auto const seen = co_await ctx.elicit_url("page", "Log in.", "https://example.com/login", "visit-1");
  co_return seen ? "looked" : "did not look";
}

void add_pages(mcpawl::server<>& to) {
  to.tool("two_pages", "Send to two pages.", two_pages);
  to.tool("page_and_form", "Send to a page and ask.", page_and_form);
  to.tool("named_page", "Send to a page with a name.", named_page);
  to.prompt("paged", "Send to a page.", named_page);
}

struct pages : site {
  pages() : site({}, {}, add_pages) {}

  /** A call by a client that takes no events. */
  value ask(fields with, std::string_view body) {
    with.emplace_back("Accept", "application/json");
    auto const reply = post(body, with);
    BOOST_TEST(reply.status == 200);
    return json_of(reply);
  }
};

}  // namespace

}  // namespace wire_pages

BOOST_FIXTURE_TEST_SUITE(wire_pages, pages)

BOOST_AUTO_TEST_CASE(url_elicitation_without_a_stream_is_the_error_that_names_the_page) {
  auto const session = open();
  auto const answer = ask(session, call("7", "visit"));
  BOOST_TEST(answer.at("id").to_number<int>() == 7);
  BOOST_TEST(code_of(answer) == -32042);
  auto const& asked = answer.at("error").at("data").at("elicitations").as_array();
  BOOST_TEST(asked.size() == 1U);
  BOOST_TEST(asked.at(0).at("mode") == "url");
  BOOST_TEST(asked.at(0).at("url") == "https://example.com/login");
  BOOST_TEST(asked.at(0).at("message") == "Log in.");
  BOOST_TEST(asked.at(0).at("elicitationId").as_string().size() == 32U);

  auto const both = ask(session, call("8", "two_pages")).at("error").at("data").at("elicitations").as_array();
  BOOST_TEST(both.size() == 2U);
  BOOST_TEST(both.at(1).at("elicitationId") == "visit-b");
  // prompts and resources end so, too
  BOOST_TEST(code_of(ask(session, request("9", "prompts/get", R"({"name":"paged"})"))) == -32042);
}

BOOST_AUTO_TEST_CASE(what_is_not_only_pages_or_not_of_2025_11_25_cannot_be_asked_without_a_stream) {
  auto const newest = open();
  BOOST_TEST(ask(newest, call("1", "page_and_form")).at("result").at("isError") == true);
  auto const older = open("2025-06-18");
  BOOST_TEST(ask(older, call("1", "visit")).at("result").at("isError") == true);
  auto const undeclared = open("2025-11-25", R"({"elicitation":{}})");
  BOOST_TEST(ask(undeclared, call("1", "visit")).at("result").at("isError") == true);
}

BOOST_AUTO_TEST_CASE(with_a_stream_the_page_is_asked_for_and_never_an_error) {
  auto const session = open();
  auto events = post_stream(call("1", "visit"), session);
  BOOST_TEST(events.message().at("method") == "elicitation/create");
  auto listening = get(session);
  listening.next();
  fields quiet = session;
  quiet.emplace_back("Accept", "application/json");
  http_reply reply;
  std::thread caller([&] { reply = post(call("2", "named_page"), quiet); });
  auto const asked = listening.message();
  BOOST_TEST(asked.at("params").at("elicitationId") == "visit-1");
  post(result_of(asked, R"({"action":"accept"})"), session);
  caller.join();
  BOOST_TEST(text_of(json_of(reply)) == "looked");
}

BOOST_AUTO_TEST_CASE(the_stateless_revision_never_sees_that_error) {
  auto with = stateless_headers("tools/call", "visit");
  auto const answer = ask(with, stateless_call("1", "visit"));
  BOOST_TEST(answer.at("result").at("resultType") == "input_required");
}

BOOST_AUTO_TEST_CASE(who_was_sent_to_a_page_is_told_when_that_is_done_and_nobody_else) {
  auto const session = open();
  auto const other = open();
  auto listening = get(session);
  listening.next();
  auto elsewhere = get(other);
  elsewhere.next();
  auto events = post_stream(call("1", "named_page"), session);
  post(result_of(events.message(), R"({"action":"accept"})"), session);
  BOOST_TEST(text_of(events.message()) == "looked");

  srv.notify_elicitation_complete("visit-2");  // nobody's
  srv.notify_elicitation_complete("visit-1");
  srv.notify_elicitation_complete("visit-1");  // done already
  srv.notify_tools_changed();
  auto const told = listening.message();
  BOOST_TEST(told.at("method") == "notifications/elicitation/complete");
  BOOST_TEST(told.at("params").at("elicitationId") == "visit-1");
  BOOST_TEST(!told.as_object().contains("id"));
  BOOST_TEST(listening.message().at("method") == "notifications/tools/list_changed");
  BOOST_TEST(elsewhere.message().at("method") == "notifications/tools/list_changed");
}

BOOST_AUTO_TEST_CASE(who_was_sent_there_by_the_error_is_told_as_soon_as_it_listens) {
  auto const session = open();
  BOOST_TEST(code_of(ask(session, call("1", "two_pages"))) == -32042);
  srv.notify_elicitation_complete("visit-b");
  auto listening = get(session);
  auto const told = listening.message();
  BOOST_TEST(told.at("method") == "notifications/elicitation/complete");
  BOOST_TEST(told.at("params").at("elicitationId") == "visit-b");
}

BOOST_AUTO_TEST_CASE(a_stateless_listener_is_not_told_of_pages) {
  auto const filter = R"(,"notifications":{"toolsListChanged":true})";
  auto events =
      post_stream(stateless("1", "subscriptions/listen", filter), stateless_headers("subscriptions/listen"));
  BOOST_TEST(events.message().at("method") == "notifications/subscriptions/acknowledged");
  srv.notify_elicitation_complete("visit-1");
  srv.notify_tools_changed();
  BOOST_TEST(events.message().at("method") == "notifications/tools/list_changed");
}

BOOST_AUTO_TEST_SUITE_END()
