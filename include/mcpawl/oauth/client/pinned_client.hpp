// mcpawl/oauth/client/pinned_client.hpp - clients whose document an operator gives, so that nobody has to fetch it
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/oauth/client/client.hpp>
#include <mcpawl/oauth/client/client_document.hpp>
#include <mcpawl/oauth/common/errc.hpp>
#include <mcpawl/oauth/common/json_members.hpp>
#include <mcpawl/oauth/common/redirect_uri.hpp>
#include <mcpawl/text/json_text.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::oauth {

/** A client that is known by the URL of its metadata document, and what that document says.

    @code
    options.pinned_clients.push_back({.client_id = "https://app.example.com/client.json",
                        .client_name = "Example App",
                        .redirect_uris = {"https://app.example.com/callback"}});
    @endcode

    https://datatracker.ietf.org/doc/draft-ietf-oauth-client-id-metadata-document/
*/
struct pinned_client {
  std::string client_id;
  std::string client_name;
  std::vector<std::string> redirect_uris = {};
  bool refreshable = true;  ///< Its grant_types include refresh_token.
  std::string scope = {};   ///< Empty: whatever the server has.
  std::string client_uri = {};
  std::string jwks = {};  ///< JSON text of its public keys: it authenticates by `private_key_jwt` then.

  /** The document. */
  std::string json() const {
    std::string out = "{\"client_id\":";
    append_json_string(out, client_id);
    out += ",\"client_name\":";
    append_json_string(out, client_name);
    char const* separator = ",\"redirect_uris\":[";
    for (auto const& each : redirect_uris) {
      out += separator;
      append_json_string(out, each);
      separator = ",";
    }
    out += redirect_uris.empty() ? ",\"redirect_uris\":[]" : "]";
    out += ",\"grant_types\":[\"authorization_code\"";
    out += refreshable ? ",\"refresh_token\"]" : "]";
    if (!scope.empty()) append_json_string(out += ",\"scope\":", scope);
    if (!client_uri.empty()) append_json_string(out += ",\"client_uri\":", client_uri);
    out += ",\"token_endpoint_auth_method\":";
    append_json_string(out, name_of(jwks.empty() ? client_auth::none : client_auth::private_key_jwt));
    if (!jwks.empty()) out.append(",\"jwks\":").append(jwks);
    return out += '}';
  }
};

/** Why a document cannot be used. */
struct pinned_client_error {
  error_code why;
  std::string text;
};

/** Clients by their id. */
using pinned_clients = std::map<std::string, client, std::less<>>;

namespace detail {

inline std::string id_of_document(std::string_view json) {
  auto const members = read_json_members(json, max_client_document);
  if (!members) return {};
  for (auto const& each : *members)
    if (each.name == "client_id" && each.type == json_member::kind::string) return each.text;
  return {};
}

}  // namespace detail

/** Split what a file holds: an array of documents, or one.

    @par Errors
    `oauth_errc::registration_too_large` above 1 MiB, `oauth_errc::bad_registration` for what is not JSON. */
inline result<std::vector<std::string>> split_client_documents(std::string_view json) {
  constexpr std::size_t max_bytes = 1024 * 1024;
  return detail::read_json_elements(json, max_bytes);
}

/** Read documents that were given rather than fetched; the same is asked of them.

    @param fetches  whether a client's keys can be fetched
    @param errors takes those of each document that cannot be used

    @par Errors
    In `errors`: `oauth_errc::bad_registration`, `bad_registered_uri`, `registration_too_large`,
    `document_elsewhere`, and `document_unavailable` for keys that are not fetched. Throws only
    `std::bad_alloc`.
*/
inline pinned_clients read_pinned_clients(std::vector<std::string> const& documents,
                                          redirect_rules const& rules, bool fetches,
                                          std::vector<pinned_client_error>& errors) {
  pinned_clients out;
  for (std::size_t i = 0; i != documents.size(); ++i) {
    std::string const& json = documents[i];
    client one;
    one.id = detail::id_of_document(json);
    std::string const place = "client document " + std::to_string(i + 1) +
                              (one.id.empty() ? std::string() : " (" + one.id + ')') + ' ';
    auto const wrong = [&](error_code why, std::string const& text) {
      errors.push_back({why, place + text});
    };
    if (!is_client_document_url(one.id)) {
      wrong(oauth_errc::bad_registration, "must be an object whose client_id is an https:// URL with a path");
      continue;
    }
    client_metadata_report report;
    auto metadata = parse_client_document(json, one.id, rules, report);
    // a client that registers may have left out what is not acceptable; an operator should know
    if (!metadata || !report.refused.empty()) {
      error_code const why = metadata ? make_error_code(oauth_errc::bad_registered_uri) : metadata.error();
      std::string const what = report.wrong.empty() ? detail::refused_uris(report) : report.wrong;
      wrong(why, "cannot be used: " + why.message() + (what.empty() ? "" : ": ") + what);
      continue;
    }
    if (!fetches && !metadata->jwks_uri.empty()) {
      wrong(oauth_errc::document_unavailable, "has a jwks_uri, which is not fetched: give its jwks");
      continue;
    }
    one.metadata = std::move(*metadata);
    std::string id = one.id;
    if (!out.emplace(std::move(id), std::move(one)).second)
      wrong(oauth_errc::bad_registration, "is given twice");
  }
  return out;
}

}  // namespace mcpawl::oauth
