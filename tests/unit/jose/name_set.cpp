// tests/unit/jose/name_set.cpp - member names that were there before
// SPDX-License-Identifier: BSL-1.0
#include <boost/test/unit_test.hpp>

#include <mcpawl/jose/name_set.hpp>

#include <string>
#include <string_view>
#include <vector>

BOOST_AUTO_TEST_SUITE(jose_name_set)

using namespace mcpawl::jose::detail;

BOOST_AUTO_TEST_CASE(equal_names_are_found_and_different_ones_are_not) {
  using namespace std::string_view_literals;
  name_set<16> names;
  for (auto name : {""sv, "a"sv, "A"sv, "exp"sv, "exp\0"sv, "EXP"sv, "eaaap"sv, "ebaap"sv}) {
    BOOST_TEST((names.insert(name) == name_outcome::added));
  }
  for (auto name : {""sv, "a"sv, "exp"sv, "exp\0"sv, "ebaap"sv}) {
    BOOST_TEST((names.insert(name) == name_outcome::duplicate));
  }
  names.clear();
  BOOST_TEST((names.insert("exp") == name_outcome::added));
}

BOOST_AUTO_TEST_CASE(a_full_set_still_knows_its_names) {
  std::vector<std::string> const all{"one", "two", "three"};
  name_set<3> names;
  for (auto const& name : all) BOOST_TEST((names.insert(name) == name_outcome::added));
  BOOST_TEST((names.insert("two") == name_outcome::duplicate));
  BOOST_TEST((names.insert("four") == name_outcome::full));
}

BOOST_AUTO_TEST_SUITE_END()
