// tests/unit/observe/allocations.cpp - a line of the access log costs no allocation
// SPDX-License-Identifier: BSL-1.0
#include "../../support/counted_new.hpp"

#ifndef SUPPORT_OWN_NEW_IMPOSSIBLE
#include <mcpawl/observe/record_line.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstddef>
#include <string>

BOOST_AUTO_TEST_SUITE(observe_allocations)

using namespace std::chrono_literals;

BOOST_AUTO_TEST_CASE(a_line_costs_no_allocation_once_the_thread_has_its_memory) {
  auto const write = [](std::string const& text) {
    mcpawl::detail::record_line line(std::chrono::system_clock::now(), "info", "e");
    for (int i = 0; i != 20; ++i) line.text("a", text).number("n", i).seconds("s", 1s);
    return line.done().size();
  };
  std::string const text(200, 'x');
  write(text);
  std::size_t const before = support::news;
  BOOST_TEST(write(text) > 4'000u);
  BOOST_TEST(support::news == before);
}

BOOST_AUTO_TEST_SUITE_END()
#endif
