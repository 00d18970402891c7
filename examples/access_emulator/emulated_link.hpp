// examples/access_emulator/emulated_link.hpp - who calls a linked application of the access emulator: the one whose token it
// is
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/access/access_verifier.hpp>
#include <mcpawl/core/clock.hpp>
#include <mcpawl/http/fields.hpp>
#include <mcpawl/jose/jwk_set.hpp>
#include <mcpawl/test/fake_access.hpp>
#include <mcpawl/test/fake_oidc.hpp>

#include "emulated.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace examples {

/** Verifies Linked App Tokens, as the policy of an application does that others may call for their users.

    Two kinds are taken: the application token of the self-hosted application in `Cf-Access-Token`, and the
    access token of the OIDC application in `Authorization: Bearer`.

    @par Lifetime
    The `fake_access` must outlive it.
*/
class linked_callers {
public:
  linked_callers(mcpawl::test::fake_access const& access, mcpawl::test::fake_oidc const& provider)
      : access_(access),
        self_hosted_(expected(access.issuer(), access.audience())),
        saas_(expected(provider.issuer(), provider.client_id())) {}

  /** The person or service that a request is made for; nobody if no good token says so.

      @param cf_access_token, authorization the values of those fields, empty if they are absent */
  caller caller_of(std::string_view cf_access_token, std::string_view authorization) {
    constexpr std::string_view bearer = "bearer ";
    if (!cf_access_token.empty()) return read(self_hosted_, cf_access_token);
    if (!mcpawl::http::iequals(authorization.substr(0, bearer.size()), bearer)) return caller();
    return read(saas_, authorization.substr(bearer.size()));
  }

private:
  static mcpawl::access_expectation expected(std::string issuer, std::string audience) {
    mcpawl::access_expectation out(std::move(issuer), std::vector<std::string>(1, std::move(audience)));
    out.service_tokens = true;
    return out;
  }

  caller read(mcpawl::access_verifier& with, std::string_view token) {
    with.use(keys());
    auto const who = with.verify(token, mcpawl::clock::system().wall());
    if (!who) return caller();
    mcpawl::access_claims const& claims = **who;
    if (claims.kind == mcpawl::access_kind::service) return {caller::service, claims.common_name};
    if (claims.email.empty()) return {caller::end_user, claims.subject};
    return {caller::user, claims.email};
  }

  /** The published keys; read again when others are published. */
  std::shared_ptr<mcpawl::jose::jwk_set const> const& keys() {
    std::string certs = access_.certs();
    if (certs != certs_) {
      keys_ = std::make_shared<mcpawl::jose::jwk_set const>(mcpawl::jose::parse_jwk_set(certs).value());
      certs_ = std::move(certs);
    }
    return keys_;
  }

  mcpawl::test::fake_access const& access_;
  mcpawl::access_verifier self_hosted_, saas_;
  std::string certs_;
  std::shared_ptr<mcpawl::jose::jwk_set const> keys_;
};

}  // namespace examples
