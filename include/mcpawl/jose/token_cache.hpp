// mcpawl/jose/token_cache.hpp - tokens that were verified a moment ago, so that they need not be again
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/crypto/digest.hpp>
#include <mcpawl/crypto/random.hpp>
#include <mcpawl/jose/token_cache_settings.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace mcpawl::jose {

/** When a token ends, as it says itself, and what vouches for it. */
struct token_bounds {
  unix_seconds not_before;  ///< With the leeway taken off already.
  unix_seconds expires;
  mcpawl::detail::sha256_digest key_fingerprint;  ///< Of its key: see `basic_verifier::last_fingerprint`.
};

/** Remembers what verified tokens say.

    A keyed hash of a token's end finds the place; the comparison of the whole token, in a time that does
    not depend on its bytes, decides. Only tokens that were verified may be put in, and whoever puts them in
    must ask with the same expectation: one cache per policy object, never a shared one.

    An entry dies with its `exp`, its maximum age, its key's leaving the key set, its place being needed, or
    the cache; its token is wiped then. Memory is fixed: `entries` times `max_token_bytes`, touched as it is
    used.

    @tparam Value what is cheap to copy, such as a `verified<Claims>`
    @par Thread safety
    One thread at a time.
*/
template <class Value>
class token_cache {
public:
  /** What happened since the cache was made. */
  struct counters {
    std::uint64_t hits = 0;
    std::uint64_t misses = 0;
    std::uint64_t evictions = 0;  ///< Entries whose place another token needed.
  };

  /** @par Errors
      Throws `std::bad_alloc`, or what `fill_random` throws. */
  explicit token_cache(token_cache_settings settings = {}) : settings_(settings) {
    if (settings_.entries == 0) return;
    using std::chrono::seconds;
    max_age_ = std::clamp(settings_.max_age, seconds{0}, seconds{24 * 60 * 60});
    if (settings_.digest_only) digest_.emplace(mcpawl::detail::digest_kind::sha256);
    settings_.entries = std::bit_ceil(std::max(settings_.entries, ways));
    mcpawl::detail::fill_random({reinterpret_cast<unsigned char*>(key_.data()), sizeof key_});
  }
  token_cache(token_cache&&) noexcept = default;
  token_cache& operator=(token_cache&&) = delete;
  ~token_cache() { clear(); }

  counters const& counts() const noexcept { return counts_; }
  token_cache_settings const& settings() const noexcept { return settings_; }

  /** The value of a token that is remembered and still good; null otherwise. It ends with the next insertion.
   */
  Value const* find(std::string_view token, unix_seconds now, clock::steady_time steady) noexcept {
    if (slots_ && token.size() >= routed) {
      place const at = place_of(token);
      for (std::size_t way = 0; way != ways; ++way) {
        std::size_t const i = at[way];
        if (tags_[i] != at.tag) continue;
        slot& s = slots_[i];
        mcpawl::detail::sha256_digest room;
        if (!same(s, kept_form(token, room))) continue;
        bool const good = now < s.bounds.expires && now >= s.bounds.not_before && steady - s.since < max_age_;
        if (good) {
          ++counts_.hits;
          return &*s.value;
        }
        forget(i);
        break;
      }
    }
    ++counts_.misses;
    return nullptr;
  }

  /** Remember a token that has just been verified. Where there is no memory for it, it is not remembered. */
  void insert(std::string_view token, Value value, token_bounds const& bounds,
              clock::steady_time steady) noexcept {
    if (settings_.entries == 0 || token.size() < routed) return;
    mcpawl::detail::sha256_digest room;
    std::string_view const kept = kept_form(token, room);
    if (kept.empty() || kept.size() > bytes_per_entry() || !allocate()) return;
    place const at = place_of(token);
    std::size_t into = at[0];
    for (std::size_t way = 0; way != ways; ++way) {
      std::size_t const i = at[way];
      if (tags_[i] == 0 || (tags_[i] == at.tag && same(slots_[i], kept))) {
        into = i;
        break;
      }
      if (slots_[i].since < slots_[into].since) into = i;
    }
    slot& s = slots_[into];
    if (s.value && !same(s, kept)) ++counts_.evictions;
    forget(into);
    std::memcpy(s.bytes, kept.data(), kept.size());
    s.size = kept.size();
    s.bounds = bounds;
    s.since = steady;
    s.value.emplace(std::move(value));
    tags_[into] = at.tag;
  }

  /** Forget every token but those whose key_fingerprint the predicate is true for. */
  template <class Vouches>
  void keep(Vouches vouches) noexcept {
    for (std::size_t i = 0; i != count(); ++i)
      if (slots_[i].value && !vouches(slots_[i].bounds.key_fingerprint)) forget(i);
  }

  /** Forget everything. */
  void clear() noexcept {
    for (std::size_t i = 0; i != count(); ++i) forget(i);
  }

private:
  // so many that a cache that is a quarter full hardly ever lacks a place; their tags fill a cache line
  static constexpr std::size_t ways = 16;
  static constexpr std::size_t routed = 32;  // bytes at the end of a token, which are its signature's

  /** The places of a token, in the order in which they are looked at. */
  struct place {
    std::size_t set, begin;
    std::uint32_t tag;
    std::size_t operator[](std::size_t way) const noexcept { return set + (begin + way) % ways; }
  };

  /** In the order in which they are looked at. */
  struct alignas(64) slot {
    char* bytes = nullptr;
    std::size_t size = 0;
    clock::steady_time since;
    std::optional<Value> value;
    token_bounds bounds;
  };

  std::size_t count() const noexcept { return slots_ ? settings_.entries : 0; }
  std::size_t bytes_per_entry() const noexcept {
    return settings_.digest_only ? sizeof(mcpawl::detail::sha256_digest) : settings_.max_token_bytes;
  }

  /** Take the memory, at the first insertion; false if there is none. */
  bool allocate() noexcept {
    if (slots_) return true;
    std::size_t const entries = settings_.entries, each = bytes_per_entry();
    if (each > static_cast<std::size_t>(-1) / entries) return false;
    // not cleared, so that memory nobody uses costs nothing
    std::unique_ptr<char[]> memory{new (std::nothrow) char[entries * each]};
    std::unique_ptr<std::uint32_t[]> tags{new (std::nothrow) std::uint32_t[entries]()};
    std::unique_ptr<slot[]> slots{new (std::nothrow) slot[entries]};
    if (!memory || !tags || !slots) return false;
    for (std::size_t i = 0; i != entries; ++i) slots[i].bytes = memory.get() + i * each;
    memory_ = std::move(memory);
    tags_ = std::move(tags);
    slots_ = std::move(slots);
    return true;
  }

  /** The form that is kept and compared: the token, or its digest in `room`; empty if OpenSSL fails. */
  std::string_view kept_form(std::string_view token, mcpawl::detail::sha256_digest& room) noexcept {
    if (!digest_) return token;
    if (!digest_->compute(token, room)) return {};
    return {reinterpret_cast<char const*>(room.data()), room.size()};
  }

  /** By a keyed hash of the last 32 bytes: it finds places and decides nothing. */
  place place_of(std::string_view token) const noexcept {
    std::array<std::uint64_t, 4> words;
    std::memcpy(words.data(), token.data() + token.size() - routed, routed);
    auto const fold = [](std::uint64_t a, std::uint64_t b) {
      __extension__ using wide = unsigned __int128;
      wide const product = static_cast<wide>(a) * b;
      return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
    };
    std::uint64_t const hash = fold(fold(words[0] ^ key_[0], words[1] ^ key_[1]) ^ key_[4],
                                    fold(words[2] ^ key_[2], words[3] ^ key_[3]) ^ key_[5]);
    auto const low = static_cast<std::size_t>(hash);
    return {low & (settings_.entries - 1) & ~(ways - 1), low & (ways - 1),
            static_cast<std::uint32_t>(hash >> 32) | 1};
  }

  /** Compare all bytes, at least 32 of them, whatever the first ones say. */
  static bool equal(char const* a, char const* b, std::size_t size) noexcept {
    using block = std::uint64_t __attribute__((vector_size(16)));
    auto const difference = [a, b](std::size_t at) {
      block x, y;
      std::memcpy(&x, a + at, sizeof x);
      std::memcpy(&y, b + at, sizeof y);
      return x ^ y;
    };
    block even{}, odd{};
    for (std::size_t at = 0; at + routed <= size; at += routed) {
      even |= difference(at);
      odd |= difference(at + sizeof even);
    }
    // what is left, with some bytes a second time
    even |= difference(size - routed);
    odd |= difference(size - sizeof odd);
    even |= odd;
    return (even[0] | even[1]) == 0;
  }
  static bool same(slot const& s, std::string_view kept) noexcept {
    return s.size == kept.size() && s.size != 0 && equal(s.bytes, kept.data(), kept.size());
  }

  void forget(std::size_t at) noexcept {
    slot& s = slots_[at];
    wipe(s.bytes, s.size);
    s.size = 0;
    s.value.reset();
    tags_[at] = 0;
  }

  token_cache_settings settings_;
  std::chrono::seconds max_age_{0};
  std::array<std::uint64_t, 6> key_{};
  std::optional<mcpawl::detail::digest_context> digest_;
  std::unique_ptr<char[]> memory_;
  std::unique_ptr<std::uint32_t[]> tags_;  // 0: nothing there
  std::unique_ptr<slot[]> slots_;
  counters counts_;
};

}  // namespace mcpawl::jose
