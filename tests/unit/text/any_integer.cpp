// tests/unit/text/any_integer.cpp - integers of all widths compare by value
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/text/any_integer.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <limits>
#include <string>
#include <utility>

BOOST_AUTO_TEST_SUITE(reflect_any_integer)

using mcpawl::detail::any_integer;

namespace {

template <class A, class B>
void compare(A a, B b) {
  BOOST_TEST((any_integer(a) < any_integer(b)) == std::cmp_less(a, b));
  BOOST_TEST((any_integer(b) < any_integer(a)) == std::cmp_less(b, a));
  BOOST_TEST((any_integer(a) == any_integer(b)) == std::cmp_equal(a, b));
}

std::string text(any_integer value) {
  std::string out;
  value.append_to(out);
  return out;
}

constexpr auto least = std::numeric_limits<std::int64_t>::min();
constexpr auto most = std::numeric_limits<std::uint64_t>::max();

}  // namespace

BOOST_AUTO_TEST_CASE(order_is_by_value_across_types) {
  compare(0, 0u);
  compare(-1, most);
  compare(least, most);
  compare(least, least + 1);
  compare(-3, -2);
  compare(most, most - 1);
  compare(std::numeric_limits<std::int64_t>::max(), std::uint64_t{1} << 63);
  compare(static_cast<signed char>(-128), 127);
}

BOOST_AUTO_TEST_CASE(values_come_out_as_they_went_in) {
  BOOST_TEST(any_integer(least).as<std::int64_t>() == least);
  BOOST_TEST(any_integer(most).as<std::uint64_t>() == most);
  BOOST_TEST(any_integer(-128).as<signed char>() == -128);
  BOOST_TEST(any_integer(65535u).as<std::uint16_t>() == 65535);
  BOOST_TEST(text(any_integer(least)) == "-9223372036854775808");
  BOOST_TEST(text(any_integer(most)) == "18446744073709551615");
  BOOST_TEST(text(any_integer(0)) == "0");
}

BOOST_AUTO_TEST_CASE(integral_doubles_are_taken_exactly) {
  BOOST_TEST(text(any_integer::of_double(-9223372036854775808.0)) == "-9223372036854775808");
  BOOST_TEST(text(any_integer::of_double(18446744073709549568.0)) == "18446744073709549568");
  BOOST_TEST((any_integer::of_double(-0.0) == any_integer(0)));
}

BOOST_AUTO_TEST_SUITE_END()
