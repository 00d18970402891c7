// tests/unit/crypto/hex.cpp - hexadecimal digits are a key of the right size, or nothing
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/crypto/hex.hpp>

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <string>
#include <string_view>

BOOST_AUTO_TEST_SUITE(crypto_hex)

using mcpawl::decode_hex;

BOOST_AUTO_TEST_CASE(the_vectors_of_rfc_4648) {
  // section 10
  std::string_view const words = "foobar", digits = "666F6F626172";
  for (std::size_t n = 0; n <= words.size(); ++n)
    BOOST_TEST(decode_hex(digits.substr(0, 2 * n), n).value().reveal() == words.substr(0, n));
}

BOOST_AUTO_TEST_CASE(every_byte_in_both_cases) {
  for (unsigned byte = 0; byte != 256; ++byte) {
    for (std::string_view const alphabet : {"0123456789abcdef", "0123456789ABCDEF"}) {
      std::string const text{alphabet[byte / 16], alphabet[byte % 16]};
      auto const read = decode_hex(text, 1);
      BOOST_REQUIRE(read);
      BOOST_TEST(static_cast<unsigned char>(read->reveal().front()) == byte);
    }
  }
}

BOOST_AUTO_TEST_CASE(another_size_is_nothing) {
  std::string const key(64, 'a');
  BOOST_TEST(decode_hex(key, 32).value().reveal() == std::string(32, '\xaa'));
  for (std::size_t const size : {0u, 1u, 2u, 62u, 63u, 65u, 66u, 128u, 100000u})
    BOOST_TEST(!decode_hex(std::string(size, 'a'), 32), size);
  BOOST_TEST(!decode_hex("aaa", 1));
  BOOST_TEST(!decode_hex("", static_cast<std::size_t>(-1)));
}

BOOST_AUTO_TEST_CASE(every_other_character_is_nothing) {
  for (int c = 0; c != 256; ++c) {
    bool const digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    for (std::size_t at = 0; at != 4; ++at) {
      std::string text = "00ff";
      text[at] = static_cast<char>(c);
      BOOST_TEST(decode_hex(text, 2).has_value() == digit, c);
    }
  }
  for (std::string_view const text : {"0x12", "+1-1", " 1 1", "1 2 ", "\xef\xbc\x91\xef\xbc\x91"})
    BOOST_TEST(!decode_hex(text, text.size() / 2), text);
}

BOOST_AUTO_TEST_SUITE_END()
