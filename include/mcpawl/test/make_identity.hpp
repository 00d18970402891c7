// mcpawl/test/make_identity.hpp - an identity for the test of a tool, really signed and verified
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/access/access_verifier.hpp>
#include <mcpawl/jose/jwk_set.hpp>
#include <mcpawl/test/fake_access.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace mcpawl::test {

/** Make the identity that a server would have from a token, to call a tool with it.

    The token is really signed and verified, service tokens included: nothing else can make one.

    @code
    mcpawl::test::fake_access access("https://team.cloudflareaccess.com", "aud-tag");
    auto text = deploy({"api"}, context, make_identity(access, access.user("alice@example.com")));
    @endcode

    @par Errors
    Throws `boost::system::system_error` if the token would be refused.
*/
inline access_identity make_identity(fake_access const& access, access_token const& token) {
  access_expectation expected(access.issuer(), std::vector<std::string>(1, access.audience()));
  expected.service_tokens = true;
  access_verifier verifier(std::move(expected));
  verifier.use(std::make_shared<jose::jwk_set const>(jose::parse_jwk_set(access.certs()).value()));
  auto const issued = token.claims().at("iat").to_number<unix_seconds>();
  return verifier.verify(access.sign(token), issued).value();
}

}  // namespace mcpawl::test
