// mcpawl/oauth/grant/token_types.hpp - what the token service is asked and what it answers
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/oauth/common/scope.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

namespace mcpawl::oauth {

/** How long things live, in seconds. Everything is valid until the second before its end. */
struct token_lifetimes {
  unix_seconds code = 600;
  unix_seconds access = 3600;
  unix_seconds refresh = 30 * 86'400;  ///< From the consent on; a refresh does not prolong it.
  /** For so long after a refresh, and only until the new refresh token is used, the old one gets the same
      answer again: several processes of one client share it, and answers are lost. Never longer than
      the access token of that response lives. */
  unix_seconds refresh_grace = 3600;
  /** The old refresh token presented so often within a day, each time after one of the new tokens had been
      used, ends the grant: somebody has the new ones and somebody has not, so there are two holders. Until
      then they get the same response, and the log says so. With 1 the first time ends it (RFC 9700
      section 4.14.2). */
  std::size_t max_refresh_repeats = 5;
  std::size_t access_tokens = 8;  ///< Of one grant at once; a further one ends the oldest.
  /** What the upstream gave for so many grants is kept in this process while the store takes no writes;
      what comes for further ones is lost with the upstream's refresh token, and those people log in again. */
  std::size_t max_unsaved = 1024;
};

/** A user's consent, as it becomes a code. */
struct code_issue {
  code_issue(std::string by_user, std::string for_client)
      : user(std::move(by_user)), client_id(std::move(for_client)) {}

  std::string user;
  std::string client_id;
  std::string client_name;
  scope_set scope;
  std::string resource;
  std::string code_challenge;
  std::string redirect_uri;
  bool redirect_uri_given = true;  ///< In the authorization request; then the token request needs it, too.
  bool refreshable = true;         ///< Whether the client may have refresh tokens.
  secret props;                    ///< For tools and for our own refresh; only tokens open it.
};

/** A code as the token endpoint got it, from a client that has been authenticated. */
struct code_redemption {
  code_redemption(secret the_code, std::string by_client)
      : code(std::move(the_code)), client_id(std::move(by_client)) {}

  secret code;
  std::string client_id;
  secret verifier;
  std::optional<std::string> redirect_uri;
  std::optional<std::string> resource;  ///< In the server's own spelling.
};

/** A refresh token as the token endpoint got it, from a client that has been authenticated. */
struct refresh_request {
  refresh_request(secret refresh_token, std::string by_client)
      : token(std::move(refresh_token)), client_id(std::move(by_client)) {}

  secret token;
  std::string client_id;
  std::optional<scope_set> scope;
  /** The scopes that have a meaning here. Of `scope`, what is neither among them nor granted is ignored. */
  std::optional<scope_set> understood;
  std::optional<std::string> resource;
  /** Whether an earlier look found the token not replaced yet: then it is presented beside its replacement
      and not after it, which says nothing about two holders. */
  bool seen_current = false;
};

/** What the token endpoint answers. */
struct issued_tokens {
  secret access_token;
  secret refresh_token;  ///< Empty if there is none.
  unix_seconds expires = 0;
  unix_seconds expires_in = 0;
  scope_set scope;
  std::string resource;
  /** How often within a day a replaced refresh token came again after one of the new tokens had been used,
      this time included; 0 if this is not such a time. */
  std::size_t repeats = 0;
};

/** What an access token stands for. */
struct access_grant {
  std::string user;
  std::string client_id;
  scope_set scope;
  std::string resource;
  unix_seconds expires = 0;
  std::string grant_id;
  secret props;
};

/** One line of the list of a user's grants. */
struct grant_summary {
  std::string id;
  std::string client_id;
  std::string client_name;
  scope_set scope;
  std::string resource;
  unix_seconds created = 0;
  unix_seconds expires = 0;
};

}  // namespace mcpawl::oauth
