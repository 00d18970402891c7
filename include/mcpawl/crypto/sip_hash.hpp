// mcpawl/crypto/sip_hash.hpp - a keyed hash of short texts, for tables whose keys strangers choose
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace mcpawl::detail {

/** SipHash-2-4 (Aumasson and Bernstein, "SipHash: a fast short-input PRF"): who does not know the key finds no two texts with one
    hash. Not for messages or secrets, which need `hmac.hpp`. */
class sip_hash {
public:
  using key_type = std::array<unsigned char, 16>;

  explicit sip_hash(key_type const& key) noexcept
      : k0_(word_at(key.data(), 8)), k1_(word_at(key.data() + 8, 8)) {}

  std::uint64_t operator()(std::string_view text) const noexcept {
    state s{{k0_ ^ 0x736f6d6570736575U, k1_ ^ 0x646f72616e646f6dU, k0_ ^ 0x6c7967656e657261U,
             k1_ ^ 0x7465646279746573U}};
    std::size_t at = 0;
    for (; text.size() - at >= 8; at += 8) s.take(word_at(text.data() + at, 8));
    // the last word has the length in its highest byte
    s.take(word_at(text.data() + at, text.size() - at) | static_cast<std::uint64_t>(text.size()) << 56);
    s.v[2] ^= 0xff;
    for (int i = 0; i != 4; ++i) s.round();
    return s.v[0] ^ s.v[1] ^ s.v[2] ^ s.v[3];
  }

private:
  struct state {
    std::array<std::uint64_t, 4> v;

    void take(std::uint64_t word) noexcept {
      v[3] ^= word;
      round();
      round();
      v[0] ^= word;
    }
    void round() noexcept {
      half_round(v[0], v[1], 13, v[2], v[3], 16);
      half_round(v[2], v[1], 17, v[0], v[3], 21);
    }
    static void half_round(std::uint64_t& a, std::uint64_t& b, int turn_b, std::uint64_t& c, std::uint64_t& d,
                           int turn_d) noexcept {
      a += b;
      c += d;
      b = std::rotl(b, turn_b) ^ a;
      d = std::rotl(d, turn_d) ^ c;
      a = std::rotl(a, 32);
    }
  };

  template <class Byte>
  static std::uint64_t word_at(Byte const* bytes, std::size_t count) noexcept {
    std::uint64_t word = 0;
    for (std::size_t i = 0; i != count; ++i)
      word |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
    return word;
  }

  std::uint64_t k0_, k1_;
};

}  // namespace mcpawl::detail
