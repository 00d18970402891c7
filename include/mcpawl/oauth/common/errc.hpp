// mcpawl/oauth/common/errc.hpp - why the authorization server refused, and the error code of OAuth that says so
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace mcpawl::oauth {

/** Errors of the authorization server; the comments name the rule. */
enum class oauth_errc {
  malformed_request = 1,    ///< Not a form, or a field that breaks its grammar. RFC 6749 appendices A, B.
  duplicate_parameter,      ///< A parameter that comes twice. RFC 6749 sections 3.1, 3.2.
  missing_parameter,        ///< A parameter that the request needs. RFC 6749 sections 4.1.1, 4.1.3, 6.
  parameter_too_long,       ///< A parameter over the limit of `oauth_limits`.
  unknown_client,           ///< No such client. RFC 6749 section 4.1.2.1.
  redirect_uri_needed,      ///< None given, and not exactly one registered. RFC 6749 section 3.1.2.3.
  redirect_uri_mismatch,    ///< Not one of the registered. RFC 6749 section 3.1.2.4, RFC 9700 section 4.1.3.
  redirect_scheme_refused,  ///< A private-use scheme that the operator has not named. RFC 8252 section 7.1.
  unsupported_response_type,  ///< Anything but `code`. RFC 6749 section 4.1.2.1.
  unsupported_response_mode,  ///< Anything but `query`. OAuth Multiple Response Types section 2.1.
  challenge_missing,          ///< PKCE is not optional here. OAuth 2.1 section 4.1.1, RFC 7636 section 4.4.1.
  challenge_method,           ///< Anything but `S256`. RFC 7636 sections 4.2, 4.4.1.
  challenge_malformed,        ///< Not the base64url of 32 bytes. RFC 7636 section 4.2.
  bad_scope,                  ///< Breaks the grammar of a scope. RFC 6749 section 3.3.
  scope_not_allowed,         ///< More than the server, the client or the grant has. RFC 6749 sections 3.3, 6.
  bad_target,                ///< The `resource` is not ours, or not that of the grant. RFC 8707 section 2.
  denied,                    ///< The user, or the upstream for the user, said no. RFC 6749 section 4.1.2.1.
  unsupported_grant_type,    ///< Neither authorization_code nor refresh_token. RFC 6749 section 5.2.
  grant_type_not_allowed,    ///< Not one of those the client registered. RFC 6749 section 5.2.
  several_authentications,   ///< More than one way of client authentication. RFC 6749 section 2.3.
  authentication_malformed,  ///< An Authorization field that is no Basic. RFC 6749 section 2.3.1, RFC 7617.
  authentication_failed,     ///< Unknown client, wrong secret, or not the way it registered. RFC 6749 s. 5.2.
  bad_token,                 ///< Not a code or token of ours, or withdrawn. RFC 6749 section 5.2.
  token_expired,             ///< Its time is over. RFC 6749 sections 4.1.2, 6.
  wrong_client,              ///< Issued to somebody else. RFC 6749 sections 4.1.3, 6.
  wrong_redirect_uri,        ///< Not the one of the authorization request. RFC 6749 section 4.1.3.
  wrong_verifier,            ///< Does not fit the challenge. RFC 7636 section 4.6.
  code_replayed,             ///< Used before; its grant has been revoked. RFC 6749 section 4.1.2.
  refresh_token_reused,      ///< Replaced long ago; its grant has been revoked. RFC 9700 section 4.14.2.
  contended,                 ///< The grant was changed by others again and again; trying later helps.
  registration_too_large,    ///< A document over its limit. RFC 7591 section 3.2.2.
  bad_registration,          ///< Not a document of client metadata. RFC 7591 sections 2, 3.2.2.
  bad_registered_uri,        ///< A redirect URI that must not be registered. RFC 7591 section 3.2.2.
  document_elsewhere,        ///< A metadata document whose client_id is not its URL. OAuth CIMD section 3.
  document_unavailable,      ///< A client's document or keys cannot be fetched now. OAuth CIMD section 4.
  damaged_record,            ///< What the store returned is not what was put there.
  flow_not_found,            ///< An authorization that nobody began, or that was finished or has expired.
  flow_of_another_browser,   ///< Begun in one browser and continued in another. RFC 9700 section 4.7.
  too_many_registrations,    ///< More than the server takes at once. RFC 7591 section 5.
  too_many_logins,           ///< More than one address may begin at once.
  wrong_issuer,              ///< The upstream's response names another issuer. RFC 9207 section 2.4.
  upstream_denied,           ///< The upstream said no for good. RFC 6749 sections 4.1.2.1, 5.2.
  upstream_unavailable,      ///< The upstream was not reached, or answered nothing of use.
  upstream_misconfigured,    ///< The upstream refuses us as its client, or our request. RFC 6749 section 5.2.
  upstream_token_refused,    ///< An ID token that is not good. OpenID Connect Core 1.0 section 3.1.3.7.
};

constexpr error_entry describe(oauth_errc e) noexcept {
  switch (e) {
    case oauth_errc::malformed_request: return {"malformed request", condition::malformed};
    case oauth_errc::duplicate_parameter: return {"parameter given twice", condition::malformed};
    case oauth_errc::missing_parameter: return {"parameter missing", condition::malformed};
    case oauth_errc::parameter_too_long: return {"parameter too long", condition::too_large};
    case oauth_errc::unknown_client: return {"unknown client", condition::refused};
    case oauth_errc::redirect_uri_needed: return {"redirect_uri missing", condition::malformed};
    case oauth_errc::redirect_uri_mismatch: return {"redirect_uri not registered", condition::refused};
    case oauth_errc::redirect_scheme_refused:
      return {"redirect_uri of a private-use scheme that this server does not allow", condition::refused};
    case oauth_errc::unsupported_response_type: return {"response_type must be code", condition::refused};
    case oauth_errc::unsupported_response_mode: return {"response_mode must be query", condition::refused};
    case oauth_errc::challenge_missing: return {"code_challenge missing", condition::refused};
    case oauth_errc::challenge_method: return {"code_challenge_method must be S256", condition::refused};
    case oauth_errc::challenge_malformed:
      return {"code_challenge must be the base64url of a SHA-256, 43 characters without padding",
              condition::malformed};
    case oauth_errc::bad_scope:
      return {"scope must be names of printable ASCII, without quotes and backslashes, spaces between them",
              condition::malformed};
    case oauth_errc::scope_not_allowed: return {"scope was not granted", condition::refused};
    case oauth_errc::bad_target: return {"resource not served here", condition::refused};
    case oauth_errc::denied: return {"access denied", condition::refused};
    case oauth_errc::unsupported_grant_type:
      return {"grant_type must be authorization_code or refresh_token", condition::refused};
    case oauth_errc::grant_type_not_allowed:
      return {"grant_type is not among the grant_types that the client registered", condition::refused};
    case oauth_errc::several_authentications:
      return {"client authenticated in two ways, where one must be chosen", condition::malformed};
    case oauth_errc::authentication_malformed:
      return {"malformed client authentication", condition::malformed};
    case oauth_errc::authentication_failed:
      return {"unknown client, or not the secret or the method it registered", condition::refused};
    case oauth_errc::bad_token: return {"code or token not valid", condition::refused};
    case oauth_errc::token_expired: return {"code or token expired", condition::expired};
    case oauth_errc::wrong_client: return {"code or token of another client", condition::refused};
    case oauth_errc::wrong_redirect_uri:
      return {"redirect_uri missing, or not that of the authorization request", condition::refused};
    case oauth_errc::wrong_verifier:
      return {"code_verifier does not fit the code_challenge", condition::refused};
    case oauth_errc::code_replayed: return {"code used twice", condition::refused};
    case oauth_errc::refresh_token_reused:
      return {"refresh token used after its successor", condition::refused};
    case oauth_errc::contended: return {"grant changed too often", condition::unavailable};
    case oauth_errc::registration_too_large: return {"client metadata too large", condition::too_large};
    case oauth_errc::bad_registration: return {"client metadata not acceptable", condition::malformed};
    case oauth_errc::bad_registered_uri: return {"redirect URI not acceptable", condition::refused};
    case oauth_errc::document_elsewhere: return {"client_id is not the document's URL", condition::refused};
    case oauth_errc::document_unavailable: return {"client metadata not available", condition::unavailable};
    case oauth_errc::damaged_record: return {"stored record damaged", condition::internal};
    case oauth_errc::flow_not_found: return {"authorization expired or finished already", condition::expired};
    case oauth_errc::flow_of_another_browser: return {"authorization of another browser", condition::refused};
    case oauth_errc::too_many_registrations: return {"too many registrations", condition::unavailable};
    case oauth_errc::too_many_logins:
      return {"too many logins begun from one address", condition::unavailable};
    case oauth_errc::wrong_issuer: return {"answer of another issuer", condition::refused};
    case oauth_errc::upstream_denied: return {"login refused or ended upstream", condition::refused};
    case oauth_errc::upstream_unavailable: return {"login service not available", condition::unavailable};
    case oauth_errc::upstream_misconfigured:
      return {"login service refuses this server", condition::configuration};
    case oauth_errc::upstream_token_refused: return {"ID token not acceptable", condition::refused};
  }
  return {"unknown OAuth error", condition::internal};
}
constexpr char const* category_name(oauth_errc) noexcept { return "mcpawl.oauth"; }
inline error_code make_error_code(oauth_errc e) noexcept { return code_of(e); }

/** The `error` of an OAuth response for one of our errors. */
constexpr std::string_view error_name(oauth_errc e) noexcept {
  switch (e) {
    case oauth_errc::malformed_request:
    case oauth_errc::duplicate_parameter:
    case oauth_errc::missing_parameter:
    case oauth_errc::parameter_too_long:
    case oauth_errc::redirect_uri_needed:
    case oauth_errc::redirect_uri_mismatch:
    case oauth_errc::redirect_scheme_refused:
    case oauth_errc::unsupported_response_mode:
    case oauth_errc::challenge_missing:
    case oauth_errc::challenge_method:
    case oauth_errc::challenge_malformed:
    case oauth_errc::flow_not_found:
    case oauth_errc::flow_of_another_browser:
    case oauth_errc::several_authentications: return "invalid_request";
    case oauth_errc::unknown_client:
    case oauth_errc::document_elsewhere:
    case oauth_errc::authentication_malformed:
    case oauth_errc::authentication_failed: return "invalid_client";
    case oauth_errc::unsupported_response_type: return "unsupported_response_type";
    case oauth_errc::bad_scope:
    case oauth_errc::scope_not_allowed: return "invalid_scope";
    case oauth_errc::bad_target: return "invalid_target";
    case oauth_errc::denied:
    case oauth_errc::upstream_denied: return "access_denied";
    case oauth_errc::unsupported_grant_type: return "unsupported_grant_type";
    case oauth_errc::grant_type_not_allowed: return "unauthorized_client";
    case oauth_errc::bad_token:
    case oauth_errc::token_expired:
    case oauth_errc::wrong_client:
    case oauth_errc::wrong_redirect_uri:
    case oauth_errc::wrong_verifier:
    case oauth_errc::code_replayed:
    case oauth_errc::refresh_token_reused: return "invalid_grant";
    case oauth_errc::too_many_registrations:
    case oauth_errc::too_many_logins:
    case oauth_errc::upstream_unavailable:
    case oauth_errc::contended:
    case oauth_errc::document_unavailable: return "temporarily_unavailable";
    case oauth_errc::registration_too_large:
    case oauth_errc::bad_registration: return "invalid_client_metadata";
    case oauth_errc::bad_registered_uri: return "invalid_redirect_uri";
    case oauth_errc::wrong_issuer:
    case oauth_errc::upstream_misconfigured:
    case oauth_errc::upstream_token_refused:
    case oauth_errc::damaged_record: return "server_error";
  }
  return "server_error";
}

}  // namespace mcpawl::oauth

template <>
struct boost::system::is_error_code_enum<mcpawl::oauth::oauth_errc> : std::true_type {};

namespace mcpawl::oauth {

namespace detail {

inline std::optional<oauth_errc> own_errc(error_code const& ec) noexcept {
  if (ec.category() != make_error_code(oauth_errc::denied).category()) return std::nullopt;
  return static_cast<oauth_errc>(ec.value());
}

}  // namespace detail

/** The `error` of an OAuth response for any error: what other layers report is never the client's fault. */
inline std::string_view error_name(error_code const& ec) noexcept {
  if (auto const own = detail::own_errc(ec)) return error_name(*own);
  return ec == condition::unavailable || ec == condition::timed_out ? "temporarily_unavailable"
                                                                    : "server_error";
}

/** The `error_description` for it. Nothing for what other layers report: that is for the log. */
inline std::optional<std::string_view> error_description(error_code const& ec) noexcept {
  auto const own = detail::own_errc(ec);
  if (!own || describe(*own).kind == condition::internal) return std::nullopt;
  return describe(*own).text;
}

/** The same with more behind it. `detail` names what was wrong, in words of ours; it may be empty, and is
    left out where the error is not for the client. */
inline std::string error_text(error_code const& ec, std::string_view detail) {
  auto const text = error_description(ec);
  if (!text) return {};
  std::string out{*text};
  if (!detail.empty()) out.append(": ").append(detail);
  return out;
}

}  // namespace mcpawl::oauth
