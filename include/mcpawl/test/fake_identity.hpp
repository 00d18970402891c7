// mcpawl/test/fake_identity.hpp - the endpoint of a fake Access that tells the whole identity of a caller
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/access/access_claims.hpp>
#include <mcpawl/access/access_verifier.hpp>
#include <mcpawl/core/clock.hpp>
#include <mcpawl/http/fields.hpp>
#include <mcpawl/jose/jwk_set.hpp>
#include <mcpawl/test/fake_access.hpp>
#include <mcpawl/test/plain_http.hpp>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::test {

/** Where Cloudflare Access has it, below the team domain. */
inline constexpr std::string_view get_identity_path = "/cdn-cgi/access/get-identity";

/** Answer a request for `/cdn-cgi/access/get-identity`, as Cloudflare Access does: with all that it knows of
    the user or service whose application token comes in the cookie `CF_Authorization`, or with 401.

    What it knows of a user is what `fake_access::knows` was told, beside what is in the token.

    @param cookie the value of the field `Cookie`
    @param now of the clock that the token is held against
*/
inline plain_answer get_identity(fake_access const& access, std::string_view cookie, unix_seconds now) {
  std::string token;
  for (std::string_view rest = cookie; !rest.empty();) {
    auto const end = rest.find(';');
    std::string_view const pair = http::trim(rest.substr(0, end));
    constexpr std::string_view name = "CF_Authorization=";
    if (pair.starts_with(name)) token = pair.substr(name.size());
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  }
  access_expectation expected(access.issuer(), std::vector<std::string>(1, access.audience()));
  expected.service_tokens = true;
  access_verifier verifier(expected);
  verifier.use(std::make_shared<jose::jwk_set const>(jose::parse_jwk_set(access.certs()).value()));
  auto const who = verifier.verify(token, now);
  if (!who) return answer_with(401, "application/json", R"({"err":"no session"})");
  access_claims const& claims = **who;
  bool const service = claims.kind == access_kind::service;
  boost::json::object out = access.known_of(claims.email.empty() ? claims.subject : claims.email);
  if (!claims.email.empty()) out["email"] = claims.email;
  if (!service) out["user_uuid"] = claims.subject;
  if (service) out["service_token_id"] = claims.common_name;
  out["service_token_status"] = service;
  out["account_id"] = "699d98642c564d2e855e9661899b7252";
  out["iat"] = claims.issued_at;
  out["ip"] = "203.0.113.7";
  out["common_name"] = claims.common_name;
  if (!claims.country.empty()) out["geo"].emplace_object()["country"] = claims.country;
  if (!service && !out.contains("idp")) {
    auto& idp = out["idp"].emplace_object();
    idp["id"] = "8c2ea1c6";
    idp["type"] = "onetimepin";
  }
  out["version"] = 2;
  return answer_with(200, "application/json", boost::json::serialize(out));
}

}  // namespace mcpawl::test
