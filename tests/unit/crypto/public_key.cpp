// tests/unit/crypto/public_key.cpp - public keys made of their numbers
// SPDX-License-Identifier: BSL-1.0
#include <boost/test/unit_test.hpp>

#include <mcpawl/crypto/public_key.hpp>

#include "../jose/signing.hpp"

BOOST_AUTO_TEST_SUITE(crypto_public_key)

using namespace mcpawl;
using namespace mcpawl::detail;
using namespace mcpawl::jose_tests;

namespace {

bytes const three{3};
bytes const usual{1, 0, 1};

/** An odd number of exactly so many bits; no RSA modulus, but nothing tells. */
bytes odd_number(std::size_t bits) {
  bytes n((bits + 7) / 8, 0x5a);
  n.front() = static_cast<unsigned char>(1u << ((bits - 1) % 8));
  n.back() = 0x5b;
  return n;
}

error_code rsa_error(bytes const& n, bytes const& e) {
  auto const key = public_key::rsa(n, e);
  return key ? error_code{} : key.error();
}

}  // namespace

BOOST_AUTO_TEST_CASE(rsa_sizes_from_2048_to_8192_bits_are_taken) {
  for (std::size_t bits : {2048u, 2049u, 3072u, 4096u, 8192u}) {
    auto const key = public_key::rsa(odd_number(bits), usual);
    BOOST_REQUIRE(key);
    BOOST_TEST(key->signature_size() == (bits + 7) / 8);
    BOOST_TEST((key->kind() == key_kind::rsa));
  }
  for (std::size_t bits : {8u, 512u, 1024u, 2047u, 8193u, 16384u, 32768u}) {
    BOOST_TEST((rsa_error(odd_number(bits), usual) == crypto_errc::key_size));
  }
}

BOOST_AUTO_TEST_CASE(rsa_exponents_are_odd_at_least_three_and_at_most_64_bits) {
  bytes const n = odd_number(2048);
  BOOST_TEST(!rsa_error(n, three));
  BOOST_TEST(!rsa_error(n, bytes(8, 0xff)));
  for (bytes const& e : {bytes{1}, bytes{2}, bytes{4}, bytes{1, 0, 0}, bytes(9, 0xff), bytes(256, 0x7f)}) {
    BOOST_TEST((rsa_error(n, e) == crypto_errc::key_exponent));
  }
  BOOST_TEST((rsa_error(n, bytes{}) == crypto_errc::key_encoding));
  BOOST_TEST((rsa_error(n, bytes{0}) == crypto_errc::key_encoding));
  BOOST_TEST((rsa_error(n, bytes{0, 1, 0, 1}) == crypto_errc::key_encoding));
}

BOOST_AUTO_TEST_CASE(an_even_or_padded_or_empty_modulus_is_refused) {
  bytes n = odd_number(2048);
  n.back() = 0x5a;
  BOOST_TEST((rsa_error(n, usual) == crypto_errc::key_modulus));
  n = odd_number(2048);
  n.insert(n.begin(), 0);
  BOOST_TEST((rsa_error(n, usual) == crypto_errc::key_encoding));
  BOOST_TEST((rsa_error(bytes{}, usual) == crypto_errc::key_encoding));
  BOOST_TEST((rsa_error(bytes(256, 0), usual) == crypto_errc::key_encoding));
}

BOOST_AUTO_TEST_CASE(a_point_off_the_curve_is_refused) {
  // RFC 7515 appendix A.3.1
  bytes const x = from_base64url("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU");
  bytes const y = from_base64url("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0");
  auto const good = public_key::ec(key_kind::p256, x, y);
  BOOST_REQUIRE(good);
  BOOST_TEST(good->signature_size() == 64u);
  bytes off = y;
  off.back() ^= 1;
  BOOST_TEST((public_key::ec(key_kind::p256, x, off).error() == crypto_errc::key_point));
  BOOST_TEST((public_key::ec(key_kind::p256, bytes(32, 0), bytes(32, 0)).error() == crypto_errc::key_point));
  BOOST_TEST((public_key::ec(key_kind::p256, bytes(32, 0xff), y).error() == crypto_errc::key_point));
  BOOST_TEST((public_key::ec(key_kind::p384, x, y).error() == crypto_errc::key_encoding));
  BOOST_TEST((public_key::ec(key_kind::rsa, x, y).error() == crypto_errc::key_scheme));
}

BOOST_AUTO_TEST_CASE(an_ed25519_key_has_32_bytes) {
  for (std::size_t size : {0u, 31u, 33u, 64u}) {
    BOOST_TEST((public_key::ed25519(bytes(size, 1)).error() == crypto_errc::key_encoding));
  }
  BOOST_TEST(public_key::ed25519(bytes(32, 1)).value().signature_size() == 64u);
}

BOOST_AUTO_TEST_CASE(copies_share_the_key_and_outlive_the_original) {
  auto original = std::make_unique<public_key>(public_key::rsa(odd_number(2048), usual).value());
  public_key copy = *original;
  BOOST_TEST(copy.native() == original->native());
  original.reset();
  BOOST_TEST(EVP_PKEY_get_bits(copy.native()) == 2048);
}

BOOST_AUTO_TEST_SUITE_END()
