// mcpawl/oauth/server/client_authentication.hpp - finds clients, registered or described elsewhere, and lets them prove who
// they are
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/oauth/client/assertion_verifier.hpp>
#include <mcpawl/oauth/client/client.hpp>
#include <mcpawl/oauth/client/client_credentials.hpp>
#include <mcpawl/oauth/client/client_document.hpp>
#include <mcpawl/oauth/common/errc.hpp>
#include <mcpawl/oauth/server/server_state.hpp>

#include <memory>
#include <string>
#include <utility>

namespace mcpawl::oauth {

/** Find a client by its id.

    `address` is who asks, as `http::client_address` names them: what is not known yet is fetched only so often
    for each.

    @par Errors
    `oauth_errc::unknown_client`, those of fetching its document, or what the store says.
*/
inline task<result<client>> find_client(std::shared_ptr<server_state> parts, std::string id,
                                        std::string address = {}) {
  if (!is_client_document_url(id)) co_return co_await parts->clients.find(std::move(id));
  if (!parts->documents) co_return oauth_errc::unknown_client;
  if (!parts->documents->knows(id) && !parts->documents_by_address.take(address))
    co_return oauth_errc::document_unavailable;
  co_return co_await parts->documents->find(std::move(id));
}

/** Find the client that presents credentials and validate them (RFC 6749 section 2.3, RFC 7521 section 4.2).

    @par Errors
    `oauth_errc::authentication_failed` for a client that is not known, too, so that nobody learns which are; those
    of fetching its document, or what the store says.
*/
inline task<result<client>> authenticate_client(std::shared_ptr<server_state> parts,
                                                client_credentials presented, std::string address = {}) {
  bool const by_key = presented.method == client_auth::private_key_jwt;
  if (by_key && presented.client_id.empty()) {
    auto claimed = claimed_client_of(presented.assertion.reveal());
    if (!claimed) co_return claimed.error();
    presented.client_id = std::move(*claimed);
  }
  std::string id = presented.client_id;
  auto found = co_await find_client(parts, std::move(id), std::move(address));
  if (!found) {
    if (found.error() == oauth_errc::unknown_client) co_return oauth_errc::authentication_failed;
    co_return found.error();
  }
  if (found->metadata.auth == client_auth::private_key_jwt) {
    if (!by_key || !parts->assertions) co_return oauth_errc::authentication_failed;
    error_code const bad = co_await parts->assertions->validate(*found, std::move(presented.assertion));
    if (bad) co_return bad;
    co_return std::move(*found);
  }
  if (error_code const bad = validate_credentials(*found, presented)) co_return bad;
  co_return std::move(*found);
}

}  // namespace mcpawl::oauth
