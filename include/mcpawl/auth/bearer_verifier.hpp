// mcpawl/auth/bearer_verifier.hpp - turns an access token into an identity, without I/O
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/auth/bearer_claims.hpp>
#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/jose/caching_verifier.hpp>
#include <mcpawl/jose/expectation.hpp>
#include <mcpawl/keys/auth_errc.hpp>
#include <mcpawl/reflect/decode.hpp>
#include <mcpawl/reflect/schema_type.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** What access tokens must be like. */
struct bearer_expectation {
  bearer_expectation(std::string exact_issuer, std::vector<std::string> any_of_audiences)
      : issuer(std::move(exact_issuer)), audiences(std::move(any_of_audiences)) {}

  std::string issuer;                  ///< `iss`, byte for byte.
  std::vector<std::string> audiences;  ///< One of them must be in `aud`.
  jose::algorithm_set algorithms{jose::algorithm::rs256, jose::algorithm::es256};
  std::vector<std::string> types{"JWT", "at+jwt"};  ///< `typ`, if it is there.
  bool type_required = false;
  std::vector<std::string> scopes;                        ///< All of them must have been granted.
  std::vector<std::string> scope_claims{"scope", "scp"};  ///< Where granted scopes are.
  std::chrono::seconds leeway{30};                        ///< For `nbf` and `iat` alone.
};

/** Stop the compiler with a sentence if claims cannot be read into a type. */
template <class Claims>
consteval bool readable_claims() {
  static_assert(
      schema_struct<Claims>,
      "mcpawl: the Claims of jwt_bearer<Claims> must be a plain struct whose members can be read from "
      "JSON");
  return explain_unrepresentable<Claims>();
}

/** The verification of `jwt_bearer` alone: no header, no fetching, no waiting.

    A copy has the same keys and its own buffers, and remembers no token yet.

    @par Thread safety
    One thread at a time.
*/
template <class Claims>
class bearer_verifier {
  static_assert(readable_claims<Claims>());

public:
  using identity = bearer_identity<Claims>;

  explicit bearer_verifier(bearer_expectation expected, jose::token_cache_settings remembered = {})
      : jose_(translated(expected), remembered), scopes_(std::move(expected.scopes)) {}

  /** Verify with these keys from now on; null for none. Costs nothing if they are the same. */
  void use(std::shared_ptr<jose::jwk_set const> const& keys) { jose_.use(keys); }

  bool has_keys() const noexcept { return jose_.keys() != nullptr; }

  /** Verify a token.

      @par Errors
      Those of `jose::jose_errc`, of which `jose::newer_keys_may_help` tells those that newer keys may cure;
      `no_subject`, `id_token`, `malformed_claim`, `claims_do_not_fit`, `insufficient_scope`.
  */
  result<identity> verify(std::string_view token, unix_seconds now) {
    misfit_.clear();
    return jose_.verify(token, now, reading());
  }

  /** The same, but a token that was verified a moment ago is recognised instead: see `jose::token_cache`. */
  result<identity> verify_cached(std::string_view token, unix_seconds now, clock::steady_time steady) {
    misfit_.clear();
    return jose_.verify_cached(token, now, steady, reading());
  }

  /** How often tokens were recalled. */
  typename jose::token_cache<identity>::counters const& recalls() const noexcept { return jose_.recalls(); }

  /** The kid of the token seen last, for a log; ends with the next call. */
  std::string_view last_kid() const noexcept { return jose_.last_kid(); }

  /** Why the claims seen last did not fit, for a log: a place and a rule, never a value. */
  std::string const& misfit() const noexcept { return misfit_; }

private:
  friend class development_identity_maker;  // defined in auth/development_identity.hpp alone

  /** Read claims that nobody signed, of whom no scope is required. */
  static result<identity> read_for_development(jose::claims_view const& claims, std::string& misfit) {
    bearer_verifier unused(bearer_expectation(std::string(), {}));
    auto out = unused.read(claims);
    misfit = unused.misfit();
    return out;
  }

  auto reading() noexcept {
    return [this](jose::claims_view const& claims) { return read(claims); };
  }

  result<identity> read(jose::claims_view const& claims) {
    auto registered = read_registered_claims(claims);
    if (!registered) return registered.error();
    for (std::string const& scope : scopes_)
      if (!registered->has_scope(scope)) return auth_errc::insufficient_scope;
    bearer_claims<Claims> out;
    static_cast<registered_claims&>(out) = *std::move(registered);
    if constexpr (!std::is_empty_v<Claims>)
      if (!read_own(claims.payload_json, out.claims)) return auth_errc::claims_do_not_fit;
    return identity(std::move(out));
  }

  bool read_own(std::string_view payload, Claims& to) {
    boost::system::error_code error;
    boost::json::value const json =
        boost::json::parse(boost::json::string_view(payload.data(), payload.size()), error);
    auto const problem = decode_known(json, to);
    if (problem) misfit_ = problem->pointer + ' ' + problem->message;
    return !error && !problem;
  }

  static jose::expectation translated(bearer_expectation const& from) {
    jose::expectation to;
    to.issuer = from.issuer;
    to.audiences = from.audiences;
    to.algorithms = from.algorithms;
    to.leeway = from.leeway;
    to.types = from.types;
    to.type_required = from.type_required;
    to.wanted = bearer_claim_names(from.scope_claims);
    to.max_token_bytes = 16 * 1024;  // users with many groups have long ones
    return to;
  }

  jose::caching_verifier<identity> jose_;
  std::vector<std::string> scopes_;
  std::string misfit_;
};

}  // namespace mcpawl::detail
