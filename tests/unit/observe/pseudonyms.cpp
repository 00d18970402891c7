// tests/unit/observe/pseudonyms.cpp - hashes that stand for callers
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/observe/pseudonyms.hpp>

#include <boost/test/unit_test.hpp>

#include <string>

BOOST_AUTO_TEST_SUITE(observe_pseudonyms)

using mcpawl::secret;
using mcpawl::detail::pseudonyms;

BOOST_AUTO_TEST_CASE(they_are_hmac_sha256) {
  // RFC 4231, test cases 1 and 2
  pseudonyms one(secret(std::string(20, '\x0b')));
  BOOST_TEST(one.of("Hi There") == "b0344c61d8db3853");
  pseudonyms two(secret("Jefe"));
  BOOST_TEST(two.of("what do ya want for nothing?") == "5bdcc146bf60754e");
}

BOOST_AUTO_TEST_CASE(the_same_name_has_the_same_one_under_the_same_key) {
  secret const key = pseudonyms::random_key();
  pseudonyms one(key), other(key), stranger(pseudonyms::random_key());
  std::string const hash(one.of("alice"));
  BOOST_TEST(hash.size() == 16u);
  BOOST_TEST(one.of("alice") == hash);
  BOOST_TEST(other.of("alice") == hash);
  BOOST_TEST(stranger.of("alice") != hash);
  BOOST_TEST(one.of("bob") != hash);
  BOOST_TEST(one.of("").empty());
}

BOOST_AUTO_TEST_CASE(many_names_and_long_ones_are_told_apart) {
  pseudonyms one(secret(std::string(64, 'k')));
  std::string const first(one.of("name 0"));
  for (int i = 1; i != 1'000; ++i) BOOST_TEST(one.of("name " + std::to_string(i)) != first);
  BOOST_TEST(one.of("name 0") == first);
  std::string const long_name(10'000, 'x');
  std::string const of_long(one.of(long_name));
  BOOST_TEST(one.of(long_name + "y") != of_long);
  BOOST_TEST(one.of(long_name) == of_long);
}

BOOST_AUTO_TEST_SUITE_END()
