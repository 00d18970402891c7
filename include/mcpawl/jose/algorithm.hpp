// mcpawl/jose/algorithm.hpp - the signature algorithms of RFC 7518 and RFC 8037 that have a public key
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/crypto/signature.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

namespace mcpawl::jose {

/** Signature algorithms. There is neither `none` nor an HMAC: what is not here cannot be confused. */
enum class algorithm : unsigned char { rs256, rs384, rs512, ps256, ps384, ps512, es256, es384, es512, eddsa };

/** How many algorithms there are. */
inline constexpr std::size_t algorithm_count = 10;

namespace detail {

struct algorithm_entry {
  std::string_view name;
  mcpawl::detail::signature_scheme scheme;
};

inline constexpr std::array<algorithm_entry, algorithm_count> algorithm_table{{
    {"RS256",
     {mcpawl::detail::key_kind::rsa, mcpawl::detail::digest_kind::sha256,
      mcpawl::detail::signature_padding::pkcs1}},
    {"RS384",
     {mcpawl::detail::key_kind::rsa, mcpawl::detail::digest_kind::sha384,
      mcpawl::detail::signature_padding::pkcs1}},
    {"RS512",
     {mcpawl::detail::key_kind::rsa, mcpawl::detail::digest_kind::sha512,
      mcpawl::detail::signature_padding::pkcs1}},
    {"PS256",
     {mcpawl::detail::key_kind::rsa, mcpawl::detail::digest_kind::sha256,
      mcpawl::detail::signature_padding::pss}},
    {"PS384",
     {mcpawl::detail::key_kind::rsa, mcpawl::detail::digest_kind::sha384,
      mcpawl::detail::signature_padding::pss}},
    {"PS512",
     {mcpawl::detail::key_kind::rsa, mcpawl::detail::digest_kind::sha512,
      mcpawl::detail::signature_padding::pss}},
    {"ES256",
     {mcpawl::detail::key_kind::p256, mcpawl::detail::digest_kind::sha256,
      mcpawl::detail::signature_padding::none}},
    {"ES384",
     {mcpawl::detail::key_kind::p384, mcpawl::detail::digest_kind::sha384,
      mcpawl::detail::signature_padding::none}},
    {"ES512",
     {mcpawl::detail::key_kind::p521, mcpawl::detail::digest_kind::sha512,
      mcpawl::detail::signature_padding::none}},
    {"EdDSA",
     {mcpawl::detail::key_kind::ed25519, mcpawl::detail::digest_kind::sha512,
      mcpawl::detail::signature_padding::none}},
}};

}  // namespace detail

/** The word `alg` has for it. */
constexpr std::string_view name_of(algorithm a) noexcept {
  return detail::algorithm_table[static_cast<std::size_t>(a)].name;
}

/** What OpenSSL has to do for it (RFC 7518 section 3.1, RFC 8037 section 3.1). */
constexpr mcpawl::detail::signature_scheme scheme_of(algorithm a) noexcept {
  return detail::algorithm_table[static_cast<std::size_t>(a)].scheme;
}

/** Find an algorithm by the word `alg` has for it, which is case-sensitive (RFC 7515 section 4.1.1).

    `Ed25519` (RFC 9864 section 2.2) is the same algorithm as `EdDSA` here, where no other curve is known.
*/
constexpr std::optional<algorithm> find_algorithm(std::string_view name) noexcept {
  if (name == "Ed25519") return algorithm::eddsa;
  for (std::size_t i = 0; i != algorithm_count; ++i) {
    if (detail::algorithm_table[i].name == name) return static_cast<algorithm>(i);
  }
  return std::nullopt;
}

/** A set of algorithms. */
class algorithm_set {
public:
  constexpr algorithm_set() noexcept = default;
  constexpr algorithm_set(std::initializer_list<algorithm> all) noexcept {
    for (algorithm a : all) insert(a);
  }

  constexpr void insert(algorithm a) noexcept { bits_ = static_cast<std::uint16_t>(bits_ | bit(a)); }
  constexpr bool contains(algorithm a) const noexcept { return (bits_ & bit(a)) != 0; }
  constexpr bool empty() const noexcept { return bits_ == 0; }
  /** Add all of another set. */
  constexpr void insert(algorithm_set other) noexcept {
    bits_ = static_cast<std::uint16_t>(bits_ | other.bits_);
  }
  /** Take out all of another set. */
  constexpr void erase(algorithm_set other) noexcept {
    bits_ = static_cast<std::uint16_t>(bits_ & ~unsigned{other.bits_});
  }
  /** What both sets have. */
  constexpr algorithm_set common(algorithm_set other) const noexcept {
    algorithm_set both;
    both.bits_ = static_cast<std::uint16_t>(bits_ & other.bits_);
    return both;
  }

  friend constexpr bool operator==(algorithm_set, algorithm_set) noexcept = default;

private:
  static constexpr unsigned bit(algorithm a) noexcept { return 1u << static_cast<unsigned>(a); }

  std::uint16_t bits_ = 0;
};

/** The algorithms that a kind of key can be used with. */
constexpr algorithm_set algorithms_of(mcpawl::detail::key_kind kind) noexcept {
  algorithm_set all;
  for (std::size_t i = 0; i != algorithm_count; ++i) {
    if (detail::algorithm_table[i].scheme.key == kind) all.insert(static_cast<algorithm>(i));
  }
  return all;
}

}  // namespace mcpawl::jose
