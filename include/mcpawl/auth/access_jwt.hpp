// mcpawl/auth/access_jwt.hpp - the policy of a server behind Cloudflare Access
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/access/access_claims.hpp>
#include <mcpawl/auth/access_options.hpp>
#include <mcpawl/auth/linked_token.hpp>
#include <mcpawl/auth/policy.hpp>
#include <mcpawl/core/separate.hpp>
#include <mcpawl/core/settings.hpp>
#include <mcpawl/core/task.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace mcpawl {

namespace detail {
class key_source;
}  // namespace detail

struct openssl_engine;
struct avx512_ifma_engine;

/** Let in who has an application token of Cloudflare Access (self-hosted application).

    The token comes in `Cf-Access-Jwt-Assertion`, once, and must be signed (RS256) by a key that the team
    domain publishes at `/cdn-cgi/access/certs`, be issued by exactly that team domain for one of the
    audiences, not be expired (to the second), not begin later than the leeway from now, have the type
    "app", have a `kid`, and name a user, by a subject and mostly an email, or a service if that is allowed.
    Nothing else in a request counts.

    | request | status | code |
    |---|---|---|
    | no token | 401 | missing_token |
    | a token that is not accepted, for whatever reason | 403 (401 with a challenge) | invalid_token |
    | no key to decide with, or none for its kid while the keys cannot be fetched | 503, Retry-After | keys_unavailable |

    The precise reason (`auth_errc`, `jose::jose_errc`) is in the log only. Access makes the challenge itself where
    Managed OAuth is on, so
    none is sent by default; see `access_options::challenge`.

    Keys are fetched when the policy is attached to its first thread, kept fresh in the background, and
    serve on while they cannot be fetched: see `key_source`.

    @code
    mcpawl::server srv{{"adder", "1.0"}, mcpawl::access_jwt::from_env()};   // TEAM_DOMAIN, POLICY_AUD
    @endcode

    @tparam Engine  who verifies signatures: `openssl_engine` (in `access_jwt`),
            `avx512_ifma_engine` or `evp_engine`.
    @par Lifetime
    As `auth_policy` says. Copies share the keys.
    @par Thread safety
    One copy per thread.

    https://developers.cloudflare.com/cloudflare-one/access-controls/applications/http-apps/authorization-cookie/validating-json/
*/
template <class Engine>
class basic_access_jwt {
public:
  using identity_type = access_identity;
  static constexpr std::string_view policy_name = "access_jwt";

  /** @par Errors
      Throws `configuration_error` with all errors in the options. */
  explicit basic_access_jwt(access_options options);
  basic_access_jwt(basic_access_jwt const& other);
  basic_access_jwt(basic_access_jwt&& other) noexcept;
  ~basic_access_jwt();

  /** Read `TEAM_DOMAIN`, `POLICY_AUD` (one or several, with commas) and `ALLOW_SERVICE_TOKENS` (optional).

      @par Errors
      Throws `configuration_error` with all errors.
  */
  static basic_access_jwt from_env(settings from = settings());

  /** Bind this copy to its thread and begin to fetch the keys. */
  void attach(auth_environment const& environment);

  /** Decide about a request. Waits only where newer keys might change the decision.

      @par Errors
      The denials of the table above. */
  authentication<access_identity> authenticate(http::request_head const& head);

  /** Whether the request has a token of Access, as a field or where the options allow it as a cookie. */
  bool recognizes(http::request_head const& head) const;
  /** Whether that token names our team domain. Nothing is verified. */
  bool recognizes_issuer(http::request_head const& head) const;

  /** The caller's name for sessions: kind, issuer and subject or common name. */
  std::string principal(access_identity const& who) const { return access_principal(*who); }

  /** The caller's token, with which the caller may be followed downstream (`linked_app`). */
  std::optional<linked_token> linked_token_of(http::request_head const& head, access_identity const&);

  /** Whether keys were ever had, with which it can decide. */
  bool ready() const noexcept;

  /** The keys, for a look at how they are doing; include `keys/key_source.hpp` for it. */
  detail::key_source const& source() const noexcept;

private:
  class impl;
  std::unique_ptr<impl> impl_;
};

/** The policy with OpenSSL as its engine. */
using access_jwt = basic_access_jwt<openssl_engine>;

}  // namespace mcpawl

#ifdef MCPAWL_SEPARATE_COMPILATION
extern template class mcpawl::basic_access_jwt<mcpawl::openssl_engine>;
extern template class mcpawl::basic_access_jwt<mcpawl::avx512_ifma_engine>;
#else
#include <mcpawl/auth/access_jwt.ipp>
#endif
