// tests/unit/oauth/common/scope.cpp - the grammar of scopes, and sets of them
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/oauth/common/scope.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

BOOST_AUTO_TEST_SUITE(oauth_scope)

using namespace mcpawl::oauth;

namespace {

scope_set set(std::string const& text) { return scope_set::parse(text).value(); }

}  // namespace

BOOST_AUTO_TEST_CASE(scopes_are_a_set_without_order_and_repetition) {
  BOOST_TEST(set("write read write").text() == "read write");
  BOOST_TEST((set("a b") == set("b a a")));
  BOOST_TEST(set("").empty());
  BOOST_TEST(set("").text() == "");
  BOOST_TEST((scope_set{"b", "a", "no good", ""} == set("a b")));
  BOOST_TEST(set("https://example.com/auth/drive.read mail:read!").size() == 2u);
}

BOOST_AUTO_TEST_CASE(the_characters_of_a_scope_are_those_of_the_rfc) {
  for (int c = 0; c != 256; ++c) {
    bool const allowed = c == 0x21 || (c >= 0x23 && c <= 0x5b) || (c >= 0x5d && c <= 0x7e);
    BOOST_TEST(mcpawl::oauth::is_scope(std::string(1, static_cast<char>(c))) == allowed);
    if (c != ' ')
      BOOST_TEST(scope_set::parse("a b" + std::string(1, static_cast<char>(c))).has_value() == allowed);
  }
}

BOOST_AUTO_TEST_CASE(spaces_separate_however_many_and_nothing_else) {
  struct row {
    char const* text;
    char const* scopes;
  };
  for (auto const& [text, scopes] :
       {row{" ", ""}, row{"   ", ""}, row{" offline_access", "offline_access"},
        row{"offline_access ", "offline_access"}, row{"a  b", "a b"}, row{"   b   a   ", "a b"}}) {
    BOOST_TEST(set(text).text() == scopes, '"' << text << '"');
  }
  for (char const* text : {"a\tb", "a\nb", " \t ", "a,b\\", "\"a\"", "a\xc2\xa0", " a \r"}) {
    BOOST_TEST_CONTEXT(text) BOOST_TEST((scope_set::parse(text).error() == oauth_errc::bad_scope));
  }
}

BOOST_AUTO_TEST_CASE(their_length_and_number_are_bounded) {
  BOOST_TEST(scope_set::parse(std::string(2048, 'a')).has_value());
  BOOST_TEST((scope_set::parse(std::string(2049, 'a')).error() == oauth_errc::parameter_too_long));
  std::string many;
  for (int i = 0; i != 64; ++i) many += (i == 0 ? "s" : " s") + std::to_string(i);
  BOOST_TEST(set(many).size() == 64u);
  BOOST_TEST((scope_set::parse(many + " s64").error() == oauth_errc::parameter_too_long));
  BOOST_TEST(set(many + " s0").size() == 64u);
}

BOOST_AUTO_TEST_CASE(sets_are_compared_and_combined) {
  auto const a = set("a b c"), b = set("b c d");
  BOOST_TEST(a.contains("b"));
  BOOST_TEST(!a.contains("B"));
  BOOST_TEST(!a.contains(""));
  BOOST_TEST(a.contains(set("a c")));
  BOOST_TEST(a.contains(set("")));
  BOOST_TEST(!a.contains(b));
  BOOST_TEST((a & b).text() == "b c");
  BOOST_TEST((a | b).text() == "a b c d");
  BOOST_TEST((a - b).text() == "a");
}

BOOST_AUTO_TEST_SUITE_END()
