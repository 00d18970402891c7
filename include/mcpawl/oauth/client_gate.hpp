// mcpawl/oauth/client_gate.hpp - finds clients, registered or described elsewhere, and lets them prove who
// they are
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/crypto/base64_codec.hpp>
#include <mcpawl/crypto/base64url.hpp>
#include <mcpawl/oauth/client.hpp>
#include <mcpawl/oauth/client_credentials.hpp>
#include <mcpawl/oauth/client_document.hpp>
#include <mcpawl/oauth/errc.hpp>
#include <mcpawl/oauth/json_members.hpp>
#include <mcpawl/oauth/server_parts.hpp>
#include <mcpawl/store/kv_store.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::oauth {

namespace detail {

/** Whom an assertion claims to be about; nothing of it has been verified. Empty if it does not say. */
inline std::string claimed_subject(std::string_view assertion) {
  auto const first = assertion.find('.'), second = assertion.find('.', first + 1);
  if (first == std::string_view::npos || second == std::string_view::npos) return {};
  std::string_view const encoded = assertion.substr(first + 1, second - first - 1);
  if (encoded.size() > largest_registration) return {};
  std::vector<unsigned char> payload(mcpawl::detail::unpadded_base64_bytes(encoded.size()));
  if (!decode_base64url(encoded, payload)) return {};
  auto const members = read_json_members({reinterpret_cast<char const*>(payload.data()), payload.size()},
                                         largest_registration);
  if (!members) return {};
  for (auto const& each : *members)
    if (each.name == "sub" && each.type == json_member::kind::string) return std::string{each.text};
  return {};
}

}  // namespace detail

/** Find a client by its id.

    Errors: `errc::unknown_client`, those of fetching its document, or what the store says.
*/
template <kv_store Store>
task<result<client>> find_client(std::shared_ptr<server_parts<Store>> parts, std::string id) {
  if (!is_client_document_url(id)) co_return co_await parts->clients.find(std::move(id));
  if (!parts->documents) co_return errc::unknown_client;
  co_return co_await parts->documents->find(std::move(id));
}

/** Find the client that presents credentials and judge them (RFC 6749 section 2.3, RFC 7521 section 4.2).

    Errors: `errc::authentication_failed` for a client that is not known, too, so that nobody learns which
   are; those of fetching its document, or what the store says.
*/
template <kv_store Store>
task<result<client>> authenticate_client(std::shared_ptr<server_parts<Store>> parts,
                                         client_credentials presented) {
  bool const by_key = presented.method == client_auth::private_key_jwt;
  if (by_key && presented.client_id.empty())
    presented.client_id = detail::claimed_subject(presented.assertion.reveal());
  std::string id = presented.client_id;
  auto found = co_await find_client(parts, std::move(id));
  if (!found) {
    if (found.error() == errc::unknown_client) co_return errc::authentication_failed;
    co_return found.error();
  }
  if (found->metadata.auth == client_auth::private_key_jwt) {
    if (!by_key || !parts->assertions) co_return errc::authentication_failed;
    error_code const bad = co_await parts->assertions->judge(*found, std::move(presented.assertion));
    if (bad) co_return bad;
    co_return std::move(*found);
  }
  if (error_code const bad = judge_credentials(*found, presented)) co_return bad;
  co_return std::move(*found);
}

}  // namespace mcpawl::oauth
