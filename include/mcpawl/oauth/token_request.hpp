// mcpawl/oauth/token_request.hpp - what a client sends to the token and revocation endpoints
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/http/form.hpp>
#include <mcpawl/oauth/client_credentials.hpp>
#include <mcpawl/oauth/errc.hpp>
#include <mcpawl/oauth/scope.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::oauth {

/** A request to the token endpoint (RFC 6749 sections 4.1.3 and 6), read; nothing of it has been judged. */
struct token_request {
  enum class grant_kind { authorization_code, refresh_token };

  grant_kind grant = grant_kind::authorization_code;
  client_credentials client;
  secret code;
  secret verifier;
  secret refresh_token;
  std::optional<std::string> redirect_uri;
  std::optional<scope_set> scope;
  std::optional<std::string> resource;

  /** Read a body of the type application/x-www-form-urlencoded and the Authorization field, if there is
      one.

      Errors: `errc::malformed_request`, `errc::duplicate_parameter`, `errc::missing_parameter`,
      `errc::unsupported_grant_type`, `errc::bad_scope`, and those of `read_client_credentials`.
  */
  static result<token_request> parse(std::string_view body, std::optional<std::string_view> authorization) {
    auto form = detail::read_endpoint_form(body);
    if (!form) return form.error();
    token_request out;
    auto client = read_client_credentials(*form, authorization);
    if (!client) return client.error();
    out.client = std::move(*client);
    auto const grant_type = detail::value_of(*form, "grant_type");
    if (!grant_type) return errc::missing_parameter;
    if (auto const uri = detail::value_of(*form, "redirect_uri")) out.redirect_uri = std::string{*uri};
    if (auto const resource = detail::value_of(*form, "resource")) out.resource = std::string{*resource};
    if (auto const scope = detail::value_of(*form, "scope")) {
      auto parsed = scope_set::parse(*scope);
      if (!parsed) return errc::bad_scope;
      out.scope = std::move(*parsed);
    }
    if (*grant_type == "authorization_code") {
      auto const code = detail::value_of(*form, "code"), verifier = detail::value_of(*form, "code_verifier");
      if (!code || !verifier) return errc::missing_parameter;
      out.code = secret{std::string{*code}};
      out.verifier = secret{std::string{*verifier}};
    } else if (*grant_type == "refresh_token") {
      out.grant = grant_kind::refresh_token;
      auto const token = detail::value_of(*form, "refresh_token");
      if (!token) return errc::missing_parameter;
      out.refresh_token = secret{std::string{*token}};
    } else {
      return errc::unsupported_grant_type;
    }
    return out;
  }
};

/** A request to the revocation endpoint (RFC 7009 section 2.1). The hint of the type is not needed: a token
    of ours tells its kind. */
struct revocation_request {
  client_credentials client;
  secret token;

  /** Errors: as `token_request::parse`. */
  static result<revocation_request> parse(std::string_view body,
                                          std::optional<std::string_view> authorization) {
    auto form = detail::read_endpoint_form(body);
    if (!form) return form.error();
    revocation_request out;
    auto client = read_client_credentials(*form, authorization);
    if (!client) return client.error();
    out.client = std::move(*client);
    auto const token = detail::value_of(*form, "token");
    if (!token) return errc::missing_parameter;
    out.token = secret{std::string{*token}};
    return out;
  }
};

}  // namespace mcpawl::oauth
