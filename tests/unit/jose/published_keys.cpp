// tests/unit/jose/published_keys.cpp - key sets and claims as issuers really publish them, by public report
// SPDX-License-Identifier: BSL-1.0
#include <boost/test/unit_test.hpp>

#include <mcpawl/jose/jwk_set.hpp>
#include <mcpawl/jose/verifier.hpp>

#include "access.hpp"
#include "signing.hpp"

#include <optional>
#include <string>
#include <string_view>

BOOST_AUTO_TEST_SUITE(jose_published_keys)

using namespace mcpawl;
using namespace mcpawl::jose_tests;
using jose::algorithm;
using jose::jose_errc;

namespace {

signing_key const& rsa() { return signing_key::named("published"); }

std::string good() { return rsa().jwk("good"); }
std::string set_of(std::string const& keys) { return R"({"keys":[)" + keys + "]}"; }
std::string rsa_with(std::string const& more) { return object(rsa().jwk_members() + more); }

/** An entry beside a good one. */
struct entry {
  char const* what;
  std::string json;
  std::optional<jose_errc> left_out;  ///< Why; nothing: it is kept.
};

}  // namespace

BOOST_AUTO_TEST_CASE(one_odd_entry_never_spoils_the_set) {
  std::string const pub(2600, 'A');
  entry const entries[] = {
      {"ML-DSA, RFC 9964", R"({"kty":"AKP","alg":"ML-DSA-65","kid":"pq","pub":")" + pub + "\"}",
       jose_errc::key_type},
      {"Ed448 without alg", R"({"kty":"OKP","use":"sig","crv":"Ed448","kid":"e","x":"AAAA"})",
       jose_errc::key_type},
      {"X25519, for encryption", R"({"kty":"OKP","use":"enc","crv":"X25519","kid":"x","x":"AAAA"})",
       jose_errc::key_use},
      {"secp256k1", R"({"kty":"EC","crv":"secp256k1","kid":"k1","x":"AAAA","y":"AAAA"})",
       jose_errc::key_type},
      {"RSA-OAEP for encryption", rsa_with(R"(,"kid":"enc","use":"enc","alg":"RSA-OAEP")"),
       jose_errc::key_use},
      {"RSA-OAEP without use", rsa_with(R"(,"kid":"enc","alg":"RSA-OAEP")"), jose_errc::key_algorithm},
      {"RSA of 1024 bits", R"({"kty":"RSA","kid":"small","e":"AQAB","n":")" + std::string(170, 'w') + "A\"}",
       jose_errc::key_size},
      {"a certificate alone", R"({"kty":"RSA","kid":"x5c","use":"sig","x5c":["MIIDPjCCAiqg"]})",
       jose_errc::key_encoding},
      {"a secret", R"({"kty":"oct","kid":"s","k":"c2VjcmV0"})", jose_errc::key_symmetric},
      {"a private key", rsa_with(R"(,"kid":"p","d":"AQAB")"), jose_errc::key_private},
      {"null for a second key", "null", jose_errc::key_not_object},
      {"an empty entry", "{}", jose_errc::key_type},
      {"a number as kid", rsa_with(R"(,"kid":1)"), jose_errc::key_member},
      {"a list as use", rsa_with(R"(,"kid":"u","use":["sig","enc"])"), jose_errc::key_member},
      {"key_ops for signing alone", rsa_with(R"(,"kid":"o","key_ops":["sign"])"), jose_errc::key_operations},
      {"a coordinate alone: huskarl-rs/huskarl#139", R"({"kty":"EC","crv":"P-256","kid":"ec","x":"AAAA"})",
       jose_errc::key_encoding},
      {"key_ops as one text: auth0/jwks-rsa-java#14", rsa_with(R"(,"kid":"o","key_ops":"verify")"),
       jose_errc::key_member},
      {"private members of value zero: cisco/cjose#193", rsa_with(R"(,"kid":"p","d":"AA","p":"==")"),
       jose_errc::key_private},
      {"no key_ops at all", rsa_with(R"(,"kid":"o","key_ops":[])"), jose_errc::key_operations},

      {"no use, no alg, certificates: Entra ID",
       rsa_with(
           R"(,"kid":"-KI3Q9nNR7bRofxmeZoXqbHZGew","x5t":"-KI3","x5c":["MIIC"],"issuer":"https://x/v2.0",)"
           R"("cloud_instance_name":"example")"),
       std::nullopt},
      {"key_ops and use together", rsa_with(R"(,"kid":"o","use":"sig","key_ops":["verify"])"), std::nullopt},
      {"null for what is left out: .NET",
       rsa_with(
           R"(,"kid":"n","alg":null,"use":null,"key_ops":null,"d":null,"p":null,"q":null,"dp":null,"dq":null,)"
           R"("qi":null,"oth":null,"k":null,"x5c":null,"crv":null,"x":null,"y":null)"),
       std::nullopt},
      {"null as kid", rsa_with(R"(,"kid":null,"alg":"RS256")"), std::nullopt},
      {"a key of Ed25519 by its new name",
       object(signing_key::ed25519().jwk_members() + R"(,"kid":"ed","alg":"Ed25519")"), std::nullopt},
      {"thumbprints with padding: square/go-jose#373",
       rsa_with(R"(,"kid":"SIGNING_KEY","x5t":"wCAFGcBT8CeA4U2mYa4z3xg0-Zw=","x5t#S256":"AAAA==")"),
       std::nullopt},
      {"members of a certificate",
       rsa_with(R"(,"kid":"c","x5u":"https://x/","x5t#S256":"AAAA","exp":1700000000)"), std::nullopt},
  };
  for (entry const& each : entries) {
    for (bool const first : {true, false}) {
      BOOST_TEST_CONTEXT(each.what) {
        auto const set =
            jose::parse_jwk_set(set_of(first ? each.json + ',' + good() : good() + ',' + each.json));
        BOOST_REQUIRE(set);
        BOOST_TEST(set->find("good") != nullptr);
        BOOST_TEST(set->keys().size() == (each.left_out ? 1u : 2u));
        BOOST_TEST(set->skipped_count() == (each.left_out ? 1u : 0u));
        if (each.left_out && set->skipped_count() == 1)
          BOOST_TEST((set->skipped()[0].reason == *each.left_out));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(what_surrounds_a_document_does_not_matter) {
  for (std::string const& text :
       {"\xef\xbb\xbf" + set_of(good()), set_of(good()) + "\r\n", " \n\t" + set_of(good()) + "   ",
        R"({"issuer":"https://x/","keys":[)" + good() + R"(],"next_rotation":{"keys":[]}})"}) {
    auto const set = jose::parse_jwk_set(text);
    BOOST_TEST_CONTEXT(text) { BOOST_TEST((set && set->keys().size() == 1u)); }
  }
  for (std::string const& text :
       {set_of(good()) + '\0', set_of(good()) + set_of(good()), set_of(good()) + "</html>",
        "\xef\xbb\xbf\xef\xbb\xbf" + set_of(good()), "\xff\xfe" + set_of(good()), ")]}'\n" + set_of(good()),
        '[' + good() + ']', good(), std::string{R"({"good":"-----BEGIN CERTIFICATE-----"})"},
        R"({"keys":{"good":)" + good() + "}}"}) {
    auto const set = jose::parse_jwk_set(text);
    BOOST_TEST_CONTEXT(text) { BOOST_TEST((!set && set.error() == jose_errc::key_set_syntax)); }
  }
}

BOOST_AUTO_TEST_CASE(a_set_of_sixty_four_keys_with_their_certificates_is_read) {
  std::string keys;
  std::string const chain(3000, 'M');
  for (int i = 0; i != 64; ++i)
    keys += (i == 0 ? "" : ",") +
            rsa_with(R"(,"kid":"k)" + std::to_string(i) + R"(","use":"sig","x5c":[")" + chain + "\"]");
  auto const set = jose::parse_jwk_set(set_of(keys));
  BOOST_REQUIRE(set);
  BOOST_TEST(set->keys().size() == 64u);
  BOOST_TEST(set->skipped_count() == 0u);
}

BOOST_AUTO_TEST_CASE(a_key_without_alg_verifies_the_algorithms_that_are_expected) {
  jose::expectation e = access_expectation();
  e.algorithms = {algorithm::rs256, algorithm::eddsa};
  access_setup a{e};
  auto const ed = signing_key::ed25519();
  a.verifier.use(key_set(object(a.key.jwk_members() + R"(,"kid":")" + std::string{kid} + '"') + ',' +
                         ed.jwk("ed", R"(,"alg":"EdDSA")")));
  BOOST_TEST(!a.verify(a.good()));
  for (std::string_view name : {"EdDSA", "Ed25519"})
    BOOST_TEST(!a.verify(ed.token(object(header_members(name, "ed")), access_claims(), algorithm::eddsa)));
  BOOST_TEST((a.verify(ed.token(object(header_members("Ed448", "ed")), access_claims(), algorithm::eddsa)) ==
              jose_errc::unknown_algorithm));
}

BOOST_AUTO_TEST_CASE(claims_as_issuers_write_them) {
  access_setup a;
  std::string const from = R"("iss":")" + std::string{team} + "\",";
  std::string const exp = std::to_string(now + 3600), aud = R"("aud":")" + std::string{application} + "\",";
  std::string long_list = "[\"" + std::string{application} + '"';
  for (int i = 0; i != 100; ++i) long_list += ",\"realm-" + std::to_string(i) + '"';
  struct row {
    char const* what;
    std::string members;
    std::optional<jose_errc> refused;
  };
  row const rows[] = {
      {"aud is a text", aud + "\"exp\":" + exp, std::nullopt},
      {"aud is a list of many", "\"aud\":" + long_list + "],\"exp\":" + exp, std::nullopt},
      {"aud is there twice in its list",
       "\"aud\":[\"" + std::string{application} + "\",\"" + std::string{application} + "\"],\"exp\":" + exp,
       std::nullopt},
      {"dates with fractions", aud + "\"exp\":" + exp + ".5,\"iat\":1699999990.123456,\"nbf\":1.6E9",
       std::nullopt},
      {"a date as a double", aud + "\"exp\":1.700003600E9", std::nullopt},
      {"claims of other types",
       aud + "\"exp\":" + exp + R"(,"amr":["pwd"],"auth_time":"1","email_verified":"true")", std::nullopt},
      {"a date in milliseconds, ahead", aud + "\"exp\":" + exp + "000,\"iat\":1699999990000",
       jose_errc::issued_in_future},
      {"a date as text", aud + "\"exp\":\"" + exp + '"', jose_errc::bad_date},
      {"no date", aud + "\"exp\":null", jose_errc::bad_date},
      {"iat as text", aud + "\"exp\":" + exp + ",\"iat\":\"1699999990\"", jose_errc::bad_date},
      {"no exp", aud + "\"iat\":1699999990", jose_errc::no_expiry},
      {"no aud, a client_id instead", "\"client_id\":\"" + std::string{application} + "\",\"exp\":" + exp,
       jose_errc::no_audience},
      {"aud is a text with spaces", "\"aud\":\"x " + std::string{application} + "\",\"exp\":" + exp,
       jose_errc::wrong_audience},
      {"sub is a number", aud + "\"exp\":" + exp + ",\"sub\":42", jose_errc::bad_subject},
  };
  for (row const& each : rows) {
    auto const why = a.with_claims(object(from + each.members));
    BOOST_TEST_CONTEXT(each.what) { BOOST_TEST((each.refused ? why == *each.refused : !why)); }
  }
  auto const other_issuer = [&](std::string_view iss) {
    return a.with_claims(object("\"iss\":\"" + std::string{iss} + "\"," + aud + "\"exp\":" + exp));
  };
  BOOST_TEST((other_issuer(std::string{team} + '/') == jose_errc::wrong_issuer));
  BOOST_TEST((other_issuer("HTTPS" + std::string{team.substr(5)}) == jose_errc::wrong_issuer));
}

BOOST_AUTO_TEST_CASE(headers_as_issuers_write_them) {
  jose::expectation e = access_expectation();
  e.types = {"JWT", "at+jwt"};
  access_setup a{e};
  std::string const rest = R"(,"alg":"RS256","kid":")" + std::string{kid} + '"';
  for (std::string_view first :
       {R"("typ":"jwt")", R"("typ":"at+JWT")", R"("typ":"application/at+jwt")",
        R"("x5t":"-KI3","nonce":"AQAB")", R"("cty":"JWT")", R"("jku":"https://issuer.example/keys")",
        R"("x5c":["MIIC"],"x5t#S256":"AAAA")"})
    BOOST_TEST_CONTEXT(first) { BOOST_TEST(!a.with_header(object(std::string{first} + rest))); }
  for (std::string_view first : {R"("typ":"logout+jwt")", R"("typ":"secevent+jwt")", R"("typ":"dpop+jwt")",
                                 R"("typ":"Bearer")", R"("typ":"")"})
    BOOST_TEST_CONTEXT(first) {
      BOOST_TEST((a.with_header(object(std::string{first} + rest)) == jose_errc::wrong_type));
    }
}

BOOST_AUTO_TEST_SUITE_END()
