// tests/unit/reflect/docs.cpp - what docs say reaches the fields they name
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/reflect/docs.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace reflect_docs_types {

struct undocumented {
  int a;
};
struct documented {
  int first;
  std::optional<std::uint8_t> second;
  std::string third;
  double fourth;
};

}  // namespace reflect_docs_types

// out of order, and not all of them
template <>
inline constexpr auto mcpawl::docs<reflect_docs_types::documented> = mcpawl::fields(
    mcpawl::field<&reflect_docs_types::documented::third>("Third.").pattern("^a*$").format("date").named(
        "3rd"),
    mcpawl::field<&reflect_docs_types::documented::second>("Second.").minimum(0).maximum(255),
    mcpawl::field<&reflect_docs_types::documented::fourth>().minimum(-1).maximum(1.5f));

namespace reflect_docs_types {

using mcpawl::detail::any_integer;
using mcpawl::detail::rules_of;

BOOST_AUTO_TEST_SUITE(reflect_docs)

BOOST_AUTO_TEST_CASE(rules_are_in_the_order_of_the_fields) {
  auto const& rules = rules_of<documented>;
  BOOST_TEST(rules.size() == 4u);
  BOOST_TEST(rules[0].name == "first");
  BOOST_TEST(rules[0].description == "");
  BOOST_TEST(!rules[0].least.has_value());
  BOOST_TEST(rules[1].description == "Second.");
  BOOST_TEST((rules[1].most == any_integer(255)));
  BOOST_TEST(rules[2].name == "3rd");
  BOOST_TEST(rules[2].pattern == "^a*$");
  BOOST_TEST(rules[3].minimum.value() == -1);
  BOOST_TEST(rules[3].maximum.value() == 1.5);
}

BOOST_AUTO_TEST_CASE(a_struct_without_docs_has_names_only) {
  BOOST_TEST(rules_of<undocumented>[0].name == "a");
  BOOST_TEST(rules_of<undocumented>[0].max_length == mcpawl::detail::field_rules::unlimited);
}

BOOST_AUTO_TEST_CASE(a_bound_leaves_the_others_alone) {
  constexpr auto begun = mcpawl::field<&documented::first>("x").minimum(1);
  constexpr auto ended = begun.maximum(2).defaulted();
  BOOST_TEST(!begun.rules().most.has_value());
  BOOST_TEST((ended.rules().least == any_integer(1)));
  BOOST_TEST(ended.rules().defaulted);
  BOOST_TEST(ended.rules().description == "x");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace reflect_docs_types
