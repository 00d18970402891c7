// tests/unit/jose/jwk.cpp - one public key of a key set
// SPDX-License-Identifier: BSL-1.0
#include <boost/test/unit_test.hpp>

#include <mcpawl/jose/jwk.hpp>

#include "signing.hpp"

#include <string>
#include <string_view>

BOOST_AUTO_TEST_SUITE(jose_jwk)

using namespace mcpawl;
using namespace mcpawl::detail;
using namespace mcpawl::jose_tests;
using jose::algorithm;
using jose::jose_errc;

namespace {

// RFC 7638 section 3.1
constexpr std::string_view rfc_7638_modulus =
    "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_"
    "BJECPebWKRXjBZCiFV4n3oknj"
    "hMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_"
    "FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQ"
    "vRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-"
    "kEgU8awapJzK"
    "nqDKgw";

jose::jwk_members rsa_members() {
  jose::jwk_members m;
  m.kty = "RSA";
  m.kid = "2011-04-29";
  m.n = rfc_7638_modulus;
  m.e = "AQAB";
  return m;
}

// RFC 7515 appendix A.3.1
jose::jwk_members ec_members() {
  jose::jwk_members m;
  m.kty = "EC";
  m.kid = "ec";
  m.crv = "P-256";
  m.x = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
  m.y = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";
  return m;
}

// RFC 8037 appendix A.2
jose::jwk_members okp_members() {
  jose::jwk_members m;
  m.kty = "OKP";
  m.kid = "okp";
  m.crv = "Ed25519";
  m.x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
  return m;
}

template <class Change>
error_code why(jose::jwk_members m, Change change) {
  change(m);
  auto const made = jose::jwk::make(m);
  return made ? error_code{} : made.error();
}

std::string text_of(sha256_digest const& digest) {
  std::string out;
  append_base64url(out, std::span<unsigned char const>{digest});
  return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(rfc_7638_section_3_1_thumbprint) {
  auto const key = jose::jwk::make(rsa_members()).value();
  BOOST_TEST(text_of(key.thumbprint()) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
  BOOST_TEST(key.kid() == "2011-04-29");
  BOOST_TEST(key.key().signature_size() == 256u);
}

BOOST_AUTO_TEST_CASE(rfc_8037_appendix_a_3_thumbprint) {
  auto const key = jose::jwk::make(okp_members()).value();
  BOOST_TEST(text_of(key.thumbprint()) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
  BOOST_TEST((key.algorithms() == jose::algorithm_set{algorithm::eddsa}));
}

BOOST_AUTO_TEST_CASE(a_thumbprint_is_of_the_key_and_not_of_its_name) {
  auto named = rsa_members();
  named.kid = "other";
  named.has_alg = named.has_use = true;
  named.alg = "RS256";
  named.use = "sig";
  BOOST_TEST((jose::jwk::make(named)->thumbprint() == jose::jwk::make(rsa_members())->thumbprint()));
  BOOST_TEST((jose::jwk::make(ec_members())->thumbprint() != jose::jwk::make(okp_members())->thumbprint()));
}

BOOST_AUTO_TEST_CASE(the_key_decides_what_it_is_for) {
  auto m = rsa_members();
  BOOST_TEST((jose::jwk::make(m)->algorithms() == jose::algorithms_of(key_kind::rsa)));
  m.has_alg = true;
  m.alg = "PS384";
  BOOST_TEST((jose::jwk::make(m)->algorithms() == jose::algorithm_set{algorithm::ps384}));
  for (std::string_view alg : {"ES256", "EdDSA", "HS256", "none", "RSA-OAEP", "rs256", ""}) {
    m.alg = alg;
    BOOST_TEST((jose::jwk::make(m).error() == jose_errc::key_algorithm));
  }
  BOOST_TEST((jose::jwk::make(ec_members())->algorithms() == jose::algorithm_set{algorithm::es256}));
  BOOST_TEST(
      (why(ec_members(), [](auto& k) { k.has_alg = true, k.alg = "ES384"; }) == jose_errc::key_algorithm));
}

BOOST_AUTO_TEST_CASE(keys_for_other_uses_are_refused) {
  for (std::string_view use : {"enc", "", "SIG", "sign"}) {
    BOOST_TEST((why(rsa_members(), [&](auto& k) { k.has_use = true, k.use = use; }) == jose_errc::key_use));
  }
  BOOST_TEST((why(rsa_members(), [](auto& k) { k.has_key_ops = true; }) == jose_errc::key_operations));
  BOOST_TEST(!why(rsa_members(), [](auto& k) { k.has_key_ops = k.can_verify = true; }));
}

BOOST_AUTO_TEST_CASE(private_and_symmetric_keys_are_refused) {
  BOOST_TEST((why(rsa_members(), [](auto& k) { k.has_private = true; }) == jose_errc::key_private));
  BOOST_TEST((why(rsa_members(), [](auto& k) { k.kty = "oct"; }) == jose_errc::key_symmetric));
}

BOOST_AUTO_TEST_CASE(a_kid_is_of_any_length_up_to_a_limit) {
  std::string const longest(256, 'k'), too_long(257, 'k');
  BOOST_TEST(!why(rsa_members(), [](auto& k) { k.kid = ""; }));
  BOOST_TEST(!why(rsa_members(), [&](auto& k) { k.kid = longest; }));
  BOOST_TEST((why(rsa_members(), [&](auto& k) { k.kid = too_long; }) == jose_errc::key_kid));
}

BOOST_AUTO_TEST_CASE(unknown_types_and_curves_are_refused) {
  for (std::string_view kty : {"", "rsa", "DSA", "AKP"}) {
    BOOST_TEST((why(rsa_members(), [&](auto& k) { k.kty = kty; }) == jose_errc::key_type));
  }
  for (std::string_view crv : {"", "P-224", "secp256k1", "p-256", "Ed25519"}) {
    BOOST_TEST((why(ec_members(), [&](auto& k) { k.crv = crv; }) == jose_errc::key_type));
  }
  for (std::string_view crv : {"", "X25519", "Ed448", "P-256"}) {
    BOOST_TEST((why(okp_members(), [&](auto& k) { k.crv = crv; }) == jose_errc::key_type));
  }
}

BOOST_AUTO_TEST_CASE(malformed_numbers_are_refused) {
  for (std::string_view e :
       {"", "=", "==", "AQAB===", "=AQAB", "AQAB\n", "AQ AB", "AQB", "A", "AA", "AAAA"}) {
    BOOST_TEST_CONTEXT(e) {
      BOOST_TEST((why(rsa_members(), [&](auto& k) { k.e = e; }) == jose_errc::key_encoding));
    }
  }
  BOOST_TEST((why(rsa_members(), [](auto& k) { k.n = ""; }) == jose_errc::key_encoding));
  std::string const padded = "A" + std::string{rfc_7638_modulus};
  BOOST_TEST((why(rsa_members(), [&](auto& k) { k.n = padded; }) != error_code{}));
  std::string const huge(20000, 'w');
  BOOST_TEST((why(rsa_members(), [&](auto& k) { k.n = huge; }) == jose_errc::key_encoding));
  BOOST_TEST((why(ec_members(), [](auto& k) { k.y = ""; }) == jose_errc::key_encoding));
  BOOST_TEST((why(ec_members(), [](auto& k) { k.x.remove_suffix(2); }) == jose_errc::key_encoding));
}

BOOST_AUTO_TEST_CASE(numbers_are_read_in_all_the_spellings_that_issuers_use) {
  auto const print = jose::jwk::make(rsa_members())->thumbprint();
  auto const same = [&](std::string_view n, std::string_view e) {
    auto m = rsa_members();
    m.n = n;
    m.e = e;
    auto const made = jose::jwk::make(m);
    return made && made->thumbprint() == print;
  };
  std::string const n{rfc_7638_modulus};
  std::string plain = n;  // base64 with its own alphabet
  for (char& c : plain) c = c == '-' ? '+' : c == '_' ? '/' : c;
  BOOST_TEST(plain != n);
  bytes signed_number = from_base64url(n);  // as Java's BigInteger writes it
  signed_number.insert(signed_number.begin(), 0);
  BOOST_TEST(same(n, "AQAB"));
  BOOST_TEST(same(n + "==", "AQAB="));
  BOOST_TEST(same(plain + "==", "AQAB"));
  BOOST_TEST(same(base64url(signed_number), "AAEAAQ"));
  BOOST_TEST(!same(n, "AQAD"));

  // coordinates have the full length of the curve, and are found shorter and longer
  for (char const* curve : {"P-256", "P-384", "P-521"}) {
    auto key = signing_key::ec(curve);
    auto const size = static_cast<std::size_t>(EVP_PKEY_get_bits(key.native()) + 7) / 8;
    while (key.number(OSSL_PKEY_PARAM_EC_PUB_X).size() == size) key = signing_key::ec(curve);
    auto const read = [&](bytes const& x, bytes const& y) {
      std::string const x_text = base64url(x), y_text = base64url(y);
      jose::jwk_members m;
      m.kty = "EC";
      m.crv = curve;
      m.x = x_text;
      m.y = y_text;
      return jose::jwk::make(m);
    };
    bytes const x = key.number(OSSL_PKEY_PARAM_EC_PUB_X), y = key.number(OSSL_PKEY_PARAM_EC_PUB_Y);
    bytes full = x, longer = y;
    full.insert(full.begin(), size - full.size(), 0);
    longer.insert(longer.begin(), size + 1 - longer.size(), 0);
    auto const one = read(full, y), other = read(x, longer);
    BOOST_REQUIRE(one);
    BOOST_REQUIRE(other);
    BOOST_TEST((one->thumbprint() == other->thumbprint()));
    bytes too_long = y;
    too_long.insert(too_long.begin(), size + 1 - too_long.size(), 1);
    BOOST_TEST((read(full, too_long).error() == jose_errc::key_encoding));
  }

  // a key of RFC 8037 is no number: nothing is left out of it or put before it
  bytes okp = from_base64url(okp_members().x);
  okp.insert(okp.begin(), 0);
  std::string const text = base64url(okp), padded = std::string{okp_members().x} + '=';
  BOOST_TEST((why(okp_members(), [&](auto& k) { k.x = text; }) == jose_errc::key_encoding));
  BOOST_TEST(!why(okp_members(), [&](auto& k) { k.x = padded; }));
}

BOOST_AUTO_TEST_CASE(weak_keys_are_refused) {
  for (std::string_view e : {"AQ", "Ag", "AQAA", "__________9_"}) {  // 1, 2, 65536, 72 bits
    BOOST_TEST_CONTEXT(e) {
      BOOST_TEST((why(rsa_members(), [&](auto& k) { k.e = e; }) == jose_errc::key_exponent));
    }
  }
  BOOST_TEST(!why(rsa_members(), [](auto& k) { k.e = "Aw"; }));  // 3
  std::string const rsa_1024 = std::string{rfc_7638_modulus.substr(0, 170)} + "w";
  BOOST_TEST((why(rsa_members(), [&](auto& k) { k.n = std::string_view{rsa_1024}.substr(0, 168); }) ==
              jose_errc::key_size));
  std::string even{rfc_7638_modulus};
  even.replace(even.size() - 2, 2, "gg");  // the last byte becomes even
  BOOST_TEST((why(rsa_members(), [&](auto& k) { k.n = even; }) == jose_errc::key_size));
  BOOST_TEST((why(ec_members(), [](auto& k) { k.y = k.x; }) == jose_errc::key_point));
}

BOOST_AUTO_TEST_SUITE_END()
