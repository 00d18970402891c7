// tests/unit/crypto/base64.cpp - base64 with padding
// SPDX-License-Identifier: BSL-1.0
#include <boost/test/unit_test.hpp>

#include <mcpawl/crypto/base64.hpp>

#include <string>
#include <string_view>

BOOST_AUTO_TEST_SUITE(crypto_base64)

using namespace mcpawl;
using namespace mcpawl::detail;

BOOST_AUTO_TEST_CASE(rfc_4648_section_10_vectors_go_both_ways) {
  struct vector {
    std::string_view bytes, text;
  };
  for (auto [bytes, text] : {vector{"", ""},
                             {"f", "Zg=="},
                             {"fo", "Zm8="},
                             {"foo", "Zm9v"},
                             {"foob", "Zm9vYg=="},
                             {"fooba", "Zm9vYmE="},
                             {"foobar", "Zm9vYmFy"}}) {
    BOOST_TEST(encode_base64(bytes) == text);
    BOOST_TEST(decode_base64(text).value() == bytes);
  }
}

BOOST_AUTO_TEST_CASE(all_bytes_survive_at_every_length) {
  std::string bytes;
  for (int i = 0; i != 600; ++i) {
    BOOST_REQUIRE(decode_base64(encode_base64(bytes)).value() == bytes);
    bytes += static_cast<char>(i * 7);
  }
}

BOOST_AUTO_TEST_CASE(what_is_not_canonical_is_refused) {
  for (std::string_view text :
       {"Zg", "Zg=", "Zg===", "=", "==", "====", "Z===", "Zh==", "Zm9=", "Zm9vY", "Zm9v\n", "Zm 9", "Zm-v",
        "Zm_v", "Zg==Zg==", "Zm9v====", "\xc3\xa9==", "Zm9v=Zg="}) {
    BOOST_TEST_CONTEXT(text) { BOOST_TEST((decode_base64(text).error() == crypto_errc::bad_base64)); }
  }
  BOOST_TEST(!decode_base64(std::string_view{"Zm\0v", 4}));
}

BOOST_AUTO_TEST_SUITE_END()
