// mcpawl/oauth/resource/protected_resource.hpp - what a server publishes about itself so that clients can log in
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/http/url.hpp>
#include <mcpawl/text/json_text.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::oauth {

/** The metadata of a protected resource (RFC 9728). */
class protected_resource {
public:
  static constexpr std::string_view well_known = "/.well-known/oauth-protected-resource";

  /** @param url     of the endpoint, as clients reach it; no query
      @param issuer  of the authorization server whose tokens are accepted, exactly as it calls itself */
  protected_resource(http::origin_url url, std::string issuer)
      : url_(std::move(url)), issuer_(std::move(issuer)) {}

  /** The scopes that clients should ask for. */
  std::vector<std::string> scopes;
  /** A name for people; may be empty. */
  std::string name;

  /** Change the URL. */
  void move_to(http::origin_url url) { url_ = std::move(url); }

  /** The identifier of the resource, which clients compare with the URL they use. Has no slash at its end
      where the endpoint is the root (MCP "Authorization", canonical server URI). */
  std::string resource() const { return url_.origin() + path(); }

  /** Where the metadata is: the well-known path with that of the resource behind it (RFC 9728 section 3.1).
   */
  std::string metadata_path() const { return std::string(well_known) + path(); }
  std::string metadata_url() const { return url_.origin() + metadata_path(); }

  /** The document. */
  std::string to_json() const {
    std::string out = "{\"resource\":";
    append_json_string(out, resource());
    out += ",\"authorization_servers\":[";
    append_json_string(out, issuer_);
    out += ']';
    char const* separator = ",\"scopes_supported\":[";
    for (std::string const& scope : scopes) {
      out += separator;
      append_json_string(out, scope);
      separator = ",";
    }
    if (!scopes.empty()) out += ']';
    out += ",\"bearer_methods_supported\":[\"header\"]";
    if (!name.empty()) {
      out += ",\"resource_name\":";
      append_json_string(out, name);
    }
    out += '}';
    return out;
  }

private:
  std::string path() const { return url_.target() == "/" ? std::string() : url_.target(); }

  http::origin_url url_;
  std::string issuer_;
};

}  // namespace mcpawl::oauth
