// mcpawl/jose/token_cache.hpp - tokens that were verified a moment ago, so that they need not be again
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/crypto/digest.hpp>
#include <mcpawl/crypto/random.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::jose {

/** How many tokens are remembered, for how long, and in what form. */
struct token_cache_settings {
  token_cache_settings() {}  // not an aggregate: GCC 12 destroys those twice in some co_await expressions

  std::size_t entries = 1024;          ///< Rounded up to a power of two; 0 turns the cache off.
  std::size_t max_token_bytes = 1536;  ///< Longer tokens are verified each time.
  std::chrono::seconds max_age{60};    ///< After which a token is verified again, whatever it says itself.
  bool digest_only = false;  ///< Keep SHA-256 of the tokens instead of the tokens; a hit costs more.
};

/** When a token ends, as it says itself, and which key vouches for it. */
struct token_bounds {
  unix_seconds not_before;  ///< With the leeway taken off already.
  unix_seconds expires;
  sha256_digest key_thumbprint;  ///< RFC 7638.
};

/** Remembers what verified tokens say.

    A keyed hash of a token's end chooses four places; the comparison of the whole token, in a time that
    does not depend on its bytes, decides. Only tokens that were verified may be put in, and whoever puts
    them in must ask with the same expectation: one cache per policy object, never a shared one.

    An entry dies with its `exp`, its maximum age, its key's leaving the key set, its place being needed, or
    the cache; its token is wiped then. Memory is fixed: `entries` times `max_token_bytes`, touched as it is
    used.

    @par Thread safety
    One thread at a time.
*/
template <class Value>
class token_cache {
public:
  struct counters {
    std::uint64_t hits = 0;
    std::uint64_t misses = 0;
    std::uint64_t evictions = 0;  ///< Entries that were alive when their place was needed.
  };

  explicit token_cache(token_cache_settings settings = {}) : settings_(settings) {
    if (settings_.entries == 0) return;
    if (settings_.digest_only) settings_.max_token_bytes = sizeof(sha256_digest);
    settings_.entries = std::bit_ceil(std::max(settings_.entries, ways));
    fill_random({reinterpret_cast<unsigned char*>(key_.data()), sizeof key_});
  }
  token_cache(token_cache&&) noexcept = default;
  token_cache& operator=(token_cache&&) = delete;
  ~token_cache() { clear(); }

  counters const& counts() const noexcept { return counts_; }
  token_cache_settings const& settings() const noexcept { return settings_; }

  /** The value of a token that is remembered and still good; null otherwise. It ends with the next insertion.
   */
  Value const* find(std::string_view token, unix_seconds now, clock::steady_time steady) noexcept {
    if (!slots_ || token.size() < routed) {
      ++counts_.misses;
      return nullptr;
    }
    sha256_digest digest;
    std::string_view const kept = kept_form(token, digest);
    for (slot& s : set_of(token)) {
      if (!s.value || s.size != kept.size() || !equal(s.bytes, kept)) continue;
      bool const good =
          now < s.bounds.expires && now >= s.bounds.not_before && steady - s.since < settings_.max_age;
      if (!good) {
        wipe_slot(s);
        break;
      }
      ++counts_.hits;
      return &*s.value;
    }
    ++counts_.misses;
    return nullptr;
  }

  /** Remember a token that has just been verified. Errors: `std::bad_alloc` on the first use of the memory.
   */
  void insert(std::string_view token, Value value, token_bounds const& bounds, clock::steady_time steady) {
    if (settings_.entries == 0 || token.size() < routed) return;
    sha256_digest digest;
    std::string_view const kept = kept_form(token, digest);
    if (kept.size() > settings_.max_token_bytes) return;
    if (!slots_) allocate();
    auto const set = set_of(token);
    slot* victim = &set.front();
    for (slot& s : set) {
      if (!s.value || equal_kept(s, kept)) {
        victim = &s;
        break;
      }
      if (s.since < victim->since) victim = &s;
    }
    if (victim->value && !equal_kept(*victim, kept)) ++counts_.evictions;
    wipe_slot(*victim);
    std::memcpy(victim->bytes, kept.data(), kept.size());
    victim->size = kept.size();
    victim->bounds = bounds;
    victim->since = steady;
    victim->value.emplace(std::move(value));
  }

  /** Forget every token whose key is not among these. */
  template <class Keys>
  void keep_keys(Keys const& keys) noexcept {
    for (slot& s : slots()) {
      if (!s.value) continue;
      bool const known = std::any_of(keys.begin(), keys.end(), [&s](auto const& key) {
        return key.thumbprint() == s.bounds.key_thumbprint;
      });
      if (!known) wipe_slot(s);
    }
  }

  /** Forget everything. */
  void clear() noexcept {
    for (slot& s : slots()) wipe_slot(s);
  }

private:
  static constexpr std::size_t ways = 4;
  static constexpr std::size_t routed = 32;  // bytes at the end of a token, which are its signature's

  struct slot {
    std::optional<Value> value;
    token_bounds bounds;
    clock::steady_time since;
    std::size_t size = 0;
    char* bytes = nullptr;
  };

  std::span<slot> slots() noexcept {
    return slots_ ? std::span{slots_.get(), settings_.entries} : std::span<slot>{};
  }

  void allocate() {
    // not cleared, so that memory nobody uses costs nothing
    std::unique_ptr<char[]> memory{new char[settings_.entries * settings_.max_token_bytes]};
    auto made = std::make_unique<slot[]>(settings_.entries);
    for (std::size_t i = 0; i != settings_.entries; ++i)
      made[i].bytes = memory.get() + i * settings_.max_token_bytes;
    memory_ = std::move(memory);
    slots_ = std::move(made);
  }

  /** The form that is kept and compared; `digest` is its storage where it is not the token itself. */
  std::string_view kept_form(std::string_view token, sha256_digest& digest) const noexcept {
    if (!settings_.digest_only) return token;
    digest = sha256(token);
    return {reinterpret_cast<char const*>(digest.data()), digest.size()};
  }

  /** The four places of a token, by a keyed hash of its last 32 bytes: it routes and decides nothing. */
  std::span<slot> set_of(std::string_view token) noexcept {
    std::array<std::uint64_t, 4> words;
    std::memcpy(words.data(), token.data() + token.size() - routed, routed);
    auto const fold = [](std::uint64_t a, std::uint64_t b) {
      __extension__ using wide = unsigned __int128;
      wide const product = static_cast<wide>(a) * b;
      return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
    };
    std::uint64_t const hash = fold(fold(words[0] ^ key_[0], words[1] ^ key_[1]) ^ key_[4],
                                    fold(words[2] ^ key_[2], words[3] ^ key_[3]) ^ key_[5]);
    std::size_t const set = static_cast<std::size_t>(hash) & (settings_.entries / ways - 1);
    return {slots_.get() + set * ways, ways};
  }

  /** Compare all bytes, whatever the first ones say. */
  static bool equal(char const* kept, std::string_view asked) noexcept {
    std::uint64_t difference = 0;
    std::size_t i = 0;
    for (; i + 8 <= asked.size(); i += 8) {
      std::uint64_t a, b;
      std::memcpy(&a, kept + i, 8);
      std::memcpy(&b, asked.data() + i, 8);
      difference |= a ^ b;
    }
    for (; i != asked.size(); ++i) difference |= static_cast<std::uint64_t>(kept[i] ^ asked[i]);
    return difference == 0;
  }
  static bool equal_kept(slot const& s, std::string_view kept) noexcept {
    return s.size == kept.size() && equal(s.bytes, kept);
  }

  static void wipe_slot(slot& s) noexcept {
    wipe(s.bytes, s.size);
    s.size = 0;
    s.value.reset();
  }

  token_cache_settings settings_;
  std::array<std::uint64_t, 6> key_{};
  std::unique_ptr<char[]> memory_;
  std::unique_ptr<slot[]> slots_;
  counters counts_;
};

}  // namespace mcpawl::jose
