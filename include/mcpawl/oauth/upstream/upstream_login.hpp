// mcpawl/oauth/upstream/upstream_login.hpp - who has signed in upstream, and the tokens that came of it
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/access/access_claims.hpp>
#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/secret.hpp>

namespace mcpawl::oauth {

/** A login at Cloudflare Access, checked. */
struct upstream_login {
  upstream_login() {}  // not an aggregate: GCC 12 destroys those twice in some co_await expressions

  /** What the ID token says; the kind is always `access_kind::user`. */
  access_claims who;
  secret access_token;
  unix_seconds access_expires = 0;  ///< When the access token ends; 0 if the upstream did not say.
  secret refresh_token;             ///< Empty if there is none.
};

}  // namespace mcpawl::oauth
