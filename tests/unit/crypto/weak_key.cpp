// tests/unit/crypto/weak_key.cpp - keys that nobody drew at random are told apart from those that somebody
// did
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/crypto/random.hpp>
#include <mcpawl/crypto/weak_key.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstddef>
#include <string>

BOOST_AUTO_TEST_SUITE(crypto_weak_key)

using mcpawl::is_weak_key;
using mcpawl::secret;

BOOST_AUTO_TEST_CASE(patterns_are_weak) {
  BOOST_TEST(is_weak_key(secret(std::string(32, '\0'))));
  BOOST_TEST(is_weak_key(secret(std::string(32, '\xab'))));
  BOOST_TEST(is_weak_key(secret(std::string())));
  for (std::size_t const period : {1u, 2u, 3u, 5u, 7u, 8u}) {
    std::string text;
    for (std::size_t i = 0; i != 32; ++i) text += "q9!xA_7z"[i % period];
    BOOST_TEST(is_weak_key(secret(text)), period);
  }
  for (int const step : {1, -1, 17, 128}) {
    std::string text;
    for (int i = 0; i != 32; ++i) text += static_cast<char>(200 + i * step);
    BOOST_TEST(is_weak_key(secret(text)), step);
  }
}

BOOST_AUTO_TEST_CASE(what_has_no_pattern_is_not) {
  for (int i = 0; i != 1000; ++i) {
    std::array<unsigned char, 32> bytes;
    mcpawl::detail::fill_random(bytes);
    BOOST_TEST_REQUIRE(!is_weak_key(secret(std::string(bytes.begin(), bytes.end()))));
  }
  // one byte of it breaks a pattern
  std::string almost(32, 'a');
  almost.back() = 'b';
  BOOST_TEST(!is_weak_key(secret(almost)));
  BOOST_TEST(!is_weak_key(secret(std::string("q9!xA_7zq9!xA_7zq9!xA_7zq9!xA_7y"))));
}

BOOST_AUTO_TEST_SUITE_END()
