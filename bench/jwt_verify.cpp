// bench/jwt_verify.cpp - what verifying a token costs, beside what its cryptography alone costs and what
// others take
// SPDX-License-Identifier: BSL-1.0
//
//   bench/run.sh                                     builds, runs, keeps table and plot
//   build/release/bench/jwt_verify [OPTION...]       the program alone
//     --instructions      count instructions per operation too, where valgrind is installed
//     --plot=FILE.svg     draw the CPU times
//     --benchmark_...     any option of Google Benchmark instead of the defaults
//
// Everything is measured in one process and one run. The repetitions of all benchmarks are interleaved at
// random, so that what else the machine does weighs on all alike; figures are medians over the repetitions of
// the CPU time of the thread. Ratios are of such medians and mean more than the figures. Each operation takes
// the next of 256 different tokens. With two threads each has a verifier of its own and they share the keys,
// as in a server.
//
//   raw/openssl/A     the least OpenSSL can do: everything prepared, the bytes of the signature at hand;
//                     SHA-256 and EVP_PKEY_verify, nothing else
//   verify/A/ENGINE   all that is done with a token, from its bytes to the identity (RS256: the policy of
//                     Access) or to the claims (the other algorithms: the verifier of the jose layer with
//                     the same expectation)
//                     ENGINE: openssl (its multiplication), evp (EVP_PKEY_verify), ifma (AVX-512)
//   verify/A/cached   the same for tokens that were verified a moment ago
//   reject/WHY        tokens that are refused, by the policy with its cache
//   peer/LIBRARY/A    another library with the same tokens and checks (Debian: libcjose-dev libjansson-dev
//                     libjwt-dev)
//
// Allocations are calls of malloc, calloc and realloc, whoever makes them. Instructions are counted by
// callgrind over 256 operations; valgrind's CPU has neither SHA extensions nor AVX-512, so the figure is not
// given for what needs them.
//
// The last table has the marks; the program exits with 1 if one is missed, and with 2 if something could not
// be measured.
#include <benchmark/benchmark.h>

#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <mcpawl/access/access_verifier.hpp>
#include <mcpawl/crypto/avx512_ifma_engine.hpp>
#include <mcpawl/crypto/openssl_engine.hpp>
#include <mcpawl/jose/verifier.hpp>

#include "allocations.hpp"
#include "marks.hpp"
#include "peers.hpp"
#include "results.hpp"
#include "suite.hpp"
#include "tokens.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace bench;
using mcpawl::avx512_ifma_engine;
using mcpawl::openssl_engine;
using mcpawl::detail::evp_engine;

// Work is an object for one thread; called with the number of a token it tells whether all went as it should.

/** OpenSSL alone. */
class raw {
public:
  raw(issuer const& from, token_list const& all) {
    auto const scheme = mcpawl::jose::scheme_of(from.alg);
    for (std::string const& token : all) {
      std::size_t const dot = token.rfind('.');
      bytes signature = from_base64url(std::string_view{token}.substr(dot + 1));
      if (scheme.key != mcpawl::detail::key_kind::rsa) {
        auto const der = mcpawl::detail::to_der(signature);
        signature.assign(der.bytes.begin(), der.bytes.begin() + static_cast<std::ptrdiff_t>(der.size));
      }
      inputs_.push_back({token.substr(0, dot), std::move(signature)});
    }
    md_.reset(EVP_MD_fetch(nullptr, digest_name(scheme.digest), nullptr));
    digest_.reset(EVP_MD_CTX_new());
    ctx_.reset(EVP_PKEY_CTX_new_from_pkey(nullptr, from.keys->find(kid)->key().native(), nullptr));
    if (EVP_DigestInit_ex2(digest_.get(), md_.get(), nullptr) != 1 || EVP_PKEY_verify_init(ctx_.get()) != 1 ||
        (scheme.key == mcpawl::detail::key_kind::rsa &&
         EVP_PKEY_CTX_set_rsa_padding(ctx_.get(), RSA_PKCS1_PADDING) != 1) ||
        EVP_PKEY_CTX_set_signature_md(ctx_.get(), md_.get()) != 1) {
      std::abort();
    }
  }

  bool operator()(std::size_t i) {
    input const& in = inputs_[i];
    std::array<unsigned char, 64> hash;
    unsigned size = 0;
    return EVP_DigestInit_ex2(digest_.get(), nullptr, nullptr) == 1 &&
           EVP_DigestUpdate(digest_.get(), in.signed_part.data(), in.signed_part.size()) == 1 &&
           EVP_DigestFinal_ex(digest_.get(), hash.data(), &size) == 1 &&
           EVP_PKEY_verify(ctx_.get(), in.signature.data(), in.signature.size(), hash.data(), size) == 1;
  }

private:
  struct input {
    std::string signed_part;
    bytes signature;
  };

  std::vector<input> inputs_;
  mcpawl::detail::md_handle md_;
  mcpawl::detail::md_ctx_handle digest_;
  mcpawl::detail::pkey_ctx_handle ctx_;
};

/** The policy of Access, which keeps nothing of an earlier token. */
template <class Engine>
class policy {
public:
  policy() { verifier_.use(tokens::get().rsa.keys); }

  bool operator()(std::size_t i) {
    auto const who = verifier_.verify(tokens::get().rs256[i], now);
    benchmark::DoNotOptimize(&who);
    return who.has_value();
  }
  std::string label() const {
    auto const report = verifier_.engines().back().report;
    return report.reason.empty() ? std::string{}
                                 : std::string{report.engine}.append(": ").append(report.reason);
  }

private:
  mcpawl::basic_access_verifier<Engine> verifier_{
      mcpawl::access_expectation{std::string{team}, {std::string{application}}}};
};

/** The policy of Access with its cache, for tokens with one outcome. */
class policy_with_cache {
public:
  policy_with_cache(token_list const& all, mcpawl::error_code outcome) : tokens_(all), outcome_(outcome) {
    // The places of tokens depend on a random key. It is hits that are measured, so take a cache where no
    // token takes the place of another one.
    do {
      verifier_.emplace(mcpawl::access_expectation{std::string{team}, {std::string{application}}});
      verifier_->use(tokens::get().rsa.keys);
      for (std::string const& token : tokens::get().rs256)
        static_cast<void>(verifier_->verify_cached(token, now, steady_));
    } while (verifier_->recalls().evictions != 0);
  }

  bool operator()(std::size_t i) {
    auto const who = verifier_->verify_cached(tokens_[i], now, steady_);
    benchmark::DoNotOptimize(&who);
    return (who ? mcpawl::error_code{} : who.error()) == outcome_;
  }

private:
  token_list const& tokens_;
  mcpawl::error_code outcome_;
  mcpawl::clock::steady_time steady_{};
  std::optional<mcpawl::access_verifier> verifier_;
};

/** The verifier of the jose layer. */
class jose_verifier {
public:
  jose_verifier(issuer const& from, token_list const& all) : tokens_(all), verifier_(expected(from.alg)) {
    verifier_.use(from.keys);
  }

  bool operator()(std::size_t i) {
    auto const claims = verifier_.verify(tokens_[i], now);
    benchmark::DoNotOptimize(&claims);
    return claims.has_value();
  }

private:
  static mcpawl::jose::expectation expected(algorithm a) {
    auto e = mcpawl::jose_tests::access_expectation();
    e.algorithms = {a};
    return e;
  }

  token_list const& tokens_;
  mcpawl::jose::verifier verifier_;
};

suite everything() {
  namespace jose = mcpawl::jose;
  suite s(token_count);
  tokens const& t = tokens::get();
  s.add("raw/openssl/rs256", [&t] { return raw(t.rsa, t.rs256); });
  s.add("raw/openssl/es256", [&t] { return raw(t.ec, t.es256); });
  s.add("verify/rs256/openssl", [] { return policy<openssl_engine>(); });
  s.add("verify/rs256/evp", [] { return policy<evp_engine>(); });
  s.add("verify/rs256/ifma", [] { return policy<avx512_ifma_engine>(); });
  s.add("verify/es256/openssl", [&t] { return jose_verifier(t.ec, t.es256); });
  s.add("verify/eddsa/openssl", [&t] { return jose_verifier(t.ed, t.eddsa); });
  s.add("verify/rs256/cached", [&t] { return policy_with_cache(t.rs256, {}); });
  s.add("reject/garbage", [&t] { return policy_with_cache(t.garbage, jose::jose_errc::malformed_token); });
  s.add("reject/alg_none",
        [&t] { return policy_with_cache(t.alg_none, jose::jose_errc::unknown_algorithm); });
  s.add("reject/unknown_kid",
        [&t] { return policy_with_cache(t.unknown_kid, jose::jose_errc::unknown_kid); });
  s.add("reject/expired", [&t] { return policy_with_cache(t.expired, jose::jose_errc::expired); });
  s.add("reject/forged", [&t] { return policy_with_cache(t.forged, jose::jose_errc::bad_signature); });
#if defined(MCPAWL_BENCH_CJOSE)
  s.add("peer/cjose/rs256", [] { return cjose_peer(); });
#endif
#if defined(MCPAWL_BENCH_LIBJWT)
  s.add("peer/libjwt/rs256", [] { return libjwt_peer(); });
#endif
  return s;
}

int judge(results const& all) {
  marks m{all};
  m.time_ratio("verify/rs256/openssl", {"raw/openssl/rs256"}, 1.06);
  m.instruction_ratio("verify/rs256/openssl", "raw/openssl/rs256", 1.03);
  m.time_ratio("verify/rs256/openssl", {"peer/cjose/rs256", "peer/libjwt/rs256"}, 0.72);
  if (mcpawl::detail::cpu_has_ifma())
    m.time_ratio("verify/rs256/ifma", {"raw/openssl/rs256"}, 0.42);
  else
    m.not_here("verify/rs256/ifma : raw/openssl/rs256, time");
  m.at_most("verify/rs256/cached", 60);
  m.at_most("reject/garbage", 50);
  m.at_most("reject/alg_none", 600);
  m.at_most("reject/unknown_kid", 600);
  for (char const* name : {"verify/rs256/cached", "reject/garbage", "reject/alg_none", "reject/unknown_kid"})
    m.no_allocation(name);
  for (std::string const& name : all.names())
    if (name.rfind("verify/", 0) == 0 || name.rfind("reject/", 0) == 0) m.two_threads(name, 1.05);
  return m.missed();
}

}  // namespace

int main(int argc, char** argv) {
  auto const introduce = [] {
    std::string const& token = tokens::get().rs256[0];
    std::printf("token: %zu characters, header %zu, payload %zu, signature %zu\n\n", token.size(),
                token.find('.'), token.rfind('.') - token.find('.') - 1, token.size() - token.rfind('.') - 1);
  };
  suite::plan how{"raw/openssl/rs256", "Verifying a token: CPU time per operation", {}};
  if (mcpawl::detail::cpu_has_ifma()) how.uncounted = "verify/rs256/ifma";
  return everything().run(argc, argv, how, introduce, judge);
}
