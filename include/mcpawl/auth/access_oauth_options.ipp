// mcpawl/auth/access_oauth_options.ipp - the bodies of access_oauth_options.hpp
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/auth/access_login_settings.hpp>
#include <mcpawl/auth/access_oauth_options.hpp>
#include <mcpawl/auth/client_documents_setting.hpp>
#include <mcpawl/core/configuration_error.hpp>
#include <mcpawl/crypto/hex.hpp>
#include <mcpawl/crypto/seal.hpp>
#include <mcpawl/crypto/weak_key.hpp>
#include <mcpawl/http/fields.hpp>
#include <mcpawl/http/url_setting.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl {

MCPAWL_DECL access_oauth_options access_oauth_options::from(settings& from) {
  std::string url = from.required("PUBLIC_URL");
  if (std::string const wrong = url.empty() ? std::string() : detail::validate_public_url(url);
      !wrong.empty()) {
    from.add_error("PUBLIC_URL", wrong);
  }
  std::vector<secret> keys;
  for (std::string& text : from.required_list("COOKIE_ENCRYPTION_KEY")) {
    secret const digits{std::move(text)};
    auto key = decode_hex(digits.reveal(), sealer::key_size);
    if (key && is_weak_key(*key)) {
      from.add_error("COOKIE_ENCRYPTION_KEY", weak_key_words);
    } else if (key) {
      keys.push_back(std::move(*key));
    } else if (!digits.empty()) {
      from.add_error(
          "COOKIE_ENCRYPTION_KEY",
          "must be 64 hexadecimal digits, as `openssl rand -hex 32` makes them, or several with commas");
    }
  }
  access_oauth_options out;
  out.upstream = detail::read_access_login(from, callback_of(url));
  std::string const scopes = from.optional("ACCESS_SCOPES");
  out.upstream.scopes = scopes.empty() ? "openid email profile groups offline_access" : scopes;
  out.public_url = std::move(url);
  out.cookie_keys = std::move(keys);
  if (!from.optional("REDIRECT_SCHEMES").empty()) {
    out.private_schemes = from.required_list("REDIRECT_SCHEMES");
    for (std::string const& scheme : out.private_schemes) {
      auto const wrong =
          scheme.empty() ? std::string() : oauth::redirect_uri::validate_private_scheme(scheme);
      if (!wrong.empty()) from.add_error("REDIRECT_SCHEMES", "has \"" + scheme + "\", which " + wrong);
    }
  }
  out.client_address_field = from.optional("CLIENT_ADDRESS_HEADER");
  if (auto const& field = out.client_address_field; !field.empty() && !http::is_token(field))
    from.add_error("CLIENT_ADDRESS_HEADER", "must be the name of a header field, such as CF-Connecting-IP");
  out.client_documents = detail::read_client_document_mode(from);
  out.pinned_documents = detail::read_client_documents_file(from, out.rules());
  return out;
}

MCPAWL_DECL std::vector<std::string> access_oauth_options::validate() const {
  std::vector<std::string> errors;
  if (auto const wrong = detail::validate_public_url(public_url); !wrong.empty())
    errors.push_back("the public URL " + wrong);
  for (auto& each : login().validate()) errors.push_back(std::move(each));
  if (cookie_keys.empty()) errors.emplace_back("the cookie key is missing");
  for (auto const& key : cookie_keys)
    if (key.reveal().size() != sealer::key_size)
      errors.emplace_back("a cookie key has not 32 bytes");
    else if (is_weak_key(key))
      errors.push_back("a cookie key " + std::string(weak_key_words));
  for (auto const& scope : scopes)
    if (!oauth::is_scope(scope.name))
      errors.push_back("the scope \"" + scope.name + "\" is empty or has characters that no scope has");
  if (lifetimes.code <= 0 || lifetimes.access <= 0 || lifetimes.refresh <= 0 || lifetimes.refresh_grace < 0 ||
      lifetimes.access_tokens == 0)
    errors.emplace_back("a lifetime is not positive");
  for (auto const& scheme : private_schemes)
    if (auto const wrong = oauth::redirect_uri::validate_private_scheme(scheme); !wrong.empty())
      errors.push_back("the private-use scheme \"" + scheme + "\" " + wrong);
  std::vector<oauth::pinned_client_error> pinned;
  (void)oauth::read_pinned_clients(rules(), pinned);
  for (auto& each : pinned) errors.push_back(std::move(each.text));
  if (max_client_lookups == 0 || client_fetch_timeout.count() <= 0)
    errors.emplace_back("the bounds of fetches from clients are not positive");
  if (lifetimes.max_refresh_repeats == 0 || lifetimes.max_refresh_repeats > 1000)
    errors.emplace_back("max_refresh_repeats is not between 1 and 1000");
  if (!client_address_field.empty() && !http::is_token(client_address_field))
    errors.push_back("the field of client addresses, \"" + client_address_field +
                     "\", is no name of a header field");
  if (pages == nullptr) errors.emplace_back("the maker of pages is missing");
  return errors;
}

MCPAWL_DECL oauth::upstream_options access_oauth_options::login() const {
  oauth::upstream_options out = upstream;
  std::vector<std::string> all;
  oauth::append_scopes(upstream.scopes, all);
  out.scopes = oauth::join_scopes(all);
  out.callback = callback_of(public_url);
  out.time = time;
  if (trust) out.trust = trust;
  return out;
}

MCPAWL_DECL oauth::server_rules access_oauth_options::rules() const {
  oauth::server_rules out;
  for (auto const& scope : scopes) {
    oauth::scope_set const one{scope.name};
    out.authorization.scopes = out.authorization.scopes | one;
    if (!scope.words.empty()) out.scope_words[scope.name] = scope.words;
    if (scope.required) out.authorization.default_scopes = out.authorization.default_scopes | one;
  }
  out.authorization.redirects.private_schemes = private_schemes;
  out.server_name = server_name;
  out.operator_name = operator_name;
  out.operator_url = operator_url;
  out.logo_url = logo_url;
  out.pages = pages;
  out.lifetimes = lifetimes;
  out.refresh_unchecked = refresh_unchecked;
  out.registration = registrations_at_once != 0;
  out.registrations_at_once = registrations_at_once;
  out.registration_interval = registration_interval;
  out.registrations_are_shared = several_instances;
  out.client_address_field = client_address_field;
  out.registrations_per_address = registrations_per_address;
  out.logins_per_address = logins_per_address;
  out.documents_per_address = documents_per_address;
  out.client_documents = client_documents;
  out.pinned_documents = pinned_documents;
  for (auto const& each : pinned_clients) out.pinned_documents.push_back(each.json());
  out.client_fetch_timeout = client_fetch_timeout;
  out.max_client_lookups = max_client_lookups;
  out.client_names = client_names;
  out.introspector = introspector;
  return out;
}

MCPAWL_DECL oauth::scope_set access_oauth_options::required_scopes() const {
  return rules().authorization.default_scopes;
}

}  // namespace mcpawl
