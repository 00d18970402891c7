// mcpawl/oauth/upstream/upstream_flow.hpp - what must be remembered while the browser is away at the upstream
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/secret.hpp>
#include <mcpawl/oauth/common/pkce.hpp>

#include <string>

namespace mcpawl::oauth {

/** One login in the making. All of it is random, for this login alone, and must be bound to the browser that
    began it: whoever keeps it says when it ends and that it is used once. */
struct upstream_flow {
  upstream_flow() {}  // not an aggregate: GCC 12 destroys those twice in some co_await expressions

  std::string state;  ///< Comes back with the browser (RFC 6749 section 10.12).
  std::string nonce;  ///< Comes back in the ID token (OpenID Connect Core 1.0 section 3.1.2.1).
  secret verifier;    ///< Proves that who redeems the code has begun the login (RFC 7636 section 4.1).

  /** Throws as `fill_random` does. */
  static upstream_flow make() {
    upstream_flow made;
    made.state = make_code_verifier().reveal();
    made.nonce = make_code_verifier().reveal();
    made.verifier = make_code_verifier();
    return made;
  }
};

}  // namespace mcpawl::oauth
