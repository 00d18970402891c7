// mcpawl/auth/bearer_challenge.hpp - denials that tell a client how to get a token
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/auth/policy.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/keys/auth_errc.hpp>
#include <mcpawl/oauth/common/scopes.hpp>
#include <mcpawl/oauth/resource/challenge.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** Denials of a resource server for bearer tokens (RFC 6750 section 3, RFC 9728 section 5.1). */
class bearer_challenge {
public:
  bearer_challenge() = default;
  /** @param scope         what a token must be good for; empty: no scope is asked for
      @param metadata_url  where the metadata of the resource is */
  bearer_challenge(std::string scope, std::string metadata_url)
      : scope_(std::move(scope)), metadata_url_(std::move(metadata_url)) {}

  /** What a caller is told about a request, whoever issued its token; nothing for an error of another kind.

      | error | status | code |
      |---|---|---|
      | no token | 401 | missing_token |
      | two tokens in one request | 400 | invalid_request |
      | a good token without a scope that is required | 403 | insufficient_scope |
  */
  std::optional<denial> about_request(error_code const& why) const {
    if (why == auth_errc::missing_token) return challenged(denial(401, "missing_token", why.message()), {});
    if (why == auth_errc::several_tokens || why == auth_errc::token_in_query)
      return challenged(denial(400, "invalid_request", why.message()), "invalid_request");
    if (why == auth_errc::insufficient_scope)
      return challenged(denial(403, "insufficient_scope", why.message()), "insufficient_scope");
    return std::nullopt;
  }

  /** The token is none of ours, has expired, or is bad in another way. */
  denial invalid_token(error_code const& why) const {
    return challenged(denial(401, "invalid_token", why.message()), "invalid_token");
  }

  /** The token is good, but not for this operation.

      Clients authorize anew for what the challenge names, some for nothing else: it has what every token must be good for, what the
      operation needs, and what the token has of the scopes that clients can ask for here (MCP 2025-11-25 "Scope Challenge Handling").
      What else the token has is none of this server's.

      @param granted  to the token
      @param known    all that clients can be granted here */
  denial insufficient_scope(scope_demand const& what, std::vector<std::string> const& granted,
                            std::vector<std::string> const& known) const {
    std::vector<std::string> all;
    oauth::append_scopes(scope_, all);
    for (auto const& scope : what.scopes) oauth::append_scopes(scope, all);
    for (auto const& scope : granted)
      if (std::find(known.begin(), known.end(), scope) != known.end()) oauth::append_scopes(scope, all);
    denial out(403, "insufficient_scope", what.operation + " needs " + oauth::join_scopes(what.missing));
    out.description = words_of(what);
    oauth::challenge words;
    words.parameter("error", out.code).parameter("scope", oauth::join_scopes(all));
    words.parameter("resource_metadata", metadata_url_);
    words.parameter("error_description", out.description);
    out.www_authenticate = words.text();
    return out;
  }

private:
  denial challenged(denial out, std::string_view error) const {
    oauth::challenge words;
    words.parameter("error", error).parameter("scope", scope_);
    words.parameter("resource_metadata", metadata_url_);
    out.www_authenticate = words.text();
    return out;
  }

  /** What is missing, for people whose client does no more than show it. Without quotes and backslashes (RFC 6750 section 3). */
  static std::string words_of(scope_demand const& what) {
    bool const one = what.missing.size() == 1;
    std::string text = what.operation + (one ? " needs the scope " : " needs the scopes ");
    for (auto const& scope : what.missing)
      text.append(&scope == &what.missing.front() ? "" : ", ").append(scope);
    text.append(", which this access token does not have: authorize again and ask for ")
        .append(one ? "it" : "them");
    if (!text.empty() && text.front() == 't') text.front() = 'T';
    return text;
  }

  std::string scope_;
  std::string metadata_url_;
};

}  // namespace mcpawl::detail
