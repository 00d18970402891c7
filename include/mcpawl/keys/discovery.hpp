// mcpawl/keys/discovery.hpp - where an issuer publishes its metadata, and what of it leads to its keys
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/http/url.hpp>
#include <mcpawl/jose/json_events.hpp>
#include <mcpawl/jose/name_set.hpp>
#include <mcpawl/keys/auth_errc.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mcpawl::oauth {

/** Say what is wrong with an issuer identifier; empty if it is a good one.

    It must be an https URL without query and fragment (RFC 8414 section 2); http is for loopback alone.
*/
inline std::string validate_issuer(std::string_view issuer) {
  if (issuer.size() > 2048) return "is too long";
  auto const url = http::origin_url::parse(issuer);
  if (!url) return "is not an https:// URL";
  if (!url->is_secure() && !url->is_loopback())
    return "must begin with https:// (http:// is for loopback addresses alone)";
  if (issuer.find('?') != std::string_view::npos) return "must have no query";
  return {};
}

/** The addresses of an issuer's metadata, in the order in which to try them.

    OpenID Connect Discovery 1.0 section 4 appends to the issuer; RFC 8414 section 3.1 inserts between host
    and path. Both drop a slash at the end of the issuer, which is part of its name nevertheless.

    @param issuer one that `validate_issuer` finds nothing wrong with
*/
inline std::vector<http::origin_url> discovery_urls(std::string_view issuer) {
  auto const url = http::origin_url::parse(issuer);
  if (!url) return {};
  std::string path = url->target();
  if (path.ends_with('/')) path.pop_back();
  std::vector<http::origin_url> found;
  for (std::string const& target :
       {path + "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server" + path})
    found.push_back(http::origin_url::parse(url->origin() + target).value());
  return found;
}

namespace detail {

/** Collects `issuer` and `jwks_uri` from a document. */
class metadata_sink final : public jose::detail::json_sink {
public:
  bool on(jose::detail::json_event const& event) noexcept override {
    using jose::detail::json_token;
    if (event.depth == 0)
      return event.token == json_token::object_begin || event.token == json_token::object_end;
    if (event.depth != 1) return true;
    if (event.token == json_token::name) {
      into_ = event.text == "issuer" ? &issuer : event.text == "jwks_uri" ? &jwks_uri : nullptr;
      return names_.insert(event.text) == jose::detail::name_outcome::added;
    }
    if (into_ != nullptr && event.token == json_token::string) *into_ = event.text;
    into_ = nullptr;
    return true;
  }

  std::string_view issuer, jwks_uri;

private:
  jose::detail::name_set<256> names_;
  std::string_view* into_ = nullptr;
};

}  // namespace detail

/** Read where the keys are from an issuer's metadata.

    The document must name exactly the issuer it was asked of, byte for byte (RFC 8414 section 3.3): another
    tenant's, or that of a proxy in between, is not a near miss. The keys must be at an https URL; an issuer
    on loopback may have them on loopback.

    @par Errors
    `bad_discovery_document`, `discovery_of_another_issuer`, `no_keys_address`. Throws only `std::bad_alloc`.
*/
inline result<http::origin_url> read_jwks_uri(std::string_view document, std::string_view issuer) {
  jose::detail::json_reader reader(document.size(), 16);
  detail::metadata_sink found;
  if (reader.read(jose::detail::without_byte_order_mark(document), found) !=
      jose::detail::json_outcome::complete)
    return mcpawl::detail::auth_errc::bad_discovery_document;
  if (found.issuer != issuer) return mcpawl::detail::auth_errc::discovery_of_another_issuer;
  auto url = http::origin_url::parse(found.jwks_uri);
  auto const from = http::origin_url::parse(issuer);
  if (!url || !from) return mcpawl::detail::auth_errc::no_keys_address;
  if (!url->is_secure() && !(url->is_loopback() && from->is_loopback()))
    return mcpawl::detail::auth_errc::no_keys_address;
  return url;
}

}  // namespace mcpawl::oauth
