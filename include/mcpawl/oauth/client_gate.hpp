// mcpawl/oauth/client_gate.hpp - finds clients, registered or described elsewhere, and lets them prove who
// they are
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/oauth/client.hpp>
#include <mcpawl/oauth/client_credentials.hpp>
#include <mcpawl/oauth/client_document.hpp>
#include <mcpawl/oauth/errc.hpp>
#include <mcpawl/oauth/server_parts.hpp>
#include <mcpawl/store/kv_store.hpp>

#include <memory>
#include <string>
#include <utility>

namespace mcpawl::oauth {

/** Find a client by its id.

    Errors: `errc::unknown_client`, those of fetching its document, or what the store says.
*/
template <kv_store Store>
task<result<client>> find_client(std::shared_ptr<server_parts<Store>> parts, std::string id) {
  co_return co_await parts->clients.find(std::move(id));
}

/** Find the client that presents credentials and judge them (RFC 6749 section 2.3).

    Errors: `errc::authentication_failed` for a client that is not known, too, so that nobody learns which
   are; those of fetching its document, or what the store says.
*/
template <kv_store Store>
task<result<client>> authenticate_client(std::shared_ptr<server_parts<Store>> parts,
                                         client_credentials presented) {
  std::string id = presented.client_id;
  auto found = co_await find_client(parts, std::move(id));
  if (!found) {
    if (found.error() == errc::unknown_client) co_return errc::authentication_failed;
    co_return found.error();
  }
  if (error_code const bad = judge_credentials(*found, presented)) co_return bad;
  co_return std::move(*found);
}

}  // namespace mcpawl::oauth
