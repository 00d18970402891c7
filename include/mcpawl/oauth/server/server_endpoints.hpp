// mcpawl/auth/oauth_entrance.hpp - the paths of an authorization server, its metadata, and its challenges
#pragma once

#include <mcpawl/auth/policy.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/http/cors.hpp>
#include <mcpawl/http/request_head.hpp>
#include <mcpawl/http/response.hpp>
#include <mcpawl/http/url.hpp>
#include <mcpawl/keys/auth_errc.hpp>
#include <mcpawl/oauth/common/errc.hpp>
#include <mcpawl/oauth/common/scope.hpp>
#include <mcpawl/oauth/resource/challenge.hpp>
#include <mcpawl/oauth/resource/protected_resource.hpp>
#include <mcpawl/oauth/server/metadata.hpp>
#include <mcpawl/oauth/server/server_rules.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl {

/** What is answered under a path of an authorization server. */
enum class oauth_path {
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

/** Knows the paths of an authorization server that is its own resource server, and what to tell clients.

    The endpoints are directly below the origin, where clients of 2025-03-26 look for them. The metadata of
    the resource (RFC 9728) and of the server (RFC 8414, and its alias of OpenID Connect) are at their
    well-known paths and at these with the endpoint's path behind, where some clients look first.
*/
class oauth_entrance {
public:
  oauth_entrance(oauth::server_rules const& rules, oauth::scope_set const& required, http::origin_url url,
                 std::string_view endpoint_path)
      : required_(required.text()), resource_(with_path(std::move(url), endpoint_path), rules.issuer()) {
    resource_.name = rules.server_name;
    auto const& scopes = rules.authorization.scopes;
    resource_.scopes.assign(scopes.begin(), scopes.end());
    resource_document_ = resource_.to_json();
    paths_[0] = std::string(oauth::protected_resource::well_known);
    paths_[1] = resource_.metadata_path();
    std::string const suffix = paths_[1].substr(paths_[0].size());
    std::string const local = endpoint_path == "/" ? "" : std::string(endpoint_path);
    paths_[2] = paths_[0] + local;
    suffixes_[0] = suffix;
    suffixes_[1] = local;

    oauth::server_metadata server(rules.issuer());
    server.scopes = scopes;
    server.resources.push_back(resource_.resource());
    server.registration = rules.registration;
    server.introspection = rules.introspector.has_value();
    server.refresh = rules.refresh;
    // a client with a key goes on to be taken while documents are not advertised, so its method stays named
    server.private_key_jwt = rules.takes_documents();
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
    return oauth::protected_resource(with_path(std::move(url), endpoint_path), {}).resource();
  }

  oauth_path which(std::string_view path) const noexcept {
    if (path == "/authorize") return oauth_path::authorization;
    if (path == "/token") return oauth_path::token;
    if (path == "/callback") return oauth_path::callback;
    if (path == "/revoke") return oauth_path::revocation;
    if (path == "/register" && registration_) return oauth_path::registration;
    if (path == "/introspect" && introspection_) return oauth_path::introspection;
    for (auto const& each : paths_)
      if (path == each) return oauth_path::resource_metadata;
    for (std::string_view const known :
         {"/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"}) {
      if (!path.starts_with(known)) continue;
      std::string_view const rest = path.substr(known.size());
      if (rest.empty() || rest == suffixes_[0] || rest == suffixes_[1]) return oauth_path::server_metadata;
    }
    return oauth_path::none;
  }

  /** Pages of others may use everything but what people see. */
  public_route route_of(http::request_head const& head) const noexcept {
    switch (which(head.path())) {
      case oauth_path::none: return public_route::none;
      case oauth_path::authorization:
      case oauth_path::callback: return public_route::own_pages;
      default: return public_route::any_page;
    }
  }

  /** Answer with a document; that of the server advertises clients' documents or not. */
  http::response metadata(oauth_path which_one, bool with_documents) const {
    http::response answer(200);
    open_to_any_page(answer);
    bool const resource = which_one == oauth_path::resource_metadata;
    // what stops working is not to be found in a cache by the next attempt
    answer.field("Cache-Control", !resource && changes_ ? "no-cache" : "public, max-age=300");
    answer.body("application/json", resource ? resource_document_ : server_documents_[with_documents]);
    return answer;
  }

  /** What a caller is told about an error.

      | error | status | code |
      |---|---|---|
      | no token | 401 | missing_token |
      | two tokens in one request | 400 | invalid_request |
      | a good token without a scope that is required | 403 | insufficient_scope |
      | the store cannot be read | 503 | temporarily_unavailable |
      | any other | 401 | invalid_token |
  */
  denial deny(error_code const& why) const {
    if (why == auth_errc::missing_token) return challenged(denial(401, "missing_token", why.message()), {});
    if (why == auth_errc::several_tokens || why == auth_errc::token_in_query)
      return challenged(denial(400, "invalid_request", why.message()), "invalid_request");
    if (why == auth_errc::insufficient_scope)
      return challenged(denial(403, "insufficient_scope", why.message()), "insufficient_scope");
    bool const token = why == oauth::errc::bad_token || why == oauth::errc::token_expired ||
                       why == oauth::errc::bad_target || why == auth_errc::malformed_authorization;
    if (!token) {
      denial out(503, "temporarily_unavailable", why.message());
      out.retry_after = std::chrono::seconds{5};
      return out;
    }
    return challenged(denial(401, "invalid_token", why.message()), "invalid_token");
  }

private:
  static http::origin_url with_path(http::origin_url url, std::string_view endpoint_path) {
    if (url.target() != "/" || endpoint_path == "/") return url;
    auto whole = http::origin_url::parse(url.origin().append(endpoint_path));
    return whole ? std::move(*whole) : std::move(url);
  }

  denial challenged(denial out, std::string_view error) const {
    oauth::challenge words;
    words.parameter("error", error).parameter("scope", required_);
    words.parameter("resource_metadata", resource_.metadata_url());
    out.www_authenticate = words.text();
    return out;
  }

  std::string required_;
  oauth::protected_resource resource_;
  std::string resource_document_;
  std::string server_documents_[2];  ///< Without clients' documents, and with.
  std::string paths_[3];
  std::string suffixes_[2];
  bool registration_;
  bool introspection_;
  bool changes_ = false;
};

}  // namespace mcpawl
