// mcpawl/auth/access_options.hpp - the settings of access_jwt, from code or from the environment
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/access/access_expectation.hpp>
#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/separate.hpp>
#include <mcpawl/core/settings.hpp>
#include <mcpawl/http/tls.hpp>
#include <mcpawl/jose/token_cache_settings.hpp>
#include <mcpawl/keys/key_timing.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace mcpawl {

namespace http {
class origin_url;
}  // namespace http

/** How `access_jwt` is to work. Nothing is checked before `validate`, which the policy calls.

    @code
    mcpawl::access_jwt policy(mcpawl::access_options{
        .team_domain = "https://team.cloudflareaccess.com", .audiences = {"f70ff985..."}, .service_tokens = true});
    @endcode
*/
struct access_options {
  /** `https://TEAM.cloudflareaccess.com`; a slash at its end is dropped, capitals in it are made small; `http://` is
      for loopback addresses alone. */
  std::string team_domain = {};
  std::vector<std::string> audiences = {};  ///< The AUD tag of the application in Access, or several.
  bool service_tokens = false;              ///< Let them in as well: machines, which have no email.

  /** Take the token from the cookie `CF_Authorization` too, where a browser talks to the server without the
      header. Browsers send cookies on their own, so this leans on the server's check of `Origin`. */
  bool cookie = false;

  /** Send `WWW-Authenticate: Bearer` (RFC 6750), for clients that are to log in by OAuth.

      Refused tokens then get 401 instead of 403. Not for applications with Managed OAuth, where Access
      makes the challenge. */
  bool challenge = false;
  std::string resource_metadata =
      {};  ///< For the challenge: absolute URL of the metadata of RFC 9728, or empty.

  /** How far `nbf` and `iat` may be ahead of our clock. `exp` is kept to the second: a token that lives for hours
      needs no grace at its end. */
  std::chrono::seconds leeway{5};

  /** Look at `exp` before the signature: a replay of an expired token costs 1 us instead of 18, at the price
      of reading claims that nobody signed; see `jose::expectation::expiry_first`. */
  bool expiry_first = false;

  key_timing timing = {};  ///< When keys are fetched.
  /** How verified tokens are remembered, on each thread; `entries` 0 verifies every request anew. */
  jose::token_cache_settings remember = {};
  clock const* time = &clock::system();       ///< Must outlive the policy.
  std::optional<http::tls_trust> trust = {};  ///< For the connection to the team domain; else the system's.

  /** Read `TEAM_DOMAIN`, `POLICY_AUD` and `ALLOW_SERVICE_TOKENS`, noting the errors in `from`. */
  MCPAWL_DECL static access_options from(settings& from);

  /** Everything that is wrong, in sentences. */
  MCPAWL_DECL std::vector<std::string> validate() const;

  // --- what follows from valid options ----------------------------------------------------------------------

  /** The team domain as tokens have it in `iss`. */
  MCPAWL_DECL std::string issuer() const;
  MCPAWL_DECL access_expectation expectation() const;
  MCPAWL_DECL http::origin_url keys_url() const;

  /** The authorities given, or else the system's, which are read once per process.

      @par Errors
      Throws `configuration_error` if they cannot be read.
  */
  MCPAWL_DECL http::tls_trust authorities() const;
};

}  // namespace mcpawl

#ifndef MCPAWL_SEPARATE_COMPILATION
#include <mcpawl/auth/access_options.ipp>
#endif
