// tests/unit/crypto/base64url_avx2.cpp - blocks of base64url are decoded as single characters are
#include <boost/test/unit_test.hpp>

#include <mcpawl/crypto/base64url.hpp>
#include <mcpawl/crypto/base64url_avx2.hpp>

#include <cstddef>
#include <random>
#include <string>
#include <string_view>
#include <vector>

using namespace mcpawl;

namespace {

using bytes = std::vector<unsigned char>;

/** Decode without blocks; empty if that is refused. */
bytes decode_singly(std::string_view text) {
  bytes out(detail::unpadded_base64_bytes(text.size()));
  bool const good = detail::decode_unpadded_base64(text, out.data(), detail::base64url_decoding);
  return good ? out : bytes{};
}

bytes decode(std::string_view text) {
  bytes out(detail::unpadded_base64_bytes(text.size()));  // not a byte of room more
  return decode_base64url(text, out).has_value() ? out : bytes{};
}

std::string random_text(std::mt19937& random, std::size_t size) {
  std::string text(size, ' ');
  for (char& c : text) c = detail::base64url_alphabet[random() % 64];
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(crypto_base64url_avx2)

BOOST_AUTO_TEST_CASE(every_character_has_its_value_in_every_place) {
  for (std::size_t at = 0; at != 32; ++at) {
    for (char c : detail::base64url_alphabet) {
      std::string text(32, 'k');
      text[at] = c;
      BOOST_REQUIRE((decode(text) == decode_singly(text)));
      BOOST_REQUIRE(decode(text).size() == 24u);
    }
  }
}

BOOST_AUTO_TEST_CASE(every_other_byte_is_refused_in_every_place) {
  for (std::size_t at = 0; at != 70; ++at) {
    for (int c = 0; c != 256; ++c) {
      if (detail::base64url_alphabet.find(static_cast<char>(c)) != std::string_view::npos) continue;
      std::string text(70, 'w');
      text[at] = static_cast<char>(c);
      BOOST_REQUIRE(decode(text).empty());
    }
  }
}

BOOST_AUTO_TEST_CASE(texts_of_every_length_are_decoded_alike) {
  std::mt19937 random{4648};
  for (std::size_t size = 0; size != 300; ++size) {
    for (int i = 0; i != 20; ++i) {
      std::string const text = random_text(random, size);
      BOOST_REQUIRE((decode(text) == decode_singly(text)));
    }
  }
}

BOOST_AUTO_TEST_CASE(groups_are_decoded_up_to_the_block_with_a_bad_character) {
  std::mt19937 random{7515};
  std::string text = random_text(random, 200);
  bytes out(150);
  std::size_t const all = detail::decode_base64url_blocks(text, out.data());
  BOOST_TEST((all == 200 || all == 0));  // or the CPU has no AVX2
  text[100] = '=';
  std::size_t const some = detail::decode_base64url_blocks(text, out.data());
  BOOST_TEST((some == 96 || all == 0));
  text[100] = 'A';
  text[195] = '=';
  BOOST_TEST((detail::decode_base64url_blocks(text, out.data()) == 192 || all == 0));
  BOOST_TEST((detail::decode_base64url_blocks(text.substr(0, 195), out.data()) == 192 || all == 0));
  BOOST_TEST((detail::decode_base64url_blocks(text.substr(0, 191), out.data()) == 188 || all == 0));
  BOOST_TEST(detail::decode_base64url_blocks(text.substr(0, 31), out.data()) == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
