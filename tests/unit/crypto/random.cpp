// tests/unit/crypto/random.cpp - unpredictable bytes
// SPDX-License-Identifier: BSL-1.0
#include <boost/test/unit_test.hpp>

#include <mcpawl/crypto/random.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(crypto_random)

using namespace mcpawl;
using namespace mcpawl::detail;

BOOST_AUTO_TEST_CASE(hex_has_two_lower_case_digits_for_each_byte) {
  for (std::size_t bytes : {0u, 1u, 2u, 16u, 33u}) {
    std::string const text = random_hex(bytes);
    BOOST_TEST(text.size() == 2 * bytes);
    BOOST_TEST(text.find_first_not_of("0123456789abcdef") == std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(hex_does_not_repeat_and_uses_every_digit_everywhere) {
  std::set<std::string> seen;
  std::vector<std::set<char>> digits(32);
  for (int i = 0; i != 1000; ++i) {
    std::string const text = random_hex(16);
    seen.insert(text);
    for (std::size_t at = 0; at != text.size(); ++at) digits[at].insert(text[at]);
  }
  BOOST_TEST(seen.size() == 1000u);
  // a digit missing from one place in 1000 draws has probability 16 * 32 * (15/16)^1000 < 1e-25
  for (auto const& at : digits) BOOST_TEST(at.size() == 16u);
}

BOOST_AUTO_TEST_CASE(a_large_buffer_is_filled_to_its_last_byte) {
  std::vector<unsigned char> out((1 << 20) + 64);
  fill_random(out);
  auto const is_zero = [](unsigned char c) { return c == 0; };
  BOOST_TEST(!std::all_of(out.end() - 64, out.end(), is_zero));
  BOOST_TEST(!std::all_of(out.begin(), out.begin() + 64, is_zero));
}

BOOST_AUTO_TEST_SUITE_END()
