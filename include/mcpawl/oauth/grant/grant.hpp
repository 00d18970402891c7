// mcpawl/oauth/grant/grant.hpp - what a user has granted to a client, with everything that was issued for it
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/oauth/common/errc.hpp>
#include <mcpawl/oauth/common/record.hpp>
#include <mcpawl/oauth/common/scope.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::oauth {

/** One grant, as the store keeps it under `grant_name::key()`.

    Code, refresh token and access tokens are all in one record, so that one compare-and-set moves the grant
    from one state to the next and erasing one key ends it: there is no state between, for another process
    to see or for a crash to leave behind.

    Tokens are there as digests. What is secret is sealed with keys that only tokens hold: the props with
    a key of their own, and that key once more for each token.
*/
struct grant {
  std::string user;
  std::string client_id;
  std::string client_name;  ///< For the user to recognise it by.
  scope_set scope;
  std::string resource;  ///< Whom the tokens are for (RFC 8707).
  unix_seconds created = 0;
  unix_seconds expires = 0;  ///< End of the refresh tokens, and of everything.
  bool refreshable = false;  ///< Whether there are refresh tokens.
  std::string family_key;    ///< Marks every token of the grant; see `token`.
  std::string sealed_props;

  struct code_state {
    std::string digest;
    std::string challenge;
    std::string redirect_uri;
    bool redirect_uri_given = true;  ///< In the authorization request.
    unix_seconds expires = 0;
    bool redeemed = false;
    std::string wrapped_key;  ///< Empty once it is redeemed.
  } code;

  struct refresh_state {
    std::string digest;
    std::string wrapped_key;
    std::string previous_digest;  ///< The token before, while it still gets the same response.
    unix_seconds previous_until = 0;
    std::string sealed_answer;          ///< That response, which only the token before opens.
    std::string unused_access;          ///< Digest of the access token in it, until that is used.
    std::vector<unix_seconds> repeats;  ///< When the token before came although that one had been used.
  } refresh;

  struct access_state {
    std::string digest;
    std::string wrapped_key;
    scope_set scope;
    unix_seconds expires = 0;
  };
  std::vector<access_state> access;  ///< The oldest first.

  /** When the store may forget it. */
  unix_seconds forgettable() const noexcept {
    if (!code.redeemed) return code.expires;
    unix_seconds last = refreshable ? expires : code.expires;
    for (auto const& each : access) last = std::max(last, each.expires);
    return last;
  }

  std::string bytes() const {
    detail::record_writer out(layout);
    out.text(user).text(client_id).text(client_name).text(scope.text()).text(resource);
    out.integer(created).integer(expires).integer(refreshable).text(family_key).text(sealed_props);
    out.text(code.digest).text(code.challenge).text(code.redirect_uri).integer(code.redirect_uri_given);
    out.integer(code.expires).integer(code.redeemed).text(code.wrapped_key);
    out.text(refresh.digest).text(refresh.wrapped_key).text(refresh.previous_digest);
    out.integer(refresh.previous_until).text(refresh.sealed_answer).text(refresh.unused_access);
    out.integer(static_cast<std::int64_t>(refresh.repeats.size()));
    for (unix_seconds const each : refresh.repeats) out.integer(each);
    out.integer(static_cast<std::int64_t>(access.size()));
    for (auto const& each : access)
      out.text(each.digest).text(each.wrapped_key).text(each.scope.text()).integer(each.expires);
    return out.take();
  }

  /** Read what `bytes` made, or what it made before it noted which tokens are used.

      @par Errors
      `oauth_errc::damaged_record`. */
  static result<grant> parse(std::string_view bytes) {
    bool const older = detail::record_reader(bytes, layout_without_use).good();
    detail::record_reader in(bytes, older ? layout_without_use : layout);
    bool good = true;
    auto const scope = [&in, &good] {
      auto parsed = scope_set::parse(in.text());
      good = good && parsed.has_value();
      return parsed ? std::move(*parsed) : scope_set{};
    };
    grant out;
    out.user = in.text();
    out.client_id = in.text();
    out.client_name = in.text();
    out.scope = scope();
    out.resource = in.text();
    out.created = in.integer();
    out.expires = in.integer();
    out.refreshable = in.integer() != 0;
    out.family_key = in.text();
    out.sealed_props = in.text();
    out.code.digest = in.text();
    out.code.challenge = in.text();
    out.code.redirect_uri = in.text();
    out.code.redirect_uri_given = in.integer() != 0;
    out.code.expires = in.integer();
    out.code.redeemed = in.integer() != 0;
    out.code.wrapped_key = in.text();
    out.refresh.digest = in.text();
    out.refresh.wrapped_key = in.text();
    out.refresh.previous_digest = in.text();
    out.refresh.previous_until = in.integer();
    out.refresh.sealed_answer = in.text();
    if (!older) {
      out.refresh.unused_access = in.text();
      out.refresh.repeats.resize(in.count());
      for (auto& each : out.refresh.repeats) each = in.integer();
    }
    out.access.resize(in.count());
    for (auto& each : out.access) {
      each.digest = in.text();
      each.wrapped_key = in.text();
      each.scope = scope();
      each.expires = in.integer();
    }
    if (!good || !in.complete()) return oauth_errc::damaged_record;
    if (older && !out.refresh.previous_digest.empty() && !out.access.empty())
      out.refresh.unused_access = out.access.back().digest;
    return out;
  }

private:
  static constexpr unsigned char layout_without_use = 1, layout = 2;
};

}  // namespace mcpawl::oauth
