// tests/unit/reflect/initialisers.cpp - which members have default member initialisers
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/reflect/initialisers.hpp>
#include <mcpawl/reflect/model.hpp>

#include <boost/test/unit_test.hpp>

#include <map>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

BOOST_AUTO_TEST_SUITE(reflect_initialisers)

using mcpawl::detail::field_flags;
using mcpawl::detail::initialised_scalars;
using mcpawl::detail::observe_initialised;

namespace {

enum class colour { red, green };

struct none {
  int a, b;
  double c;
};
struct all {
  std::string text;
  int zero = 0;
  bool no = false;
  std::map<std::string, int> map;
  colour c{};
};
struct mixed_trivial {
  int a;
  int zero = 0;
  bool b;
  bool no = false;
};
struct mixed_with_strings {
  std::string text;
  int a;
  std::vector<std::string> list;
  int zero = 0;
  colour c;
  colour red = colour::red;
  double d;
  double two = 2;
};
struct mixed_with_map {
  std::map<std::string, int> map;
  bool b;
  bool no = false;
  bool e;
  bool yes = true;
  signed char pad = 'x';
  short s;
  short zero = 0;
};
struct mixed_at_run_time {
  std::string text = std::to_string(42);
  int a;
  int zero = 0;
};
struct nested {
  mixed_trivial inner;
  int a;
  int zero = 0;
};

template <class T>
std::string shown(field_flags<T> const& flags) {
  std::string text;
  for (bool flag : flags) text += flag ? '1' : '0';
  return text;
}

template <class T>
void check(std::string const& expected) {
  BOOST_TEST(shown<T>(initialised_scalars<T>()) == expected);
  BOOST_TEST(shown<T>(observe_initialised<T>()) == expected);
}

}  // namespace

BOOST_AUTO_TEST_CASE(scalars_with_an_initialiser_are_told_from_those_without) {
  check<none>("000");
  check<all>("01101");
  check<mixed_trivial>("0101");
  check<mixed_with_strings>("00010101");
  check<mixed_at_run_time>("001");
  check<nested>("001");
}

BOOST_AUTO_TEST_CASE(a_map_in_the_struct_does_not_hide_them) { check<mixed_with_map>("00101101"); }

BOOST_AUTO_TEST_SUITE_END()
