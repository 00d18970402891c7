// mcpawl/auth/access_oauth_options.ipp - the bodies of access_oauth_options.hpp
// SPDX-License-Identifier: BSL-1.0
#pragma once

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
  auto upstream = oauth::upstream_options::from(from, callback_of(url));
  std::string const scopes = from.optional("ACCESS_SCOPES");
  upstream.scopes(scopes.empty() ? default_upstream_scopes : std::string_view{scopes});
  access_oauth_options out(std::move(url), std::move(upstream), std::move(keys));
  if (!from.optional("REDIRECT_SCHEMES").empty()) {
    for (std::string& scheme : from.required_list("REDIRECT_SCHEMES")) {
      auto const wrong =
          scheme.empty() ? std::string() : oauth::redirect_uri::validate_private_scheme(scheme);
      if (!wrong.empty()) from.add_error("REDIRECT_SCHEMES", "has \"" + scheme + "\", which " + wrong);
      out.allow_private_scheme(std::move(scheme));
    }
  }
  out.rules_.client_address_field = from.optional("CLIENT_ADDRESS_HEADER");
  if (auto const& field = out.rules_.client_address_field; !field.empty() && !http::is_token(field))
    from.add_error("CLIENT_ADDRESS_HEADER", "must be the name of a header field, such as CF-Connecting-IP");
  out.rules_.client_documents = detail::read_client_document_mode(from);
  out.rules_.pinned_documents = detail::read_client_documents_file(from, out.rules_);
  return out;
}

MCPAWL_DECL access_oauth_options access_oauth_options::checked(access_oauth_options options) {
  std::vector<std::string> mistakes;
  if (auto const wrong = detail::validate_public_url(options.public_url_); !wrong.empty())
    mistakes.push_back("the public URL " + wrong);
  if (options.cookie_keys_.empty()) mistakes.emplace_back("the cookie key is missing");
  for (auto const& key : options.cookie_keys_)
    if (key.reveal().size() != sealer::key_size)
      mistakes.emplace_back("a cookie key has not 32 bytes");
    else if (is_weak_key(key))
      mistakes.push_back("a cookie key " + std::string(weak_key_words));
  auto const& lives = options.rules_.lifetimes;
  if (lives.code <= 0 || lives.access <= 0 || lives.refresh <= 0 || lives.refresh_grace < 0 ||
      lives.access_tokens == 0)
    mistakes.emplace_back("a lifetime is not positive");
  for (auto const& scheme : options.rules_.authorization.redirects.private_schemes)
    if (auto const wrong = oauth::redirect_uri::validate_private_scheme(scheme); !wrong.empty())
      mistakes.push_back("the private-use scheme \"" + scheme + "\" " + wrong);
  std::vector<oauth::pinned_client_mistake> pinned;
  (void)oauth::read_pinned_clients(options.rules_, pinned);
  for (auto& each : pinned) mistakes.push_back(std::move(each.text));
  if (options.rules_.max_client_lookups == 0 || options.rules_.client_fetch_timeout.count() <= 0)
    mistakes.emplace_back("the bounds of fetches from clients are not positive");
  if (lives.max_refresh_repeats == 0 || lives.max_refresh_repeats > 1000)
    mistakes.emplace_back("max_refresh_repeats is not between 1 and 1000");
  if (auto const& field = options.rules_.client_address_field; !field.empty() && !http::is_token(field))
    mistakes.push_back("the field of client addresses, \"" + field + "\", is no name of a header field");
  if (options.rules_.pages == nullptr) mistakes.emplace_back("the maker of pages is missing");
  if (!mistakes.empty()) throw configuration_error(std::move(mistakes));
  return options;
}

}  // namespace mcpawl
