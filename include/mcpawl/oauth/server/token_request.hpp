// mcpawl/oauth/server/token_request.hpp - what a client sends to the token and revocation endpoints
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/oauth/client/client_credentials.hpp>
#include <mcpawl/oauth/common/errc.hpp>
#include <mcpawl/oauth/common/parameters.hpp>
#include <mcpawl/oauth/common/scope.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::oauth {

/** A request to the token endpoint (RFC 6749 sections 4.1.3 and 6), read; nothing of it has been validated. */
struct token_request {
  enum class grant_kind { authorization_code, refresh_token };

  grant_kind grant = grant_kind::authorization_code;
  client_credentials client;
  secret code;
  secret verifier;
  secret refresh_token;
  std::optional<std::string> redirect_uri;
  std::optional<scope_set> scope;
  std::vector<std::string> resources;  ///< RFC 8707 section 2 lets a client name several.

  /** Read a body of the type application/x-www-form-urlencoded and the Authorization field, if there is
      one. `scope` has a meaning for a refresh alone.

      @par Errors
      `oauth_errc::malformed_request`, `oauth_errc::duplicate_parameter`, `oauth_errc::missing_parameter`,
      `oauth_errc::unsupported_grant_type`, `oauth_errc::bad_scope`, and those of `read_client_credentials`. `detail` then
      says more, in words of ours.
  */
  static result<token_request> parse(std::string_view body, std::optional<std::string_view> authorization,
                                     std::string& detail) {
    auto form = oauth::detail::read_parameters(body, detail);
    if (!form) return form.error();
    token_request out;
    auto client = read_client_credentials(*form, authorization, detail);
    if (!client) return client.error();
    out.client = std::move(*client);
    std::string_view missing;
    auto const needed = [&form, &missing](std::string_view name) {
      auto const found = oauth::detail::value_of(*form, name);
      if (!found && missing.empty()) missing = name;
      return found.value_or("");
    };
    std::string_view const grant_type = needed("grant_type");
    out.redirect_uri = oauth::detail::text_of(*form, "redirect_uri");
    out.resources = oauth::detail::resources_of(*form);
    if (grant_type == "authorization_code") {
      out.code = secret{std::string{needed("code")}};
      out.verifier = secret{std::string{needed("code_verifier")}};
    } else if (grant_type == "refresh_token") {
      out.grant = grant_kind::refresh_token;
      out.refresh_token = secret{std::string{needed("refresh_token")}};
      auto scope = scope_set::parse(oauth::detail::value_of(*form, "scope").value_or(""));
      if (!scope) return oauth_errc::bad_scope;
      if (!scope->empty()) out.scope = std::move(*scope);
    } else if (missing.empty()) {
      return oauth_errc::unsupported_grant_type;
    }
    if (missing.empty()) return out;
    detail = missing;
    return oauth_errc::missing_parameter;
  }
  static result<token_request> parse(std::string_view body, std::optional<std::string_view> authorization) {
    std::string untold;
    return parse(body, authorization, untold);
  }
};

/** A request to the revocation endpoint (RFC 7009 section 2.1). The hint of the type is not needed: a token
    of ours tells its kind. */
struct revocation_request {
  client_credentials client;
  secret token;

  /** @par Errors
      As `token_request::parse`. */
  static result<revocation_request> parse(std::string_view body,
                                          std::optional<std::string_view> authorization,
                                          std::string& detail) {
    auto form = oauth::detail::read_parameters(body, detail);
    if (!form) return form.error();
    revocation_request out;
    auto client = read_client_credentials(*form, authorization, detail);
    if (!client) return client.error();
    out.client = std::move(*client);
    auto const token = oauth::detail::value_of(*form, "token");
    if (!token) {
      detail = "token";
      return oauth_errc::missing_parameter;
    }
    out.token = secret{std::string{*token}};
    return out;
  }
  static result<revocation_request> parse(std::string_view body,
                                          std::optional<std::string_view> authorization) {
    std::string untold;
    return parse(body, authorization, untold);
  }
};

}  // namespace mcpawl::oauth
