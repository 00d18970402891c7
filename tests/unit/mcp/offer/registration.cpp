// tests/unit/mcp/offer/registration.cpp - everything that can be wrong with what was registered
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/core/configuration_error.hpp>
#include <mcpawl/mcp/offer/registration.hpp>
#include <mcpawl/mcp/types/extension_id.hpp>
#include <mcpawl/server.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

BOOST_AUTO_TEST_SUITE(mcp_registration)

namespace {

struct note_id {
  std::string owner;
  int number;
};

std::string read_note(note_id const& id) { return id.owner; }

using server = mcpawl::server<>;

/** The errors that mention something. */
std::size_t mentions(server const& srv, std::string_view words) {
  auto const all = mcpawl::detail::registration_errors(srv.protocol());
  return static_cast<std::size_t>(std::count_if(
      all.begin(), all.end(), [&](auto const& m) { return m.find(words) != std::string::npos; }));
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_is_right_has_no_errors) {
  server srv{{"x", "1"}};
  srv.resource("x:a", "a", "text").cache(mcpawl::cache_hint::for_everyone(std::chrono::seconds(1)));
  srv.resource_template("x://{owner}/{number}", "n", read_note)
      .complete("owner", std::vector<std::string>{"a"});
  srv.prompt("p", "x", [] { return "y"; }).icon(mcpawl::icon("https://example.com/a.png"));
  srv.extension("com.example/a");
  BOOST_CHECK_NO_THROW(srv.check());
}

BOOST_AUTO_TEST_CASE(names_and_keys_are_unique_and_well_formed) {
  server srv{{"x", "1"}};
  for (int twice = 0; twice != 2; ++twice) {
    srv.prompt("p", "x", [] { return "y"; });
    srv.resource("x:a", "a", "text");
    srv.resource_template("x:{owner}/{number}", "n", read_note);
  }
  srv.prompt(mcpawl::runtime_tool_name("no name"), "x", [] { return "y"; });
  srv.resource(mcpawl::runtime_uri("no uri"), "a", "text");
  BOOST_TEST(mentions(srv, "is registered twice") == 3U);
  BOOST_TEST(mentions(srv, "prompt name \"no name\"") == 1U);
  BOOST_TEST(mentions(srv, "\"no uri\" has no URI") == 1U);
  BOOST_CHECK_THROW(srv.check(), mcpawl::configuration_error);
}

BOOST_AUTO_TEST_CASE(the_title_says_that_they_are_in_what_the_server_offers) {
  server srv{{"x", "1"}};
  for (int twice = 0; twice != 2; ++twice) srv.tool("t", "x", [] { return 1; });
  BOOST_CHECK_EXCEPTION(srv.check(), mcpawl::configuration_error, [](mcpawl::configuration_error const& e) {
    return std::string_view(e.what()) ==
           "1 error in what the server offers:\n  tool \"t\" is registered twice";
  });
}

BOOST_AUTO_TEST_CASE(names_that_are_no_literals_are_taken_for_everything) {
  server srv{{"x", "1"}};
  mcpawl::runtime_tool_name const bad("no name");
  srv.tool(bad, "x", [] { return 1; });
  srv.prompt(bad, "x", [] { return "y"; });
  srv.raw_prompt(mcpawl::runtime_tool_name("nor this"), "x", {}, [](boost::json::object) { return "y"; });
  BOOST_TEST(mentions(srv, "\"no name\" is not 1 to 128 characters") == 2U);
  BOOST_TEST(mentions(srv, "prompt name \"nor this\"") == 1U);
}

BOOST_AUTO_TEST_CASE(a_template_and_its_struct_must_fit) {
  server srv{{"x", "1"}};
  srv.resource_template("x:{owner}", "n", read_note);
  srv.resource_template("x:{owner}/{number}/{more}", "n", read_note);
  srv.resource_template("x:{owner", "n", read_note);
  BOOST_TEST(mentions(srv, "has no variable number") == 1U);
  BOOST_TEST(mentions(srv, "has a variable that is no member") == 1U);
  BOOST_TEST(mentions(srv, "without }") == 1U);
}

BOOST_AUTO_TEST_CASE(completers_need_their_argument) {
  server srv{{"x", "1"}};
  auto const words = std::vector<std::string>{"a"};
  srv.prompt("p", "x", [] { return "y"; }).complete("a", words);
  srv.resource_template("x:{owner}/{number}", "n", read_note).complete("other", words);
  BOOST_TEST(mentions(srv, "has no argument a to complete") == 1U);
  BOOST_TEST(mentions(srv, "has no variable other to complete") == 1U);
}

BOOST_AUTO_TEST_CASE(icons_come_from_safe_places) {
  server srv{{"x", "1"}};
  for (auto source : {"javascript:alert(1)", "file:///a.png", "http://example.com/a.png", ""})
    srv.tool(mcpawl::runtime_tool_name("t" + std::to_string(std::string(source).size())), "x",
             [] { return 1; })
        .icon(mcpawl::icon(source));
  BOOST_TEST(mentions(srv, "the source of an icon") == 4U);
}

BOOST_AUTO_TEST_CASE(extensions_have_identifiers) {
  for (auto good : {"com.example/a", "io.modelcontextprotocol/ui", "a/b", "a1.b-2/c_d.e"})
    BOOST_TEST(mcpawl::detail::is_extension_id(good));
  for (auto bad :
       {"", "a", "/a", "a/", "1a/b", "a-/b", ".a/b", "a./b", "a..b/c", "a/-b", "a/b-", "a/b/c", "a b/c"})
    BOOST_TEST(!mcpawl::detail::is_extension_id(bad));
  server srv{{"x", "1"}};
  srv.extension("none");
  BOOST_TEST(mentions(srv, "extension \"none\"") == 1U);
}

BOOST_AUTO_TEST_CASE(uris_have_a_scheme) {
  for (auto good : {"a:b", "https://example.com/a?b=c#d", "file:///a%20b", "x+y.z-1:~"})
    BOOST_TEST(mcpawl::is_resource_uri(good));
  for (auto bad : {"", ":", "a", "a:", ":a", "1:a", "a b:c", "a:b c", "a:\xc3\xa9", "a:\"", "a:{b}", "a_b:c"})
    BOOST_TEST(!mcpawl::is_resource_uri(bad));
}

BOOST_AUTO_TEST_CASE(what_some_do_not_see_is_not_cached_for_all) {
  auto const everyone = mcpawl::cache_hint::for_everyone(std::chrono::seconds(1));
  mcpawl::detail::server_state s({"x", "1"}, {});
  s.options.cache.tools = everyone;
  s.options.cache.resources = everyone;
  mcpawl::detail::add_tool(s, "a");
  auto& r = mcpawl::detail::add_resource(s, "x:a", "a");
  r.cache = everyone;
  BOOST_TEST(mcpawl::detail::registration_errors(s).empty());
  r.allowed = [](void const*) { return true; };
  BOOST_TEST(mcpawl::detail::registration_errors(s).size() == 2U);
  r.allowed = {};
  r.scopes = {"read"};
  BOOST_TEST(mcpawl::detail::registration_errors(s).size() == 1U);
}

BOOST_AUTO_TEST_CASE(scopes_are_among_those_that_clients_can_get) {
  mcpawl::detail::server_state s({"x", "1"}, {});
  mcpawl::detail::add_tool(s, "a").scopes = {"read", "wirte"};
  mcpawl::detail::add_prompt(s, "b").scopes = {"read"};
  mcpawl::detail::add_template(s, "x:{c}", "c").scopes = {"admin"};
  std::vector<std::string> errors;
  mcpawl::detail::note_unknown_scopes(s, {"read", "write"}, errors);
  BOOST_TEST_REQUIRE(errors.size() == 2U);
  BOOST_TEST(errors[0] ==
             R"(tool "a" requires the scope "wirte", which the policy does not offer to clients; )"
             "it offers read, write");
  BOOST_TEST(errors[1].starts_with(R"(resource template "x:{c}" requires the scope "admin")"));
  errors.clear();
  mcpawl::detail::note_unknown_scopes(s, {}, errors);
  BOOST_TEST_REQUIRE(errors.size() == 4U);
  BOOST_TEST(errors[0].ends_with("it offers none"));
}

BOOST_AUTO_TEST_CASE(schemas_lose_their_white_space_and_strings_keep_theirs) {
  BOOST_TEST(mcpawl::detail::without_white_space("{ \"a\\\" b\" :\n\t[ 1 , \" \" ] }\r") ==
             R"({"a\" b":[1," "]})");
  BOOST_TEST(mcpawl::detail::without_white_space(R"("\\" , " ")") == R"("\\"," ")");
}

BOOST_AUTO_TEST_SUITE_END()
