// mcpawl/access/access_verifier.hpp - turns a token of Cloudflare Access into an identity, without I/O
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/access/access_claims.hpp>
#include <mcpawl/access/access_expectation.hpp>
#include <mcpawl/access/access_reader.hpp>
#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/crypto/engine.hpp>
#include <mcpawl/crypto/openssl_engine.hpp>
#include <mcpawl/jose/caching_verifier.hpp>
#include <mcpawl/keys/auth_errc.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl {

/** The verification of `access_jwt` alone: no header, no fetching, no waiting.

    Checks signature (RS256), issuer, audience, `exp`, `nbf` and `iat`, `type` and that there is an
    identity; see `access_jwt` for what the rules are.

    A copy has the same keys and its own buffers, and remembers no token yet.

    @tparam Engine who verifies signatures; see `crypto_engine`
    @par Thread safety
    One thread at a time.
*/
template <detail::crypto_engine Engine = openssl_engine>
class basic_access_verifier {
public:
  using counters = typename jose::caching_verifier<access_identity, Engine>::counters;

  explicit basic_access_verifier(access_expectation const& expected,
                                 jose::token_cache_settings remembered = {})
      : jose_(translated(expected), remembered), service_tokens_(expected.service_tokens) {}

  /** Verify with these keys from now on; null for none. Costs nothing if they are the same.

      @par Errors
      Throws `std::bad_alloc`, and then keeps the keys it had. */
  void use(std::shared_ptr<jose::jwk_set const> const& keys) { jose_.use(keys); }

  bool has_keys() const noexcept { return jose_.keys() != nullptr; }

  /** Verify a token.

      @par Errors
      Those of `jose::jose_errc` and of `auth_errc`; `jose::newer_keys_may_help` tells which newer keys may cure.
      No refusal allocates.
  */
  result<access_identity> verify(std::string_view token, unix_seconds now) {
    return jose_.verify(token, now, reading());
  }

  /** The same, but a token that was verified a moment ago is recognised instead: see `jose::token_cache`.

      @par Errors
      Those of `verify`. */
  result<access_identity> verify_cached(std::string_view token, unix_seconds now, clock::steady_time steady) {
    return jose_.verify_cached(token, now, steady, reading());
  }

  /** How often tokens were recalled. */
  counters const& recalls() const noexcept { return jose_.recalls(); }

  /** The kid of the token seen last, for a log; ends with the next call. */
  std::string_view last_kid() const noexcept { return jose_.last_kid(); }

  /** Who does the arithmetic for each key in use, for a log; the views end with the keys. */
  std::vector<jose::engine_use> engines() const { return jose_.inside().engines(); }

private:
  auto reading() const noexcept {
    return [services = service_tokens_](jose::claims_view const& claims) {
      return access_reader::read(claims, services);
    };
  }

  static jose::expectation translated(access_expectation const& from) {
    jose::expectation to;
    to.issuer = from.issuer;
    to.audiences = from.audiences;
    to.leeway = from.leeway;
    to.wanted = access_reader::names();
    to.kid_required = true;  // Access has two keys and says which it was
    to.expiry_first = from.expiry_first;
    to.max_token_bytes = 16 * 1024;  // users with many groups have long ones
    return to;
  }

  jose::caching_verifier<access_identity, Engine> jose_;
  bool service_tokens_;
};

/** The verifier with OpenSSL as its engine. */
using access_verifier = basic_access_verifier<>;

}  // namespace mcpawl
