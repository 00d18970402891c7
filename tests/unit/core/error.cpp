// tests/unit/core/error.cpp - enumerations become codes, codes compare with conditions
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/core/error.hpp>
#include <mcpawl/jsonrpc/errc.hpp>

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(core_error)

BOOST_AUTO_TEST_CASE(a_code_knows_its_text_category_and_condition) {
  mcpawl::error_code const code = mcpawl::detail::json_errc::too_deep;
  BOOST_TEST(code.message() == "JSON nested too deeply");
  BOOST_TEST(std::string(code.category().name()) == "mcpawl.json");
  BOOST_TEST((code == mcpawl::condition::too_large));
  BOOST_TEST((code != mcpawl::condition::malformed));
  BOOST_TEST((code == mcpawl::detail::json_errc::too_deep));
}

BOOST_AUTO_TEST_CASE(every_condition_has_a_text) {
  for (int value = 1; value <= static_cast<int>(mcpawl::condition::internal); ++value)
    BOOST_TEST(mcpawl::make_error_condition(static_cast<mcpawl::condition>(value)).message() !=
               "unknown condition");
}

BOOST_AUTO_TEST_SUITE_END()
