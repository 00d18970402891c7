// mcpawl/oauth/client/client_metadata.hpp - what a client says about itself
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/oauth/common/errc.hpp>
#include <mcpawl/oauth/common/redirect_uri.hpp>
#include <mcpawl/oauth/common/scope.hpp>
#include <mcpawl/text/json_text.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mcpawl::oauth {

/** How a client authenticates at the token endpoint (RFC 7591 section 2). */
enum class client_auth : unsigned char { none, basic, post, private_key_jwt };

constexpr std::string_view name_of(client_auth method) noexcept {
  switch (method) {
    case client_auth::none: return "none";
    case client_auth::basic: return "client_secret_basic";
    case client_auth::post: return "client_secret_post";
    case client_auth::private_key_jwt: return "private_key_jwt";
  }
  return "";
}

inline std::optional<client_auth> client_auth_named(std::string_view name) noexcept {
  for (auto const method :
       {client_auth::none, client_auth::basic, client_auth::post, client_auth::private_key_jwt})
    if (name == name_of(method)) return method;
  return std::nullopt;
}

/** Whether a client that authenticates so has a secret of ours. */
constexpr bool has_secret(client_auth method) noexcept {
  return method == client_auth::basic || method == client_auth::post;
}

/** The metadata of a client (RFC 7591 section 2), as far as it has a meaning here.

    All of it is the client's own claim. The texts are bounded and free of control characters; nothing in
    them is escaped.
*/
struct client_metadata {
  std::vector<redirect_uri> redirect_uris;
  client_auth auth = client_auth::basic;
  bool refreshable = false;  ///< Its grant_types include refresh_token.
  scope_set scope;           ///< What it means to ask for; no limit to what it does ask for.
  std::string client_name;
  std::string client_uri;
  std::string logo_uri;
  std::string tos_uri;
  std::string policy_uri;
  std::vector<std::string> contacts;
  std::string application_type;
  std::string software_id;
  std::string software_version;
  std::string jwks_uri;
  std::string jwks;  ///< JSON text.

  /** Whether a request's URI fits one of the registered. */
  bool allows(redirect_uri const& requested) const {
    for (auto const& each : redirect_uris)
      if (requested.fits(each)) return true;
    return false;
  }

  /** Append the members of the JSON object, without its braces. */
  void append_json_members(std::string& out) const {
    out += "\"redirect_uris\":[";
    for (std::size_t i = 0; i != redirect_uris.size(); ++i) {
      if (i != 0) out += ',';
      append_json_string(out, redirect_uris[i].text());
    }
    out += "],\"grant_types\":[\"authorization_code\"";
    if (refreshable) out += ",\"refresh_token\"";
    out += "],\"response_types\":[\"code\"],\"token_endpoint_auth_method\":";
    append_json_string(out, name_of(auth));
    auto const text = [&out](std::string_view name, std::string_view value) {
      if (value.empty()) return;
      out.append(",\"").append(name).append("\":");
      append_json_string(out, value);
    };
    text("scope", scope.text());
    text("client_name", client_name);
    text("client_uri", client_uri);
    text("logo_uri", logo_uri);
    text("tos_uri", tos_uri);
    text("policy_uri", policy_uri);
    text("application_type", application_type);
    text("software_id", software_id);
    text("software_version", software_version);
    text("jwks_uri", jwks_uri);
    if (!jwks.empty()) out.append(",\"jwks\":").append(jwks);
    if (contacts.empty()) return;
    out += ",\"contacts\":[";
    for (std::size_t i = 0; i != contacts.size(); ++i) {
      if (i != 0) out += ',';
      append_json_string(out, contacts[i]);
    }
    out += ']';
  }
};

}  // namespace mcpawl::oauth
