// mcpawl/oauth/client/client_document.hpp - client metadata read from a registration or from the client's own URL
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/http/url.hpp>
#include <mcpawl/oauth/client/client_metadata.hpp>
#include <mcpawl/oauth/client/client_metadata_reader.hpp>
#include <mcpawl/oauth/common/errc.hpp>
#include <mcpawl/oauth/common/json_members.hpp>
#include <mcpawl/oauth/common/redirect_uri.hpp>

#include <cstddef>
#include <string_view>
#include <utility>

namespace mcpawl::oauth {

inline constexpr std::size_t max_registration = 16 * 1024;    ///< Bytes.
inline constexpr std::size_t max_client_document = 5 * 1024;  ///< Bytes, as the draft advises.

/** Read the document of a registration request (RFC 7591 section 3.1). Members without a meaning here are
    ignored.

    A redirect URI that cannot be registered here is left out if the others can (RFC 7591 section 3.2.1), and
    reported.

    @par Errors
    `oauth_errc::registration_too_large`, `oauth_errc::bad_registration`, `oauth_errc::bad_registered_uri`.
*/
inline result<client_metadata> parse_registration(std::string_view json, redirect_rules const& rules,
                                                  client_metadata_report& report) {
  auto members = detail::read_json_members(json, max_registration, report.wrong);
  if (!members) return members.error();
  detail::client_metadata_reader reader(std::move(*members), rules, report);
  auto out = reader.read();
  if (!out || out->auth != client_auth::private_key_jwt) return out;
  // whoever registers here gets a secret or none; keys belong to clients with a document of their own
  reader.refuse("token_endpoint_auth_method", "must be none, client_secret_basic or client_secret_post");
  return oauth_errc::bad_registration;
}
inline result<client_metadata> parse_registration(std::string_view json, redirect_rules const& rules = {}) {
  client_metadata_report untold;
  return parse_registration(json, rules, untold);
}

/** Tell whether a client_id is the URL of a metadata document: https with a path, without dot segments, user
    information, fragment (OAuth Client ID Metadata Document section 2). */
inline bool is_client_document_url(std::string_view client_id) {
  if (!client_id.starts_with("https://") || client_id.size() > redirect_uri::max_bytes) return false;
  auto const url = http::origin_url::parse(client_id);
  if (!url) return false;
  std::string_view const path = std::string_view{url->target()}.substr(0, url->target().find('?'));
  if (path == "/") return false;
  for (std::size_t at = 0; at != std::string_view::npos; at = path.find('/', at + 1)) {
    std::string_view const rest = path.substr(at + 1);
    std::string_view const segment = rest.substr(0, rest.find('/'));
    if (segment == "." || segment == "..") return false;
  }
  return true;
}

/** Read the document that was found at `url`, which is the client_id.

    Such a client has no secret of ours: it authenticates with its key, or not at all.

    @par Errors
    As `parse_registration`, and `oauth_errc::document_elsewhere` if the document is not about this URL.
*/
inline result<client_metadata> parse_client_document(std::string_view json, std::string_view url,
                                                     redirect_rules const& rules,
                                                     client_metadata_report& report) {
  auto members = detail::read_json_members(json, max_client_document, report.wrong);
  if (!members) return members.error();
  detail::client_metadata_reader reader(std::move(*members), rules, report);
  auto const* const id = reader.find("client_id");
  if (id == nullptr || id->type != detail::json_member::kind::string || id->text != url)
    return oauth_errc::document_elsewhere;
  for (std::string_view const secret : {"client_secret", "client_secret_expires_at"})
    if (reader.find(secret) != nullptr) reader.refuse(secret, "must not be in a public document");
  bool const method_given = reader.find("token_endpoint_auth_method") != nullptr;
  auto out = reader.read();
  if (!out) return out;
  if (!method_given) out->auth = client_auth::none;
  if (has_secret(out->auth))
    reader.refuse("token_endpoint_auth_method", "must be none or private_key_jwt in a document");
  if (out->client_name.empty()) reader.refuse("client_name", "is missing");
  if (out->auth == client_auth::private_key_jwt && out->jwks.empty() && out->jwks_uri.empty())
    reader.refuse("jwks", "or jwks_uri is needed for private_key_jwt");
  if (!report.wrong.empty()) return oauth_errc::bad_registration;
  return out;
}
inline result<client_metadata> parse_client_document(std::string_view json, std::string_view url,
                                                     redirect_rules const& rules = {}) {
  client_metadata_report untold;
  return parse_client_document(json, url, rules, untold);
}

}  // namespace mcpawl::oauth
