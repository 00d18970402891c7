// mcpawl/oauth/server/server_rules.hpp - how an authorization server is to work
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/http/name_resolver.hpp>
#include <mcpawl/oauth/client/client_registry.hpp>
#include <mcpawl/oauth/client/pinned_client.hpp>
#include <mcpawl/oauth/grant/token_types.hpp>
#include <mcpawl/oauth/page/page.hpp>
#include <mcpawl/oauth/server/address_limit.hpp>
#include <mcpawl/oauth/server/authorization_request.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mcpawl::oauth {

/** Whether clients may be known by a document at their URL, which is then fetched (OAuth Client ID Metadata
    Document). */
enum class client_document_mode : unsigned char {
  off,        ///< None is fetched or advertised.
  on,         ///< Advertised at all times, for clients that cannot register.
  automatic,  ///< Advertised while they can be fetched; see `document_availability`.
};

/** Who may ask about tokens (RFC 7662). */
struct introspecting_party {
  std::string id = {};
  secret password = {};
};

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
  bool refresh = true;  ///< Whether clients can get refresh tokens at all, so that this is advertised.

  bool registration = true;  ///< RFC 7591.
  client_document_mode client_documents = client_document_mode::automatic;
  std::vector<std::string> pinned_documents;  ///< JSON texts of documents that are not fetched.
  /** Host names of such documents, and of clients' keys, that are resolved at once. */
  std::size_t max_client_lookups = 8;
  /** For a document, or for the keys of a client, from the name lookup to the last byte. */
  std::chrono::milliseconds client_fetch_timeout{5'000};
  /** What resolves them instead of the system; may be null. */
  std::shared_ptr<http::name_resolver const> client_names;
  unix_seconds client_lifetime = 90 * 86'400;  ///< Of a registration that is used, since its last token.
  unix_seconds unused_client_lifetime = 3600;  ///< Until its first token: anybody may register, as often.
  unsigned registrations_at_once = 60;
  std::chrono::milliseconds registration_interval{1'000};  ///< One more for each.
  bool registrations_are_shared = false;                   ///< By all instances on the same store.

  /** The field in which a trusted proxy names the client's address (`http::client_address`). Empty: none. */
  std::string client_address_field;
  // what one client address may do, where it is known
  address_share registrations_per_address{10, std::chrono::minutes{1}};
  address_share logins_per_address{60, std::chrono::seconds{1}};      ///< Each is a record in the store.
  address_share documents_per_address{10, std::chrono::seconds{10}};  ///< Of unknown clients: a fetch.

  std::optional<introspecting_party> introspector;  ///< Nobody may ask about tokens if it is not set.

  /** Whether there are clients with a document, be they advertised or not. */
  bool takes_documents() const noexcept {
    return client_documents != client_document_mode::off || !pinned_documents.empty();
  }
  /** Whether documents are advertised only while they can be fetched: who cannot register needs them then. */
  bool documents_may_pause() const noexcept {
    return client_documents == client_document_mode::automatic && registration;
  }

  std::string const& issuer() const noexcept { return authorization.issuer; }
  std::string const& resource() const noexcept { return authorization.resource; }
};

/** Read the pinned documents of the rules. `errors` takes those of each that cannot be used. */
inline pinned_clients read_pinned_clients(server_rules const& rules,
                                          std::vector<pinned_client_error>& errors) {
  bool const fetches = rules.client_documents != client_document_mode::off;
  return read_pinned_clients(rules.pinned_documents, rules.authorization.redirects, fetches, errors);
}

/** Whether a client can authenticate by a key: those that register cannot. */
inline bool takes_client_keys(server_rules const& rules) {
  if (rules.client_documents != client_document_mode::off) return true;
  std::vector<pinned_client_error> errors;  // were told when the options were checked
  auto const pinned = read_pinned_clients(rules, errors);
  return std::any_of(pinned.begin(), pinned.end(), [](auto const& each) {
    return each.second.metadata.auth == client_auth::private_key_jwt;
  });
}

}  // namespace mcpawl::oauth
