// tests/unit/core/secret.cpp - wiping and comparing
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/core/secret.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>

BOOST_AUTO_TEST_SUITE(core_secret)

BOOST_AUTO_TEST_CASE(wipe_leaves_only_zeros) {
  std::string text = "a secret of more than a few bytes";
  mcpawl::wipe(text.data(), text.size());
  BOOST_TEST(text == std::string(text.size(), '\0'));
  mcpawl::wipe(nullptr, 0);
}

BOOST_AUTO_TEST_CASE(equal_means_equal_in_every_byte) {
  BOOST_TEST(mcpawl::equal_in_constant_time("", ""));
  BOOST_TEST(mcpawl::equal_in_constant_time("abc", "abc"));
  BOOST_TEST(!mcpawl::equal_in_constant_time("abc", "abd"));
  BOOST_TEST(!mcpawl::equal_in_constant_time("abc", "bbc"));
  BOOST_TEST(!mcpawl::equal_in_constant_time("abc", "ab"));
  BOOST_TEST(!mcpawl::equal_in_constant_time(std::string("a\0b", 3), std::string("a\0c", 3)));
}

BOOST_AUTO_TEST_CASE(a_move_leaves_nothing_behind) {
  mcpawl::secret from{std::string("short")};  // short strings are copied by a move
  mcpawl::secret const to{std::move(from)};
  BOOST_TEST(from.empty());  // NOLINT(bugprone-use-after-move): that is the point
  BOOST_TEST(to.reveal() == "short");
  mcpawl::secret assigned;
  from = mcpawl::secret{std::string("other")};
  assigned = std::move(from);
  BOOST_TEST(from.empty());  // NOLINT(bugprone-use-after-move)
  BOOST_TEST(assigned.reveal() == "other");
}

BOOST_AUTO_TEST_CASE(copies_are_equal_and_independent) {
  mcpawl::secret a{std::string("value")};
  mcpawl::secret const b = a;
  BOOST_TEST((a == b));
  a.clear();
  BOOST_TEST(b.reveal() == "value");
}

BOOST_AUTO_TEST_SUITE_END()
