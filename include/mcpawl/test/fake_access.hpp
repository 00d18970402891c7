// mcpawl/test/fake_access.hpp - a stand-in for Cloudflare Access: keys, certs document, tokens
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/test/access_token.hpp>
#include <mcpawl/test/signing_key.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::test {

/** The ways to make a token that must not be accepted. */
enum class forgery {
  other_key,               ///< Signed by a stranger's key under a published kid.
  altered_payload,         ///< A good token whose claims were changed afterwards.
  alg_none,                ///< No signature at all.
  hs256_with_certificate,  ///< HMAC, keyed with the published certificate.
  unknown_kid,             ///< Signed by a stranger's key under a kid that was never published.
  expired,                 ///< Its `exp` passed three seconds ago.
  not_yet_valid,           ///< Its `nbf` is a minute ahead.
  wrong_audience,          ///< For another application of the same team.
  wrong_issuer,            ///< Of another team.
  organization,            ///< The team's global session: `type` is "org".
};

/** What Cloudflare Access does for one self-hosted application: it publishes two keys and signs
    tokens with the newer one.

    For tests, the user's own included:

    @code
    mcpawl::test::fake_access access("https://team.cloudflareaccess.com", "aud-tag");
    auto alice = access.sign(access.user("alice@example.com"));     // a token
    auto forged = access.forge(mcpawl::test::forgery::other_key);   // one that must stay outside
    @endcode

    Making one, and each `rotate()`, generates RSA keys: 50 to 100 ms of CPU each.

    @par Thread safety
    All functions may be called from several threads.
*/
class fake_access {
public:
  /** @param issuer the team domain, `https://TEAM.cloudflareaccess.com`
      @param audience the AUD tag of the application
      @param time where `iat` comes from; must outlive this object */
  fake_access(std::string issuer, std::string audience, clock const& time = clock::system())
      : issuer_(std::move(issuer)),
        audience_(std::move(audience)),
        clock_(time),
        current_(signing_key::generate()),
        previous_(signing_key::generate()),
        stranger_(signing_key::generate()) {}

  std::string const& issuer() const noexcept { return issuer_; }
  std::string const& audience() const noexcept { return audience_; }

  /** Publish a new key and sign with it; the current one stays published, the previous one is withdrawn. */
  void rotate() {
    signing_key made = signing_key::generate();
    std::lock_guard const lock(mutex_);
    previous_ = std::move(current_);
    current_ = std::move(made);
  }

  signing_key current_key() const {
    std::lock_guard const lock(mutex_);
    return current_;
  }
  signing_key previous_key() const {
    std::lock_guard const lock(mutex_);
    return previous_;
  }
  /** A key that is never published. */
  signing_key const& stranger_key() const noexcept { return stranger_; }

  /** The document at `/cdn-cgi/access/certs`. */
  std::string certs() const {
    std::lock_guard const lock(mutex_);
    boost::json::array certificates;
    for (auto const* key : {&current_, &previous_}) certificates.push_back(certificate_of(*key));
    return "{\"keys\":[" + current_.jwk() + ',' + previous_.jwk() +
           "],\"public_cert\":" + boost::json::serialize(certificates.front()) +
           ",\"public_certs\":" + boost::json::serialize(certificates) + '}';
  }

  /** A user's token, to be changed and signed. The same email gets the same `sub`. */
  access_token user(std::string_view email) const {
    access_token token = common(86'400);
    unix_seconds const now = clock_.wall();
    token.claim("email", email).claim("nbf", now).claim("identity_nonce", "6ei69kawdKzMIAPF");
    token.claim("sub", subject_of(email)).claim("country", "NZ");
    return token;
  }

  /** The token of a user of an `end_user` application: known by an id, without an email. */
  access_token end_user(std::string_view subject) const {
    return user("nobody@example.com").claim("sub", subject).without("email");
  }

  /** Note what the endpoint `get-identity` says of somebody beside what is in the token: groups, `idp`,
      device posture, in the shape that Access gives them.

      @param who an email, or the subject of somebody without one */
  void knows(std::string who, boost::json::object members) {
    std::lock_guard const lock(mutex_);
    known_[std::move(who)] = std::move(members);
  }
  /** What was noted of somebody. */
  boost::json::object known_of(std::string const& who) const {
    std::lock_guard const lock(mutex_);
    auto const found = known_.find(who);
    return found == known_.end() ? boost::json::object() : found->second;
  }
  clock const& time() const noexcept { return clock_; }

  /** A service token's application token: `common_name`, an empty `sub`, no email, no `nbf`. */
  access_token service(std::string_view common_name) const {
    access_token token = common(86'400);
    token.claim("common_name", common_name).claim("sub", "");
    return token;
  }

  /** The token signed with the current key. */
  std::string sign(access_token const& token) const { return token.sign(current_key()); }

  /** A forged token that claims to be a user's. */
  std::string forge(forgery how, std::string_view email = "mallory@example.com") const {
    access_token token = user(email);
    signing_key const key = current_key();
    unix_seconds const now = clock_.wall();
    switch (how) {
      case forgery::other_key: return token.sign(stranger_, key.kid());
      case forgery::altered_payload: return altered(token, key);
      case forgery::alg_none: return token.sign_none(key.kid());
      case forgery::hs256_with_certificate: return token.sign_hs256(key.certificate(), key.kid());
      case forgery::unknown_kid: return token.sign(stranger_);
      case forgery::expired: token.expires_at(now - 3); break;
      case forgery::not_yet_valid: token.claim("nbf", now + 60); break;
      case forgery::wrong_audience: token.claim("aud", list_of("another-application")); break;
      case forgery::wrong_issuer: token.claim("iss", "https://evil.cloudflareaccess.com"); break;
      case forgery::organization: token.claim("type", "org"); break;
    }
    return token.sign(key);
  }

private:
  access_token common(unix_seconds seconds) const {
    unix_seconds const now = clock_.wall();
    access_token token;
    token.claim("aud", list_of(audience_)).claim("iss", issuer_);
    token.claim("iat", now).claim("exp", now + seconds).claim("type", "app");
    return token;
  }

  static boost::json::array list_of(std::string_view text) {
    boost::json::array list;
    list.emplace_back(text);
    return list;
  }

  static std::string altered(access_token const& token, signing_key const& key) {
    access_token changed = token;
    std::string const good = token.sign(key);
    changed.claim("email", "admin@example.com");
    return changed.signing_input("RS256", key.kid()) + good.substr(good.rfind('.'));
  }

  static boost::json::object certificate_of(signing_key const& key) {
    boost::json::object entry;
    entry["kid"] = key.kid();
    entry["cert"] = key.certificate();
    return entry;
  }

  /** Not random, so that a user keeps it over two runs; shaped like the UUIDs of Access. */
  static std::string subject_of(std::string_view email) {
    std::string const digest = hmac_sha256("sub", email);
    std::string text;
    constexpr char hex[] = "0123456789abcdef";
    for (std::size_t i = 0; i != 16; ++i) {
      if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
      text += hex[static_cast<unsigned char>(digest[i]) >> 4];
      text += hex[static_cast<unsigned char>(digest[i]) & 15];
    }
    return text;
  }

  std::string issuer_;
  std::string audience_;
  clock const& clock_;
  mutable std::mutex mutex_;
  std::map<std::string, boost::json::object> known_;
  signing_key current_;
  signing_key previous_;
  signing_key stranger_;
};

}  // namespace mcpawl::test
