// mcpawl/jose/caching_verifier.hpp - a verifier that knows again the tokens it verified a moment ago
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/crypto/engine.hpp>
#include <mcpawl/crypto/openssl_engine.hpp>
#include <mcpawl/jose/expectation.hpp>
#include <mcpawl/jose/jwk_set.hpp>
#include <mcpawl/jose/token_cache.hpp>
#include <mcpawl/jose/verifier.hpp>

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

namespace mcpawl::jose {

/** What makes a value of the claims of a token, or refuses them. */
template <class Read, class Value>
concept claims_reading = std::invocable<Read&, claims_view const&> &&
                         std::same_as<std::invoke_result_t<Read&, claims_view const&>, result<Value>>;

/** Verifies tokens and turns them into values, and remembers for a moment which token made which value.

    The order of work: the memory, where a token is found only byte for byte, size and dots included; size and
    dots; and then what else `basic_verifier` does. What is remembered dies with its token's `exp`, with its
    maximum age, when its key leaves the key set or is no longer for its algorithm or under its `kid`, and
    with this object, which shares it with no other.

    A copy has the same expectation, settings and keys, its own buffers, and remembers nothing yet.

    @tparam Value what a token becomes; cheap to copy, as `verified<Claims>` is
    @tparam Engine who verifies signatures; see `crypto_engine`
    @par Errors
    Those of `jose_errc`, and whatever the caller's `read` returns; only what verifies and is read is remembered.
    @par Lifetime
    After a move the object may only be destroyed.
    @par Thread safety
    One thread at a time.

    @code
    mcpawl::jose::caching_verifier<std::shared_ptr<account const>> verify{expected};
    verify.use(keys);
    auto who = verify.verify_cached(token, clock.wall(), clock.steady(),
                                    [](mcpawl::jose::claims_view const& claims) { return read_account(claims); });
    @endcode
*/
template <class Value, mcpawl::detail::crypto_engine Engine = openssl_engine>
class caching_verifier {
public:
  using counters = typename token_cache<Value>::counters;

  explicit caching_verifier(expectation expected, token_cache_settings remembered = {})
      : verifier_(std::make_unique<basic_verifier<Engine>>(std::move(expected))), cache_(remembered) {}
  caching_verifier(caching_verifier const& other)
      : caching_verifier(other.verifier_->expected(), other.cache_.settings()) {
    use(other.keys());
  }
  caching_verifier(caching_verifier&&) noexcept = default;
  caching_verifier& operator=(caching_verifier const&) = delete;
  ~caching_verifier() = default;

  /** Verify with these keys from now on; null for none. Costs nothing if they are the same.

      @par Errors
      Throws `std::bad_alloc`, and then keeps the keys it had. */
  void use(std::shared_ptr<jwk_set const> const& keys) {
    if (keys == verifier_->keys()) return;
    verifier_->use(keys);
    cache_.keep([this](mcpawl::detail::sha256_digest const& key_fingerprint) {
      return verifier_->vouches(key_fingerprint);
    });
  }

  expectation const& expected() const noexcept { return verifier_->expected(); }
  std::shared_ptr<jwk_set const> const& keys() const noexcept { return verifier_->keys(); }

  /** Verify a token, whatever is remembered, and remember nothing. */
  template <claims_reading<Value> Read>
  result<Value> verify(std::string_view token, unix_seconds now, Read&& read) {
    auto const claims = verifier_->verify(token, now);
    if (!claims) return claims.error();
    return read(*claims);
  }

  /** Recall a token, or else verify it. */
  template <claims_reading<Value> Read>
  result<Value> verify_cached(std::string_view token, unix_seconds now, clock::steady_time steady,
                              Read&& read) {
    // a token that is remembered, byte for byte, has its size and its dots
    if (Value const* known = cache_.find(token, now, steady)) return *known;
    auto const parts = verifier_->split(token);
    if (!parts) return parts.error();
    auto const claims = verifier_->verify(*parts, now);
    if (!claims) return claims.error();
    token_bounds const bounds{first_second(*claims), claims->exp, verifier_->last_fingerprint()};
    result<Value> value = read(*claims);
    if (value) cache_.insert(token, *value, bounds, steady);
    return value;
  }

  /** How often tokens were recalled. */
  counters const& recalls() const noexcept { return cache_.counts(); }

  /** The `kid` of the token seen last, as far as its header was read; for the log. Ends with the next call.
   */
  std::string_view last_kid() const noexcept { return verifier_->last_kid(); }

  /** The verifier inside, to ask who does its arithmetic. */
  basic_verifier<Engine> const& inside() const noexcept { return *verifier_; }

private:
  /** When a token began to be good, so that a clock that is set back does not find it good before. */
  unix_seconds first_second(claims_view const& claims) const noexcept {
    constexpr std::int64_t bound = std::int64_t{1} << 60;
    auto const leeway = std::clamp<std::int64_t>(expected().leeway.count(), 0, bound);
    return std::max(claims.nbf.value_or(-bound), claims.iat.value_or(-bound)) - leeway;
  }

  std::unique_ptr<basic_verifier<Engine>> verifier_;
  token_cache<Value> cache_;
};

}  // namespace mcpawl::jose
