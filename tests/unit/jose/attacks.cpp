// tests/unit/jose/attacks.cpp - what an attacker tries, line by line, each by name
// SPDX-License-Identifier: BSL-1.0
//
// Elsewhere is what is tried on
//   padding and numbers of signatures   crypto/signature.cpp: Bleichenbacher 2006, e = 3, missing NULL,
//                                       wrong OID, ...
//   keys and key sets                   jose/jwk.cpp, jose/jwk_set.cpp, jose/roca.cpp, crypto/public_key.cpp
//   the memory of verified tokens       jose/caching_verifier.cpp, jose/token_cache.cpp, access/recall.cpp
//   identities                          access/access_verifier.cpp: tokens that are no application's,
//                                       unnamed callers
//   requests                            auth/assertion.cpp: several tokens that differ, duplicates
#include <boost/test/unit_test.hpp>

#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <mcpawl/crypto/ecdsa_der.hpp>
#include <mcpawl/jose/caching_verifier.hpp>
#include <mcpawl/jose/verifier.hpp>

#include "access.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

BOOST_AUTO_TEST_SUITE(jose_attacks)

using namespace mcpawl;
using namespace mcpawl::jose_tests;
using jose::algorithm;
using jose::jose_errc;

namespace {

std::string header(std::string_view members) { return object(members); }

std::string good_header_with(std::string_view more) { return header(header_members() + std::string{more}); }

bytes hmac(EVP_MD const* md, std::string_view secret, std::string_view message) {
  bytes out(64);
  unsigned size = 0;
  HMAC(md, secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<unsigned char const*>(message.data()), message.size(), out.data(), &size);
  out.resize(size);
  return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(alg_none_in_every_spelling) {
  access_setup a;
  for (std::string_view alg :
       {"none", "None", "NONE", "nOnE", "", " none", "none ", "\\u006eone", "none\\u0000"}) {
    std::string const input = base64url(header(header_members(alg))) + '.' + base64url(access_claims()) + '.';
    BOOST_TEST((a.verify(input) == jose_errc::malformed_token));
    for (std::string const& signature :
         {std::string{"AA"}, base64url(bytes(256, 0)), base64url(a.key.sign(input))}) {
      BOOST_TEST((a.verify(input + signature) == jose_errc::unknown_algorithm));
    }
  }
}

BOOST_AUTO_TEST_CASE(alg_missing_null_array_number_or_padded) {
  access_setup a;
  std::string const rest = R"(,"kid":")" + std::string{kid} + R"(","typ":"JWT")";
  BOOST_TEST((a.with_header(header(R"("x":1)" + rest)) == jose_errc::no_algorithm));
  for (std::string_view alg : {"null", R"(["RS256"])", "256", "{}", "true"}) {
    BOOST_TEST((a.with_header(header(R"("alg":)" + std::string{alg} + rest)) == jose_errc::header_member));
  }
  for (std::string_view alg :
       {R"("RS256 ")", R"(" RS256")", R"("rs256")", R"("RS256\u0000")", R"("RS-256")"}) {
    BOOST_TEST(
        (a.with_header(header(R"("alg":)" + std::string{alg} + rest)) == jose_errc::unknown_algorithm));
  }
}

BOOST_AUTO_TEST_CASE(hmac_keyed_with_the_public_key_in_every_form) {
  access_setup a;
  BIO* const pem = BIO_new(BIO_s_mem());
  PEM_write_bio_PUBKEY(pem, a.key.native());
  char* data = nullptr;
  auto const size = static_cast<std::size_t>(BIO_get_mem_data(pem, &data));
  std::string const pem_text{data, size};
  BIO_free(pem);
  unsigned char* der = nullptr;
  int const der_size = i2d_PUBKEY(a.key.native(), &der);
  std::string const der_text{reinterpret_cast<char*>(der), static_cast<std::size_t>(der_size)};
  OPENSSL_free(der);
  bytes const n = a.key.modulus();

  struct line {
    std::string_view alg;
    EVP_MD const* md;
  };
  for (auto [alg, md] : {line{"HS256", EVP_sha256()}, {"HS384", EVP_sha384()}, {"HS512", EVP_sha512()}}) {
    for (std::string const& secret :
         {pem_text, der_text, a.key.jwk(kid), base64url(n), std::string(n.begin(), n.end()), std::string{kid},
          std::string{application}, std::string{}}) {
      std::string const input = base64url(header(header_members(alg))) + '.' + base64url(access_claims());
      BOOST_TEST(
          (a.verify(input + '.' + base64url(hmac(md, secret, input))) == jose_errc::unknown_algorithm));
    }
  }
}

BOOST_AUTO_TEST_CASE(another_algorithm_of_the_same_key) {
  // allowed by the expectation, right by the mathematics, and still not what the key is for
  jose::expectation e = access_expectation();
  e.algorithms = {algorithm::rs256, algorithm::rs384, algorithm::rs512, algorithm::ps256, algorithm::es256};
  access_setup a{e};
  for (algorithm alg : {algorithm::rs384, algorithm::rs512, algorithm::ps256}) {
    std::string const token = a.key.token(header(header_members(jose::name_of(alg))), access_claims(), alg);
    BOOST_TEST((a.verify(token) == jose_errc::algorithm_mismatch));
  }
  BOOST_TEST((a.with_header(header(header_members("ES256"))) == jose_errc::algorithm_mismatch));
  BOOST_TEST((a.with_header(header(header_members("EdDSA"))) == jose_errc::algorithm_not_allowed));
}

BOOST_AUTO_TEST_CASE(kid_missing_unknown_of_the_wrong_type_or_an_injection) {
  access_setup a;
  BOOST_TEST((a.with_header(R"({"alg":"RS256","typ":"JWT"})") == jose_errc::no_kid));
  BOOST_TEST((a.with_header(R"({"alg":"RS256","kid":""})") == jose_errc::no_kid));
  for (std::string_view value : {"null", "7", "[]", "{}"}) {
    BOOST_TEST(
        (a.with_header(R"({"alg":"RS256","kid":)" + std::string{value} + "}") == jose_errc::header_member));
  }
  for (std::string value :
       {"../../../../dev/null", "' OR '1'='1", "x' UNION SELECT 'a", "| cat /etc/passwd", "*", "%00"}) {
    BOOST_TEST((a.with_header(header(header_members("RS256", value))) == jose_errc::unknown_kid));
  }
  std::string upper{kid};
  upper[1] = 'D';
  BOOST_TEST((a.with_header(header(header_members("RS256", upper))) == jose_errc::unknown_kid));
  BOOST_TEST((a.with_header(header(header_members("RS256", std::string{kid} + "\\u0000"))) ==
              jose_errc::unknown_kid));
  BOOST_TEST((a.with_header(header(header_members("RS256", kid.substr(0, 63)))) == jose_errc::unknown_kid));
  BOOST_TEST(
      (a.with_header(header(header_members("RS256", std::string(1000, 'k')))) == jose_errc::header_member));
  BOOST_TEST((
      a.with_header(header(header_members("RS256", std::string(6000, 'k')))) == jose_errc::token_too_large ||
      a.with_header(header(header_members("RS256", std::string(6000, 'k')))) == jose_errc::header_too_large));
}

BOOST_AUTO_TEST_CASE(nul_in_kid_alg_or_typ) {
  access_setup a;
  std::string const nul = "\\u0000";
  BOOST_TEST(
      (a.with_header(header(header_members("RS256", std::string{kid} + nul))) == jose_errc::unknown_kid));
  BOOST_TEST((a.with_header(header(header_members("RS256", std::string{kid} + nul + "x"))) ==
              jose_errc::unknown_kid));
  BOOST_TEST(
      (a.with_header(header(header_members("RS256", nul + std::string{kid}))) == jose_errc::unknown_kid));
  BOOST_TEST((a.with_header(header(header_members("RS256" + nul))) == jose_errc::unknown_algorithm));
  BOOST_TEST((a.with_header(header(R"("alg":"RS256","typ":"JWT\u0000","kid":")" + std::string{kid} + '"')) ==
              jose_errc::wrong_type));
  std::string raw = header(header_members());
  raw.insert(raw.find(kid) + kid.size(), 1, '\0');  // not even JSON
  BOOST_TEST((a.with_header(raw) == jose_errc::header_syntax));
}

BOOST_AUTO_TEST_CASE(a_key_brought_along_in_the_header) {
  access_setup a;
  signing_key const& own = signing_key::named("attacker");
  for (std::string const& more :
       {R"(,"jwk":)" + own.jwk(kid), std::string{R"(,"jku":"https://evil.example/jwks.json")"},
        std::string{R"(,"x5u":"https://evil.example/cert.pem")"}, std::string{R"(,"x5c":["MIIB"])"},
        R"(,"jwk":)" + own.jwk("own")}) {
    BOOST_TEST((a.verify(own.token(good_header_with(more), access_claims())) == jose_errc::bad_signature));
    BOOST_TEST(
        !a.verify(a.token(good_header_with(more), access_claims())));  // ignored, so it does no harm either
  }
  std::string const unnamed = R"({"alg":"RS256","jwk":)" + own.jwk("own") + "}";
  BOOST_TEST((a.verify(own.token(unnamed, access_claims())) == jose_errc::no_kid));
}

BOOST_AUTO_TEST_CASE(crit_unknown_empty_known_or_of_the_wrong_type) {
  access_setup a;
  for (std::string_view crit :
       {R"(["x"])", "[]", R"(["exp"])", R"(["alg"])", "null", "1", "\"b64\"", R"(["x","x"])"}) {
    BOOST_TEST((a.with_header(good_header_with(",\"x\":1,\"crit\":" + std::string{crit})) ==
                jose_errc::header_critical));
  }
  BOOST_TEST((a.with_header(good_header_with(R"(,"\u0063rit":["x"])")) == jose_errc::header_critical));
}

BOOST_AUTO_TEST_CASE(b64_false) {
  access_setup a;
  BOOST_TEST((a.with_header(good_header_with(R"(,"b64":false)")) == jose_errc::header_unencoded));
  BOOST_TEST((a.with_header(good_header_with(R"(,"b64":true)")) == jose_errc::header_unencoded));
  BOOST_TEST(a.with_header(good_header_with(R"(,"b64":false,"crit":["b64"])")));
  std::string const input = base64url(good_header_with(R"(,"b64":false)")) + '.' + "unencoded";
  BOOST_TEST((a.verify(input + '.' + base64url(a.key.sign(input))) == jose_errc::header_unencoded));
}

BOOST_AUTO_TEST_CASE(json_serialisation_and_encrypted_tokens) {
  access_setup a;
  std::string const token = a.good();
  std::string const protected_header = token.substr(0, token.find('.'));
  std::string const payload = token.substr(token.find('.') + 1, token.rfind('.') - token.find('.') - 1);
  std::string const signature = token.substr(token.rfind('.') + 1);
  for (std::string const& text : {R"({"payload":")" + payload + R"(","protected":")" + protected_header +
                                      R"(","signature":")" + signature + "\"}",
                                  R"({"payload":")" + payload + R"(","signatures":[{"protected":")" +
                                      protected_header + R"(","signature":")" + signature + "\"}]}"}) {
    BOOST_TEST((a.verify(text) == jose_errc::malformed_token));
  }
  BOOST_TEST((a.verify(protected_header + "..iv.text.tag") == jose_errc::malformed_token));
  BOOST_TEST((a.verify(protected_header + ".key.iv.text.tag") == jose_errc::malformed_token));
  BOOST_TEST((a.verify(token + "." + token) == jose_errc::malformed_token));
  BOOST_TEST(
      (a.verify(protected_header + ".." + signature) == jose_errc::malformed_token));  // detached payload
}

BOOST_AUTO_TEST_CASE(dots_white_space_nul_padding_and_the_other_alphabet) {
  access_setup a;
  std::string const token = a.good();
  std::size_t const first = token.find('.'), second = token.rfind('.');
  for (std::string_view extra : {" ", "\t", "\r\n", "=", "==", "+", "/", "%", "\xc3\xa9"}) {
    for (std::size_t at : {std::size_t{0}, first, first + 1, second, second + 1, token.size()}) {
      std::string altered = token;
      altered.insert(at, extra);
      BOOST_TEST_CONTEXT(extra << " at " << at) { BOOST_TEST(a.verify(altered)); }
    }
  }
  for (std::size_t at : {std::size_t{0}, first, second, token.size()}) {
    std::string altered = token;
    altered.insert(at, 1, '\0');
    BOOST_TEST(a.verify(altered));
    altered = token;
    altered.insert(at, 1, '.');
    BOOST_TEST((a.verify(altered) == jose_errc::malformed_token));
  }
  BOOST_TEST((a.verify(std::string(5000, '.')) == jose_errc::malformed_token));  // split bomb, CVE-2025-30204
}

BOOST_AUTO_TEST_CASE(another_spelling_of_the_same_signature_header_or_payload) {
  access_setup a;
  std::string const token = a.good();
  // 256 bytes end in a character with four bits to spare: all sixteen spellings decode to the same bytes
  // elsewhere
  constexpr std::string_view alphabet = mcpawl::detail::base64url_alphabet;
  std::size_t const value = alphabet.find(token.back());
  BOOST_REQUIRE(value % 16 == 0);
  for (std::size_t bits = 1; bits != 16; ++bits) {
    std::string altered = token;
    altered.back() = alphabet[value + bits];
    BOOST_TEST((a.verify(altered) == jose_errc::signature_encoding));
  }
  for (int spaces = 0; spaces != 3; ++spaces) {
    std::string const head = good_header_with(std::string(static_cast<std::size_t>(spaces), ' '));
    std::string const payload = claims_with(std::string(static_cast<std::size_t>(spaces), ' '));
    std::string encoded_head = base64url(head), encoded = base64url(payload);
    if (encoded_head.size() % 4 != 0) {
      encoded_head.back() = alphabet[alphabet.find(encoded_head.back()) + 1];
      std::string const input = encoded_head + '.' + encoded;
      BOOST_TEST((a.verify(input + '.' + base64url(a.key.sign(input))) == jose_errc::header_encoding));
    }
    if (encoded.size() % 4 != 0) {
      encoded.back() = alphabet[alphabet.find(encoded.back()) + 1];
      std::string const input = base64url(head) + '.' + encoded;
      BOOST_TEST((a.verify(input + '.' + base64url(a.key.sign(input))) == jose_errc::claims_encoding));
    }
  }
}

BOOST_AUTO_TEST_CASE(names_twice_in_header_or_claims) {
  access_setup a;
  BOOST_TEST((a.with_header(good_header_with(R"(,"alg":"RS256")")) == jose_errc::header_duplicate));
  BOOST_TEST((a.with_header(good_header_with(R"(,"\u006bid":"other")")) == jose_errc::header_duplicate));
  BOOST_TEST((a.with_claims(claims_with(R"(,"iss":"https://evil.example")")) == jose_errc::claims_duplicate));
  BOOST_TEST((a.with_claims(claims_with(R"(,"email":"a","\u0065mail":"b")")) == jose_errc::claims_duplicate));
}

BOOST_AUTO_TEST_CASE(huge_and_deep_json) {
  access_setup a;
  BOOST_TEST((a.verify(std::string(1 << 24, 'A')) == jose_errc::token_too_large));
  BOOST_TEST((a.with_header(good_header_with(",\"x\":" + std::string(400, '[') + std::string(400, ']'))) ==
              jose_errc::header_syntax));
  BOOST_TEST((a.with_header(std::string(1400, '[')) == jose_errc::header_syntax));
  BOOST_TEST((a.with_header(good_header_with(",\"x\":\"" + std::string(2000, 'x') + "\"")) ==
              jose_errc::header_too_large));
  BOOST_TEST((a.with_claims(claims_with(",\"x\":" + std::string(2000, '[') + std::string(2000, ']'))) ==
              jose_errc::claims_syntax));
}

BOOST_AUTO_TEST_CASE(dates_as_strings_floats_overflows_and_negatives) {
  access_setup a;
  std::string const start =
      R"({"iss":")" + std::string{team} + R"(","aud":")" + std::string{application} + "\"";
  BOOST_TEST((a.with_claims(start + "}") == jose_errc::no_expiry));
  for (std::string_view exp : {"\"1700003600\"", "null", "true", "[]", "1e300", "-1", "-9223372036854775808",
                               "18446744073709551616"}) {
    BOOST_TEST_CONTEXT(exp) {
      BOOST_TEST((a.with_claims(start + R"(,"exp":)" + std::string{exp} + "}") == jose_errc::bad_date));
    }
  }
  for (std::string_view exp : {"1e400", "1e99999999999", "NaN", "Infinity", "0x7fffffff"}) {
    BOOST_TEST(a.with_claims(start + R"(,"exp":)" + std::string{exp} + "}"));
  }
  BOOST_TEST(!a.with_claims(start + R"(,"exp":1700003600.25})"));
}

BOOST_AUTO_TEST_CASE(expired_and_not_yet_valid_and_a_clock_that_jumps) {
  access_setup a;
  std::string const token = a.good();
  BOOST_TEST(!a.verify(token, now));
  BOOST_TEST((a.verify(token, now + 3600) == jose_errc::expired));
  BOOST_TEST((a.verify(token, now - 100) == jose_errc::not_yet_valid));
  BOOST_TEST((a.verify(token, 0) == jose_errc::not_yet_valid));
  BOOST_TEST(!a.verify(token, now));
}

BOOST_AUTO_TEST_CASE(a_token_of_another_application_of_the_same_team) {
  access_setup a;
  auto const with_aud = [&](std::string const& aud) {
    return a.with_claims(R"({"iss":")" + std::string{team} + R"(","exp":1700003600,"aud":)" + aud + "}");
  };
  std::string const other(64, 'b');
  BOOST_TEST((with_aud("\"" + other + "\"") == jose_errc::wrong_audience));
  BOOST_TEST((with_aud("[\"" + other + "\"]") == jose_errc::wrong_audience));
  BOOST_TEST((with_aud("[]") == jose_errc::wrong_audience));
  BOOST_TEST((with_aud("\"" + std::string{application.substr(0, 63)} + "\"") == jose_errc::wrong_audience));
  BOOST_TEST((with_aud("\"" + std::string{application} + " " + other + "\"") == jose_errc::wrong_audience));
  BOOST_TEST((with_aud("[[\"" + std::string{application} + "\"]]") == jose_errc::bad_audience));
  BOOST_TEST((with_aud("{\"" + std::string{application} + "\":1}") == jose_errc::bad_audience));
  BOOST_TEST(!with_aud("[\"" + other + "\",\"" + std::string{application} + "\"]"));
}

BOOST_AUTO_TEST_CASE(an_issuer_that_only_looks_like_ours) {
  access_setup a;
  auto const with_iss = [&](std::string const& iss) {
    return a.with_claims(R"({"exp":1700003600,"aud":")" + std::string{application} + R"(","iss":")" + iss +
                         "\"}");
  };
  std::string const ours{team};
  for (std::string const& iss :
       {ours + "/", ours.substr(0, ours.size() - 1), ours + ".evil.example", "http" + ours.substr(5),
        "https://evil.example/?" + ours, ours + "\\u0000", " " + ours}) {
    BOOST_TEST((with_iss(iss) == jose_errc::wrong_issuer));
  }
  BOOST_TEST(!with_iss(ours));
}

BOOST_AUTO_TEST_CASE(claim_names_with_escapes_are_the_claims_and_cannot_hide_or_double_them) {
  access_setup a;
  std::string const ours = R"("aud":")" + std::string{application} + R"(","iss":")" + std::string{team} + '"';
  BOOST_TEST((a.with_claims(object(ours + R"(,"\u0065xp":1)")) == jose_errc::expired));
  BOOST_TEST((a.with_claims(object(ours + R"(,"exp":1700003600,"\u0065xp":1700003600)")) ==
              jose_errc::claims_duplicate));
  BOOST_TEST((a.with_claims(claims_with(R"(,"n\u0062f":1800000000)")) == jose_errc::not_yet_valid));
  BOOST_TEST((a.with_claims(object(R"("aud":")" + std::string{application} +
                                   R"(","exp":1700003600,"\u0069ss":"https://evil.example")")) ==
              jose_errc::wrong_issuer));
  // what only looks like it is another claim
  BOOST_TEST((a.with_claims(object(ours + R"(,"exp\u0000":1700003600)")) == jose_errc::no_expiry));
  BOOST_TEST((a.with_claims(object(ours + R"(,"\uff45xp":1700003600)")) == jose_errc::no_expiry));
}

BOOST_AUTO_TEST_CASE(an_issuer_of_the_attackers_own_with_keys_of_its_own) {
  // keys come from the configured address: an `iss` that the attacker controls is only ever compared
  access_setup a;
  signing_key const& own = signing_key::named("attacker");
  std::string const claims = object(R"("exp":1700003600,"aud":")" + std::string{application} +
                                    R"(","iss":"https://attacker.cloudflareaccess.com")");
  BOOST_TEST((a.verify(own.token(header(header_members("RS256", "own")), claims)) == jose_errc::unknown_kid));
  BOOST_TEST((a.verify(own.token(header(header_members()), claims)) == jose_errc::bad_signature));
  BOOST_TEST((a.with_claims(claims) == jose_errc::wrong_issuer));
}

BOOST_AUTO_TEST_CASE(ecdsa_numbers_of_zero_or_out_of_range_and_der_instead_of_two_numbers) {
  signing_key const key = signing_key::ec("P-256");
  jose::expectation e = access_expectation();
  e.algorithms = {algorithm::es256};
  jose::verifier verifier{e};
  verifier.use(key_set(key.jwk(kid, "")));
  std::string const input = base64url(header(header_members("ES256"))) + '.' + base64url(access_claims());
  auto const verdict = [&](bytes const& signature) {
    auto const claims = verifier.verify(input + '.' + base64url(signature), now);
    return claims ? error_code{} : claims.error();
  };
  bytes const good = key.sign(input, algorithm::es256);
  BOOST_TEST(!verdict(good));
  BOOST_TEST((verdict(bytes(64, 0)) == jose_errc::bad_signature));  // "psychic signatures", CVE-2022-21449
  BOOST_TEST((verdict(bytes(64, 0xff)) == jose_errc::bad_signature));
  for (std::size_t half : {0u, 32u}) {
    bytes altered = good;
    std::fill_n(altered.begin() + static_cast<std::ptrdiff_t>(half), 32, static_cast<unsigned char>(0));
    BOOST_TEST((verdict(altered) == jose_errc::bad_signature));
  }
  mcpawl::detail::ecdsa_der const der = mcpawl::detail::to_der(good);
  BOOST_TEST((verdict(bytes(der.bytes.begin(), der.bytes.begin() + static_cast<std::ptrdiff_t>(der.size))) ==
              jose_errc::signature_length));
  bytes wider = good;  // each number with a leading zero
  wider.insert(wider.begin() + 32, 0);
  wider.insert(wider.begin(), 0);
  BOOST_TEST((verdict(wider) == jose_errc::signature_length));
}

BOOST_AUTO_TEST_CASE(a_signature_number_not_below_the_modulus) {
  access_setup a;
  std::string const input = base64url(header(header_members())) + '.' + base64url(access_claims());
  bytes sum = a.key.modulus();
  bytes const good = a.key.sign(input);
  unsigned carry = 0;  // s + n opens to the same block as s
  for (std::size_t i = sum.size(); i-- != 0;) {
    carry += unsigned{sum[i]} + good[i];
    sum[i] = static_cast<unsigned char>(carry);
    carry >>= 8;
  }
  if (carry != 0) sum.insert(sum.begin(), 1);
  bool const fits = sum.size() == 256;
  BOOST_TEST((a.verify(input + '.' + base64url(sum)) ==
              (fits ? jose_errc::bad_signature : jose_errc::signature_length)));
  BOOST_TEST((a.verify(input + '.' + base64url(a.key.modulus())) == jose_errc::bad_signature));
  BOOST_TEST(!a.verify(input + '.' + base64url(good)));
}

BOOST_AUTO_TEST_CASE(a_token_in_front_of_the_memory_that_differs_where_the_memory_does_not_route) {
  // cache confusion: two tokens of one signature, the first remembered
  jose::caching_verifier<int> remembering{access_expectation()};
  access_setup a;
  remembering.use(a.verifier.keys());
  auto const ask = [&](std::string const& token) {
    return remembering.verify_cached(token, now, {}, [](jose::claims_view const&) { return result<int>{1}; });
  };
  std::string const token = a.good();
  std::string mallory = access_claims();
  mallory.replace(mallory.find("alice"), 5, "admin");
  std::string const forged =
      token.substr(0, token.find('.')) + '.' + base64url(mallory) + token.substr(token.rfind('.'));
  for (int i = 0; i != 3; ++i) {
    BOOST_TEST(ask(token).has_value());
    BOOST_TEST((ask(forged).error() == jose_errc::bad_signature));
    BOOST_TEST((ask(token.substr(1)).has_error()));
    BOOST_TEST((ask(token.substr(token.size() - 400)).error() == jose_errc::malformed_token));
  }
  BOOST_TEST(remembering.recalls().hits == 2u);
}

BOOST_AUTO_TEST_CASE(signatures_empty_short_long_and_of_other_keys) {
  access_setup a;
  std::string const input = base64url(header(header_members())) + '.' + base64url(access_claims());
  for (std::size_t size : {1u, 32u, 64u, 255u, 257u, 512u}) {
    BOOST_TEST((a.verify(input + '.' + base64url(bytes(size, 1))) == jose_errc::signature_length));
  }
  bytes padded = a.key.sign(input);
  padded.insert(padded.begin(), 0);
  BOOST_TEST((a.verify(input + '.' + base64url(padded)) == jose_errc::signature_length));
  for (bytes const& signature : {bytes(256, 0), bytes(256, 0xff), a.key.modulus(), a.key.sign(input + "x"),
                                 signing_key::named("attacker").sign(input),
                                 a.key.sign(input, algorithm::ps256), a.key.sign(input, algorithm::rs512)}) {
    BOOST_TEST((a.verify(input + '.' + base64url(signature)) == jose_errc::bad_signature));
  }
}

BOOST_AUTO_TEST_CASE(the_signature_of_one_token_on_another) {
  access_setup a;
  std::string const alice = a.good();
  std::string mallory = access_claims();
  mallory.replace(mallory.find("alice"), 5, "admin");
  std::string const forged =
      alice.substr(0, alice.find('.')) + '.' + base64url(mallory) + alice.substr(alice.rfind('.'));
  BOOST_TEST((a.verify(forged) == jose_errc::bad_signature));
  BOOST_TEST(!a.verify(alice));
  BOOST_TEST((a.verify(forged) == jose_errc::bad_signature));
}

BOOST_AUTO_TEST_CASE(a_remembered_header_is_of_no_use_to_another_key) {
  access_setup a;
  signing_key const& own = signing_key::named("attacker");
  std::string const head = header(header_members());
  BOOST_TEST((a.verify(own.token(head, access_claims())) == jose_errc::bad_signature));
  BOOST_TEST(!a.verify(a.good()));  // now the header is remembered
  BOOST_TEST((a.verify(own.token(head, access_claims())) == jose_errc::bad_signature));
}

BOOST_AUTO_TEST_CASE(unknown_kids_are_refused_before_any_cryptography) {
  access_setup a;
  // neither the signature nor the payload is looked at, so that a flood of these costs next to nothing
  std::string const input = base64url(header(header_members("RS256", "unknown"))) + ".!!!!.!!!!";
  BOOST_TEST((a.verify(input) == jose_errc::unknown_kid));
}

BOOST_AUTO_TEST_SUITE_END()
