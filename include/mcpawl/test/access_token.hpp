// mcpawl/test/access_token.hpp - builds application tokens, good and forged, one claim at a time
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/test/signing_key.hpp>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <string_view>
#include <type_traits>

namespace mcpawl::test {

/** A token of Cloudflare Access in the making: header and claims, to be changed and then signed.

    @code
    auto token = access.user("alice@example.com").claim("country", "NZ").without("nbf");
    auto text = access.sign(token);
    @endcode
*/
class access_token {
public:
  /** Set a claim: a text or a JSON value of any type. */
  template <class Value>
  access_token& claim(std::string_view name, Value const& value) {
    claims_[name] = json_of(value);
    return *this;
  }

  access_token& without(std::string_view name) {
    claims_.erase(name);
    return *this;
  }

  /** Set a member of the header; `alg`, `kid` and `typ` have defaults when the token is signed. */
  template <class Value>
  access_token& header(std::string_view name, Value const& value) {
    header_[name] = json_of(value);
    return *this;
  }

  /** Move `iat`, `nbf` and `exp` (where they are) so that `exp` is the given time. */
  access_token& expires_at(unix_seconds when) {
    unix_seconds const by = when - claims_.at("exp").to_number<unix_seconds>();
    for (auto const* name : {"iat", "nbf", "exp"})
      if (auto* const time = claims_.if_contains(name)) *time = time->to_number<unix_seconds>() + by;
    return *this;
  }

  boost::json::object const& claims() const noexcept { return claims_; }

  /** The first two parts, `header.payload`, for an algorithm and a kid (none if empty). */
  std::string signing_input(std::string_view alg, std::string_view kid) const {
    boost::json::object header;
    header["alg"] = alg;
    if (!kid.empty()) header["kid"] = kid;
    header["typ"] = "JWT";
    for (auto const& member : header_) header[member.key()] = member.value();
    return base64url(boost::json::serialize(header)) + '.' + base64url(boost::json::serialize(claims_));
  }

  /** The token signed by RS256 with a key, under the kid of that key or another one. */
  std::string sign(signing_key const& key, std::string_view kid) const {
    std::string text = signing_input("RS256", kid);
    return text + '.' + base64url(key.sign(text));
  }
  std::string sign(signing_key const& key) const { return sign(key, key.kid()); }

  /** The token with `alg: none` and no signature. */
  std::string sign_none(std::string_view kid) const { return signing_input("none", kid) + '.'; }

  /** The token by HS256, keyed with any text: a certificate, say, that everybody can read. */
  std::string sign_hs256(std::string_view secret, std::string_view kid) const {
    std::string text = signing_input("HS256", kid);
    return text + '.' + base64url(hmac_sha256(secret, text));
  }

private:
  template <class Value>
  static boost::json::value json_of(Value const& value) {
    if constexpr (std::is_convertible_v<Value const&, std::string_view> && !std::is_null_pointer_v<Value>)
      return boost::json::string(std::string_view(value));
    else
      return boost::json::value(value);
  }

  boost::json::object header_;
  boost::json::object claims_;
};

}  // namespace mcpawl::test
