// mcpawl/oauth/common/redirect_uri_errc.hpp - why a redirect URI is refused
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>

namespace mcpawl::oauth {

/** Why a redirect URI is refused; the texts may be told to clients. */
enum class redirect_uri_errc {
  not_a_uri = 1,     ///< Breaks the grammar, names no host, or is too long. RFC 3986 section 4.3.
  fragment,          ///< RFC 6749 section 3.1.2.
  user_information,  ///< Hides where a URI leads to. RFC 3986 section 7.6.
  plain_http,        ///< `http` to another machine. RFC 8252 sections 7.3, 8.3; RFC 9700 section 2.6.
  wildcard,          ///< URIs are compared and not matched with patterns. RFC 9700 section 4.1.3.
  bad_host,          ///< No name that a certificate could have. RFC 1123 section 2.1.
  private_scheme,    ///< One that the operator has not named. RFC 8252 section 7.1.
  forbidden_scheme,  ///< Browsers run or read it themselves; no operator can name it.
};

constexpr error_entry describe(redirect_uri_errc e) noexcept {
  switch (e) {
    case redirect_uri_errc::not_a_uri: return {"not an absolute URI", condition::malformed};
    case redirect_uri_errc::fragment: return {"must have no fragment", condition::refused};
    case redirect_uri_errc::user_information: return {"must have no user information", condition::refused};
    case redirect_uri_errc::plain_http:
      return {"must be https, since http is for loopback addresses alone", condition::refused};
    case redirect_uri_errc::wildcard:
      return {"must name its host, without a wildcard; the port of a loopback address may be left out",
              condition::refused};
    case redirect_uri_errc::bad_host:
      return {"must have a host name of letters, digits, dots and hyphens", condition::refused};
    case redirect_uri_errc::private_scheme:
      return {"private-use scheme that this server does not allow", condition::refused};
    case redirect_uri_errc::forbidden_scheme: return {"must be https", condition::refused};
  }
  return {"unknown error of a redirect URI", condition::internal};
}
constexpr char const* category_name(redirect_uri_errc) noexcept { return "mcpawl.oauth.redirect_uri"; }
inline error_code make_error_code(redirect_uri_errc e) noexcept { return code_of(e); }

}  // namespace mcpawl::oauth

template <>
struct boost::system::is_error_code_enum<mcpawl::oauth::redirect_uri_errc> : std::true_type {};
