// tests/unit/jose/token_cache.cpp - what is remembered, for how long, and what ends it
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/jose/token_cache.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <string>
#include <utility>

namespace jose_token_cache {

using namespace std::chrono_literals;
using mcpawl::clock;
using mcpawl::jose::token_bounds;
using mcpawl::jose::token_cache;
using mcpawl::jose::token_cache_settings;

namespace {

mcpawl::detail::sha256_digest key_fingerprint(unsigned char number) {
  mcpawl::detail::sha256_digest digest{};
  digest[0] = number;
  return digest;
}

/** A token-like text; texts of different numbers differ only at `at`, counted from the end. */
std::string token(int number, std::size_t at = 40, std::size_t size = 900) {
  std::string text(size, 'x');
  text.replace(size - at, 4, std::to_string(1000 + number));
  return text;
}

struct fixture {
  token_cache<std::string> cache{small()};
  mcpawl::clock::steady_time steady{};
  token_bounds bounds{100, 1000, key_fingerprint(1)};

  static token_cache_settings small() {
    token_cache_settings s;
    s.entries = 64;
    return s;
  }
  void put(std::string const& t, std::string value = "value") {
    cache.insert(t, std::move(value), bounds, steady);
  }
  bool knows(std::string const& t, mcpawl::unix_seconds now = 500) {
    return cache.find(t, now, steady) != nullptr;
  }
};

}  // namespace

}  // namespace jose_token_cache

BOOST_FIXTURE_TEST_SUITE(jose_token_cache, fixture)

BOOST_AUTO_TEST_CASE(a_token_is_found_after_it_was_put_in_and_not_before) {
  BOOST_TEST(!knows(token(1)));
  put(token(1), "alice");
  auto const* found = cache.find(token(1), 500, steady);
  BOOST_TEST_REQUIRE(found != nullptr);
  BOOST_TEST(*found == "alice");
  BOOST_TEST(cache.counts().hits == 1U);
  BOOST_TEST(cache.counts().misses == 1U);
}

BOOST_AUTO_TEST_CASE(every_single_byte_counts_also_those_that_do_not_route) {
  std::string const t = token(1);
  put(t);
  for (std::size_t i = 0; i != t.size(); ++i) {
    std::string altered = t;
    altered[i] = 'y';
    BOOST_TEST(!knows(altered));
  }
  BOOST_TEST(!knows(t + "x"));
  BOOST_TEST(!knows(t.substr(1)));
  BOOST_TEST(!knows(""));
  BOOST_TEST(knows(t));
}

BOOST_AUTO_TEST_CASE(an_entry_dies_with_its_exp_and_does_not_live_before_its_nbf) {
  put(token(1));
  BOOST_TEST(knows(token(1), 999));
  BOOST_TEST(!knows(token(1), 1000));
  BOOST_TEST(!knows(token(1), 999));  // it was forgotten, not just hidden
  put(token(1));
  BOOST_TEST(knows(token(1), 100));
  BOOST_TEST(!knows(token(1), 99));
}

BOOST_AUTO_TEST_CASE(an_entry_dies_at_its_maximum_age) {
  put(token(1));
  steady += 59s;
  BOOST_TEST(knows(token(1)));
  steady += 1s;
  BOOST_TEST(!knows(token(1)));
}

BOOST_AUTO_TEST_CASE(an_entry_dies_with_its_key_and_others_do_not) {
  put(token(1));
  bounds.key_fingerprint = key_fingerprint(2);
  put(token(2));
  cache.keep([](mcpawl::detail::sha256_digest const& of) {
    return of == key_fingerprint(2) || of == key_fingerprint(3);
  });
  BOOST_TEST(!knows(token(1)));
  BOOST_TEST(knows(token(2)));
  cache.clear();
  BOOST_TEST(!knows(token(2)));
}

BOOST_AUTO_TEST_CASE(memory_is_fixed_and_the_oldest_of_a_place_leaves) {
  for (int i = 0; i != 1000; ++i) {
    put(token(i, 20));
    steady += 1ms;
  }
  int known = 0;
  for (int i = 0; i != 1000; ++i) known += knows(token(i, 20));
  BOOST_TEST(known <= 64);
  BOOST_TEST(known >= 48);
  BOOST_TEST(knows(token(999, 20)));
  BOOST_TEST(cache.counts().evictions == static_cast<std::uint64_t>(1000 - known));
}

BOOST_AUTO_TEST_CASE(putting_in_again_replaces) {
  put(token(1), "old");
  put(token(1), "new");
  BOOST_TEST(*cache.find(token(1), 500, steady) == "new");
  BOOST_TEST(cache.counts().evictions == 0U);
}

BOOST_AUTO_TEST_CASE(long_and_short_tokens_are_not_kept) {
  put(token(1, 40, 5000));
  BOOST_TEST(!knows(token(1, 40, 5000)));
  put("short");
  BOOST_TEST(!knows("short"));
}

BOOST_AUTO_TEST_CASE(a_quarter_full_cache_forgets_nothing) {
  token_cache_settings s;
  s.entries = 1024;
  token_cache<int> big{s};
  for (int i = 0; i != 256; ++i) big.insert(token(i, 20), i, bounds, steady);
  for (int i = 0; i != 256; ++i) {
    auto const* found = big.find(token(i, 20), 500, steady);
    BOOST_TEST_REQUIRE(found != nullptr);
    BOOST_TEST(*found == i);
  }
  BOOST_TEST(big.counts().hits == 256U);
  BOOST_TEST(big.counts().misses == 0U);
  BOOST_TEST(big.counts().evictions == 0U);
}

BOOST_AUTO_TEST_CASE(tokens_that_share_their_last_32_bytes_are_told_apart) {
  // the same hash and the same places: only the comparison decides
  for (int i = 0; i != 16; ++i) put(token(i, 200), std::to_string(i));
  for (int i = 0; i != 16; ++i) {
    auto const* found = cache.find(token(i, 200), 500, steady);
    BOOST_TEST_REQUIRE(found != nullptr);
    BOOST_TEST(*found == std::to_string(i));
  }
  BOOST_TEST(!knows(token(16, 200)));
  steady += 1s;
  put(token(16, 200));
  BOOST_TEST(knows(token(16, 200)));
  BOOST_TEST(cache.counts().evictions == 1U);
}

BOOST_AUTO_TEST_CASE(every_length_is_compared_to_its_last_byte) {
  for (std::size_t size = 32; size != 200; ++size) {
    std::string const t(size, 'x');
    put(t);
    for (std::size_t i = 0; i != size; ++i) {
      std::string altered = t;
      altered[i] = 'y';
      BOOST_REQUIRE(!knows(altered));
    }
    BOOST_REQUIRE(knows(t));
    BOOST_REQUIRE(!knows(std::string(size + 1, 'x')));
    cache.clear();
  }
}

BOOST_AUTO_TEST_CASE(the_maximum_age_counts_from_the_verification_and_no_hit_prolongs_it) {
  put(token(1));
  for (int i = 0; i != 59; ++i) {
    steady += 1s;
    BOOST_TEST(knows(token(1)));
  }
  steady += 1s;
  BOOST_TEST(!knows(token(1)));
  put(token(1));
  BOOST_TEST(knows(token(1)));
}

BOOST_AUTO_TEST_CASE(absurd_maximum_ages_are_brought_into_range) {
  using std::chrono::seconds;
  auto const knows_after = [&](seconds max_age, clock::steady_time::duration later) {
    token_cache_settings s = small();
    s.max_age = max_age;
    token_cache<int> odd{s};
    odd.insert(token(1), 1, bounds, steady);
    return odd.find(token(1), 500, steady + later) != nullptr;
  };
  BOOST_TEST(!knows_after(seconds{0}, 0s));
  BOOST_TEST(!knows_after(seconds{-5}, 0s));
  BOOST_TEST(!knows_after(seconds::min(), 0s));
  BOOST_TEST(knows_after(seconds::max(), 23h));
  BOOST_TEST(!knows_after(seconds::max(), 24h));
}

BOOST_AUTO_TEST_CASE(the_counters_tell_hits_misses_and_evictions_apart) {
  put(token(1));
  for (int i = 0; i != 3; ++i) BOOST_TEST(knows(token(1)));
  for (int i = 0; i != 2; ++i) BOOST_TEST(!knows(token(2)));
  BOOST_TEST(!knows("short"));
  BOOST_TEST(cache.counts().hits == 3U);
  BOOST_TEST(cache.counts().misses == 3U);
  BOOST_TEST(!knows(token(1), 1000));  // expired: a miss, no eviction
  BOOST_TEST(cache.counts().misses == 4U);
  BOOST_TEST(cache.counts().evictions == 0U);
}

BOOST_AUTO_TEST_CASE(a_moved_cache_takes_its_tokens_along) {
  put(token(1));
  auto moved = std::move(cache);
  BOOST_TEST(moved.find(token(1), 500, steady) != nullptr);
}

BOOST_AUTO_TEST_CASE(memory_that_nobody_has_is_no_reason_to_fail) {
  token_cache_settings s = small();
  s.entries = std::size_t{1} << 40;
  s.max_token_bytes = std::size_t{1} << 40;
  token_cache<std::string> huge{s};
  huge.insert(token(1), "value", bounds, steady);
  BOOST_TEST(huge.find(token(1), 500, steady) == nullptr);
}

BOOST_AUTO_TEST_CASE(no_entries_means_no_cache) {
  token_cache_settings off;
  off.entries = 0;
  token_cache<std::string> none{off};
  none.insert(token(1), "value", bounds, steady);
  BOOST_TEST(none.find(token(1), 500, steady) == nullptr);
}

BOOST_AUTO_TEST_CASE(digests_alone_do_as_well) {
  token_cache_settings s = small();
  s.digest_only = true;
  token_cache<std::string> digests{s};
  digests.insert(token(1, 40, 5000), "value", bounds, steady);
  BOOST_TEST(digests.find(token(1, 40, 5000), 500, steady) != nullptr);
  BOOST_TEST(digests.find(token(2, 40, 5000), 500, steady) == nullptr);
  BOOST_TEST(digests.find(token(1, 4900, 5000), 500, steady) == nullptr);
  std::string altered = token(1, 40, 5000);
  altered[100] = 'y';  // the same end, another digest
  BOOST_TEST(digests.find(altered, 500, steady) == nullptr);
  BOOST_TEST(digests.find(token(1, 40, 5000), 1000, steady) == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()
