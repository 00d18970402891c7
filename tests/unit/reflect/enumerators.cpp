// tests/unit/reflect/enumerators.cpp - names of enumerators, found without macros
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/reflect/enumerators.hpp>

#include <boost/describe/enum.hpp>
#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <string>

using mcpawl::detail::enumerators_of;

namespace names_of_enumerators {

enum class colour { red, green = 7, blue = -3, far = 128 };
enum class beyond { red, too_far = 129 };
enum class below { under = -17, red = 0 };
enum class bits : unsigned { none = 0, high = 1u << 20 };
enum class statuses { ok = 200, gone = 410 };
enum class renamed { one = 1, far = 5'000 };
enum c_style { c_none, c_five = 5 };
enum class tiny : std::uint8_t { zero, high = 128 };
enum class flags : unsigned { none = 0, read = 1, write = 2, execute = 4 };
enum class same { first = 1, alias = 1 };
enum class nothing {};
enum class truth : bool { no, yes };
BOOST_DEFINE_ENUM_CLASS(described, zwei, eins)
enum class big { small = 1, large = 100'000 };
BOOST_DESCRIBE_ENUM(big, small, large)

namespace {
enum class hidden { in, out };
}

}  // namespace names_of_enumerators

template <>
inline constexpr auto mcpawl::enumerators<names_of_enumerators::renamed> =
    mcpawl::enumerator_names<names_of_enumerators::renamed>(
        {{names_of_enumerators::renamed::far, "far away"}, {names_of_enumerators::renamed::one, "one"}});

namespace names_of_enumerators {

template <class E>
std::string list() {
  std::string text;
  for (auto const& e : enumerators_of<E>)
    ((text += e.name) += '=') += std::to_string(static_cast<int>(e.value)) + ' ';
  return text;
}

BOOST_AUTO_TEST_SUITE(reflect_enumerators)

BOOST_AUTO_TEST_CASE(enumerators_in_range_are_found_by_value) {
  BOOST_TEST(list<colour>() == "blue=-3 red=0 green=7 far=128 ");
  BOOST_TEST(list<c_style>() == "c_none=0 c_five=5 ");
  BOOST_TEST(list<tiny>() == "zero=0 high=128 ");
  BOOST_TEST(list<flags>() == "none=0 read=1 write=2 execute=4 ");
  BOOST_TEST(list<truth>() == "no=0 yes=1 ");
  BOOST_TEST(list<hidden>() == "in=0 out=1 ");
}

BOOST_AUTO_TEST_CASE(two_names_of_one_value_are_one) { BOOST_TEST(enumerators_of<same>.size() == 1u); }

BOOST_AUTO_TEST_CASE(an_enumeration_without_enumerators_has_none) {
  BOOST_TEST(enumerators_of<nothing>.empty());
}

BOOST_AUTO_TEST_CASE(listed_enumerations_have_the_names_of_the_list) {
  BOOST_TEST(list<renamed>() == "far away=5000 one=1 ");
}

BOOST_AUTO_TEST_CASE(enumerators_outside_of_the_range_are_noticed) {
  using mcpawl::detail::has_enumerators_outside;
  static_assert(has_enumerators_outside<beyond>() && has_enumerators_outside<below>());
  static_assert(has_enumerators_outside<bits>() && has_enumerators_outside<statuses>());
  static_assert(!has_enumerators_outside<colour>() && !has_enumerators_outside<tiny>());
  static_assert(!has_enumerators_outside<renamed>() && !has_enumerators_outside<big>());
  static_assert(!has_enumerators_outside<c_style>() && !has_enumerators_outside<truth>());
  BOOST_TEST(has_enumerators_outside<beyond>());
}

BOOST_AUTO_TEST_CASE(local_enumerations_are_reflected) {
  enum class local { left, right };
  BOOST_TEST(list<local>() == "left=0 right=1 ");
}

BOOST_AUTO_TEST_CASE(described_enumerations_keep_their_order_and_have_no_range) {
  BOOST_TEST(list<described>() == "zwei=0 eins=1 ");
  BOOST_TEST(list<big>() == "small=1 large=100000 ");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace names_of_enumerators
