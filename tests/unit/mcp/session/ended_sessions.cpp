// tests/unit/mcp/session/ended_sessions.cpp - an id that was ended stays dead, and no longer than it could live
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/mcp/session/ended_sessions.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

BOOST_AUTO_TEST_SUITE(mcp_ended_sessions)

using namespace mcpawl;
using namespace mcpawl::detail;

BOOST_AUTO_TEST_CASE(an_empty_memory_knows_nothing) {
  ended_sessions const ended;
  BOOST_TEST(ended.size() == 0u);
  BOOST_TEST(!ended.contains(""));
  BOOST_TEST(!ended.contains("a"));
}

BOOST_AUTO_TEST_CASE(an_id_is_remembered_until_it_would_have_lapsed) {
  ended_sessions ended;
  ended.add("a", 100, 0);
  BOOST_TEST(ended.contains("a"));
  BOOST_TEST(!ended.contains("A"));
  ended.add("b", 200, 99);
  BOOST_TEST(ended.contains("a"));
  ended.add("c", 200, 100);
  BOOST_TEST(!ended.contains("a"));
  BOOST_TEST(ended.size() == 2u);
}

BOOST_AUTO_TEST_CASE(an_id_that_has_lapsed_already_is_not_kept) {
  ended_sessions ended;
  ended.add("a", 100, 100);
  BOOST_TEST(ended.size() == 0u);
  ended.add("a", 101, 100);
  BOOST_TEST(ended.size() == 1u);
}

BOOST_AUTO_TEST_CASE(an_id_that_is_ended_twice_takes_one_place) {
  ended_sessions ended;
  ended.add("a", 100, 0);
  ended.add("a", 100, 1);
  BOOST_TEST(ended.size() == 1u);
  ended.add("b", 300, 100);
  BOOST_TEST(ended.size() == 1u);
  BOOST_TEST(!ended.contains("a"));
}

BOOST_AUTO_TEST_SUITE_END()
