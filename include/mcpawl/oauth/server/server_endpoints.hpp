// mcpawl/oauth/server/server_endpoints.hpp - the paths of an authorization server, and the metadata that names them
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/http/cors.hpp>
#include <mcpawl/http/response.hpp>
#include <mcpawl/http/url.hpp>
#include <mcpawl/oauth/common/scope.hpp>
#include <mcpawl/oauth/resource/protected_resource.hpp>
#include <mcpawl/oauth/server/metadata.hpp>
#include <mcpawl/oauth/server/server_rules.hpp>

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::oauth {

/** What is answered under a path of an authorization server. */
enum class endpoint {
  none,
  resource_metadata,
  server_metadata,
  registration,
  authorization,
  callback,
  token,
  revocation,
  introspection,
};

/** The paths of an authorization server that is its own resource server, and the metadata for clients.

    The endpoints are directly below the origin, where clients of 2025-03-26 look for them. The metadata of
    the resource (RFC 9728) and of the server (RFC 8414, and its alias of OpenID Connect) are at their
    well-known paths and at these with the endpoint's path behind, where some clients look first.
*/
class server_endpoints {
public:
  /** @param url            of the server, as clients see it
      @param endpoint_path  where it has the endpoint that tokens are for, "/mcp" say
      @param shared         whether there are endpoints of other servers: the metadata of a resource at the root could be of only one */
  server_endpoints(server_rules const& rules, http::origin_url url, std::string_view endpoint_path,
                   bool shared = false)
      : resource_(with_path(std::move(url), endpoint_path), rules.issuer()) {
    resource_.name = rules.server_name;
    auto const& scopes = rules.authorization.scopes;
    resource_.scopes.assign(scopes.begin(), scopes.end());
    resource_document_ = resource_.to_json();
    std::string const root(protected_resource::well_known);
    paths_[1] = resource_.metadata_path();
    paths_[0] = shared ? paths_[1] : root;
    std::string const suffix = paths_[1].substr(root.size());
    std::string const local = endpoint_path == "/" ? "" : std::string(endpoint_path);
    paths_[2] = root + local;
    suffixes_[0] = suffix;
    suffixes_[1] = local;

    server_metadata server(rules.issuer());
    server.scopes = scopes;
    server.resources.push_back(resource_.resource());
    server.registration = rules.registration;
    server.introspection = rules.introspector.has_value();
    server.refresh = rules.refresh;
    // a client with a key goes on to be taken while documents are not advertised, so its method stays named
    server.private_key_jwt = takes_client_keys(rules);
    server.client_documents = false;
    server_documents_[0] = server.json();
    server.client_documents = true;
    server_documents_[1] = server.json();
    changes_ = rules.documents_may_pause();
    registration_ = rules.registration;
    introspection_ = rules.introspector.has_value();
  }

  /** The resource that tokens are for: the URL of the endpoint. */
  static std::string resource_of(http::origin_url url, std::string_view endpoint_path) {
    return protected_resource(with_path(std::move(url), endpoint_path), {}).resource();
  }

  endpoint which(std::string_view path) const noexcept {
    if (path == "/authorize") return endpoint::authorization;
    if (path == "/token") return endpoint::token;
    if (path == "/callback") return endpoint::callback;
    if (path == "/revoke") return endpoint::revocation;
    if (path == "/register" && registration_) return endpoint::registration;
    if (path == "/introspect" && introspection_) return endpoint::introspection;
    for (auto const& each : paths_)
      if (path == each) return endpoint::resource_metadata;
    for (std::string_view const known : server_metadata_paths) {
      if (!path.starts_with(known)) continue;
      std::string_view const rest = path.substr(known.size());
      if (rest.empty() || rest == suffixes_[0] || rest == suffixes_[1]) return endpoint::server_metadata;
    }
    return endpoint::none;
  }

  /** All paths that `which` knows, each once. */
  std::vector<std::string> paths() const {
    std::vector<std::string> all{"/authorize", "/token", "/callback", "/revoke"};
    if (registration_) all.emplace_back("/register");
    if (introspection_) all.emplace_back("/introspect");
    all.insert(all.end(), std::begin(paths_), std::end(paths_));
    for (std::string_view const known : server_metadata_paths) {
      all.emplace_back(known);
      for (auto const& suffix : suffixes_) all.push_back(std::string(known) + suffix);
    }
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
  }

  /** Where the metadata of the resource is: what a challenge names (RFC 9728 section 5.1). */
  std::string metadata_url() const { return resource_.metadata_url(); }

  /** Answer with a document; that of the server advertises clients' documents or not. */
  http::response metadata(endpoint which_one, bool with_documents) const {
    http::response answer(200);
    allow_any_origin(answer);
    bool const resource = which_one == endpoint::resource_metadata;
    // what stops working is not to be found in a cache by the next attempt
    answer.field("Cache-Control", !resource && changes_ ? "no-cache" : "public, max-age=300");
    answer.body("application/json", resource ? resource_document_ : server_documents_[with_documents]);
    return answer;
  }

private:
  static http::origin_url with_path(http::origin_url url, std::string_view endpoint_path) {
    if (url.target() != "/" || endpoint_path == "/") return url;
    auto whole = http::origin_url::parse(url.origin().append(endpoint_path));
    return whole ? std::move(*whole) : std::move(url);
  }

  static constexpr std::string_view server_metadata_paths[] = {"/.well-known/oauth-authorization-server",
                                                               "/.well-known/openid-configuration"};

  protected_resource resource_;
  std::string resource_document_;
  std::string server_documents_[2];  ///< Without clients' documents, and with.
  std::string paths_[3];
  std::string suffixes_[2];
  bool registration_;
  bool introspection_;
  bool changes_ = false;
};

}  // namespace mcpawl::oauth
