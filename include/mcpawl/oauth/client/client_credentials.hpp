// mcpawl/oauth/client/client_credentials.hpp - how a client says who it is, and whether that is true
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/crypto/base64.hpp>
#include <mcpawl/http/fields.hpp>
#include <mcpawl/http/form.hpp>
#include <mcpawl/oauth/client/client.hpp>
#include <mcpawl/oauth/client/client_metadata.hpp>
#include <mcpawl/oauth/common/errc.hpp>
#include <mcpawl/oauth/common/parameters.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::oauth {

/** What a client presented. */
struct client_credentials {
  client_auth method = client_auth::none;
  std::string client_id;  ///< May be empty with an assertion, which names the client itself.
  secret client_secret;
  secret assertion;  ///< The JWT of private_key_jwt (RFC 7523 section 2.2).
};

namespace detail {

/** Read an Authorization field of the scheme Basic. Name and password were encoded as in a form before
    they were joined (RFC 6749 section 2.3.1). An empty password is none: a client without a secret that
    says who it is in this field authenticates by `none`, as it would in the body. */
inline result<client_credentials> read_basic(std::string_view authorization) {
  constexpr std::string_view scheme = "basic ";
  if (authorization.size() > 4096 || !http::iequals(authorization.substr(0, scheme.size()), scheme)) {
    return oauth_errc::authentication_malformed;
  }
  authorization.remove_prefix(scheme.size());
  while (authorization.starts_with(' ')) authorization.remove_prefix(1);
  auto decoded = decode_base64(authorization);
  if (!decoded) return oauth_errc::authentication_malformed;
  secret const joined{std::move(*decoded)};
  std::size_t const colon = joined.reveal().find(':');
  if (colon == std::string_view::npos) return oauth_errc::authentication_malformed;
  client_credentials out;
  out.method = client_auth::basic;
  std::string password;
  password.reserve(joined.reveal().size());
  error_code bad = http::append_form_decoded(out.client_id, joined.reveal().substr(0, colon));
  if (!bad) bad = http::append_form_decoded(password, joined.reveal().substr(colon + 1));
  out.client_secret = secret{std::move(password)};
  if (bad || out.client_id.empty()) return oauth_errc::authentication_malformed;
  if (out.client_secret.empty()) out.method = client_auth::none;
  return out;
}

}  // namespace detail

/** Find out how a client authenticates: exactly one way (RFC 6749 section 2.3).

    @par Errors
    `oauth_errc::several_authentications`, `oauth_errc::authentication_malformed`, `oauth_errc::missing_parameter` without any
    client_id. `detail` then says more, in words of ours.
*/
inline result<client_credentials> read_client_credentials(http::form const& form,
                                                          std::optional<std::string_view> authorization,
                                                          std::string& detail) {
  constexpr std::string_view jwt_bearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
  auto const value = [&form](std::string_view name) { return oauth::detail::value_of(form, name); };
  auto const id = value("client_id"), password = value("client_secret");
  auto const type = value("client_assertion_type"), jwt = value("client_assertion");
  if (int{authorization.has_value()} + int{password.has_value()} + int{type || jwt} > 1) {
    detail = "an Authorization field, client_secret, or client_assertion";
    return oauth_errc::several_authentications;
  }
  if (authorization) {
    auto out = oauth::detail::read_basic(*authorization);
    if (!out) detail = "Authorization must be Basic, with client_id:client_secret in base64";
    // naming the same client once more in the body is common and harmless
    if (out && id && *id != out->client_id) {
      detail = "client_id in the body is not that of the Authorization field";
      return oauth_errc::several_authentications;
    }
    return out;
  }
  client_credentials out;
  if (id) out.client_id = *id;
  if (type || jwt) {
    if (!jwt || type != jwt_bearer) {
      detail = "client_assertion needs the client_assertion_type of a JWT (RFC 7523 section 2.2)";
      return oauth_errc::authentication_malformed;
    }
    out.method = client_auth::private_key_jwt;
    out.assertion = secret{std::string{*jwt}};
    return out;
  }
  if (!id) {
    detail = "client_id";
    return oauth_errc::missing_parameter;
  }
  if (password) {
    out.method = client_auth::post;
    out.client_secret = secret{std::string{*password}};
  }
  return out;
}

inline result<client_credentials> read_client_credentials(http::form const& form,
                                                          std::optional<std::string_view> authorization) {
  std::string untold;
  return read_client_credentials(form, authorization, untold);
}

/** Validate a client that has no key: whether it authenticates in the way it registered, and with its secret.
    Both ways of sending a secret are as good for one that has one.

    @par Errors
    `oauth_errc::authentication_failed`, also for `private_key_jwt`, which is for others to verify.
*/
inline error_code validate_credentials(client const& known, client_credentials const& presented) {
  if (known.id != presented.client_id) return oauth_errc::authentication_failed;
  if (known.metadata.auth == client_auth::none) {
    return presented.method == client_auth::none ? error_code{}
                                                 : make_error_code(oauth_errc::authentication_failed);
  }
  bool const good =
      has_secret(known.metadata.auth) && has_secret(presented.method) && known.knows(presented.client_secret);
  return good ? error_code{} : make_error_code(oauth_errc::authentication_failed);
}

}  // namespace mcpawl::oauth
