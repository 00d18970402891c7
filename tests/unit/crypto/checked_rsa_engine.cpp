// tests/unit/crypto/checked_rsa_engine.cpp - same verdicts as OpenSSL, by whoever does the work, and who that
// is is
// SPDX-License-Identifier: BSL-1.0
#include <boost/test/unit_test.hpp>

#include <mcpawl/crypto/avx512_ifma_engine.hpp>
#include <mcpawl/crypto/openssl_engine.hpp>

#include "../jose/signing.hpp"
#include "rsa_arithmetic.hpp"

#include <string>

BOOST_AUTO_TEST_SUITE(crypto_checked_rsa_engine)

using namespace mcpawl;
using namespace mcpawl::detail;
using mcpawl::jose::algorithm;
using mcpawl::jose_tests::signing_key;
using mcpawl::rsa_tests::bytes;
using mcpawl::rsa_tests::portable_arithmetic;
using mcpawl::rsa_tests::portable_operation;
using mcpawl::rsa_tests::view;

namespace {

/** Everything of an engine but the instructions, on any CPU. */
using portable_engine = mcpawl::detail::checked_rsa_engine<portable_arithmetic>;

public_key key_of(signing_key const& key) {
  return public_key::rsa(key.modulus(), key.number(OSSL_PKEY_PARAM_RSA_E)).value();
}
template <class Engine>
typename Engine::verifier make(public_key const& key, algorithm a = algorithm::rs256) {
  return Engine::verifier::make(key, jose::scheme_of(a)).value();
}
std::string text_of(engine_report const& report) {
  std::string text{report.engine};
  if (!report.reason.empty()) text.append(": ").append(report.reason);
  if (report.faulty) text += " (faulty)";
  return text;
}
template <class Engine>
std::string who(public_key const& key, algorithm a = algorithm::rs256) {
  return text_of(Engine::report(make<Engine>(key, a)));
}

template <class Engine>
void same_verdicts() {
  for (unsigned bits : {2048u, 3072u, 4096u}) {
    std::string const size = std::to_string(bits);
    signing_key const& signer = signing_key::named(("pkcs1 " + size).c_str(), bits);
    public_key const key = key_of(signer);
    signing_key const& other = signing_key::named(("other " + size).c_str(), bits);
    for (algorithm a : {algorithm::rs256, algorithm::rs384, algorithm::rs512}) {
      auto check = make<Engine>(key, a);
      auto openssl = make<evp_engine>(key, a);
      BOOST_TEST(check.signature_size() == bits / 8);
      auto const same = [&](std::string_view message, bytes const& signature, bool expected) {
        BOOST_TEST(check.verify(message, signature) == expected);
        BOOST_TEST(openssl.verify(message, signature) == expected);
      };
      bytes const good = signer.sign("message", a);
      same("message", good, true);
      same("massage", good, false);
      same("", good, false);
      same("", signer.sign("", a), true);
      same("message", other.sign("message", a), false);
      for (algorithm b : {algorithm::rs256, algorithm::rs384, algorithm::rs512, algorithm::ps256})
        same("message", signer.sign("message", b), a == b);
      for (std::size_t at = 0; at < good.size(); at += 37) {
        bytes tampered = good;
        tampered[at] ^= 0x10;
        same("message", tampered, false);
      }
      bytes longer = good, shorter = good;
      longer.insert(longer.begin(), 0);
      shorter.pop_back();
      same("message", longer, false);
      same("message", shorter, false);
      same("message", {}, false);
      for (int fill : {0x00, 0x01, 0xff})
        same("message", bytes(bits / 8, static_cast<unsigned char>(fill)), false);
      bytes const n = signer.modulus();
      for (bytes const& s : {n, rsa_tests::plus(n, -1), rsa_tests::small_number(bits / 8, 1)})
        same("message", s, false);
      same("message", good, true);  // no refusal leaves anything behind
    }
  }
  BOOST_TEST(ERR_peek_error() == 0u);
}

/** Signatures of blocks that differ from the right one in one place. */
template <class Engine>
void exact_padding() {
  signing_key const& signer = signing_key::named("pkcs1 2048", 2048);
  auto check = make<Engine>(key_of(signer));
  mcpawl::detail::pkcs1_block block{digest_kind::sha256, 256};
  BOOST_REQUIRE(digest_context{digest_kind::sha256}.compute("message", block.digest()));
  bytes const right(block.bytes().begin(), block.bytes().end());
  BOOST_TEST(check.verify("message", signer.raw(right)));
  for (std::size_t at = 0; at < right.size(); at += at < 200 ? 9 : 1) {
    bytes wrong = right;
    wrong[at] ^= at == 0 ? 0x01 : 0x80;  // still below the modulus
    BOOST_TEST_CONTEXT("byte " << at) { BOOST_TEST(!check.verify("message", signer.raw(wrong))); }
  }
  // missing NULL, shorter by two and padded by two more
  bytes no_null = right;
  for (std::size_t i : {206u, 208u}) no_null[i] = static_cast<unsigned char>(no_null[i] - 2);
  no_null.erase(no_null.begin() + 220, no_null.begin() + 222);
  no_null.insert(no_null.begin() + 2, 2, 0xff);
  BOOST_TEST(no_null.size() == 256u);
  BOOST_TEST(!check.verify("message", signer.raw(no_null)));
  // short padding, and free bytes behind the digest (Bleichenbacher 2006)
  bytes garbage(right.begin() + 194, right.end());
  garbage.insert(garbage.begin(), {0x00, 0x01});
  garbage.resize(256, 0);
  BOOST_TEST(!check.verify("message", signer.raw(garbage)));
}

/** Computes right for the known answers, and wrong for the modulus that a test names. */
bytes disputed;
struct disputed_arithmetic : portable_arithmetic {
  class operation : public portable_operation {
  public:
    using portable_operation::portable_operation;
    bool compute(std::span<unsigned char> out, view s) const noexcept override {
      bool const done = portable_operation::compute(out, s);
      if (modulus() == disputed) out[100] ^= 4;
      return done;
    }
  };
  static std::unique_ptr<mcpawl::detail::rsa_operation const> prepare(view modulus) {
    return std::make_unique<operation const>(modulus);
  }
};

/** Agrees with whatever OpenSSL computes, but for one of the known answers. */
struct ignorant_arithmetic : portable_arithmetic {
  static std::unique_ptr<mcpawl::detail::rsa_operation const> prepare(view modulus) {
    return modulus.size() == 384 ? nullptr : portable_arithmetic::prepare(modulus);
  }
};

struct absent_arithmetic : portable_arithmetic {
  static std::string_view obstacle() noexcept { return "not here"; }
  static std::unique_ptr<mcpawl::detail::rsa_operation const> prepare(view) { std::abort(); }
};

}  // namespace

BOOST_AUTO_TEST_CASE(it_says_who_does_the_work) {
  signing_key const& signer = signing_key::named("pkcs1 2048", 2048);
  std::string const said = who<avx512_ifma_engine>(key_of(signer));
  BOOST_TEST_MESSAGE("RS256 is verified by " << said);
  BOOST_TEST(said == (mcpawl::detail::cpu_has_ifma() ? "avx512_ifma" : "evp: no AVX-512 IFMA here"));
  BOOST_TEST(who<openssl_engine>(key_of(signer)) == "openssl");
  BOOST_TEST(who<portable_engine>(key_of(signer)) == "portable");
}

BOOST_AUTO_TEST_CASE(verdicts_are_those_of_openssl) {
  same_verdicts<avx512_ifma_engine>();
  same_verdicts<openssl_engine>();
  same_verdicts<portable_engine>();
}

BOOST_AUTO_TEST_CASE(only_exact_padding_is_accepted) {
  exact_padding<avx512_ifma_engine>();
  exact_padding<openssl_engine>();
  exact_padding<portable_engine>();
}

BOOST_AUTO_TEST_CASE(other_keys_and_schemes_are_left_to_openssl) {
  std::string const elsewhere = "evp: not for this kind of key or signature";
  signing_key const& two = signing_key::named("pkcs1 2048", 2048);
  signing_key const& three = signing_key::named("e3", 2048, 3);
  signing_key const& odd = signing_key::named("pkcs1 2056", 2056);
  signing_key const ec = signing_key::ec("P-256");
  signing_key const ed = signing_key::ed25519();
  bytes x = ec.number(OSSL_PKEY_PARAM_EC_PUB_X), y = ec.number(OSSL_PKEY_PARAM_EC_PUB_Y), z(32);
  x.insert(x.begin(), 32 - x.size(), 0);
  y.insert(y.begin(), 32 - y.size(), 0);
  std::size_t size = z.size();
  BOOST_REQUIRE(EVP_PKEY_get_raw_public_key(ed.native(), z.data(), &size) == 1);
  struct {
    signing_key const& signer;
    public_key key;
    algorithm alg;
  } const cases[] = {
      {two, key_of(two), algorithm::ps256},
      {two, key_of(two), algorithm::ps512},
      {three, key_of(three), algorithm::rs256},
      {odd, key_of(odd), algorithm::rs256},
      {ec, public_key::ec(key_kind::p256, x, y).value(), algorithm::es256},
      {ed, public_key::ed25519(z).value(), algorithm::eddsa},
  };
  for (auto const& c : cases) {
    BOOST_TEST(who<portable_engine>(c.key, c.alg) == elsewhere);
    if (mcpawl::detail::cpu_has_ifma()) BOOST_TEST(who<avx512_ifma_engine>(c.key, c.alg) == elsewhere);
    auto check = make<avx512_ifma_engine>(c.key, c.alg);
    BOOST_TEST(check.verify("message", c.signer.sign("message", c.alg)));
    BOOST_TEST(!check.verify("massage", c.signer.sign("message", c.alg)));
  }
  signature_scheme const wrong = jose::scheme_of(algorithm::es256);
  BOOST_TEST((avx512_ifma_engine::verifier::make(key_of(two), wrong).error() == crypto_errc::key_scheme));
}

BOOST_AUTO_TEST_CASE(a_key_about_which_openssl_disagrees_is_left_to_it) {
  using engine = mcpawl::detail::checked_rsa_engine<disputed_arithmetic>;
  signing_key const& signer = signing_key::named("pkcs1 2048", 2048);
  signing_key const& other = signing_key::named("other 2048", 2048);
  disputed = signer.modulus();
  auto check = make<engine>(key_of(signer));
  BOOST_TEST(text_of(engine::report(check)) == "evp: OpenSSL does not confirm it for this key (faulty)");
  BOOST_TEST(check.verify("message", signer.sign("message")));
  BOOST_TEST(!check.verify("massage", signer.sign("message")));
  BOOST_TEST(who<engine>(key_of(other)) == "portable");  // the rest goes on
}

BOOST_AUTO_TEST_CASE(arithmetic_that_fails_its_self_test_is_never_used) {
  using engine = mcpawl::detail::checked_rsa_engine<ignorant_arithmetic>;
  for (int again = 0; again != 2; ++again) {
    signing_key const& signer = signing_key::named("pkcs1 2048", 2048);
    auto check = make<engine>(key_of(signer));
    BOOST_TEST(text_of(engine::report(check)) == "evp: the self-test failed (faulty)");
    BOOST_TEST(check.verify("message", signer.sign("message")));
    BOOST_TEST(!check.verify("massage", signer.sign("message")));
  }
}

BOOST_AUTO_TEST_CASE(a_machine_that_cannot_is_not_asked_to) {
  using engine = mcpawl::detail::checked_rsa_engine<absent_arithmetic>;
  signing_key const& signer = signing_key::named("pkcs1 2048", 2048);
  auto check = make<engine>(key_of(signer));
  BOOST_TEST(text_of(engine::report(check)) == "evp: not here");
  BOOST_TEST(check.verify("message", signer.sign("message")));
  BOOST_TEST(!check.verify("massage", signer.sign("message")));
}

BOOST_AUTO_TEST_CASE(a_verifier_goes_on_where_it_was_moved_to) {
  signing_key const& signer = signing_key::named("pkcs1 2048", 2048);
  auto first = make<avx512_ifma_engine>(key_of(signer));
  std::string const said = text_of(avx512_ifma_engine::report(first));
  auto second = std::move(first);
  BOOST_TEST(second.verify("message", signer.sign("message")));
  BOOST_TEST(!second.verify("massage", signer.sign("message")));
  BOOST_TEST(text_of(avx512_ifma_engine::report(second)) == said);
}

BOOST_AUTO_TEST_SUITE_END()
