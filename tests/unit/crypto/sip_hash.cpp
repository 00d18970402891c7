// tests/unit/crypto/sip_hash.cpp - the hash of the paper, bit for bit
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/crypto/sip_hash.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <set>
#include <string>

BOOST_AUTO_TEST_SUITE(crypto_sip_hash)

using mcpawl::detail::sip_hash;

sip_hash::key_type counting_key() {
  sip_hash::key_type key{};
  for (unsigned char i = 0; i != 16; ++i) key[i] = i;
  return key;
}

std::string counting(std::size_t size) {
  std::string text;
  for (std::size_t i = 0; i != size; ++i) text += static_cast<char>(i);
  return text;
}

BOOST_AUTO_TEST_CASE(it_is_the_one_of_the_paper) {
  sip_hash const hash(counting_key());
  // "SipHash: a fast short-input PRF", appendix A, and the first of the vectors published with it
  BOOST_TEST(hash(counting(15)) == 0xa129ca6149be45e5U);
  BOOST_TEST(hash("") == 0x726fdb47dd0e0e31U);
  BOOST_TEST(hash(counting(1)) == 0x74f839c593dc67fdU);
  BOOST_TEST(hash(counting(8)) == 0x93f5f5799a932462U);
}

BOOST_AUTO_TEST_CASE(every_byte_the_length_and_the_key_count) {
  sip_hash const hash(counting_key());
  std::set<std::uint64_t> seen;
  for (std::size_t size = 0; size != 40; ++size) {
    seen.insert(hash(std::string(size, '\0')));
    for (std::size_t i = 0; i != size; ++i) {
      std::string text(size, '\0');
      text[i] = '\x80';
      seen.insert(hash(text));
    }
  }
  BOOST_TEST(seen.size() == 40u + 39u * 40u / 2u);
  auto other = counting_key();
  other[15] ^= 1;
  BOOST_TEST(sip_hash(other)("alice") != hash("alice"));
}

BOOST_AUTO_TEST_SUITE_END()
