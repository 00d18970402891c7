// mcpawl/jose/expectation.hpp - what a token must be to be accepted
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/jose/algorithm.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace mcpawl::jose {

/** What a verifier demands of a token, beyond a right signature of a known key.

    Nothing of it comes from the token. An expectation without issuer, audience or algorithm accepts nothing.
*/
struct expectation {
  std::string issuer;                  ///< `iss`, exactly, byte for byte.
  std::vector<std::string> audiences;  ///< One of them must be in `aud`.

  algorithm_set algorithms{algorithm::rs256};  ///< `alg` must be one of them, and the key must be for it.

  /** How far `nbf` and `iat` may lie ahead of our clock. `exp` gets none: a token never outlives it. */
  std::chrono::seconds leeway{30};

  std::vector<std::string> types{"JWT"};  ///< `typ` must be one of them if it is there; empty: any string.
  bool type_required = false;             ///< Refuse a token without `typ`.

  /** Refuse a token without `kid`. Otherwise it is held against the one key that the set has for its
      algorithm, if there is exactly one (OpenID Connect Core 1.0 section 10.1). */
  bool kid_required = false;

  /** Further claims to collect (at most 32): `claims_view::wanted` has their values in the same order. */
  std::vector<std::string> wanted;

  /** Look at the claims before the signature, and refuse a token that has expired without verifying it.

      A replayed old token then costs a microsecond instead of a signature. The price: bytes that nobody
      signed reach the parser of the claims (which is fuzzed, bounded and allocates nothing), and whoever
      sends a forged token that says it is expired is told so. No other claim is acted upon that early. */
  bool expiry_first = false;

  std::size_t max_token_bytes = 8 * 1024;  ///< Characters of a token, all three parts and the dots.
};

}  // namespace mcpawl::jose
