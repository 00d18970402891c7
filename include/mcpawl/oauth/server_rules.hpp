// mcpawl/oauth/server_rules.hpp - how an authorization server is to work
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/oauth/authorization_request.hpp>
#include <mcpawl/oauth/client_registry.hpp>
#include <mcpawl/oauth/issue.hpp>
#include <mcpawl/oauth/page.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mcpawl::oauth {

/** How an authorization server is to work; what its endpoints have in common. */
struct server_rules {
  /** What may be asked for: issuer and resource, scopes, redirect URIs. */
  authorization_rules authorization;
  std::map<std::string, std::string> scope_words;  ///< What scopes mean, for people.

  std::string server_name = "MCP server";  ///< What this server is called on its pages.
  std::string operator_name;               ///< Who runs it; may be empty.
  std::string operator_url;
  std::string logo_url;
  std::shared_ptr<page_maker const> pages = std::make_shared<page_maker const>();

  token_lifetimes lifetimes;
  /** Whether clients get refresh tokens for people of whom the upstream gave none: then nobody asks it again
      whether they may still come in. */
  bool refresh_unchecked = false;

  bool registration = true;      ///< RFC 7591.
  bool client_documents = true;  ///< Client ID Metadata Documents.
  unix_seconds client_lifetime = 90 * 86'400;
  unsigned registrations_at_once = 60;
  std::chrono::milliseconds registration_interval{1'000};  ///< One more for each.

  /** Who may ask about tokens (RFC 7662); nobody if it is not set. */
  struct introspecting {
    std::string id;
    secret password;
  };
  std::optional<introspecting> introspector;

  std::string const& issuer() const noexcept { return authorization.issuer; }
  std::string const& resource() const noexcept { return authorization.resource; }
};

}  // namespace mcpawl::oauth
