// tests/unit/jose/allocations.cpp - no refusal allocates, a success nothing of ours, and what is forgotten is
// wiped
// SPDX-License-Identifier: BSL-1.0
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define JOSE_TEST_OWN_NEW_IMPOSSIBLE 1  // Clang's runtime is linked into the program and has its own
#endif
#endif

#ifndef JOSE_TEST_OWN_NEW_IMPOSSIBLE
#include <boost/test/unit_test.hpp>

#include <mcpawl/access/access_verifier.hpp>
#include <mcpawl/jose/caching_verifier.hpp>
#include <mcpawl/jose/verifier.hpp>

#include "access.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

// This is the one file of the test program that replaces the global operator new.
namespace {
thread_local std::size_t news = 0;

/** A block that is looked through while it lives, and once more just before it goes. */
struct watched_block {
  std::size_t wanted_size = 0;  // the next block of this size
  char const* begin = nullptr;
  std::string_view secret;
  bool freed = false;
  bool freed_with_secret = false;

  bool holds_secret() const {
    return std::search(begin, begin + wanted_size, secret.begin(), secret.end()) != begin + wanted_size;
  }
};
thread_local watched_block* watched = nullptr;

void* allocate(std::size_t size) noexcept {
  ++news;
  void* const p = std::malloc(size == 0 ? 1 : size);
  if (p != nullptr && watched != nullptr && watched->begin == nullptr && size == watched->wanted_size) {
    std::memset(p, 0, size);  // what others left in the memory is not looked for
    watched->begin = static_cast<char const*>(p);
  }
  return p;
}
void release(void* p) noexcept {
  if (watched != nullptr && p != nullptr && p == watched->begin && !watched->freed) {
    watched->freed = true;
    watched->freed_with_secret = watched->holds_secret();
  }
  std::free(p);
}
void* allocate_or_throw(std::size_t size) {
  if (void* const p = allocate(size)) return p;
  throw std::bad_alloc();
}
}  // namespace

[[gnu::noinline]] void* operator new(std::size_t size) { return allocate_or_throw(size); }
[[gnu::noinline]] void* operator new[](std::size_t size) { return allocate_or_throw(size); }
[[gnu::noinline]] void* operator new(std::size_t size, std::nothrow_t const&) noexcept {
  return allocate(size);
}
[[gnu::noinline]] void* operator new[](std::size_t size, std::nothrow_t const&) noexcept {
  return allocate(size);
}
[[gnu::noinline]] void operator delete(void* p) noexcept { release(p); }
[[gnu::noinline]] void operator delete[](void* p) noexcept { release(p); }
[[gnu::noinline]] void operator delete(void* p, std::size_t) noexcept { release(p); }
[[gnu::noinline]] void operator delete[](void* p, std::size_t) noexcept { release(p); }
[[gnu::noinline]] void operator delete(void* p, std::nothrow_t const&) noexcept { release(p); }
[[gnu::noinline]] void operator delete[](void* p, std::nothrow_t const&) noexcept { release(p); }

using namespace mcpawl;
using namespace mcpawl::detail;
using namespace mcpawl::jose_tests;
using jose::jose_errc;

namespace {

constexpr clock::steady_time steady{};

/** What a call allocates; the outcome must be the one expected, no error code standing for success. */
template <class Call>
std::size_t news_of(error_code expected, Call call) {
  std::size_t const before = news;
  auto const outcome = call();
  std::size_t const after = news;
  BOOST_TEST((outcome ? error_code{} : outcome.error()) == expected);
  return after - before;
}

result<int> read_nothing(jose::claims_view const&) { return 7; }

/** An expectation that lets every refusal of the jose layer happen. */
jose::expectation demanding() {
  jose::expectation e = jose_tests::access_expectation();
  e.algorithms.insert(jose::algorithm::ps256);
  return e;
}

/** One token for each reason to refuse one, all of them for a verifier of `demanding()`. */
std::map<jose_errc, std::string> refused_tokens(access_setup const& a) {
  std::string const good = a.good();
  std::string const rest = good.substr(good.find('.'));
  auto const head = [&](std::string_view json) { return base64url(json) + rest; };
  auto const header = [&](std::string_view more) {
    return head(object(header_members() + std::string{more}));
  };
  auto const claims = [&](std::string_view json) { return a.token(object(header_members()), json); };
  std::string many;
  for (int i = 0; i != 300; ++i) many += ",\"" + std::to_string(i) + "\":0";
  std::string const badly_encoded = base64url(object(header_members())) + ".e30=";
  std::string other_end = good;
  other_end[other_end.size() - 9] = other_end[other_end.size() - 9] == 'A' ? 'B' : 'A';
  std::string const iss = R"("iss":")" + std::string{team} + '"',
                    aud = R"("aud":")" + std::string{application} + '"';
  return {
      {jose_errc::malformed_token, std::string(900, 'x')},
      {jose_errc::token_too_large, std::string(100000, 'x')},
      {jose_errc::header_too_large, header(",\"x\":\"" + std::string(2000, 'x') + '"')},
      {jose_errc::header_encoding, "!!!!" + rest},
      {jose_errc::header_syntax, head(std::string(1000, '['))},
      {jose_errc::header_duplicate, header(R"(,"\u0061lg":"RS256")")},
      {jose_errc::header_member, head(R"({"alg":256,"kid":"x"})")},
      {jose_errc::header_critical, header(R"(,"crit":["exp"])")},
      {jose_errc::header_unencoded, header(R"(,"b64":false)")},
      {jose_errc::no_algorithm, head(R"({"kid":"x"})")},
      {jose_errc::unknown_algorithm, head(object(header_members("none")))},
      {jose_errc::algorithm_not_allowed, head(object(header_members("ES256")))},
      {jose_errc::algorithm_mismatch, head(object(header_members("PS256")))},
      {jose_errc::wrong_type, head(R"({"alg":"RS256","kid":"x","typ":"logout+jwt"})")},
      {jose_errc::no_kid, head(R"({"alg":"RS256"})")},
      {jose_errc::unknown_kid, head(object(header_members("RS256", "unknown")))},
      {jose_errc::signature_length, good + "AAAA"},
      {jose_errc::signature_encoding, good.substr(0, good.size() - 1) + '!'},
      {jose_errc::bad_signature, other_end},
      {jose_errc::claims_encoding, badly_encoded + '.' + base64url(a.key.sign(badly_encoded))},
      {jose_errc::claims_syntax, claims(claims_with(",\"x\":" + std::string(100, '[')))},
      {jose_errc::claims_duplicate, claims(claims_with(R"(,"x":{"y":1,"y":1})"))},
      {jose_errc::too_many_claims, claims(claims_with(many))},
      {jose_errc::no_issuer, claims("{}")},
      {jose_errc::wrong_issuer, claims(object(R"("iss":"x","exp":1,)" + aud))},
      {jose_errc::bad_subject, claims(claims_with(R"(,"sub":7)"))},
      {jose_errc::no_audience, claims(object(iss))},
      {jose_errc::bad_audience, claims(object(iss + R"(,"aud":[7])"))},
      {jose_errc::wrong_audience, claims(object(iss + R"(,"exp":9999999999,"aud":"x")"))},
      {jose_errc::no_expiry, claims(object(iss + ',' + aud))},
      {jose_errc::bad_date, claims(object(iss + ',' + aud + R"(,"exp":"9999999999")"))},
      {jose_errc::expired, claims(object(iss + ',' + aud + R"(,"exp":1)"))},
      {jose_errc::not_yet_valid, claims(claims_with(",\"nbf\":" + std::to_string(now + 1000)))},
      {jose_errc::issued_in_future, claims(claims_with(",\"iat\":" + std::to_string(now + 1000)))},
  };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(jose_allocations)

BOOST_AUTO_TEST_CASE(the_counter_counts) {
  std::size_t const before = news;
  auto const p = std::make_unique<int>(1);
  BOOST_TEST(news == before + 1);
  BOOST_TEST(*p == 1);
}

BOOST_AUTO_TEST_CASE(a_success_allocates_nothing_outside_of_openssl) {
  access_setup a;
  std::string const token = a.good();
  for (int i = 0; i != 5; ++i) BOOST_TEST(news_of({}, [&] { return a.verifier.verify(token, now); }) == 0u);
}

BOOST_AUTO_TEST_CASE(no_refusal_of_a_token_allocates_whatever_the_reason) {
  access_setup a{demanding()};
  jose::expectation early = demanding();
  early.expiry_first = true;
  access_setup expiry_first{early};
  jose::caching_verifier<int> remembering{demanding()};
  remembering.use(a.verifier.keys());

  auto const tokens = refused_tokens(a);
  for (int i = static_cast<int>(jose_errc::malformed_token);
       i <= static_cast<int>(jose_errc::issued_in_future); ++i) {
    auto const why = static_cast<jose_errc>(i);
    if (why == jose_errc::no_keys || why == jose_errc::bad_expectation) continue;                  // below
    if (why == jose_errc::no_single_key || why == jose_errc::bad_signature_without_kid) continue;  // below
    BOOST_TEST_CONTEXT(jose::make_error_code(why).message()) {
      auto const found = tokens.find(why);
      BOOST_TEST_REQUIRE((found != tokens.end()));
      std::string const& token = found->second;
      for (int again = 0; again != 2; ++again) {
        BOOST_TEST(news_of(why, [&] { return a.verifier.verify(token, now); }) == 0u);
        BOOST_TEST(news_of(why, [&] { return expiry_first.verifier.verify(token, now); }) == 0u);
        BOOST_TEST(
            news_of(why, [&] { return remembering.verify_cached(token, now, steady, read_nothing); }) == 0u);
      }
    }
  }

  std::string const good = a.good();
  jose::verifier without_keys{demanding()};
  BOOST_TEST(news_of(jose_errc::no_keys, [&] { return without_keys.verify(good, now); }) == 0u);
  jose::expectation nothing = demanding();
  nothing.audiences.clear();
  access_setup expects_nothing{nothing};
  BOOST_TEST(
      news_of(jose_errc::bad_expectation, [&] { return expects_nothing.verifier.verify(good, now); }) == 0u);
  jose::expectation e = demanding();
  e.kid_required = false;
  access_setup lenient{e};
  std::string const nameless =
      signing_key::named("other").token(R"({"alg":"RS256"})", jose_tests::access_claims());
  std::string const of_no_key = lenient.token(R"({"alg":"PS256"})", jose_tests::access_claims());
  BOOST_TEST(news_of(jose_errc::bad_signature_without_kid,
                     [&] { return lenient.verifier.verify(nameless, now); }) == 0u);
  BOOST_TEST(news_of(jose_errc::no_single_key, [&] { return lenient.verifier.verify(of_no_key, now); }) ==
             0u);
}

BOOST_AUTO_TEST_CASE(no_refusal_of_an_identity_allocates) {
  access_setup a;
  access_verifier verifier{mcpawl::access_expectation{std::string{team}, {std::string{application}}}};
  verifier.use(a.verifier.keys());
  std::pair<auth_errc, char const*> const refused[] = {
      {auth_errc::malformed_claim, R"(,"type":"app","sub":"s","email":["alice@example.com"])"},
      {auth_errc::malformed_claim, R"(,"type":"app","sub":"s","email":"alice@example.com","custom":"text")"},
      {auth_errc::not_an_application_token,
       R"(,"type":"a type that is too long for a small string","sub":"s")"},
      {auth_errc::no_identity,
       R"(,"type":"app","email":"a.long.name.that.no.small.string.holds@example.com")"},
      {auth_errc::service_token_refused,
       R"(,"type":"app","common_name":"0123456789abcdef0123456789abcdef.access")"},
  };
  for (auto const& [why, more] : refused) {
    BOOST_TEST_CONTEXT(more) {
      std::string const token = a.token(object(header_members()), claims_with(more));
      BOOST_TEST(news_of(why, [&] { return verifier.verify(token, now); }) == 0u);
      BOOST_TEST(news_of(why, [&] { return verifier.verify_cached(token, now, steady); }) == 0u);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_recalled_identity_is_shared_and_not_copied) {
  access_setup a;
  access_verifier verifier{mcpawl::access_expectation{std::string{team}, {std::string{application}}}};
  verifier.use(a.verifier.keys());
  std::string const token = a.good();
  auto const first = verifier.verify_cached(token, now, steady);
  BOOST_TEST_REQUIRE(first.has_value());
  for (int i = 0; i != 5; ++i)
    BOOST_TEST(news_of({}, [&] { return verifier.verify_cached(token, now, steady); }) == 0u);
  auto const again = verifier.verify_cached(token, now, steady);
  BOOST_TEST(&**again == &**first);
  BOOST_TEST(verifier.recalls().hits == 6u);
}

BOOST_AUTO_TEST_CASE(a_token_that_is_forgotten_is_wiped) {
  using namespace std::chrono_literals;
  access_setup a;
  std::string const token = a.good();
  jose::token_cache_settings settings;
  settings.entries = 16;
  watched_block block;
  block.wanted_size = settings.entries * settings.max_token_bytes;
  block.secret = std::string_view{token}.substr(token.size() - 100);
  watched = &block;
  {
    auto cache = std::make_unique<jose::token_cache<int>>(settings);
    jose::token_bounds const bounds{0, now + 10, {}};
    auto const put = [&] { cache->insert(token, 1, bounds, steady); };
    put();
    BOOST_TEST_REQUIRE(block.begin != nullptr);
    BOOST_TEST(block.holds_secret());

    BOOST_TEST(cache->find(token, now + 10, steady) == nullptr);  // expired
    BOOST_TEST(!block.holds_secret());
    put();
    BOOST_TEST(cache->find(token, now, steady + 60s) == nullptr);  // too old
    BOOST_TEST(!block.holds_secret());
    put();
    cache->keep([](sha256_digest const&) { return false; });  // its key is gone
    BOOST_TEST(!block.holds_secret());
    put();
    cache->clear();
    BOOST_TEST(!block.holds_secret());
    put();
    for (int i = 0; i != 16; ++i)  // its place is needed
      cache->insert(std::string(100, static_cast<char>('a' + i)), 1, bounds, steady + 1s);
    BOOST_TEST(cache->counts().evictions == 1u);
    BOOST_TEST(!block.holds_secret());
    cache->clear();
    put();
    BOOST_TEST(block.holds_secret());
  }
  watched = nullptr;
  BOOST_TEST(block.freed);
  BOOST_TEST(!block.freed_with_secret);
}

BOOST_AUTO_TEST_CASE(a_cache_of_digests_never_holds_a_token) {
  access_setup a;
  std::string const token = a.good();
  jose::token_cache_settings settings;
  settings.digest_only = true;
  watched_block block;
  block.wanted_size = settings.entries * sizeof(sha256_digest);
  block.secret = std::string_view{token}.substr(token.size() - 16);
  watched = &block;
  jose::token_cache<int> cache{settings};
  cache.insert(token, 1, {0, now + 10, {}}, steady);
  watched = nullptr;
  BOOST_TEST_REQUIRE(block.begin != nullptr);
  BOOST_TEST(cache.find(token, now, steady) != nullptr);
  BOOST_TEST(!block.holds_secret());
}

BOOST_AUTO_TEST_SUITE_END()

#endif
