// tests/unit/oauth/common/scopes.cpp - lists of scopes
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/common/scopes.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

BOOST_AUTO_TEST_SUITE(oauth_scopes)

namespace oauth = mcpawl::oauth;

BOOST_AUTO_TEST_CASE(a_text_holds_scopes_with_spaces_between_them) {
  for (auto const* text : {"a b", " a  b ", "a b a b", "b a"}) {
    std::vector<std::string> found;
    oauth::append_scopes(text, found);
    BOOST_TEST(found.size() == 2u, text);
  }
  std::vector<std::string> none;
  for (auto const* text : {"", " ", "   "}) oauth::append_scopes(text, none);
  BOOST_TEST(none.empty());
}

BOOST_AUTO_TEST_CASE(who_has_seen_enough_sees_no_more) {
  std::string seen;
  auto const until_b = [&seen](std::string_view one) {
    seen += one;
    return one != "b";
  };
  BOOST_TEST(!oauth::all_scopes(" a  b c", until_b));
  BOOST_TEST(seen == "ab");
  BOOST_TEST(oauth::all_scopes(" a  c ", until_b));
}

BOOST_AUTO_TEST_CASE(joining_is_the_way_back) {
  BOOST_TEST(oauth::join_scopes({}) == "");
  BOOST_TEST(oauth::join_scopes({"a"}) == "a");
  BOOST_TEST(oauth::join_scopes({"a", "b:c"}) == "a b:c");
}

BOOST_AUTO_TEST_CASE(characters_of_scopes) {
  for (auto const* good : {"a", "files:read", "https://a.example/x?y=[z]", "!#$%&'()*+,-./"})
    BOOST_TEST(oauth::is_scope(good), good);
  for (auto const* bad : {"", " ", "a b", "a\"b", "a\\b", "a\tb", "a\x7f", "\xc3\xa9"})
    BOOST_TEST(!oauth::is_scope(bad), bad);
}

BOOST_AUTO_TEST_SUITE_END()
