// tests/unit/jose/access.hpp - tokens and key sets of the shape Cloudflare Access gives them
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/jose/verifier.hpp>

#include "signing.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace mcpawl::jose_tests {

inline constexpr std::string_view team = "https://example.cloudflareaccess.com";
inline constexpr std::string_view application =
    "32eafc7626e737f91e0d2a1a7d3f0a8e1f0ea9f0a2b7d0f1c3a5e7b9d1f30507";
inline constexpr std::string_view kid = "1d4b1d0d2c1a7ee5f1b3f0c2a9e8d7c6b5a4938271605f4e3d2c1b0a99887766";
inline constexpr unix_seconds now = 1'700'000'000;

inline jose::expectation access_expectation() {
  jose::expectation e;
  e.issuer = team;
  e.audiences = {std::string{application}};
  e.wanted = {"type", "email", "country", "common_name", "custom"};
  e.kid_required = true;
  return e;
}

/** Put braces around members. (Not by `"{" + ...`: GCC 12 warns of that without reason when it optimises.) */
inline std::string object(std::string_view members) {
  std::string json{"{"};
  json += members;
  json += '}';
  return json;
}

/** Members of a good header, without braces. */
inline std::string header_members(std::string_view alg = "RS256", std::string_view key_id = kid) {
  return R"("alg":")" + std::string{alg} + R"(","kid":")" + std::string{key_id} + R"(","typ":"JWT")";
}

/** The claims that every token must have, without braces; `more` begins with a comma. */
inline std::string claims_with(std::string_view more = {}) {
  return object(R"("iss":")" + std::string{team} + R"(","aud":[")" + std::string{application} +
                R"("],"exp":)" + std::to_string(now + 3600) + std::string{more});
}

inline std::string access_claims() {
  return claims_with(
      R"(,"email":"alice@example.com","iat":)" + std::to_string(now - 10) + R"(,"nbf":)" +
      std::to_string(now - 10) +
      R"(,"type":"app","identity_nonce":"6ei69kawdKzMIAPF","sub":"7335d417-61da-459d-899c-0a01c76a2f94",)"
      R"("country":"GB","custom":{"team":["a","}"],"level":3})");
}

inline std::shared_ptr<jose::jwk_set const> key_set(std::string const& keys) {
  return std::make_shared<jose::jwk_set const>(jose::parse_jwk_set(R"({"keys":[)" + keys + "]}").value());
}

/** A verifier of the Access application above that knows one RSA key, and that key. */
struct access_setup {
  signing_key const& key = signing_key::named("access");
  jose::verifier verifier;

  explicit access_setup(jose::expectation e = access_expectation()) : verifier(std::move(e)) {
    verifier.use(key_set(key.jwk(kid)));
  }

  std::string token(std::string_view header, std::string_view payload) const {
    return key.token(header, payload);
  }
  std::string good() const { return token(object(header_members()), access_claims()); }

  error_code verify(std::string_view text, unix_seconds at = now) {
    auto const claims = verifier.verify(text, at);
    return claims ? error_code{} : claims.error();
  }
  error_code with_header(std::string_view header) { return verify(token(header, access_claims())); }
  error_code with_claims(std::string_view payload, unix_seconds at = now) {
    return verify(token(object(header_members()), payload), at);
  }
};

}  // namespace mcpawl::jose_tests
