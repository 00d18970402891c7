// tests/unit/text/fixed_number.cpp - numbers of so many digits or bytes
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/text/fixed_number.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

BOOST_AUTO_TEST_SUITE(text_fixed_number)

using namespace mcpawl::detail;

BOOST_AUTO_TEST_CASE(digits_are_always_as_many) {
  constexpr auto most = std::numeric_limits<std::uint64_t>::max();
  BOOST_TEST(hex_number(0) == "0000000000000000");
  BOOST_TEST(hex_number(0x0123456789abcdef) == "0123456789abcdef");
  BOOST_TEST(hex_number(most) == "ffffffffffffffff");
  BOOST_TEST(padded_number(0, 1) == "0");
  BOOST_TEST(padded_number(42, 5) == "00042");
  BOOST_TEST(padded_number(most, 20) == "18446744073709551615");
}

BOOST_AUTO_TEST_CASE(bytes_come_with_the_most_significant_first) {
  std::string out = "x";
  append_big_endian(out, 0x0102, 2);
  append_big_endian(out, 0xfffefdfcfbfaf9f8, 8);
  append_big_endian(out, 7, 0);
  BOOST_TEST(out == std::string("x\x01\x02\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8"));
  std::string_view const bytes = out;
  BOOST_TEST(read_big_endian(bytes.substr(1, 2)) == 0x0102u);
  BOOST_TEST(read_big_endian(bytes.substr(3)) == 0xfffefdfcfbfaf9f8u);
  BOOST_TEST(read_big_endian("") == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
