// tests/unit/mcp/protocol/lists.cpp - pages, cursors, and callers who see different lists
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/mcp/offer/registration.hpp>
#include <mcpawl/mcp/offer/server_state.hpp>
#include <mcpawl/mcp/protocol/dispatcher.hpp>

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace mcp_lists {
namespace {

struct no_outbound final : mcpawl::detail::call_channel_source {
  std::shared_ptr<mcpawl::detail::call_channel> open() override { return nullptr; }
};

struct fixture {
  mcpawl::detail::server_state state{{"pages", "1"}, {.instructions = {}, .page_size = 2}};

  void add(std::string const& name, bool for_boss = false) {
    auto& t = mcpawl::detail::add_tool(state, name);
    t.input_schema = R"({"type":"object"})";
    auto const hide = [&](mcpawl::detail::entry& e) {
      if (for_boss) e.allowed = [](void const* who) { return *static_cast<bool const*>(who); };
    };
    hide(t);
    hide(mcpawl::detail::add_prompt(state, name));
    hide(mcpawl::detail::add_resource(state, "x:" + name, name));
    hide(mcpawl::detail::add_template(state, "x:" + name + "/{id}", name));
  }

  boost::json::value ask(bool as_boss, std::string const& cursor = {},
                         std::string const& method = "tools/list") {
    mcpawl::detail::dispatcher d{state, mcpawl::detail::make_session_manager(state), mcpawl::logger::none(),
                                 32};
    std::string body = R"({"jsonrpc":"2.0","id":1,"method":")" + method +
                       R"(","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
                       R"("io.modelcontextprotocol/clientCapabilities":{}})";
    if (!cursor.empty()) body += R"(,"cursor":)" + cursor;
    body += "}}";
    no_outbound out;
    auto const got = d.handle(body, {}, {&as_boss, "x"}, out);
    return boost::json::parse(std::get<mcpawl::detail::response>(got).body);
  }

  /** All pages, as names; every page but the last must be full. */
  std::vector<std::string> all(bool as_boss, std::string const& method = "tools/list",
                               char const* member = "tools") {
    std::vector<std::string> names;
    std::string cursor;
    for (int pages = 0; pages != 10; ++pages) {
      auto const result = ask(as_boss, cursor, method).at("result");
      for (auto const& t : result.at(member).as_array()) names.emplace_back(t.at("name").as_string());
      BOOST_TEST(result.at("cacheScope") == "private");
      auto const* next = result.as_object().if_contains("nextCursor");
      if (!next) return names;
      BOOST_TEST(result.at(member).as_array().size() == 2U);
      cursor = "\"" + std::string(next->as_string()) + "\"";
    }
    BOOST_FAIL("the pages never end");
    return names;
  }
};

using names = std::vector<std::string>;

}  // namespace

}  // namespace mcp_lists

BOOST_FIXTURE_TEST_SUITE(mcp_lists, fixture)

BOOST_AUTO_TEST_CASE(pages_come_in_the_order_of_registration) {
  for (auto name : {"e", "d", "c", "b", "a"}) add(name);
  BOOST_TEST(all(true) == (names{"e", "d", "c", "b", "a"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(all_four_lists_have_pages) {
  for (auto name : {"e", "d", "c", "b", "a"}) add(name);
  add("hidden", true);
  names const expected{"e", "d", "c", "b", "a"};
  BOOST_TEST(all(false, "prompts/list", "prompts") == expected, boost::test_tools::per_element());
  BOOST_TEST(all(false, "resources/list", "resources") == expected, boost::test_tools::per_element());
  BOOST_TEST(all(false, "resources/templates/list", "resourceTemplates") == expected,
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_cursor_of_one_list_is_none_of_another) {
  add("a");
  std::string const cursor = '"' + mcpawl::detail::cursor_after("a") + '"';
  BOOST_TEST(ask(true, cursor, "prompts/list").as_object().contains("result"));
  BOOST_TEST(ask(true, cursor, "resources/list").at("error").at("code").to_number<int>() == -32602);
}

BOOST_AUTO_TEST_CASE(a_page_whose_rest_is_hidden_is_the_last) {
  for (auto name : {"a", "b"}) add(name);
  add("hidden", true);
  BOOST_TEST(!ask(false).at("result").as_object().contains("nextCursor"));
  BOOST_TEST(ask(true).at("result").as_object().contains("nextCursor"));
}

BOOST_AUTO_TEST_CASE(hints_are_on_every_page) {
  state.options.cache.tools = mcpawl::cache_hint::for_everyone(std::chrono::minutes(1));
  for (auto name : {"a", "b", "c"}) add(name);
  auto const first = ask(true).at("result");
  auto const last = ask(true, '"' + std::string(first.at("nextCursor").as_string()) + '"').at("result");
  for (auto const& page : {first, last}) {
    BOOST_TEST(page.at("ttlMs").to_number<int>() == 60000);
    BOOST_TEST(page.at("cacheScope") == "public");
  }
}

BOOST_AUTO_TEST_CASE(a_full_last_page_has_no_cursor) {
  for (auto name : {"a", "b"}) add(name);
  BOOST_TEST(!ask(true).at("result").as_object().contains("nextCursor"));
}

BOOST_AUTO_TEST_CASE(hidden_tools_neither_show_nor_leave_holes) {
  add("a");
  add("hidden", true);
  add("b");
  add("c");
  BOOST_TEST(all(false) == (names{"a", "b", "c"}), boost::test_tools::per_element());
  BOOST_TEST(all(true) == (names{"a", "hidden", "b", "c"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_cursor_that_was_never_given_is_refused) {
  add("a");
  add("hidden", true);
  for (auto cursor : {"\"\"", "\"!\"", "\"eA\"", "7", "[]"})
    BOOST_TEST(ask(true, cursor).at("error").at("code").to_number<int>() == -32602);
  std::string const hidden = "\"" + mcpawl::detail::cursor_after("hidden") + "\"";
  BOOST_TEST(ask(true, hidden).as_object().contains("result"));
  BOOST_TEST(ask(false, hidden).as_object().contains("error"));  // a cursor is no way to find hidden tools
}

BOOST_AUTO_TEST_CASE(a_cursor_that_is_null_asks_for_the_first_page) {
  add("a");
  BOOST_TEST(ask(true, "null").at("result").at("tools").at(0).at("name") == "a");
}

BOOST_AUTO_TEST_CASE(a_server_without_tools_has_no_such_method) {
  BOOST_TEST(ask(true).at("error").at("code").to_number<int>() == -32601);
}

BOOST_AUTO_TEST_SUITE_END()
