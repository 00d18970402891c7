// tests/unit/crypto/base64url.cpp - base64url without padding
// SPDX-License-Identifier: BSL-1.0
#include <boost/test/unit_test.hpp>

#include <mcpawl/crypto/base64url.hpp>

#include <array>
#include <set>
#include <string>
#include <string_view>
#include <vector>

BOOST_AUTO_TEST_SUITE(crypto_base64url)

using namespace mcpawl;
using namespace mcpawl::detail;

namespace {

std::string encoded(std::string_view bytes) {
  std::string out;
  append_base64url(out, bytes);
  return out;
}

result<std::string> decoded(std::string_view text) {
  std::string out(text.size(), '\0');
  auto const size = decode_base64url(text, {reinterpret_cast<unsigned char*>(out.data()), out.size()});
  if (!size) return size.error();
  out.resize(*size);
  return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(rfc_7515_appendix_c_vector) {
  BOOST_TEST(encoded("\x03\xec\xff\xe0\xc1") == "A-z_4ME");
  BOOST_TEST(decoded("A-z_4ME").value() == "\x03\xec\xff\xe0\xc1");
}

BOOST_AUTO_TEST_CASE(all_bytes_survive_at_every_length_and_sizes_are_foretold) {
  std::string bytes;
  for (int i = 0; i != 600; ++i) {
    std::string const text = encoded(bytes);
    BOOST_REQUIRE(text.size() == base64url_size(bytes.size()));
    BOOST_REQUIRE(decoded(text).value() == bytes);
    bytes += static_cast<char>(255 - i * 11);
  }
}

BOOST_AUTO_TEST_CASE(appending_keeps_what_was_there) {
  std::string out = "a.";
  append_base64url(out, std::string_view{"foo"});
  BOOST_TEST(out == "a.Zm9v");
}

BOOST_AUTO_TEST_CASE(padding_white_space_and_other_alphabets_are_refused) {
  for (std::string_view text : {"Zg==", "Zm8=", "Zm9v=", " Zm9v", "Zm9v ", "Zm\n9v", "Zm+v", "Zm/v", "Zm.v",
                                "Zm,v", "Zm9\xc3", "\x80m9v", "====", "A"}) {
    BOOST_TEST_CONTEXT(text) { BOOST_TEST((decoded(text).error() == crypto_errc::bad_base64)); }
  }
  BOOST_TEST(!decoded(std::string_view{"Zm9\0", 4}));
}

BOOST_AUTO_TEST_CASE(one_byte_string_has_exactly_one_accepted_spelling) {
  constexpr std::string_view alphabet = detail::base64url_alphabet;
  for (std::size_t size : {std::size_t{2}, std::size_t{3}}) {
    std::set<std::string> values;
    std::size_t accepted = 0;
    std::string text(size, 'A');
    std::size_t const total = size == 2 ? 64 * 64 : 64 * 64 * 64;
    for (std::size_t n = 0; n != total; ++n) {
      std::size_t rest = n;
      for (char& c : text) {
        c = alphabet[rest % 64];
        rest /= 64;
      }
      if (auto const value = decoded(text)) {
        ++accepted;
        values.insert(*value);
      }
    }
    BOOST_TEST(accepted == (size == 2 ? 256u : 65536u));
    BOOST_TEST(values.size() == accepted);
  }
}

BOOST_AUTO_TEST_CASE(every_byte_outside_of_the_alphabet_is_refused_at_every_place) {
  for (std::size_t size : {2u, 3u, 4u, 6u, 7u, 8u}) {
    for (std::size_t at = 0; at != size; ++at) {
      for (int c = 0; c != 256; ++c) {
        std::string text(size, 'A');
        text[at] = static_cast<char>(c);
        if (detail::base64url_alphabet.find(static_cast<char>(c)) != std::string_view::npos) continue;
        BOOST_REQUIRE(!decoded(text));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_buffer_that_is_too_small_is_not_overrun) {
  std::array<unsigned char, 5> out{1, 2, 3, 4, 5};
  BOOST_TEST((decode_base64url("Zm9vYg", std::span{out}.first(3)).error() == crypto_errc::buffer_too_small));
  BOOST_TEST(out[3] == 4);
  BOOST_TEST(decode_base64url("Zm9vYg", std::span{out}.first(4)).value() == 4u);
  BOOST_TEST(out[4] == 5);
  BOOST_TEST(decode_base64url("", {}).value() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
