// tests/unit/crypto/signature.cpp - signatures against the vectors of the RFCs, and forged ones
// SPDX-License-Identifier: BSL-1.0
#include <boost/test/unit_test.hpp>

#include <mcpawl/crypto/signature.hpp>

#include "../jose/signing.hpp"

#include <algorithm>
#include <string>
#include <string_view>

BOOST_AUTO_TEST_SUITE(crypto_signature)

using namespace mcpawl;
using namespace mcpawl::detail;
using namespace mcpawl::jose_tests;
using jose::algorithm;

namespace {

// RFC 7515 appendix A.2.1: the key, and the payload that A.2 and A.3 share
constexpr std::string_view a2_modulus =
    "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-"
    "SFd2"
    "lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-"
    "UTo7WTB"
    "EMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_"
    "h9iaGNj8q2ethFkMLs91kz"
    "k2PAcDTW9gb54h4FRWyuXpoQ";
constexpr std::string_view payload =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
constexpr std::string_view a2_signature =
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_"
    "O8W2Fp5jujGbds9uJdbF9"
    "CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_"
    "eSN9383LcOL"
    "n6_dO--xi12jzDwusC-"
    "eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtV"
    "rBp0igcN_IoypGlUPQGe77Rw";

signature_verifier make(public_key const& key, algorithm a) {
  return signature_verifier::make(key, jose::scheme_of(a)).value();
}

signature_verifier rsa_verifier(signing_key const& key, algorithm a = algorithm::rs256) {
  return make(public_key::rsa(key.modulus(), key.number(OSSL_PKEY_PARAM_RSA_E)).value(), a);
}

signature_verifier ec_verifier(signing_key const& key, key_kind curve, algorithm a) {
  std::size_t const size = coordinate_size(curve);
  bytes x = key.number(OSSL_PKEY_PARAM_EC_PUB_X), y = key.number(OSSL_PKEY_PARAM_EC_PUB_Y);
  x.insert(x.begin(), size - x.size(), 0);
  y.insert(y.begin(), size - y.size(), 0);
  return make(public_key::ec(curve, x, y).value(), a);
}

/** EMSA-PKCS1-v1_5 (RFC 8017 section 9.2) of a message, with parts that may be wrong. */
struct block {
  bytes digest_info{0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
                    0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};
  std::size_t padding = 202;
  bytes garbage;
  unsigned char first = 0, type = 1, fill = 0xff, separator = 0;

  bytes of(std::string_view message) const {
    sha256_digest const digest = sha256(message);
    bytes out{first, type};
    out.insert(out.end(), padding, fill);
    out.push_back(separator);
    out.insert(out.end(), digest_info.begin(), digest_info.end());
    out.insert(out.end(), digest.begin(), digest.end());
    out.insert(out.end(), garbage.begin(), garbage.end());
    return out;
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(rfc_7515_appendix_a_2_rs256) {
  auto check = make(public_key::rsa(from_base64url(a2_modulus), bytes{1, 0, 1}).value(), algorithm::rs256);
  std::string const input = "eyJhbGciOiJSUzI1NiJ9." + std::string{payload};
  BOOST_TEST(check.verify(input, from_base64url(a2_signature)));
  BOOST_TEST(!check.verify(input + "A", from_base64url(a2_signature)));
  BOOST_TEST(check.verify(input, from_base64url(a2_signature)));  // a refusal leaves nothing behind
}

BOOST_AUTO_TEST_CASE(rfc_7515_appendix_a_3_es256) {
  auto check =
      make(public_key::ec(key_kind::p256, from_base64url("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"),
                          from_base64url("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"))
               .value(),
           algorithm::es256);
  std::string const input = "eyJhbGciOiJFUzI1NiJ9." + std::string{payload};
  bytes const signature = from_base64url(
      "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q");
  BOOST_TEST(check.verify(input, signature));
  BOOST_TEST(!check.verify(input + "A", signature));
}

BOOST_AUTO_TEST_CASE(rfc_8037_appendix_a_5_eddsa) {
  auto check =
      make(public_key::ed25519(from_base64url("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")).value(),
           algorithm::eddsa);
  std::string const input = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
  bytes const signature = from_base64url(
      "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg");
  BOOST_TEST(check.verify(input, signature));
  BOOST_TEST(!check.verify(input + "A", signature));
  BOOST_TEST(check.verify(input, signature));
}

BOOST_AUTO_TEST_CASE(every_algorithm_takes_its_own_signature_and_none_of_the_others) {
  signing_key const& rsa = signing_key::named("signature");
  for (algorithm a : {algorithm::rs256, algorithm::rs384, algorithm::rs512, algorithm::ps256,
                      algorithm::ps384, algorithm::ps512}) {
    auto check = rsa_verifier(rsa, a);
    for (algorithm b : {algorithm::rs256, algorithm::rs384, algorithm::rs512, algorithm::ps256,
                        algorithm::ps384, algorithm::ps512}) {
      BOOST_TEST_CONTEXT(jose::name_of(a) << " given " << jose::name_of(b)) {
        BOOST_TEST(check.verify("message", rsa.sign("message", b)) == (a == b));
      }
    }
  }
  struct curve {
    char const* name;
    key_kind kind;
    algorithm alg;
  };
  for (auto [name, kind, alg] :
       {curve{"P-256", key_kind::p256, algorithm::es256}, curve{"P-384", key_kind::p384, algorithm::es384},
        curve{"P-521", key_kind::p521, algorithm::es512}}) {
    signing_key const key = signing_key::ec(name);
    auto check = ec_verifier(key, kind, alg);
    for (int i = 0; i != 20; ++i) {
      std::string const message = "message " + std::to_string(i);
      BOOST_TEST(check.verify(message, key.sign(message, alg)));
      BOOST_TEST(!check.verify(message + '!', key.sign(message, alg)));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_scheme_for_another_kind_of_key_is_refused) {
  public_key const key = public_key::rsa(from_base64url(a2_modulus), bytes{1, 0, 1}).value();
  for (algorithm a : {algorithm::es256, algorithm::es512, algorithm::eddsa}) {
    BOOST_TEST((signature_verifier::make(key, jose::scheme_of(a)).error() == crypto_errc::key_scheme));
  }
  signature_scheme const unpadded{key_kind::rsa, digest_kind::sha256, signature_padding::none};
  BOOST_TEST((signature_verifier::make(key, unpadded).error() == crypto_errc::key_scheme));
}

BOOST_AUTO_TEST_CASE(the_block_builder_of_these_tests_makes_good_signatures) {
  signing_key const& key = signing_key::named("signature");
  BOOST_TEST(rsa_verifier(key).verify("message", key.raw(block{}.of("message"))));
}

BOOST_AUTO_TEST_CASE(pkcs1_padding_that_is_not_exact_is_refused) {
  signing_key const& key = signing_key::named("signature");
  auto check = rsa_verifier(key);
  auto const refused = [&](char const* what, block const& b) {
    BOOST_TEST_CONTEXT(what) { BOOST_TEST(!check.verify("message", key.raw(b.of("message")))); }
  };
  block b;
  b.padding = 8;
  b.garbage = bytes(194, 0);
  refused("Bleichenbacher 2006: short padding, garbage behind the digest", b);
  b = {};
  b.padding = 201;
  b.garbage = {0};
  refused("one byte behind the digest", b);
  b = {};
  b.digest_info = {0x30, 0x2f, 0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48,
                   0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x04, 0x20};
  b.padding = 204;
  refused("missing NULL", b);
  b = {};
  b.digest_info[14] = 2;
  refused("OID of SHA-384 in front of a SHA-256 digest", b);
  b = {};
  b.digest_info.clear();
  b.padding = 221;
  refused("no digest info", b);
  b = {};
  b.digest_info[1] = 0x32;
  refused("wrong length in the digest info", b);
  b = {};
  b.digest_info = {0x30, 0x81, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48,
                   0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};
  b.padding = 201;
  refused("length not in its shortest form", b);
  b = {};
  b.type = 2;
  refused("block type 2", b);
  b = {};
  b.type = 0;
  refused("block type 0", b);
  b = {};
  b.fill = 0xfe;
  refused("padding of other bytes", b);
  b = {};
  b.separator = 1;
  refused("no separator", b);
  b = {};
  b.first = 1;
  b.type = 0xff;
  refused("leading byte is not zero", b);
}

BOOST_AUTO_TEST_CASE(a_cube_root_forgery_under_e_3_is_refused) {
  signing_key const& key = signing_key::named("e3", 2048, 3);
  auto check = rsa_verifier(key);
  BOOST_REQUIRE(check.verify("message", key.sign("message")));
  // 00 01 ff.. 00 digest-info digest, then free bytes: some cube lies in that range, found without the key
  block b;
  b.padding = 8;
  b.garbage = bytes(194, 0xff);
  bytes const target = b.of("message");
  BIGNUM* const high = BN_bin2bn(target.data(), static_cast<int>(target.size()), nullptr);
  BIGNUM* const root = BN_new();
  BIGNUM* const cube = BN_new();
  BN_CTX* const ctx = BN_CTX_new();
  for (int bit = 700; bit >= 0; --bit) {
    BN_set_bit(root, bit);
    BN_sqr(cube, root, ctx);
    BN_mul(cube, cube, root, ctx);
    if (BN_cmp(cube, high) > 0) BN_clear_bit(root, bit);
  }
  bytes forged(256);
  BN_bn2binpad(root, forged.data(), 256);
  BN_sqr(cube, root, ctx);
  BN_mul(cube, cube, root, ctx);
  bytes opened(256);
  BN_bn2binpad(cube, opened.data(), 256);
  std::size_t const meant = target.size() - b.garbage.size();
  BOOST_TEST(std::equal(target.begin(), target.begin() + static_cast<std::ptrdiff_t>(meant), opened.begin()));
  BN_CTX_free(ctx);
  BN_free(cube);
  BN_free(root);
  BN_free(high);
  BOOST_TEST(!check.verify("message", forged));
}

BOOST_AUTO_TEST_CASE(rsa_signatures_out_of_range_are_refused) {
  signing_key const& key = signing_key::named("signature");
  auto check = rsa_verifier(key);
  bytes const good = key.sign("message");
  BOOST_REQUIRE(check.verify("message", good));
  BOOST_TEST(!check.verify("message", bytes{}));
  BOOST_TEST(!check.verify("message", bytes(256, 0)));
  bytes one(256, 0);
  one.back() = 1;
  BOOST_TEST(!check.verify("message", one));
  BOOST_TEST(!check.verify("message", key.modulus()));
  BOOST_TEST(!check.verify("message", bytes(256, 0xff)));
  bytes minus_one = key.modulus();
  minus_one.back() = static_cast<unsigned char>(minus_one.back() - 1);  // odd, so no borrow
  BOOST_TEST(!check.verify("message", minus_one));
  bytes longer = good;
  longer.insert(longer.begin(), 0);
  BOOST_TEST(!check.verify("message", longer));
  longer = good;
  longer.push_back(0);
  BOOST_TEST(!check.verify("message", longer));
  BOOST_TEST(!check.verify("message", bytes(good.begin() + 1, good.end())));
  BOOST_TEST(!check.verify("message", bytes(good.begin(), good.end() - 1)));
  // s + n is congruent to s; it has 257 bytes, or 256 if the modulus is small
  bytes sum = key.modulus();
  unsigned carry = 0;
  for (std::size_t i = 256; i-- != 0;) {
    carry += unsigned{sum[i]} + good[i];
    sum[i] = static_cast<unsigned char>(carry);
    carry >>= 8;
  }
  if (carry != 0) sum.insert(sum.begin(), 1);
  BOOST_TEST(!check.verify("message", sum));
}

BOOST_AUTO_TEST_CASE(ecdsa_signatures_out_of_range_are_refused) {
  signing_key const key = signing_key::ec("P-256");
  auto check = ec_verifier(key, key_kind::p256, algorithm::es256);
  bytes const good = key.sign("message", algorithm::es256);
  BOOST_REQUIRE(check.verify("message", good));
  // the order of P-256, FIPS 186-4 appendix D.1.2.3
  bytes const order = {0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff,
                       0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17,
                       0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};
  auto const join = [](bytes r, bytes const& s) {
    r.insert(r.end(), s.begin(), s.end());
    return r;
  };
  bytes const r{good.begin(), good.begin() + 32}, s{good.begin() + 32, good.end()}, zero(32, 0);
  BOOST_TEST(!check.verify("message", join(zero, zero)));  // "psychic signatures", CVE-2022-21449
  BOOST_TEST(!check.verify("message", join(r, zero)));
  BOOST_TEST(!check.verify("message", join(zero, s)));
  BOOST_TEST(!check.verify("message", join(order, s)));
  BOOST_TEST(!check.verify("message", join(r, order)));
  BOOST_TEST(!check.verify("message", join(order, order)));
  BOOST_TEST(!check.verify("message", bytes(64, 0xff)));
  BOOST_TEST(!check.verify("message", join(s, r)));
  for (std::size_t size : {0u, 63u, 65u, 96u}) BOOST_TEST(!check.verify("message", bytes(size, 1)));
  detail::ecdsa_der const der = detail::to_der(good);
  BOOST_TEST(!check.verify("message", {der.bytes.data(), der.size}));
}

BOOST_AUTO_TEST_CASE(a_refusal_leaves_the_error_queue_empty) {
  signing_key const& key = signing_key::named("signature");
  auto check = rsa_verifier(key);
  BOOST_TEST(!check.verify("message", bytes(256, 0xff)));
  BOOST_TEST(ERR_peek_error() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
