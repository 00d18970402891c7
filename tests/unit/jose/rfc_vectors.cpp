// tests/unit/jose/rfc_vectors.cpp - the examples of RFC 7515, 7520, 7797 and 8037: what verifies and what is
// refused
// SPDX-License-Identifier: BSL-1.0
#include <boost/test/unit_test.hpp>

#include <openssl/hmac.h>

#include <mcpawl/crypto/avx512_ifma_engine.hpp>
#include <mcpawl/crypto/engine.hpp>
#include <mcpawl/jose/compact.hpp>
#include <mcpawl/jose/verifier.hpp>

#include "signing.hpp"

#include <memory>
#include <string>
#include <string_view>

BOOST_AUTO_TEST_SUITE(jose_rfc_vectors)

using namespace mcpawl;
using namespace mcpawl::detail;
using namespace mcpawl::jose_tests;
using jose::algorithm;
using jose::jose_errc;

namespace {

// RFC 7515 appendix A.1.1, the payload of A.1, A.2, A.3 and A.5
constexpr std::string_view joe =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

// RFC 7515 appendix A.1.1 and RFC 7797 section 4, the symmetric key
constexpr std::string_view symmetric =
    "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";

// RFC 7520 section 4, figure 8: the payload of all examples there
constexpr std::string_view frodo =
    "SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IH"
    "lvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBk"
    "b24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcm"
    "UgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4";

// RFC 7520 section 3.3, figure 3
constexpr std::string_view bilbo_rsa =
    R"({"kty":"RSA","kid":"bilbo.baggins@hobbiton.example","use":"sig","n":")"
    "n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJmSCpMaJMRBSFKr"
    "Kb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-OfVfHd1E6cS6M1FZcD1NNLYD5l"
    "FHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__"
    R"(kRhuaxwUkRz5iaiQkqgc5gHdrNP5zw","e":"AQAB"})";

// RFC 7520 section 3.1, figure 1
constexpr std::string_view bilbo_ec =
    R"({"kty":"EC","kid":"bilbo.baggins@hobbiton.example","use":"sig","crv":"P-521",)"
    R"("x":"AHKZLLOsCOzz5cY97ewNUajB957y-C-U88c3v13nmGZx6sYl_oJXu9A5RkTKqjqvjyekWF-7ytDyRXYgCF5cj0Kt",)"
    R"("y":"AdymlHvOiLxXkEhayXQnNCvDX4h9htZaCJN34kfmC6pV5OhQHiraVySsUdaQkAgDPrwQrJmbnX9cwlGfP-HqHZR1"})";

std::shared_ptr<jose::jwk_set const> set_of(std::string_view key) {
  return std::make_shared<jose::jwk_set const>(
      jose::parse_jwk_set(R"({"keys":[)" + std::string{key} + "]}").value());
}

template <crypto_engine Engine>
bool verifies_by(std::string_view key, algorithm a, std::string_view token) {
  auto const keys = set_of(key);
  auto const parts = jose::split_compact(token, 4096).value();
  auto check = Engine::verifier::make(keys->keys()[0].key(), jose::scheme_of(a)).value();
  bytes signature = from_base64url(parts.signature);
  bool const right = check.verify(parts.signing_input, signature);
  signature[signature.size() / 2] ^= 1;
  return right && !check.verify(parts.signing_input, signature);
}

/** Tell whether the signature of a token is right, and wrong when a bit of it is turned. */
bool verifies(std::string_view key, algorithm a, std::string_view token) {
  return verifies_by<openssl_engine>(key, a, token) && verifies_by<evp_engine>(key, a, token) &&
         verifies_by<avx512_ifma_engine>(key, a, token);
}

/** What the whole verifier says to a token, everything allowed that could be. */
error_code verdict(std::string_view key, std::string_view token) {
  jose::expectation e;
  e.issuer = "joe";
  e.audiences = {"anyone"};
  e.types.clear();
  for (std::size_t i = 0; i != jose::algorithm_count; ++i) e.algorithms.insert(static_cast<algorithm>(i));
  jose::verifier verifier{e};
  verifier.use(set_of(key));
  auto const claims = verifier.verify(token, 1300819379);
  return claims ? error_code{} : claims.error();
}

/** Tell whether a tag is HMAC-SHA-256 of a text under the RFCs' symmetric key. */
bool is_hs256(std::string_view text, std::string_view tag) {
  bytes const key = from_base64url(symmetric);
  bytes out(32);
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<unsigned char const*>(text.data()), text.size(), out.data(), &size);
  return base64url(out) == tag;
}

std::string join(std::string_view header, std::string_view payload, std::string_view signature) {
  return std::string{header} + '.' + std::string{payload} + '.' + std::string{signature};
}

}  // namespace

BOOST_AUTO_TEST_CASE(rfc_7515_appendix_a_1_hs256_is_refused) {
  constexpr std::string_view header = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9";
  constexpr std::string_view tag = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
  BOOST_TEST(is_hs256(std::string{header} + '.' + std::string{joe}, tag));
  BOOST_TEST((verdict(bilbo_rsa, join(header, joe, tag)) == jose_errc::unknown_algorithm));
  BOOST_TEST(!jose::find_algorithm("HS256"));
  // the key of A.1.1 in a key set
  auto const oct = R"({"keys":[{"kty":"oct","kid":"a1","k":")" + std::string{symmetric} + "\"}]}";
  BOOST_TEST((jose::parse_jwk_set(oct).error() == jose_errc::no_usable_key));
}

BOOST_AUTO_TEST_CASE(rfc_7515_appendix_a_2_rs256) {
  constexpr std::string_view key =
      R"({"kty":"RSA","kid":"a2","n":")"
      "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-"
      "SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-"
      "KXBdQOS-"
      "UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_"
      "h9iaGNj8q2et"
      R"(hFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ","e":"AQAB"})";
  std::string const token = join(
      "eyJhbGciOiJSUzI1NiJ9", joe,
      "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbd"
      "s9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZ"
      "RmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs"
      "98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw");
  BOOST_TEST(verifies(key, algorithm::rs256, token));
  BOOST_TEST((verdict(key, token) == jose_errc::no_audience));
}

BOOST_AUTO_TEST_CASE(rfc_7515_appendix_a_3_es256) {
  constexpr std::string_view key =
      R"({"kty":"EC","kid":"a3","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
      R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})";
  std::string const token =
      join("eyJhbGciOiJFUzI1NiJ9", joe,
           "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q");
  BOOST_TEST(verifies(key, algorithm::es256, token));
  BOOST_TEST((verdict(key, token) == jose_errc::no_audience));
}

BOOST_AUTO_TEST_CASE(rfc_7515_appendix_a_4_es512) {
  constexpr std::string_view key =
      R"({"kty":"EC","kid":"a4","crv":"P-521",)"
      R"("x":"AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk",)"
      R"("y":"ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2"})";
  std::string const token = join(
      "eyJhbGciOiJFUzUxMiJ9", "UGF5bG9hZA",
      "AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB34XO0aw_7XdtAG8GaSwFKd"
      "CAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn");
  BOOST_TEST(verifies(key, algorithm::es512, token));
  BOOST_TEST((verdict(key, token) == jose_errc::claims_syntax));
}

BOOST_AUTO_TEST_CASE(rfc_7515_appendix_a_5_none_is_refused) {
  BOOST_TEST((verdict(bilbo_rsa, join("eyJhbGciOiJub25lIn0", joe, "")) == jose_errc::malformed_token));
  BOOST_TEST((verdict(bilbo_rsa, join("eyJhbGciOiJub25lIn0", joe, "AA")) == jose_errc::unknown_algorithm));
}

// The payload of RFC 7520 is no JSON: `claims_syntax` tells that the signature before it was right, as
// `no_audience` does of the payload of RFC 7515.

BOOST_AUTO_TEST_CASE(rfc_7520_section_4_1_rs256) {
  std::string const token = join(
      "eyJhbGciOiJSUzI1NiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9", frodo,
      "MRjdkly7_-oTPTS3AXP41iQIGKa80A0ZmTuV5MEaHoxnW2e5CZ5NlKtainoFmKZopdHM1O2U4mwzJdQx996ivp83xuglII7PND"
      "i84wnB-BDkoBwA78185hX-Es4JIwmDLJK3lfWRa-XtL0RnltuYv746iYTh_qHRD68BNt1uSNCrUCTJDt5aAE6x8wW1Kt9eRo4QP"
      "ocSadnHXFxnt8Is9UzpERV0ePPQdLuW3IS_de3xyIrDaLGdjluPxUAhb6L2aXic1U12podGU0KLUQSE_oI-ZnmKJ3F4uOZDnd6Q"
      "ZWJushZ41Axf_fcIe8u9ipH84ogoree7vjbU5y18kDquDg");
  BOOST_TEST(verifies(bilbo_rsa, algorithm::rs256, token));
  BOOST_TEST((verdict(bilbo_rsa, token) == jose_errc::claims_syntax));
}

BOOST_AUTO_TEST_CASE(rfc_7520_section_4_2_ps384) {
  std::string const token = join(
      "eyJhbGciOiJQUzM4NCIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9", frodo,
      "cu22eBqkYDKgIlTpzDXGvaFfz6WGoz7fUDcfT0kkOy42miAh2qyBzk1xEsnk2IpN6-tPid6VrklHkqsGqDqHCdP6O8TTB5dDDI"
      "tllVo6_1OLPpcbUrhiUSMxbbXUvdvWXzg-UD8biiReQFlfz28zGWVsdiNAUf8ZnyPEgVFn442ZdNqiVJRmBqrYRXe8P_ijQ7p8V"
      "dz0TTrxUeT3lm8d9shnr2lfJT8ImUjvAA2Xez2Mlp8cBE5awDzT0qI0n6uiP1aCN_2_jLAeQTlqRHtfa64QQSUmFAAjVKPbByi7"
      "xho0uTOcbH510a6GYmJUAfmWjwZ6oD4ifKo8DYM-X72Eaw");
  BOOST_TEST(verifies(bilbo_rsa, algorithm::ps384, token));
  BOOST_TEST((verdict(bilbo_rsa, token) == jose_errc::claims_syntax));
}

BOOST_AUTO_TEST_CASE(rfc_7520_section_4_3_es512) {
  std::string const token = join(
      "eyJhbGciOiJFUzUxMiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9", frodo,
      "AE_R_YZCChjn4791jSQCrdPZCNYqHXCTZH0-JZGYNlaAjP2kqaluUIIUnC9qvbu9Plon7KRTzoNEuT4Va2cmL1eJAQy3mtPBu_"
      "u_sDDyYjnAMDxXPn7XrT0lw-kvAD890jl8e2puQens_IEKBpHABlsbEPX6sFY8OcGDqoRuBomu9xQ2");
  BOOST_TEST(verifies(bilbo_ec, algorithm::es512, token));
  BOOST_TEST((verdict(bilbo_ec, token) == jose_errc::claims_syntax));
}

BOOST_AUTO_TEST_CASE(rfc_7797_section_4_unencoded_payloads_are_refused) {
  // 4.1, the usual form
  BOOST_TEST(is_hs256("eyJhbGciOiJIUzI1NiJ9.JC4wMg", "5mvfOroL-g7HyqJoozehmsaqmvTYGEq5jTI1gVvoEoQ"));
  // 4.2, {"alg":"HS256","b64":false,"crit":["b64"]} over `$.02`: detached, and put in place
  constexpr std::string_view header = "eyJhbGciOiJIUzI1NiIsImI2NCI6ZmFsc2UsImNyaXQiOlsiYjY0Il19";
  constexpr std::string_view tag = "A5dxf2s96_n5FLueVuW1Z_vh161FwXZC4YLPff6dmDY";
  BOOST_TEST(is_hs256(std::string{header} + ".$.02", tag));
  BOOST_TEST((verdict(bilbo_rsa, join(header, "", tag)) == jose_errc::malformed_token));
  BOOST_TEST((verdict(bilbo_rsa, join(header, "$.02", tag)) == jose_errc::malformed_token));
  BOOST_TEST((verdict(bilbo_rsa, join(header, "$02", tag)) == jose_errc::header_unencoded));
}

BOOST_AUTO_TEST_CASE(rfc_8037_appendix_a_4_and_a_5_eddsa) {
  constexpr std::string_view key =
      R"({"kty":"OKP","kid":"a2","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})";
  std::string const token =
      join("eyJhbGciOiJFZERTQSJ9", "RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
           "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg");
  BOOST_TEST(verifies(key, algorithm::eddsa, token));
  BOOST_TEST((verdict(key, token) == jose_errc::claims_syntax));
}

BOOST_AUTO_TEST_CASE(rfc_8037_appendix_a_1_the_private_key_in_a_key_set_is_refused) {
  constexpr std::string_view key =
      R"({"keys":[{"kty":"OKP","kid":"a1","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",)"
      R"("x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})";
  BOOST_TEST((jose::parse_jwk_set(key).error() == jose_errc::no_usable_key));
}

BOOST_AUTO_TEST_SUITE_END()
