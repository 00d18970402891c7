// mcpawl/jose/verifier.hpp - verify tokens: the one place that turns bytes of a client into claims to rely on
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/crypto/base64url.hpp>
#include <mcpawl/crypto/digest.hpp>
#include <mcpawl/crypto/engine.hpp>
#include <mcpawl/crypto/openssl_engine.hpp>
#include <mcpawl/jose/claims.hpp>
#include <mcpawl/jose/compact.hpp>
#include <mcpawl/jose/errc.hpp>
#include <mcpawl/jose/expectation.hpp>
#include <mcpawl/jose/header.hpp>
#include <mcpawl/jose/jwk_set.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::jose {

/** Who does the arithmetic for one key in one algorithm. */
struct engine_use {
  std::string_view kid;  ///< Of the key set.
  algorithm alg;
  mcpawl::detail::engine_report report;
};

/** Verifies tokens of one issuer for one audience, with everything prepared.

    The order of work is what makes it safe and cheap to feed with anything: size and dots; the header
    (or that its bytes are those of a header that already verified); the key by `kid` and algorithm, or the
    only one for the algorithm where there is no `kid`; length and spelling of the signature; the signature;
    and only then the claims. Nothing that is not signed reaches the claims parser (unless
    `expectation::expiry_first` says so), and nothing of a token chooses a key or an algorithm beyond what the
    expectation and the key set allow.

    Looks at no clock, fetches nothing, and keeps no token; `caching_verifier` does that.

    @tparam Engine who verifies signatures; see `crypto_engine`

    @par Errors
    One `jose_errc` per reason. No refusal throws, and none allocates outside of OpenSSL.
    `newer_keys_may_help` tells which of them newer keys may cure.
    @par Lifetime
    Neither copied nor moved, since what it hands out are views into it: keep it in a `std::unique_ptr` or
    `std::optional` where that matters, and make a new one of `expected()` for another thread.
    @par Thread safety
    One thread at a time; verifiers of several threads share a `jwk_set`.

    @code
    mcpawl::jose::verifier verify{{.issuer = "https://team.cloudflareaccess.com", .audiences = {aud}}};
    verify.use(keys);
    auto claims = verify.verify(token, mcpawl::clock::system().wall());
    if (claims) greet(claims->sub);
    @endcode
*/
template <mcpawl::detail::crypto_engine Engine = openssl_engine>
class basic_verifier {
public:
  static constexpr std::size_t max_header_chars = 2048;

  explicit basic_verifier(expectation expected)
      : expected_(std::move(expected)),
        usable_(is_usable(expected_)),
        payload_capacity_(mcpawl::detail::unpadded_base64_bytes(expected_.max_token_bytes)),
        payload_(std::make_unique<unsigned char[]>(payload_capacity_)),
        header_json_(max_header_bytes, 8),
        claims_json_(payload_capacity_, detail::claims_reader::max_depth) {}

  basic_verifier(basic_verifier const&) = delete;
  basic_verifier& operator=(basic_verifier const&) = delete;

  expectation const& expected() const noexcept { return expected_; }
  std::shared_ptr<jwk_set const> const& keys() const noexcept { return keys_; }

  /** Verify with these keys from now on.

      @par Errors
      Throws `std::bad_alloc`, and then keeps the keys it had. */
  void use(std::shared_ptr<jwk_set const> keys) {
    std::vector<key_slot> slots;
    mcpawl::detail::sha256_context digest;
    for (jwk const& key : keys ? keys->keys() : std::span<jwk const>{}) {
      for (std::size_t i = 0; i != algorithm_count; ++i) {
        auto const a = static_cast<algorithm>(i);
        if (!key.algorithms().contains(a) || !expected_.algorithms.contains(a)) continue;
        auto check = Engine::verifier::make(key.key(), scheme_of(a));
        if (!check) throw std::bad_alloc();  // the scheme fits the key, so nothing else can be wrong
        slots.push_back({&key, a, fingerprint_of(key, a, digest), *std::move(check), {}, 0, true});
      }
    }
    slots_ = std::move(slots);
    keys_ = std::move(keys);
    last_kid_ = {};
    last_slot_ = nullptr;
  }

  /** Verify a token and return its claims (RFC 7515 section 5.2, RFC 7519 section 7.2); the views end with the next
      call. `now` is the wall time.

      @par Errors
      One `jose_errc` per reason. */
  result<claims_view> verify(std::string_view token, unix_seconds now) noexcept {
    auto const parts = split(token);
    if (!parts) return parts.error();
    return verify(*parts, now);
  }

  /** The first step of `verify` alone: is it of a size to be looked at, and in three parts?

      @par Errors
      `jose_errc::token_too_large`, `jose_errc::malformed_token`. */
  result<compact_parts> split(std::string_view token) noexcept {
    last_kid_ = {};
    return split_compact(token, expected_.max_token_bytes);
  }

  /** The other steps, for the parts of a token that `split` took.

      @par Errors
      One `jose_errc` per reason, but for those of `split`. */
  result<claims_view> verify(compact_parts const& parts, unix_seconds now) noexcept {
    if (!usable_) return jose_errc::bad_expectation;
    if (slots_.empty()) return jose_errc::no_keys;
    key_slot* with = recall(parts.header);
    bool const new_header = with == nullptr;
    bool named = true;
    if (new_header) {
      auto const found = choose(parts.header);
      if (!found) return found.error();
      with = *found;
      named = !last_kid_.empty();
    } else {
      named = with->memo_named;
    }
    last_kid_ = named ? std::string_view{with->key->kid()} : std::string_view{};
    last_slot_ = with;
    jose_errc const wrong = named ? jose_errc::bad_signature : jose_errc::bad_signature_without_kid;

    std::span<unsigned char> const signature{signature_.data(), with->check.signature_size()};
    if (parts.signature.size() != mcpawl::detail::base64url_size(signature.size()))
      return jose_errc::signature_length;
    if (!mcpawl::detail::decode_base64url(parts.signature, signature)) return jose_errc::signature_encoding;
    if (expected_.expiry_first) {
      auto const claims = read(parts.payload, now);
      // what else is wrong with them is told to those alone who have a signature
      if (!claims && claims.error() == jose_errc::expired) return jose_errc::expired;
      if (!with->check.verify(parts.signing_input, signature)) return wrong;
      if (new_header) with->remember(parts.header, named);
      return claims;
    }
    if (!with->check.verify(parts.signing_input, signature)) return wrong;
    if (new_header) with->remember(parts.header, named);
    return read(parts.payload, now);
  }

  /** The `kid` of the token that `verify` saw last, as far as its header was read; for the log. Ends with the
      next `verify` or `use`. */
  std::string_view last_kid() const noexcept { return last_kid_; }

  /** What vouches for the token that `verify` accepted last: a digest of key, `kid` and algorithm. */
  mcpawl::detail::sha256_digest const& last_fingerprint() const noexcept {
    return last_slot_->key_fingerprint;
  }

  /** Tell whether the keys in use would still vouch for a token of this key_fingerprint. */
  bool vouches(mcpawl::detail::sha256_digest const& key_fingerprint) const noexcept {
    return std::any_of(slots_.begin(), slots_.end(),
                       [&](key_slot const& l) { return l.key_fingerprint == key_fingerprint; });
  }

  /** Who does the arithmetic for each key in use, for a log; the views end with the key set. */
  std::vector<engine_use> engines() const {
    std::vector<engine_use> all;
    for (key_slot const& l : slots_) all.push_back({l.key->kid(), l.alg, Engine::report(l.check)});
    return all;
  }

private:
  static constexpr std::size_t max_header_bytes = mcpawl::detail::unpadded_base64_bytes(max_header_chars);
  static constexpr std::size_t max_memo = 512;

  /** One key in one algorithm, and the last header that verified with it. */
  struct key_slot {
    jwk const* key;
    algorithm alg;
    mcpawl::detail::sha256_digest key_fingerprint;
    typename Engine::verifier check;
    std::array<char, max_memo> memo;
    std::size_t memo_size;
    bool memo_named;  // whether the header in the memo has a kid

    bool recalls(std::string_view header) const noexcept {
      return header.size() == memo_size && std::memcmp(header.data(), memo.data(), memo_size) == 0;
    }
    void remember(std::string_view header, bool named) noexcept {
      if (header.size() > max_memo) return;
      memo_named = named;
      std::memcpy(memo.data(), header.data(), header.size());
      memo_size = header.size();
    }
  };

  static bool is_usable(expectation const& e) noexcept {
    bool const nameless =
        std::any_of(e.audiences.begin(), e.audiences.end(), [](auto& a) { return a.empty(); });
    return !e.issuer.empty() && !e.audiences.empty() && !nameless && !e.algorithms.empty() &&
           e.wanted.size() <= detail::claims_reader::max_wanted;
  }

  static mcpawl::detail::sha256_digest fingerprint_of(jwk const& key, algorithm a,
                                                      mcpawl::detail::sha256_context& digest) {
    auto const& print = key.thumbprint();
    std::string text{reinterpret_cast<char const*>(print.data()), print.size()};
    text += name_of(a);
    text += ' ';
    text += key.kid();
    return digest(text);
  }

  result<claims_view> read(std::string_view payload, unix_seconds now) noexcept {
    auto const size = mcpawl::detail::decode_base64url(payload, {payload_.get(), payload_capacity_});
    if (!size) return jose_errc::claims_encoding;
    return claims_.read({reinterpret_cast<char const*>(payload_.get()), *size}, claims_json_, expected_, now);
  }

  /** Find the key_slot whose last good header has these bytes: everything there is to check about a header
      depends on its bytes, the expectation and the key set, and neither of those has changed since. */
  key_slot* recall(std::string_view header) noexcept {
    for (key_slot& l : slots_) {
      if (l.recalls(header)) return &l;
    }
    return nullptr;
  }

  /** Read a header and find the key_slot for it. */
  result<key_slot*> choose(std::string_view encoded) noexcept {
    if (encoded.size() > max_header_chars) return jose_errc::header_too_large;
    auto const size = mcpawl::detail::decode_base64url(encoded, header_);
    if (!size) return jose_errc::header_encoding;
    auto const header =
        detail::read_header({reinterpret_cast<char const*>(header_.data()), *size}, header_json_);
    if (!header) return header.error();
    last_kid_ = header->kid;
    auto const alg = find_algorithm(header->alg);
    if (!alg) return jose_errc::unknown_algorithm;
    if (!expected_.algorithms.contains(*alg)) return jose_errc::algorithm_not_allowed;
    if (!acceptable_type(*header)) return jose_errc::wrong_type;
    if (header->kid.empty()) return choose_nameless(*alg);
    for (key_slot& l : slots_) {
      if (l.alg == *alg && l.key->kid() == header->kid) return &l;
    }
    return keys_->find(header->kid) == nullptr ? jose_errc::unknown_kid : jose_errc::algorithm_mismatch;
  }

  result<key_slot*> choose_nameless(algorithm alg) noexcept {
    if (expected_.kid_required) return jose_errc::no_kid;
    jwk const* const key = keys_->only_key_for(alg);
    for (key_slot& l : slots_) {
      if (l.key == key && l.alg == alg) return &l;
    }
    return jose_errc::no_single_key;
  }

  bool acceptable_type(token_header const& header) const noexcept {
    if (!header.has_typ) return !expected_.type_required;
    return expected_.types.empty() ||
           std::any_of(expected_.types.begin(), expected_.types.end(),
                       [&](auto& type) { return detail::same_type(type, header.typ); });
  }

  expectation expected_;
  bool usable_;
  std::shared_ptr<jwk_set const> keys_;
  std::vector<key_slot> slots_;
  std::string_view last_kid_;
  key_slot const* last_slot_ = nullptr;

  std::array<unsigned char, max_header_bytes> header_;
  std::array<unsigned char, detail::max_number_bytes> signature_;
  std::size_t payload_capacity_;
  std::unique_ptr<unsigned char[]> payload_;
  detail::json_reader header_json_;
  detail::json_reader claims_json_;
  detail::claims_reader claims_;
};

/** The verifier with OpenSSL as its engine. */
using verifier = basic_verifier<>;

}  // namespace mcpawl::jose
