// mcpawl/oauth/upstream/upstream_login.hpp - who has signed in upstream, and the tokens that came of it
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/oauth/upstream/login_reader.hpp>

#include <string>

namespace mcpawl::oauth {

/** Whom an ID token names that was verified. Issuer and subject together tell people apart. */
struct upstream_person {
  upstream_person() {}  // not an aggregate: GCC 12 destroys those twice in some co_await expressions

  std::string issuer;
  std::string subject;
  std::string reader;     ///< `login_reader::name` of who has read the profile.
  login_profile profile;  ///< Its label is never empty.
  unix_seconds issued_at = 0;
  unix_seconds expires_at = 0;
};

/** A login upstream, checked. */
struct upstream_login {
  upstream_login() {}  // not an aggregate: GCC 12 destroys those twice in some co_await expressions

  upstream_person who;
  secret access_token;
  unix_seconds access_expires = 0;  ///< When the access token ends; 0 if the upstream did not say.
  secret refresh_token;             ///< Empty if there is none.
};

}  // namespace mcpawl::oauth
