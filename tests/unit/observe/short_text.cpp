// tests/unit/observe/short_text.cpp - texts of bounded length without an allocation
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/observe/short_text.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>

BOOST_AUTO_TEST_SUITE(observe_short_text)

using mcpawl::detail::short_text;

BOOST_AUTO_TEST_CASE(a_text_is_kept_and_what_is_beyond_is_cut) {
  short_text<4> text;
  BOOST_TEST(text.view() == "");
  for (std::string const whole : {"", "a", "abc", "abcd", "abcde", "abcdefgh"}) {
    text = whole;
    BOOST_TEST(text.view() == whole.substr(0, 4));
  }
  text = std::string_view();
  BOOST_TEST(text.view() == "");
}

BOOST_AUTO_TEST_CASE(copies_have_their_own_bytes) {
  short_text<8> first;
  first = "first";
  short_text<8> copy(first), other;
  other = copy;
  first = "second";
  BOOST_TEST(copy.view() == "first");
  BOOST_TEST(other.view() == "first");
  // to itself, and to a part of itself
  short_text<8> const& same = first;
  first = same;
  BOOST_TEST(first.view() == "second");
  first = first.view().substr(2);
  BOOST_TEST(first.view() == "cond");
}

BOOST_AUTO_TEST_SUITE_END()
