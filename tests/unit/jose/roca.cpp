// tests/unit/jose/roca.cpp - moduli of the kind of CVE-2017-15361 and others
// SPDX-License-Identifier: BSL-1.0
#include <boost/test/unit_test.hpp>

#include <mcpawl/jose/jwk_set.hpp>
#include <mcpawl/jose/roca.hpp>

#include "signing.hpp"

#include <string>

BOOST_AUTO_TEST_SUITE(jose_roca)

using namespace mcpawl;
using namespace mcpawl::jose_tests;
using jose::jose_errc;
using jose::detail::has_roca_fingerprint;

namespace {

using number = detail::openssl_handle<BIGNUM, &BN_free>;

/** A modulus as the library at fault made them: k * M + (65537^a mod M), M the product of small primes. */
bytes roca_modulus(unsigned a) {
  number const m{BN_new()}, power{BN_new()}, base{BN_new()}, exponent{BN_new()};
  detail::openssl_handle<BN_CTX, &BN_CTX_free> const ctx{BN_CTX_new()};
  BN_one(m.get());
  for (unsigned p = 3; p <= 167; p += 2) {
    bool prime = true;
    for (unsigned q = 3; q * q <= p; q += 2) prime = prime && p % q != 0;
    if (prime) BN_mul_word(m.get(), p);
  }
  BN_set_word(base.get(), 65537);
  BN_set_word(exponent.get(), a);
  BN_mod_exp(power.get(), base.get(), exponent.get(), m.get(), ctx.get());
  number const k{BN_new()}, out{BN_new()};
  // of 2048 bits: as M is odd, one of two neighbouring factors makes the sum odd
  BN_one(k.get());
  BN_lshift(k.get(), k.get(), 2048 - BN_num_bits(m.get()));
  BN_mul(out.get(), k.get(), m.get(), ctx.get());
  BN_add(out.get(), out.get(), power.get());
  while (!BN_is_odd(out.get()) || BN_num_bits(out.get()) < 2048) BN_add(out.get(), out.get(), m.get());
  bytes modulus(static_cast<std::size_t>(BN_num_bytes(out.get())));
  BN_bn2bin(out.get(), modulus.data());
  return modulus;
}

}  // namespace

BOOST_AUTO_TEST_CASE(moduli_of_the_form_are_recognised) {
  for (unsigned a : {0u, 1u, 2u, 65537u, 123456789u}) {
    bytes const modulus = roca_modulus(a);
    BOOST_TEST(modulus.size() == 256u);
    BOOST_TEST(has_roca_fingerprint(modulus));
  }
}

BOOST_AUTO_TEST_CASE(moduli_beside_the_form_and_good_ones_are_not) {
  bytes modulus = roca_modulus(7);
  for (int i = 0; i != 20; ++i) {
    modulus.back() = static_cast<unsigned char>(modulus.back() + 2);
    BOOST_TEST(!has_roca_fingerprint(modulus));
  }
  for (char const* name : {"access", "next", "attacker"})
    BOOST_TEST(!has_roca_fingerprint(signing_key::named(name).modulus()));
}

BOOST_AUTO_TEST_CASE(a_key_of_the_form_is_left_out_of_a_set) {
  std::string const weak =
      R"({"kty":"RSA","kid":"weak","e":"AQAB","n":")" + base64url(roca_modulus(3)) + "\"}";
  auto const set =
      jose::parse_jwk_set(R"({"keys":[)" + weak + "," + signing_key::named("access").jwk("good") + "]}")
          .value();
  BOOST_TEST(set.keys().size() == 1u);
  BOOST_TEST_REQUIRE(set.skipped().size() == 1u);
  BOOST_TEST(set.skipped()[0].kid == "weak");
  BOOST_TEST((set.skipped()[0].reason == jose_errc::key_weak));
}

BOOST_AUTO_TEST_SUITE_END()
