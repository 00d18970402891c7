// mcpawl/oauth/server/metadata.hpp - what the authorization server publishes about itself
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/oauth/common/scope.hpp>
#include <mcpawl/text/json_text.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::oauth {

/** The metadata of an authorization server (RFC 8414 section 2), with what this one can and cannot do.

    The endpoints are where clients of the first MCP revision look when they find no metadata: directly below
    the issuer.
*/
class server_metadata {
public:
  /** The issuer is the server's own origin, without a slash at the end. */
  explicit server_metadata(std::string of_issuer) : issuer(std::move(of_issuer)) {}

  std::string issuer;
  scope_set scopes;
  std::vector<std::string> resources;  ///< Who takes its tokens (RFC 9728 section 4).
  bool registration = true;            ///< RFC 7591.
  bool revocation = true;              ///< RFC 7009.
  bool introspection = false;          ///< RFC 7662.
  bool refresh = true;                 ///< Whether refresh tokens are given.
  bool client_documents = true;        ///< OAuth Client ID Metadata Document.
  bool private_key_jwt = false;        ///< For clients with a document.
  std::string documentation;           ///< URL, for people.

  /** The document. */
  std::string json() const {
    std::string out = "{\"issuer\":";
    append_json_string(out, issuer);
    endpoint(out, "authorization_endpoint", "/authorize");
    endpoint(out, "token_endpoint", "/token");
    if (registration) endpoint(out, "registration_endpoint", "/register");
    if (revocation) endpoint(out, "revocation_endpoint", "/revoke");
    if (introspection) {
      endpoint(out, "introspection_endpoint", "/introspect");
      list(out, "introspection_endpoint_auth_methods_supported",
           {"client_secret_basic", "client_secret_post"});
    }
    list(out, "response_types_supported", {"code"});
    list(out, "response_modes_supported", {"query"});
    std::vector<std::string> grants{"authorization_code"};
    if (refresh) grants.emplace_back("refresh_token");
    list(out, "grant_types_supported", grants);
    list(out, "code_challenge_methods_supported", {"S256"});
    methods(out, "token_endpoint_auth_methods_supported");
    if (revocation) methods(out, "revocation_endpoint_auth_methods_supported");
    std::vector<std::string> all(scopes.begin(), scopes.end());
    if (refresh && !scopes.contains("offline_access")) all.emplace_back("offline_access");
    list(out, "scopes_supported", all);
    if (!resources.empty()) list(out, "protected_resources", resources);
    out += ",\"authorization_response_iss_parameter_supported\":true";
    if (client_documents) out += ",\"client_id_metadata_document_supported\":true";
    if (!documentation.empty()) {
      out += ",\"service_documentation\":";
      append_json_string(out, documentation);
    }
    out += '}';
    return out;
  }

private:
  void endpoint(std::string& out, std::string_view name, std::string_view path) const {
    out.append(",\"").append(name).append("\":");
    append_json_string(out, issuer + std::string{path});
  }

  static void list(std::string& out, std::string_view name, std::vector<std::string> const& values) {
    out.append(",\"").append(name).append("\":[");
    for (std::size_t i = 0; i != values.size(); ++i) {
      if (i != 0) out += ',';
      append_json_string(out, values[i]);
    }
    out += ']';
  }

  void methods(std::string& out, std::string_view name) const {
    std::vector<std::string> all{"none", "client_secret_basic", "client_secret_post"};
    if (private_key_jwt) all.emplace_back("private_key_jwt");
    list(out, name, all);
    if (!private_key_jwt) return;
    // those that public keys of a document can be for (RFC 8414 section 2)
    std::string signing{name};
    signing.replace(signing.find("auth_methods"), std::string_view{"auth_methods"}.size(),
                    "auth_signing_alg_values");
    list(out, signing, {"RS256", "ES256"});
  }
};

}  // namespace mcpawl::oauth
