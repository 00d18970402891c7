// tests/unit/crypto/base64_avx2.cpp - 32 characters at a time, every byte at every place, against the
// alphabet
// SPDX-License-Identifier: BSL-1.0
#include <boost/test/unit_test.hpp>

#include <mcpawl/crypto/base64_codec.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

BOOST_AUTO_TEST_SUITE(crypto_base64_avx2)

using namespace mcpawl::detail;

namespace {

/** Decode with room for exactly the bytes there are, so that a sanitizer sees one too many. */
bool decodes(std::string_view text, std::string_view alphabet, std::string& out) {
  std::string bytes(unpadded_base64_bytes(text.size()), '\0');
  base64_values const values = values_of(alphabet);
  bool const good =
      decode_unpadded_base64(text, reinterpret_cast<unsigned char*>(bytes.data()), values, alphabet);
  out = bytes;
  return good;
}

std::string encoded(std::string_view bytes, std::string_view alphabet) {
  std::string text((bytes.size() * 4 + 2) / 3, '\0');
  encode_unpadded_base64(reinterpret_cast<unsigned char const*>(bytes.data()), bytes.size(), text.data(),
                         alphabet);
  return text;
}

void every_byte_at_every_place(std::string_view alphabet) {
  std::string const good = encoded(std::string(99, '\x5a'), alphabet);  // four times 32 characters and 4
  std::string bytes;
  for (std::size_t at = 0; at != good.size(); ++at) {
    for (int byte = 0; byte != 256; ++byte) {
      std::string text = good;
      text[at] = static_cast<char>(byte);
      bool const known = alphabet.find(text[at]) != std::string_view::npos;
      BOOST_REQUIRE(decodes(text, alphabet, bytes) == known);
      if (known) BOOST_REQUIRE(encoded(bytes, alphabet) == text);
    }
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_alphabet_and_nothing_else) {
  BOOST_TEST_MESSAGE("base64 by AVX2: " << (cpu_has_avx2() ? "yes" : "no, not on this CPU"));
  every_byte_at_every_place(base64url_alphabet);
  every_byte_at_every_place(base64_alphabet);
}

BOOST_AUTO_TEST_CASE(bytes_survive_at_every_length) {
  std::string bytes, back;
  unsigned state = 1;
  for (int i = 0; i != 300; ++i) {
    BOOST_REQUIRE(decodes(encoded(bytes, base64url_alphabet), base64url_alphabet, back));
    BOOST_REQUIRE(back == bytes);
    state = state * 1664525 + 1013904223;
    bytes += static_cast<char>(state >> 24);
  }
}

BOOST_AUTO_TEST_SUITE_END()
