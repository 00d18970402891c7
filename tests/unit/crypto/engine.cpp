// tests/unit/crypto/engine.cpp - what is an engine, and what is none
// SPDX-License-Identifier: BSL-1.0
#include <boost/test/unit_test.hpp>

#include <mcpawl/crypto/engine.hpp>

#include "../jose/signing.hpp"

BOOST_AUTO_TEST_SUITE(crypto_engine_concept)

using namespace mcpawl;
using namespace mcpawl::detail;
using namespace mcpawl::jose_tests;

namespace {

struct without_report {
  using verifier = signature_verifier;
};

struct throwing_verifier : signature_verifier {
  static result<throwing_verifier> make(public_key const&, signature_scheme);
  bool verify(std::string_view, std::span<unsigned char const>) noexcept(false) { return false; }
};
struct throwing {
  using verifier = throwing_verifier;
  static engine_report report(verifier const&) noexcept { return {}; }
};

struct of_another_verifier {
  struct verifier : signature_verifier {};  // its make returns the base
  static engine_report report(verifier const&) noexcept { return {}; }
};

}  // namespace

BOOST_AUTO_TEST_CASE(only_what_has_all_parts_is_an_engine) {
  BOOST_TEST(crypto_engine<evp_engine>);
  BOOST_TEST(!crypto_engine<int>);
  BOOST_TEST(!crypto_engine<signature_verifier>);
  BOOST_TEST(!crypto_engine<without_report>);
  BOOST_TEST(!crypto_engine<throwing>);
  BOOST_TEST(!crypto_engine<of_another_verifier>);
}

BOOST_AUTO_TEST_CASE(openssl_verifies_and_says_so) {
  signing_key const& key = signing_key::named("signature");
  auto check =
      evp_engine::verifier::make(public_key::rsa(key.modulus(), key.number(OSSL_PKEY_PARAM_RSA_E)).value(),
                                 jose::scheme_of(jose::algorithm::rs256))
          .value();
  BOOST_TEST(check.verify("message", key.sign("message")));
  BOOST_TEST(!check.verify("massage", key.sign("message")));
  engine_report const report = evp_engine::report(check);
  BOOST_TEST(report.engine == "evp");
  BOOST_TEST(report.reason.empty());
  BOOST_TEST(!report.faulty);
}

BOOST_AUTO_TEST_SUITE_END()
