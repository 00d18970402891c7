// mcpawl/test/fake_oidc_grants.hpp - codes and refresh tokens of the fake Access for SaaS
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/crypto/random.hpp>
#include <mcpawl/oauth/common/pkce.hpp>
#include <mcpawl/test/fake_oidc_tokens.hpp>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::test {

/** What a code or a refresh token was good for. */
struct oidc_redemption {
  std::string_view refused;  ///< Why it was good for nothing; empty if it was.
  oidc_grant grant;
  std::string refresh_token;  ///< The next one; empty if there is none.
};

/** Keeps what the token endpoint exchanges: each code once, each refresh token while its person may come in.

    @par Thread safety
    One thread at a time.
*/
class fake_oidc_grants {
public:
  static constexpr unix_seconds code_lifetime = 60;

  unix_seconds refresh_lifetime = 24 * 3600;
  bool rotates = true;            ///< A refresh token is good for one refresh, which gives the next one.
  std::set<std::string> blocked;  ///< Emails that the policy refuses.

  std::string issue_code(oidc_grant grant, std::string redirect_uri, std::string challenge,
                         unix_seconds now) {
    std::erase_if(codes_, [&](auto const& old) { return old.second.expires + 600 < now; });
    std::string text = mcpawl::detail::random_hex(32);
    codes_[text] =
        code{std::move(grant), std::move(redirect_uri), std::move(challenge), now + code_lifetime, {}};
    return text;
  }

  /** Redeem a code. A second attempt fails and ends what the first one gave (RFC 6749 section 4.1.2). */
  oidc_redemption redeem(std::string_view text, std::optional<std::string_view> redirect_uri,
                         std::optional<std::string_view> verifier, unix_seconds now) {
    auto const found = codes_.find(std::string(text));
    if (found == codes_.end()) return refuse("the code is unknown");
    code& from = found->second;
    if (!from.session.empty()) {
      std::erase_if(refreshes_, [&](auto const& kept) { return kept.second.session == from.session; });
      return refuse("the code has been used");
    }
    from.session = mcpawl::detail::random_hex(16);
    if (from.expires <= now) return refuse("the code has expired");
    if (redirect_uri != std::string_view(from.redirect_uri))
      return refuse("the redirect_uri is not that of the code");
    // a verifier for a code without a challenge: somebody has taken the challenge out of the request
    bool const fits =
        from.challenge.empty() ? !verifier : verifier && oauth::fits_challenge(*verifier, from.challenge);
    if (!fits) return refuse("the code_verifier does not fit");
    if (blocked.count(from.grant.email) != 0) return refuse("the policy refuses");
    oidc_redemption out{{}, from.grant, {}};
    if (from.grant.has("offline_access")) out.refresh_token = remember(from.grant, from.session, now);
    return out;
  }

  oidc_redemption refresh(std::string_view text, unix_seconds now) {
    auto const found = refreshes_.find(std::string(text));
    if (found == refreshes_.end()) return refuse("the refresh token is unknown");
    if (found->second.expires <= now) return refuse("the refresh token has expired");
    if (blocked.count(found->second.grant.email) != 0) return refuse("the policy refuses");
    oidc_redemption out{{}, found->second.grant, {}};
    if (rotates) {
      std::string const session = found->second.session;
      refreshes_.erase(found);
      out.refresh_token = remember(out.grant, session, now);
    }
    return out;
  }

  /** Forget every refresh token. */
  void end_sessions() { refreshes_.clear(); }

private:
  struct code {
    oidc_grant grant;
    std::string redirect_uri;
    std::string challenge;
    unix_seconds expires = 0;
    std::string session;  ///< Set once it was used.
  };
  struct refresh_entry {
    oidc_grant grant;
    std::string session;
    unix_seconds expires = 0;
  };

  static oidc_redemption refuse(std::string_view why) { return {why, {}, {}}; }

  std::string remember(oidc_grant const& grant, std::string const& session, unix_seconds now) {
    std::erase_if(refreshes_, [&](auto const& old) { return old.second.expires <= now; });
    std::string text = mcpawl::detail::random_hex(32);
    refreshes_[text] = refresh_entry{grant, session, now + refresh_lifetime};
    return text;
  }

  std::map<std::string, code> codes_;
  std::map<std::string, refresh_entry> refreshes_;
};

}  // namespace mcpawl::test
