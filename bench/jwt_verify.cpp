// bench/jwt_verify.cpp - what verifying a token costs, beside what its cryptography alone costs
//
// One run measures everything in one process, interleaved, and ends with the ratios; it exits 1 if a mark is
// missed. Any option of Google Benchmark may be given; without any, the repetitions below are used.
//   build/release/bench/jwt_verify
#include <benchmark/benchmark.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <unistd.h>

#include <mcpawl/auth/access_verifier.hpp>
#include <mcpawl/crypto/random.hpp>
#include <mcpawl/jose/verifier.hpp>

#include "../tests/unit/jose/access.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <vector>

namespace {
thread_local std::size_t allocations = 0;  // of ours and of OpenSSL alike

void* counted_malloc(std::size_t size, char const*, int) {
  ++allocations;
  return std::malloc(size);
}
void* counted_realloc(void* p, std::size_t size, char const*, int) {
  ++allocations;
  return std::realloc(p, size);
}
void counted_free(void* p, char const*, int) { std::free(p); }
}  // namespace

[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* p = std::malloc(size == 0 ? 1 : size)) return p;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* p) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete(void* p, std::size_t) noexcept { std::free(p); }

namespace {

using namespace mcpawl;
using namespace mcpawl::jose_tests;

constexpr std::size_t token_count = 256;

/** The key set of an Access team (two keys), and tokens as Access makes them: header of 134 characters,
   payload of about 423, signature of 342, each for another user. */
struct fixture {
  signing_key key = signing_key::rsa(2048);
  signing_key other = signing_key::rsa(2048);
  std::shared_ptr<jose::jwk_set const> keys = key_set(other.jwk("other") + "," + key.jwk(kid));
  std::vector<std::string> tokens;

  fixture() {
    for (std::size_t i = 0; i != token_count; ++i) tokens.push_back(token(header_members(), i));
  }

  static std::string payload(std::size_t i) {
    std::string const number = std::to_string(1000 + i);
    return R"({"aud":[")" + std::string{application} + R"("],"email":"user)" + number +
           R"(@example.com","exp":)" + std::to_string(now + 3600) + R"(,"iat":)" + std::to_string(now) +
           R"(,"nbf":)" + std::to_string(now) + R"(,"iss":")" + std::string{team} +
           R"(","type":"app","identity_nonce":"6ei69kawdKzM)" + number +
           R"(","sub":"7335d417-61da-459d-899c-0a01c76a)" + number + R"(","country":"GB"})";
  }
  std::string token(std::string const& header, std::size_t i) const {
    return key.token(object(header), payload(i));
  }

  static fixture const& get() {
    static fixture const instance;
    return instance;
  }
};

void report(benchmark::State& state, std::size_t before) {
  state.counters["allocs"] =
      benchmark::Counter(static_cast<double>(allocations - before), benchmark::Counter::kAvgIterations);
}

/** The least that OpenSSL can do for a token: everything prepared, the bytes of the signature at hand. */
void raw(benchmark::State& state) {
  fixture const& f = fixture::get();
  struct input {
    std::string signed_part;
    bytes signature;
  };
  std::vector<input> inputs;
  for (std::string const& token : f.tokens) {
    std::size_t const dot = token.rfind('.');
    inputs.push_back({token.substr(0, dot), from_base64url(std::string_view{token}.substr(dot + 1))});
  }
  mcpawl::detail::md_handle const md{EVP_MD_fetch(nullptr, "SHA256", nullptr)};
  mcpawl::detail::md_ctx_handle const digest{EVP_MD_CTX_new()};
  EVP_DigestInit_ex2(digest.get(), md.get(), nullptr);
  mcpawl::detail::pkey_ctx_handle const ctx{
      EVP_PKEY_CTX_new_from_pkey(nullptr, f.keys->find(kid)->key().native(), nullptr)};
  EVP_PKEY_verify_init(ctx.get());
  EVP_PKEY_CTX_set_rsa_padding(ctx.get(), RSA_PKCS1_PADDING);
  EVP_PKEY_CTX_set_signature_md(ctx.get(), md.get());

  std::size_t const before = allocations;
  std::size_t i = 0;
  for (auto _ : state) {
    input const& in = inputs[i++ % token_count];
    std::array<unsigned char, 32> hash;
    EVP_DigestInit_ex2(digest.get(), nullptr, nullptr);
    EVP_DigestUpdate(digest.get(), in.signed_part.data(), in.signed_part.size());
    EVP_DigestFinal_ex(digest.get(), hash.data(), nullptr);
    if (EVP_PKEY_verify(ctx.get(), in.signature.data(), in.signature.size(), hash.data(), hash.size()) != 1) {
      state.SkipWithError("a good signature was refused");
      break;
    }
  }
  report(state, before);
}

mcpawl::access_verifier policy() {
  mcpawl::access_verifier made{mcpawl::access_expectation{std::string{team}, {std::string{application}}}};
  made.use(fixture::get().keys);
  return made;
}

/** What `access_jwt` does with a token, from its bytes to the identity; nothing is kept of an earlier one. */
void whole_policy(benchmark::State& state) {
  fixture const& f = fixture::get();
  auto verifier = policy();
  static_cast<void>(verifier.verify(f.tokens[0], now));  // warm, as a server is after its first request
  std::size_t const before = allocations;
  std::size_t i = 0;
  for (auto _ : state) {
    auto const who = verifier.verify(f.tokens[i++ % token_count], now);
    benchmark::DoNotOptimize(&who);
    if (!who) {
      state.SkipWithError("a good token was refused");
      break;
    }
  }
  report(state, before);
}

/** The same for tokens that were verified a moment ago; the copy of the identity is most of it. */
void recalled(benchmark::State& state) {
  fixture const& f = fixture::get();
  auto verifier = policy();
  mcpawl::clock::steady_time const steady{};
  for (auto const& token : f.tokens) static_cast<void>(verifier.verify_or_recall(token, now, steady));
  std::size_t const before = allocations;
  std::size_t i = 0;
  for (auto _ : state) {
    auto const who = verifier.verify_or_recall(f.tokens[i++ % token_count], now, steady);
    benchmark::DoNotOptimize(&who);
    if (!who) {
      state.SkipWithError("a good token was refused");
      break;
    }
  }
  report(state, before);
}

/** The verifier of the jose layer alone, for tokens that end in the outcome to be measured. */
void verify_tokens(benchmark::State& state, std::vector<std::string> const& tokens, error_code expected) {
  fixture const& f = fixture::get();
  jose::verifier verifier{mcpawl::jose_tests::access_expectation()};
  verifier.use(f.keys);
  static_cast<void>(verifier.verify(f.tokens[0], now));  // warm, as a server is after its first request
  std::size_t const before = allocations;
  std::size_t i = 0;
  for (auto _ : state) {
    auto const claims = verifier.verify(tokens[i++ % tokens.size()], now);
    benchmark::DoNotOptimize(&claims);
    if ((claims ? error_code{} : claims.error()) != expected) {
      state.SkipWithError("not the outcome that was to be measured");
      break;
    }
  }
  report(state, before);
}

/** Prints one line for each benchmark, its median, and remembers all CPU times for the ratios. */
class ratios : public benchmark::ConsoleReporter {
public:
  explicit ratios(OutputOptions options) : ConsoleReporter(options) {}

  void ReportRuns(std::vector<Run> const& runs) override {
    std::vector<Run> shown;
    for (Run const& run : runs) {
      if (run.error_occurred) failed_ = true;
      if (run.error_occurred || run.repetitions <= 1 || run.aggregate_name == "median") shown.push_back(run);
      if (run.run_type == Run::RT_Iteration && !run.error_occurred) {
        times_[run.run_name.function_name].push_back(run.GetAdjustedCPUTime());
      }
    }
    ConsoleReporter::ReportRuns(shown);
  }

  /** Print the ratios and tell whether the marks hold. */
  bool print() {
    auto const a = times_.find("verify/rs256/openssl"), b = times_.find("raw/openssl/rs256");
    if (a == times_.end() || b == times_.end()) return !failed_;
    double const ratio = median(a->second) / median(b->second);
    double const least = *std::min_element(a->second.begin(), a->second.end()) /
                         *std::min_element(b->second.begin(), b->second.end());
    std::printf("verify/rs256/openssl : raw/openssl/rs256 = %.3f (medians), %.3f (minima); mark 1.15\n",
                ratio, least);
    return !failed_ && ratio <= 1.15;
  }

private:
  static double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
  }

  std::map<std::string, std::vector<double>> times_;
  bool failed_ = false;
};

}  // namespace

int main(int argc, char** argv) {
  // before OpenSSL allocates for the first time, or it refuses
  if (CRYPTO_set_mem_functions(counted_malloc, counted_realloc, counted_free) != 1) {
    std::fprintf(stderr, "allocations of OpenSSL cannot be counted\n");
  }
  std::vector<char*> arguments(argv, argv + argc);
  std::string defaults[] = {"--benchmark_repetitions=15", "--benchmark_min_time=0.05",
                            "--benchmark_enable_random_interleaving=true"};
  if (argc == 1) {
    for (auto& option : defaults) arguments.push_back(option.data());
  }
  auto count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 2;

  fixture const& f = fixture::get();
  auto const one = [](std::string token) { return std::vector<std::string>{std::move(token)}; };
  std::string const unsigned_token =
      base64url(object(header_members("none"))) + '.' + base64url(f.payload(0)) + ".AA";
  std::vector<std::string> unknown;
  for (std::size_t i = 0; i != token_count; ++i) {
    unknown.push_back(f.token(header_members("RS256", random_hex(32)), i));
  }

  auto const add = [](char const* name, std::vector<std::string> tokens, error_code expected) {
    benchmark::RegisterBenchmark(name, [tokens = std::move(tokens), expected](benchmark::State& state) {
      verify_tokens(state, tokens, expected);
    });
  };
  benchmark::RegisterBenchmark("raw/openssl/rs256", raw);
  benchmark::RegisterBenchmark("verify/rs256/openssl", whole_policy);
  benchmark::RegisterBenchmark("verify/rs256/recalled", recalled);
  add("reject/garbage", one(std::string(900, 'x')), jose::errc::malformed_token);
  add("reject/alg_none", one(unsigned_token), jose::errc::unknown_algorithm);
  add("reject/unknown_kid", std::move(unknown), jose::errc::unknown_kid);

  std::string const& token = f.tokens[0];
  std::printf("token: %zu characters, header %zu, payload %zu, signature %zu\n", token.size(),
              token.find('.'), token.rfind('.') - token.find('.') - 1, token.size() - token.rfind('.') - 1);
  ratios reporter{isatty(1) != 0 ? benchmark::ConsoleReporter::OO_Defaults
                                 : benchmark::ConsoleReporter::OO_None};
  benchmark::RunSpecifiedBenchmarks(&reporter);
  return reporter.print() ? 0 : 1;
}
