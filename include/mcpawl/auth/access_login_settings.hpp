// mcpawl/auth/access_login_settings.hpp - the OIDC application of Access, by the names of Cloudflare's guide
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/secret.hpp>
#include <mcpawl/core/settings.hpp>
#include <mcpawl/http/url.hpp>
#include <mcpawl/keys/discovery.hpp>
#include <mcpawl/oauth/upstream/upstream_options.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::detail {

/** Reads the addresses of a provider and sees to it that they are those of one application. */
class access_login_settings {
public:
  explicit access_login_settings(settings& from) : from_(from) {}

  oauth::upstream_addresses read() {
    std::string const configuration = from_.optional("ACCESS_CONFIG_URL");
    bool const discovers = !configuration.empty();
    std::string const token_url = endpoint("ACCESS_TOKEN_URL", discovers, found_.token);
    std::string const authorization_url =
        endpoint("ACCESS_AUTHORIZATION_URL", discovers, found_.authorization);
    std::string const jwks_url = endpoint("ACCESS_JWKS_URL", discovers, found_.jwks);
    std::string const given = from_.optional("ACCESS_ISSUER");
    if (!given.empty()) note("ACCESS_ISSUER", oauth::validate_issuer(given));
    if (discovers) {
      take_configuration(configuration);
      if (!given.empty() && !found_.issuer.empty() && given != found_.issuer)
        from_.add_error("ACCESS_ISSUER", "is not the issuer that ACCESS_CONFIG_URL belongs to");
    } else {
      found_.issuer = given.empty() ? issuer_of(token_url) : given;
    }
    // an issuer that is named may have its endpoints anywhere, one that is guessed may not
    if (given.empty() && !found_.issuer.empty()) {
      must_be_below("ACCESS_TOKEN_URL", token_url);
      must_be_below("ACCESS_AUTHORIZATION_URL", authorization_url);
      must_be_below("ACCESS_JWKS_URL", jwks_url);
    }
    return std::move(found_);
  }

private:
  static constexpr std::string_view configuration_path = "/.well-known/openid-configuration";

  void note(char const* name, std::string const& wrong) {
    if (!wrong.empty()) from_.add_error(name, wrong);
  }

  std::string endpoint(char const* name, bool may_be_missing, std::optional<http::origin_url>& into) {
    std::string text = may_be_missing ? from_.optional(name) : from_.required(name);
    if (text.empty()) return text;
    auto const url = http::origin_url::parse(text);
    if (!url) {
      from_.add_error(name, "is not an https:// URL");
    } else if (!url->is_secure() && !url->is_loopback()) {
      from_.add_error(name, "must begin with https:// (http:// is for loopback addresses alone)");
    } else {
      into = *url;
      return text;
    }
    return {};
  }

  void take_configuration(std::string_view url) {
    if (!url.ends_with(configuration_path)) {
      from_.add_error("ACCESS_CONFIG_URL", "must end in " + std::string{configuration_path});
      return;
    }
    std::string issuer{url.substr(0, url.size() - configuration_path.size())};
    std::string const wrong = oauth::validate_issuer(issuer);
    note("ACCESS_CONFIG_URL", wrong);
    if (wrong.empty()) found_.issuer = std::move(issuer);
  }

  /** The URL of the token endpoint without its last segment, which Access calls `token`. */
  std::string issuer_of(std::string_view token_url) {
    if (token_url.empty()) return {};
    constexpr std::string_view segment = "/token";
    if (!token_url.ends_with(segment)) {
      from_.add_error("ACCESS_TOKEN_URL", "must end in /token, or ACCESS_ISSUER be set");
      return {};
    }
    return std::string{token_url.substr(0, token_url.size() - segment.size())};
  }

  void must_be_below(char const* name, std::string_view url) {
    std::string_view const issuer = found_.issuer;
    bool const below = url.starts_with(issuer) && url.substr(issuer.size()).starts_with('/');
    if (!url.empty() && !below)
      from_.add_error(name, "is not of the issuer " + found_.issuer + ", as the other addresses are");
  }

  settings& from_;
  oauth::upstream_addresses found_;
};

/** Read `ACCESS_CLIENT_ID`, `ACCESS_CLIENT_SECRET`, and `ACCESS_TOKEN_URL`, `ACCESS_AUTHORIZATION_URL` and
    `ACCESS_JWKS_URL`, or `ACCESS_CONFIG_URL` instead of the three or beside them, and optionally `ACCESS_ISSUER`,
    noting the errors in `from`: call its `throw_if_invalid` before the options are used.

    The issuer is that of the configuration URL, or the token URL without its `/token`; all addresses must
    then begin with it. A provider with other addresses needs `ACCESS_ISSUER`.
*/
inline oauth::upstream_options read_access_login(settings& from, std::string callback) {
  oauth::upstream_options out;
  out.client_id = from.required("ACCESS_CLIENT_ID");
  out.client_secret = secret{from.required("ACCESS_CLIENT_SECRET")};
  out.at = access_login_settings(from).read();
  out.callback = std::move(callback);
  auto const check = [&from](char const* name, std::string_view value) {
    std::string const wrong = value.empty() ? std::string() : oauth::detail::validate_credential(value);
    if (!wrong.empty()) from.add_error(name, wrong);
  };
  check("ACCESS_CLIENT_ID", out.client_id);
  check("ACCESS_CLIENT_SECRET", out.client_secret.reveal());
  return out;
}

}  // namespace mcpawl::detail
