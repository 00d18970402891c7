// tests/unit/mcp/types/client_profile.cpp - what a client can be asked, by its own words
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/mcp/types/client_profile.hpp>

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(mcp_client_profile)

using mcpawl::client_capability;
using mcpawl::client_profile;

BOOST_AUTO_TEST_CASE(capabilities_are_read_as_the_revisions_mean_them) {
  unsigned const form = 1, url = 2, sampling = 4, tools = 8, roots = 16;
  for (auto const& [text, expected] : std::vector<std::pair<std::string, unsigned>>{
           {"{}", 0},
           {R"({"elicitation":{}})", form},
           {R"({"elicitation":{"form":{}}})", form},
           {R"({"elicitation":{"url":{}}})", url},
           {R"({"elicitation":{"form":{},"url":{}}})", form | url},
           {R"({"elicitation":{"later":{}}})", form},
           {R"({"sampling":{}})", sampling},
           {R"({"sampling":{"tools":{},"context":{}}})", sampling | tools},
           {R"({"roots":{"listChanged":true}})", roots},
           {R"({"roots":true,"sampling":null,"elicitation":[],"unknown":{}})", 0}}) {
    auto const declared = boost::json::parse(text);
    BOOST_TEST(client_profile::of(&declared.as_object(), nullptr).capabilities == expected, text);
  }
  BOOST_TEST(client_profile::of(nullptr, nullptr).capabilities == 0);
}

BOOST_AUTO_TEST_CASE(names_are_text_or_nothing) {
  auto const info = boost::json::parse(R"({"name":"inspector","version":7})");
  auto const who = client_profile::of(nullptr, &info.as_object());
  BOOST_TEST(who.name == "inspector");
  BOOST_TEST(who.version.empty());
}

BOOST_AUTO_TEST_CASE(what_is_missing_is_an_object_of_exactly_that) {
  BOOST_TEST(mcpawl::required_capabilities(1) == R"({"elicitation":{}})");
  BOOST_TEST(mcpawl::required_capabilities(2) == R"({"elicitation":{"url":{}}})");
  BOOST_TEST(mcpawl::required_capabilities(3) == R"({"elicitation":{"form":{},"url":{}}})");
  BOOST_TEST(mcpawl::required_capabilities(4 | 16) == R"({"sampling":{},"roots":{}})");
  BOOST_TEST(mcpawl::required_capabilities(8) == R"({"sampling":{"tools":{}}})");
}

BOOST_AUTO_TEST_SUITE_END()
