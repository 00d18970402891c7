// mcpawl/auth/access_verifier.hpp - turns a token of Cloudflare Access into an identity, without I/O
#pragma once

#include <mcpawl/auth/access_claims.hpp>
#include <mcpawl/auth/auth_errc.hpp>
#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/jose/token_cache.hpp>
#include <mcpawl/jose/verifier.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl {

/** What an application's tokens must be like. */
struct access_expectation {
  access_expectation(std::string team_domain, std::vector<std::string> aud_tags)
      : issuer(std::move(team_domain)), audiences(std::move(aud_tags)) {}

  std::string issuer;                  ///< The team domain; `iss`, exactly.
  std::vector<std::string> audiences;  ///< AUD tags, one of which must be in `aud`.
  std::chrono::seconds leeway{5};      ///< For `nbf` and `iat` alone.
  bool service_tokens = false;
};

/** The verification of `access_jwt` alone: no header, no fetching, no waiting.

    Checks signature (RS256), issuer, audience, `exp`, `nbf` and `iat`, `type` and that there is an
    identity; see `access_jwt` for what the rules are.

    A copy has the same keys and its own buffers.

    @par Thread safety
    One thread at a time.
*/
class access_verifier {
public:
  explicit access_verifier(access_expectation expected, jose::token_cache_settings remembered = {})
      : expected_(std::move(expected)),
        jose_(std::make_unique<jose::verifier>(translated(expected_))),
        cache_(remembered) {}
  access_verifier(access_verifier const& other) : access_verifier(other.expected_, other.cache_.settings()) {
    use(other.keys_);
  }
  access_verifier(access_verifier&&) noexcept = default;
  access_verifier& operator=(access_verifier const&) = delete;

  /** Verify with these keys from now on; null for none. Costs nothing if they are the same. */
  void use(std::shared_ptr<jose::jwk_set const> const& keys) {
    if (keys == keys_) return;
    jose_->use(keys);
    keys_ = keys;
    if (keys_)
      cache_.keep_keys(keys_->keys());
    else
      cache_.clear();
  }

  bool has_keys() const noexcept { return keys_ != nullptr; }

  /** Verify a token.

      Errors: those of `jose::errc` and of `auth_errc`; `jose::errc::unknown_kid` is the one that newer
      keys may cure.
  */
  result<access_identity> verify(std::string_view token, unix_seconds now) {
    token_times times;
    return verify(token, now, times);
  }

  /** The same, but a token that was verified a moment ago is recognised instead: see `jose::token_cache`. */
  result<access_identity> verify_or_recall(std::string_view token, unix_seconds now,
                                           clock::steady_time steady) {
    if (auto const* known = cache_.find(token, now, steady)) return *known;
    token_times times;
    auto identity = verify(token, now, times);
    if (!identity) return identity;
    if (auto const* key = keys_->find(jose_->last_kid()))
      cache_.insert(token, *identity, {times.begins, times.ends, key->thumbprint()}, steady);
    return identity;
  }

  /** How often tokens were recalled. */
  jose::token_cache<access_identity>::counters const& recalls() const noexcept { return cache_.counts(); }

  /** The kid of the token seen last, for a log; ends with the next call. */
  std::string_view last_kid() const noexcept { return jose_->last_kid(); }

private:
  struct token_times {
    unix_seconds begins = 0;  // with the leeway taken off
    unix_seconds ends = 0;
  };

  result<access_identity> verify(std::string_view token, unix_seconds now, token_times& times) {
    auto const claims = jose_->verify(token, now);
    if (!claims) return claims.error();
    auto read = read_access_claims(*claims);
    if (!read) return read.error();
    if (read->kind == access_kind::service && !expected_.service_tokens)
      return auth_errc::service_token_refused;
    times.begins = std::max(claims->nbf.value_or(0), claims->iat.value_or(0)) - expected_.leeway.count();
    times.ends = claims->exp;
    return access_identity(*std::move(read));
  }

  static jose::expectation translated(access_expectation const& from) {
    jose::expectation to;
    to.issuer = from.issuer;
    to.audiences = from.audiences;
    to.leeway = from.leeway;
    to.wanted = detail::access_claim_names();
    to.max_token_bytes = 16 * 1024;  // users with many groups have long ones
    return to;
  }

  access_expectation expected_;
  std::shared_ptr<jose::jwk_set const> keys_;
  std::unique_ptr<jose::verifier> jose_;
  jose::token_cache<access_identity> cache_;
};

}  // namespace mcpawl
