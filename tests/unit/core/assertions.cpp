// tests/unit/core/assertions.cpp - BOOST_TEST with one argument, as the test programs have it
// SPDX-License-Identifier: BSL-1.0
#include <boost/test/results_collector.hpp>
#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "../../support/assertions.hpp"

BOOST_AUTO_TEST_SUITE(core_assertions)

using mcpawl_tests::judge;
using mcpawl_tests::start;

namespace {

std::string refusal(mcpawl_tests::outcome judged) {
  return judged.passed ? "passed" : mcpawl_tests::complaint();
}

}  // namespace

BOOST_AUTO_TEST_CASE(each_comparison_is_made_and_its_values_are_told) {
  int const two = 2;
  BOOST_REQUIRE_EQUAL(refusal(judge(start{}->*two == 2)), "passed");
  BOOST_REQUIRE_EQUAL(refusal(judge(start{}->*two == 3)), " [2 != 3]");
  BOOST_REQUIRE_EQUAL(refusal(judge(start{}->*two != 3)), "passed");
  BOOST_REQUIRE_EQUAL(refusal(judge(start{}->*two != 2)), " [2 == 2]");
  BOOST_REQUIRE_EQUAL(refusal(judge(start{}->*two < 3)), "passed");
  BOOST_REQUIRE_EQUAL(refusal(judge(start{}->*two < 2)), " [2 >= 2]");
  BOOST_REQUIRE_EQUAL(refusal(judge(start{}->*two <= 2)), "passed");
  BOOST_REQUIRE_EQUAL(refusal(judge(start{}->*two <= 1)), " [2 > 1]");
  BOOST_REQUIRE_EQUAL(refusal(judge(start{}->*two > 1)), "passed");
  BOOST_REQUIRE_EQUAL(refusal(judge(start{}->*two > 2)), " [2 <= 2]");
  BOOST_REQUIRE_EQUAL(refusal(judge(start{}->*two >= 2)), "passed");
  BOOST_REQUIRE_EQUAL(refusal(judge(start{}->*two >= 3)), " [2 < 3]");
  BOOST_REQUIRE_EQUAL(refusal(judge(start{}->*two + 1 == 2)), " [3 != 2]");
}

BOOST_AUTO_TEST_CASE(texts_are_compared_by_what_they_say) {
  std::string const text = "one";
  char const same[] = "one";
  char const* const pointer = text.c_str();
  BOOST_REQUIRE_EQUAL(refusal(judge(start{}->*text == "one")), "passed");
  BOOST_REQUIRE_EQUAL(refusal(judge(start{}->*text == "two")), " [one != two]");
  BOOST_REQUIRE_EQUAL(refusal(judge(start{}->*pointer == same)), "passed");
  BOOST_REQUIRE_EQUAL(refusal(judge(start{}->*pointer == "two")), " [one != two]");
  BOOST_REQUIRE_EQUAL(refusal(judge(start{}->*"one" == std::string_view{"one"})), "passed");
  BOOST_REQUIRE_EQUAL(refusal(judge(start{}->*std::string_view("one\0", 4) == "one")),
                      std::string(" [one\0 != one]", 14));
  BOOST_REQUIRE_EQUAL(refusal(judge(start{}->*pointer == nullptr)), " [one != nullptr]");
}

BOOST_AUTO_TEST_CASE(a_value_alone_is_taken_for_a_condition) {
  bool const wrong = false;
  BOOST_REQUIRE_EQUAL(refusal(judge(start{}->*std::make_unique<int>(0))), "passed");
  BOOST_REQUIRE_EQUAL(refusal(judge(start{}->*0)), " ['0' evaluates to false]");
  BOOST_REQUIRE_EQUAL(refusal(judge(start{}->*wrong)), "");
  BOOST_REQUIRE_EQUAL(refusal(judge(start{}->*!wrong)), "passed");
}

BOOST_AUTO_TEST_CASE(a_failure_is_counted, *boost::unit_test::expected_failures(2)) {
  auto const failures = [] {
    return boost::unit_test::results_collector.results(boost::unit_test::framework::current_test_case_id())
        .p_assertions_failed.get();
  };
  std::vector<int> const none;
  BOOST_TEST(none.size() == 1u);
  BOOST_REQUIRE_EQUAL(failures(), 1u);
  BOOST_TEST(!none.empty());
  BOOST_REQUIRE_EQUAL(failures(), 2u);
  BOOST_TEST(none.empty());
  BOOST_REQUIRE_EQUAL(failures(), 2u);
}

BOOST_AUTO_TEST_SUITE_END()
