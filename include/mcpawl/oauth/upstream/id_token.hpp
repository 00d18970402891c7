// mcpawl/oauth/upstream/id_token.hpp - checks an ID token, and has a login reader read who has signed in
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/crypto/base64url.hpp>
#include <mcpawl/crypto/digest.hpp>
#include <mcpawl/jose/claims.hpp>
#include <mcpawl/jose/errc.hpp>
#include <mcpawl/jose/expectation.hpp>
#include <mcpawl/jose/jwk_set.hpp>
#include <mcpawl/jose/verifier.hpp>
#include <mcpawl/oauth/upstream/id_token_errc.hpp>
#include <mcpawl/oauth/upstream/login_reader.hpp>
#include <mcpawl/oauth/upstream/upstream_login.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::oauth {

/** What an ID token must fit, beside what all of an issuer's for us must. Views of the caller's. */
struct id_token_occasion {
  std::optional<std::string_view> nonce;    ///< Of the login; without one, that of the token does not matter.
  std::string_view access_token;            ///< The one it came with.
  upstream_person const* before = nullptr;  ///< Who it must still be about, in a refresh.
};

/** Verifies ID tokens of one issuer for one client (OpenID Connect Core 1.0 sections 3.1.3.7 and 12.2): RS256
    and nothing else, a key of the issuer's set, `iss`, `aud` (and `azp`), `exp`, `nbf`, `iat`, `nonce`,
    `at_hash`, and that there is a subject. What else the token says is for the login reader.

    @par Thread safety
    One thread at a time.
*/
class id_token_verifier {
public:
  id_token_verifier(std::string issuer, std::string client_id, std::chrono::seconds leeway,
                    std::shared_ptr<login_reader const> reader)
      : client_id_(client_id),
        reader_(std::move(reader)),
        jose_(expected(std::move(issuer), std::move(client_id), leeway, reader_->claims())) {}

  /** Verify with these keys from now on; null for none. Costs nothing if they are the same. */
  void use(std::shared_ptr<jose::jwk_set const> const& keys) {
    if (jose_.keys() != keys) jose_.use(keys);
  }
  bool has_keys() const noexcept { return jose_.keys() != nullptr; }

  /** Check a token.

      @par Errors
      Those of `jose::jose_errc`, of which `jose::newer_keys_may_help` tells those that newer keys may cure, and
      those of `id_token_errc`.
  */
  result<upstream_person> verify(std::string_view token, id_token_occasion const& at, unix_seconds now) {
    auto const claims = jose_.verify(token, now);
    if (!claims) return claims.error();
    auto const& found = claims->wanted;
    for (auto const which : {nonce, azp, at_hash})
      if (is_no_text(found[which])) return id_token_errc::malformed_claim;
    if (!claims->iat) return id_token_errc::no_issue_time;
    auto const party = found[azp].string();
    if (claims->aud.size() > 1 && !party) return id_token_errc::no_authorized_party;
    if (party && *party != client_id_) return id_token_errc::other_authorized_party;
    if (at.nonce && !is_nonce(found[nonce].string(), *at.nonce)) return id_token_errc::wrong_nonce;
    auto const hash = found[at_hash].string();
    if (hash && *hash != hash_of(at.access_token)) return id_token_errc::other_access_token;
    auto const subject = claims->sub.value_or(std::string_view());
    if (subject.empty()) return id_token_errc::no_subject;
    if (at.before && !is_same_person(*at.before, claims->iss, subject)) return id_token_errc::other_subject;
    auto profile = reader_->read(found.subspan(checked_here), at.before ? &at.before->profile : nullptr);
    if (!profile) return profile.error();
    upstream_person who;
    who.issuer = claims->iss;
    who.subject = subject;
    who.reader = reader_->name();
    who.profile = std::move(*profile);
    if (who.profile.label.empty()) who.profile.label = who.subject;
    who.issued_at = *claims->iat;
    who.expires_at = claims->exp;
    return who;
  }

  /** The kid of the token seen last, for a log; ends with the next call. */
  std::string_view last_kid() const noexcept { return jose_.last_kid(); }

private:
  enum claim : std::size_t { nonce, azp, at_hash, checked_here };

  static jose::expectation expected(std::string issuer, std::string client_id, std::chrono::seconds leeway,
                                    std::vector<std::string> read) {
    jose::expectation out;
    out.issuer = std::move(issuer);
    out.audiences.push_back(std::move(client_id));
    out.leeway = leeway;
    out.wanted = {"nonce", "azp", "at_hash"};
    for (auto& each : read) out.wanted.push_back(std::move(each));
    out.max_token_bytes = 16 * 1024;  // users with many groups have long ones
    return out;
  }

  bool is_same_person(upstream_person const& before, std::string_view issuer,
                      std::string_view subject) const noexcept {
    return before.reader == reader_->name() && before.issuer == issuer && before.subject == subject;
  }

  static bool is_nonce(std::optional<std::string_view> found, std::string_view wanted) noexcept {
    return found && !wanted.empty() && equal_in_constant_time(*found, wanted);
  }

  /** OpenID Connect Core 1.0 section 3.1.3.6, for RS256. */
  static std::string hash_of(std::string_view access_token) {
    mcpawl::detail::sha256_digest const digest = mcpawl::detail::sha256(access_token);
    std::string out;
    mcpawl::detail::append_base64url(out, std::span<unsigned char const>(digest).first(digest.size() / 2));
    return out;
  }

  std::string client_id_;
  std::shared_ptr<login_reader const> reader_;
  jose::verifier jose_;
};

}  // namespace mcpawl::oauth
