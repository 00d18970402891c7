// mcpawl/auth/access_session.hpp - what an access token of ours stands for
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/access/access_claims.hpp>
#include <mcpawl/access/access_reader.hpp>
#include <mcpawl/auth/access_login_reader.hpp>
#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/oauth/grant/token_types.hpp>
#include <mcpawl/oauth/upstream/login_record.hpp>

#include <cstdint>
#include <memory>
#include <utility>

namespace mcpawl::detail {

/** A caller who has an access token of ours, as the sealed grant knows them.

    Only a grant can make one, and only a login that was verified makes a grant.
*/
class access_session {
public:
  /** @par Errors
      `oauth::oauth_errc::bad_token` for a login at another provider than Access, or one that another version has kept;
      `oauth::oauth_errc::damaged_record`. */
  static result<access_session> open(oauth::access_grant const& grant, std::uint64_t revocations) {
    auto login = oauth::login_of(grant.props);
    if (!login) return login.error();
    auto who = access_login_reader::claims_of(login->who);
    if (!who) return who.error();
    who->client_id = grant.client_id;
    who->scopes.assign(grant.scope.begin(), grant.scope.end());
    who->expires_at = grant.expires;
    return access_session(access_reader::restore(std::move(*who)), revocations);
  }

  access_identity const& who() const noexcept { return who_; }
  /** The number of revocations when the grant was looked up. */
  std::uint64_t revocations() const noexcept { return revocations_; }

private:
  access_session(access_identity who, std::uint64_t revocations)
      : who_(std::move(who)), revocations_(revocations) {}

  access_identity who_;
  std::uint64_t revocations_;
};

}  // namespace mcpawl::detail
