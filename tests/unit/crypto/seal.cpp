// tests/unit/crypto/seal.cpp - texts that only we can make and read
// SPDX-License-Identifier: BSL-1.0
#include <boost/test/unit_test.hpp>

#include <mcpawl/crypto/seal.hpp>

#include <set>
#include <stdexcept>
#include <string>
#include <vector>

BOOST_AUTO_TEST_SUITE(crypto_seal)

using namespace mcpawl;
using namespace mcpawl::detail;

namespace {

secret key_of(char c, std::size_t size = sealer::key_size) { return secret{std::string(size, c)}; }

sealer sealer_of(std::string const& keys) {
  std::vector<secret> all;
  for (char c : keys) all.push_back(key_of(c));
  return sealer{std::move(all)};
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_was_sealed_opens_again) {
  sealer box = sealer::with_random_key();
  for (std::size_t size : {0u, 1u, 15u, 16u, 17u, 1000u, 100000u}) {
    std::string const text(size, 'x');
    BOOST_TEST(box.open(box.seal(text, "session"), "session").value() == text);
    BOOST_TEST(box.open(box.seal(text, ""), "").value() == text);
  }
}

BOOST_AUTO_TEST_CASE(sealed_text_is_fit_for_a_header_and_hides_the_plaintext) {
  sealer box = sealer::with_random_key();
  std::string const sealed = box.seal("alice@example.com", "session");
  BOOST_TEST(sealed.find_first_not_of(detail::base64url_alphabet) == std::string::npos);
  std::string raw(sealed.size(), '\0');
  BOOST_REQUIRE(decode_base64url(sealed, {reinterpret_cast<unsigned char*>(raw.data()), raw.size()}));
  BOOST_TEST(raw.find("alice") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(sealing_twice_gives_different_texts) {
  sealer box = sealer::with_random_key();
  std::set<std::string> seen;
  for (int i = 0; i != 100; ++i) seen.insert(box.seal("same", ""));
  BOOST_TEST(seen.size() == 100u);
}

BOOST_AUTO_TEST_CASE(every_altered_byte_is_noticed) {
  sealer box = sealer_of("k");
  std::string const sealed = box.seal("some state", "session");
  for (std::size_t at = 0; at != sealed.size(); ++at) {
    for (char other : {'A', 'B', '_', '=', '\0'}) {
      std::string altered = sealed;
      if (altered[at] == other) continue;
      altered[at] = other;
      BOOST_REQUIRE(!box.open(altered, "session"));
    }
  }
}

BOOST_AUTO_TEST_CASE(every_truncation_and_extension_is_noticed) {
  sealer box = sealer_of("k");
  std::string const sealed = box.seal("some state", "session");
  for (std::size_t size = 0; size != sealed.size(); ++size)
    BOOST_REQUIRE(!box.open(sealed.substr(0, size), "session"));
  BOOST_TEST(!box.open(sealed + "A", "session"));
  BOOST_TEST(!box.open(sealed + "AAAA", "session"));
  BOOST_TEST(!box.open(sealed + sealed, "session"));
  BOOST_TEST((box.open("", "session").error() == crypto_errc::sealed_malformed));
  BOOST_TEST((box.open(std::string(1000, '!'), "session").error() == crypto_errc::sealed_malformed));
}

BOOST_AUTO_TEST_CASE(it_does_not_open_for_another_purpose) {
  sealer box = sealer::with_random_key();
  std::string const sealed = box.seal("state", "session:alice");
  BOOST_TEST((box.open(sealed, "session:bob").error() == crypto_errc::sealed_forged));
  BOOST_TEST((box.open(sealed, "").error() == crypto_errc::sealed_forged));
}

BOOST_AUTO_TEST_CASE(a_sealer_without_the_key_says_so) {
  BOOST_TEST(
      (sealer_of("b").open(sealer_of("a").seal("x", ""), "").error() == crypto_errc::sealed_elsewhere));
}

BOOST_AUTO_TEST_CASE(keys_can_be_changed_without_a_gap) {
  std::string const old = sealer_of("a").seal("x", "");
  sealer after = sealer_of("ba");
  BOOST_TEST(after.open(old, "").value() == "x");
  BOOST_TEST(sealer_of("b").open(after.seal("y", ""), "").value() == "y");
}

BOOST_AUTO_TEST_CASE(copies_share_the_keys_and_survive_the_original) {
  auto original = std::make_unique<sealer>(sealer::with_random_key());
  sealer copy = *original;
  std::string const sealed = original->seal("x", "a");
  original.reset();
  BOOST_TEST(copy.open(sealed, "a").value() == "x");
  copy = sealer::with_random_key();
  BOOST_TEST(!copy.open(sealed, "a"));
}

BOOST_AUTO_TEST_CASE(keys_of_the_wrong_size_are_refused_at_once) {
  BOOST_CHECK_THROW(sealer{std::vector<secret>{}}, std::invalid_argument);
  for (std::size_t size : {0u, 16u, 31u, 33u, 64u}) {
    std::vector<secret> keys;
    keys.push_back(key_of('k', size));
    BOOST_CHECK_THROW(sealer{std::move(keys)}, std::invalid_argument);
  }
}

BOOST_AUTO_TEST_CASE(a_value_over_the_limit_is_refused) {
  sealer box = sealer::with_random_key();
  BOOST_CHECK_THROW(box.seal(std::string(sealer::largest + 1, 'x'), ""), std::length_error);
}

BOOST_AUTO_TEST_SUITE_END()
