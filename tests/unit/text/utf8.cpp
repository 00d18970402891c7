// tests/unit/text/utf8.cpp - code points, good ones and broken ones
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/text/utf8.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

BOOST_AUTO_TEST_SUITE(reflect_utf8)

using mcpawl::detail::count_code_points;
using mcpawl::detail::first_code_point;

namespace {

std::string utf8(char32_t c) {
  auto const byte = [](char32_t bits) { return static_cast<char>(static_cast<unsigned char>(bits)); };
  if (c < 0x80) return {byte(c)};
  if (c < 0x800) return {byte(0xc0 | (c >> 6)), byte(0x80 | (c & 0x3f))};
  if (c < 0x10000) return {byte(0xe0 | (c >> 12)), byte(0x80 | ((c >> 6) & 0x3f)), byte(0x80 | (c & 0x3f))};
  return {byte(0xf0 | (c >> 18)), byte(0x80 | ((c >> 12) & 0x3f)), byte(0x80 | ((c >> 6) & 0x3f)),
          byte(0x80 | (c & 0x3f))};
}

// how a text falls apart: the sizes of its code points, negative where broken
std::vector<int> sizes(std::string_view text) {
  std::vector<int> result;
  while (!text.empty()) {
    auto const point = first_code_point(text);
    result.push_back(point.valid ? static_cast<int>(point.size) : -static_cast<int>(point.size));
    text.remove_prefix(point.size);
  }
  return result;
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_scalar_value_is_read_back) {
  for (char32_t c = 0; c <= 0x10ffff; ++c) {
    auto const text = utf8(c);
    auto const point = first_code_point(text);
    bool const surrogate = c >= 0xd800 && c <= 0xdfff;
    if (point.valid == surrogate || (!surrogate && (point.value != c || point.size != text.size()))) {
      BOOST_ERROR("code point " << static_cast<unsigned long>(c));
    }
  }
}

BOOST_AUTO_TEST_CASE(broken_sequences_end_where_they_stop_being_right) {
  using list = std::vector<int>;
  BOOST_TEST(sizes("\x80") == (list{-1}), boost::test_tools::per_element());
  BOOST_TEST(sizes("\xff\xfe") == (list{-1, -1}), boost::test_tools::per_element());
  BOOST_TEST(sizes("\xc0\xaf") == (list{-1, -1}), boost::test_tools::per_element());
  BOOST_TEST(sizes("\xc3") == (list{-1}), boost::test_tools::per_element());
  BOOST_TEST(sizes("\xc3(") == (list{-1, 1}), boost::test_tools::per_element());
  BOOST_TEST(sizes("\xe2\x82") == (list{-2}), boost::test_tools::per_element());
  BOOST_TEST(sizes("\xe2\x82(") == (list{-2, 1}), boost::test_tools::per_element());
  BOOST_TEST(sizes("\xed\xa0\x80") == (list{-1, -1, -1}), boost::test_tools::per_element());
  BOOST_TEST(sizes("\xe0\x9f\x80") == (list{-1, -1, -1}), boost::test_tools::per_element());
  BOOST_TEST(sizes("\xf0\x8f\x80\x80") == (list{-1, -1, -1, -1}), boost::test_tools::per_element());
  BOOST_TEST(sizes("\xf0\x9f\x98") == (list{-3}), boost::test_tools::per_element());
  BOOST_TEST(sizes("\xf4\x90\x80\x80") == (list{-1, -1, -1, -1}), boost::test_tools::per_element());
  BOOST_TEST(sizes("\xf5\x80") == (list{-1, -1}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(code_points_are_counted_not_bytes) {
  BOOST_TEST(count_code_points("") == 0u);
  BOOST_TEST(count_code_points("abc") == 3u);
  BOOST_TEST(count_code_points("h\xc3\xa4tte \xf0\x9f\x98\x80") == 7u);
  BOOST_TEST(count_code_points(std::string_view("a\0b", 3)) == 3u);
  BOOST_TEST(count_code_points("\xe2\x82(\xff") == 3u);
}

BOOST_AUTO_TEST_SUITE_END()
