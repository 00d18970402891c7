// mcpawl/auth/static_bearer.hpp - the policy of a server whose tokens an operator has handed out
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/auth/policy.hpp>
#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/separate.hpp>
#include <mcpawl/core/settings.hpp>
#include <mcpawl/core/verified.hpp>
#include <mcpawl/http/request_head.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl {

/** What is known of a caller whom `static_bearer` has let in. */
struct static_bearer_claims {
  using verified_by = class static_bearer;

  std::string name;                        ///< Of the token in the list.
  std::vector<std::string> scopes;         ///< What it may do.
  std::optional<unix_seconds> expires_at;  ///< Nothing: it does not expire.

  bool has_scope(std::string_view scope) const noexcept {
    return std::find(scopes.begin(), scopes.end(), scope) != scopes.end();
  }
};

/** A caller with a token of the list: what a tool takes to know them.

    @code
    std::string greet(mcpawl::static_bearer_identity const& who) { return "Hello, " + who->name; }
    @endcode
*/
using static_bearer_identity = verified<static_bearer_claims>;

/** Where the list of `static_bearer` is. Nothing is checked before the policy is made. */
struct static_bearer_options {
  std::string file = {};    ///< The path of a file; nobody but its owner and group may be able to read it.
  std::string tokens = {};  ///< Or the list itself.
  clock const* time = &clock::system();  ///< Must outlive the policy.

  /** Read `STATIC_BEARER_FILE` or `STATIC_BEARER_TOKENS`, one of them, noting the errors in `from`. */
  static static_bearer_options from(settings& from) {
    static_bearer_options out;
    out.file = from.optional("STATIC_BEARER_FILE");
    out.tokens = from.unchecked("STATIC_BEARER_TOKENS");
    if (out.file.empty() && out.tokens.empty())
      from.add_error("STATIC_BEARER_FILE", "or STATIC_BEARER_TOKENS must be set");
    if (!out.file.empty() && !out.tokens.empty())
      from.add_error("STATIC_BEARER_FILE", "and STATIC_BEARER_TOKENS are both set: keep one of them");
    return out;
  }
};

/** Let in who has one of the tokens of a list, each with a name, scopes and perhaps a time when it expires: for programs within a
    company, and where there is no identity provider. People should log in instead, by one of the other policies.

    The list has an entry on each line, or between semicolons:

        # name  SHA-256 of the token  scopes and time, which may be missing
        ci      9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 scope=stock:read scope=stock:write
        report  60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752 scope=stock:read expires=2027-01-31T00:00:00Z

    The server never has the tokens, so who reads the list cannot use it; as digests have no salt, tokens must be random. Make one, and
    its entry:

        token=$(openssl rand -hex 32)
        echo "ci $(printf %s "$token" | sha256sum) scope=stock:read" >> tokens

    The token comes in `Authorization: Bearer` (RFC 6750) and has 32 to 512 characters; its digest is compared with all of the list, in
    a time that does not depend on them. The principal is the name.

    | request | status | code |
    |---|---|---|
    | no token | 401, `WWW-Authenticate` | missing_token |
    | two tokens, or one in the query | 400, `WWW-Authenticate` | invalid_request |
    | a token that is too short or too long, is not in the list, or has expired | 401, `WWW-Authenticate` | invalid_token |
    | a good token without a scope that `requires_scope` of a handle asks for | 403, `WWW-Authenticate` | insufficient_scope |

    @code
    mcpawl::server srv{{"inventory", "1.0"}, mcpawl::static_bearer::from_env()};   // STATIC_BEARER_FILE or STATIC_BEARER_TOKENS
    srv.tool("adjust", "Change what is in stock.", adjust).requires_scope("stock:write");
    @endcode

    @par Lifetime
    As `auth_policy` says. Copies share the list.
    @par Thread safety
    One copy per thread; `reload` from any.
*/
class static_bearer {
public:
  using identity_type = static_bearer_identity;
  static constexpr std::string_view policy_name = "static_bearer";
  static constexpr std::size_t min_token_size = 32, max_token_size = 512;

  /** @par Errors
      Throws `configuration_error` with all that is wrong: neither list nor file, both of them, a file that cannot be read or that
      others may read, names or digests that are malformed or there twice. */
  MCPAWL_DECL explicit static_bearer(static_bearer_options options);
  MCPAWL_DECL static_bearer(static_bearer const& other);
  MCPAWL_DECL static_bearer(static_bearer&&) noexcept;
  MCPAWL_DECL ~static_bearer();

  /** Read the settings that `static_bearer_options::from` names.

      @par Errors
      Throws `configuration_error` with all errors. */
  static static_bearer from_env(settings from = settings()) {
    auto options = static_bearer_options::from(from);
    from.throw_if_invalid();
    return static_bearer(std::move(options));
  }

  /** Warn of tokens that have expired, once for all copies. */
  MCPAWL_DECL void attach(auth_environment const& environment);

  /** Decide about a request. It never waits.

      @par Errors
      The denials of the table above. */
  MCPAWL_DECL auth_result<static_bearer_identity> authenticate(http::request_head const& head);

  /** Whether the request has a bearer token that is neither a JWT nor one of `access_oauth`. For `any_of`; alone, this policy takes
      tokens of every form. */
  MCPAWL_DECL bool recognizes(http::request_head const& head) const noexcept;

  std::string principal(static_bearer_identity const& who) const { return who->name; }

  /** Nothing: the scopes are those of the list, which may change while the server runs. */
  std::optional<std::vector<std::string>> known_scopes() const { return std::nullopt; }
  MCPAWL_DECL denial insufficient_scope(static_bearer_identity const& who, scope_demand const& what) const;

  /** Read the file anew, for all copies; a list from `tokens` stays. A token that is not in it any more is refused from the next
      request on, and its streams end with the next look at them (`limits::stream_check`).

      @return what is wrong, which is in the log as well; then the old list stays
      @par Thread safety
      Any thread. */
  MCPAWL_DECL std::vector<std::string> reload() const;
  /** Whether there is a file to read anew. */
  MCPAWL_DECL bool reloads() const noexcept;

private:
  class impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace mcpawl

#ifndef MCPAWL_SEPARATE_COMPILATION
#include <mcpawl/auth/static_bearer.ipp>
#endif
