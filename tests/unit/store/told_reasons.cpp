// tests/unit/store/told_reasons.cpp - a reason is news once, until there was a connection
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/store/told_reasons.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

BOOST_AUTO_TEST_CASE(store_told_reasons) {
  mcpawl::detail::told_reasons told;
  BOOST_TEST(told.is_new("refused"));
  BOOST_TEST(!told.is_new("refused"));
  BOOST_TEST(told.is_new(""));
  // two that take turns are two
  BOOST_TEST(told.is_new("loading"));
  BOOST_TEST(!told.is_new("refused"));
  BOOST_TEST(!told.is_new("loading"));
  told.forget();
  BOOST_TEST(told.is_new("refused"));
  // a server that says something else each time does not fill the log
  int lines = 0;
  for (int i = 0; i != 1000; ++i) lines += told.is_new(std::to_string(i));
  BOOST_TEST(lines == 15);
}
