// tests/unit/http/fields.cpp - the small rules about characters
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/http/fields.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

BOOST_AUTO_TEST_SUITE(http_fields)

using namespace mcpawl::http;

BOOST_AUTO_TEST_CASE(comparison_ignores_the_case_of_letters_and_nothing_else) {
  BOOST_TEST(iequals("Content-LENGTH", "content-length"));
  BOOST_TEST(iequals("", ""));
  BOOST_TEST(!iequals("a", "ab"));
  // '@' and '`', '[' and '{' differ by the bit that letters differ by
  BOOST_TEST(!iequals("@", "`"));
  BOOST_TEST(!iequals("[", "{"));
  BOOST_TEST(!iequals("\xc0", "\xe0"));
}

BOOST_AUTO_TEST_CASE(a_token_has_no_separator_and_no_control_character) {
  BOOST_TEST(is_token("M-SEARCH"));
  BOOST_TEST(is_token("!#$%&'*+-.^_`|~09azAZ"));
  for (std::string_view bad : {"", " ", "a b", "a:", "a\t", "a\r", "(a)", "a\x7f", "\xe9"})
    BOOST_TEST(!is_token(bad));
  BOOST_TEST(!is_token(std::string_view("a\0", 2)));
}

BOOST_AUTO_TEST_CASE(only_spaces_and_tabs_are_trimmed) {
  BOOST_TEST(trim(" \t a b\t ") == "a b");
  BOOST_TEST(trim(" \t ") == "");
  BOOST_TEST(trim("\va\r") == "\va\r");
}

BOOST_AUTO_TEST_CASE(list_elements_are_whole) {
  BOOST_TEST(list_contains("a, Close ,b", "close"));
  BOOST_TEST(!list_contains("a, closed", "close"));
  BOOST_TEST(!list_contains("", "close"));
  BOOST_TEST(list_contains(",,close,", "close"));
}

BOOST_AUTO_TEST_SUITE_END()
