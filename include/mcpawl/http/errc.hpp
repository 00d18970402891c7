// mcpawl/http/errc.hpp - why a message, a connection or a fetch failed, and the status that says so
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>

#include <string_view>

namespace mcpawl::http {

/** Errors of the HTTP layer: first those a request can cause, then those of our own fetches. */
enum class http_errc {
  bad_request = 1,      ///< Not HTTP/1.x: the request line or a field is malformed.
  bad_host,             ///< Host missing, repeated, malformed or in conflict with the request target.
  bad_length,           ///< Content-Length repeated, not a plain number, or together with Transfer-Encoding.
  bad_chunk,            ///< The chunked framing of a body is malformed.
  unsupported_coding,   ///< A transfer coding other than chunked.
  unsupported_version,  ///< An HTTP version other than 1.0 and 1.1.
  unsupported_method,   ///< A method that no server of ours can have.
  target_too_long,      ///< The request target is over its limit.
  header_too_large,     ///< The header section is over its limit of bytes or fields.
  body_too_large,       ///< The body is, or says it will be, over its limit.
  body_encoded,         ///< The body has a content coding, such as gzip.
  expectation_failed,   ///< An Expect other than 100-continue.
  header_timed_out,     ///< The header section did not arrive in time.
  body_timed_out,       ///< The body did not arrive in time.
  peer_gone,            ///< The peer closed or reset the connection.
  bad_url,              ///< Not an absolute http or https URL of the plain kind.
  bad_address,          ///< Not an IP address.
  resolve_failed,       ///< The host name has no address.
  connect_failed,       ///< No address of the host accepts connections.
  tls_failed,           ///< The TLS handshake or stream failed.
  certificate_refused,  ///< The certificate is not trusted, not for this host, or not valid now.
  trust_unusable,       ///< The trusted certificates could not be read.
  fetch_timed_out,      ///< The fetch took longer than its deadline.
  bad_answer,           ///< The response is not HTTP/1.x, or its framing is malformed.
  answer_too_large,     ///< Header or body of the response is over its limit.
  answer_cut_short,     ///< The peer closed before the response was complete.
  answer_encoded,       ///< The response has a content coding though none was asked for.
  address_refused,      ///< The host has an address that the fetch may not connect to.
  resolver_busy,        ///< As many host names as are allowed are being looked up.
  connect_timed_out,    ///< The connection, with its TLS handshake, took longer than it may.
  field_refused,        ///< A field of our request has a name or a value that would change the request.
  segment_refused,      ///< A segment of our request's path is empty, `.` or `..`.
  origin_refused,       ///< Our request goes to another origin than its client is for, or over plain http.
};

constexpr error_entry describe(http_errc e) noexcept {
  switch (e) {
    case http_errc::bad_request: return {"malformed request", condition::malformed};
    case http_errc::bad_host: return {"missing, repeated or malformed Host", condition::malformed};
    case http_errc::bad_length: return {"ambiguous body length", condition::malformed};
    case http_errc::bad_chunk: return {"malformed chunked body", condition::malformed};
    case http_errc::unsupported_coding: return {"unsupported transfer coding", condition::refused};
    case http_errc::unsupported_version: return {"unsupported HTTP version", condition::refused};
    case http_errc::unsupported_method: return {"unsupported method", condition::refused};
    case http_errc::target_too_long: return {"request target too long", condition::too_large};
    case http_errc::header_too_large: return {"header section too large", condition::too_large};
    case http_errc::body_too_large: return {"body too large", condition::too_large};
    case http_errc::body_encoded: return {"body with a content coding", condition::refused};
    case http_errc::expectation_failed: return {"unsupported expectation", condition::refused};
    case http_errc::header_timed_out: return {"header not received in time", condition::timed_out};
    case http_errc::body_timed_out: return {"body not received in time", condition::timed_out};
    case http_errc::peer_gone: return {"peer closed the connection", condition::unavailable};
    case http_errc::bad_url: return {"not an absolute http or https URL", condition::malformed};
    case http_errc::bad_address: return {"not an IP address", condition::configuration};
    case http_errc::resolve_failed: return {"host name not resolved", condition::unavailable};
    case http_errc::connect_failed: return {"connection not established", condition::unavailable};
    case http_errc::tls_failed: return {"TLS failed", condition::unavailable};
    case http_errc::certificate_refused: return {"certificate refused", condition::refused};
    case http_errc::trust_unusable: return {"trusted certificates not readable", condition::configuration};
    case http_errc::fetch_timed_out: return {"no complete answer in time", condition::timed_out};
    case http_errc::bad_answer: return {"malformed answer", condition::malformed};
    case http_errc::answer_too_large: return {"answer too large", condition::too_large};
    case http_errc::answer_cut_short: return {"answer cut short", condition::unavailable};
    case http_errc::answer_encoded:
      return {"answer with a content coding such as gzip, which was not asked for", condition::refused};
    case http_errc::address_refused: return {"host with an address that is not public", condition::refused};
    case http_errc::resolver_busy: return {"too many host names are being resolved", condition::unavailable};
    case http_errc::connect_timed_out: return {"connection not established in time", condition::timed_out};
    case http_errc::field_refused:
      return {"header field with a name or a value that no request of ours may have", condition::refused};
    case http_errc::segment_refused: return {"path segment that is empty, . or ..", condition::refused};
    case http_errc::origin_refused:
      return {"URL that the client is not for: another origin, or plain http", condition::refused};
  }
  return {"unknown HTTP error", condition::malformed};
}
constexpr char const* category_name(http_errc) noexcept { return "mcpawl.http"; }
inline error_code make_error_code(http_errc e) noexcept { return code_of(e); }

/** The status that answers a request which failed with this error; 500 for errors no request can cause. */
constexpr int status_of(http_errc e) noexcept {
  switch (e) {
    case http_errc::bad_request:
    case http_errc::bad_host:
    case http_errc::bad_length:
    case http_errc::bad_chunk:
    case http_errc::peer_gone: return 400;
    case http_errc::header_timed_out:
    case http_errc::body_timed_out: return 408;
    case http_errc::body_too_large: return 413;
    case http_errc::target_too_long: return 414;
    case http_errc::body_encoded: return 415;
    case http_errc::expectation_failed: return 417;
    case http_errc::header_too_large: return 431;
    case http_errc::unsupported_coding:
    case http_errc::unsupported_method: return 501;
    case http_errc::unsupported_version: return 505;
    default: return 500;
  }
}

namespace detail {

/** The field of `limits` that such a request has met; empty if there is none. */
constexpr std::string_view bound_of(http_errc e) noexcept {
  switch (e) {
    case http_errc::header_timed_out: return "header_timeout";
    case http_errc::body_timed_out: return "body_timeout";
    case http_errc::body_too_large: return "body_bytes";
    case http_errc::target_too_long:
    case http_errc::header_too_large: return "header_bytes";
    default: return {};
  }
}

}  // namespace detail

}  // namespace mcpawl::http

template <>
struct boost::system::is_error_code_enum<mcpawl::http::http_errc> : std::true_type {};

namespace mcpawl::http::detail {

inline std::string_view bound_of(error_code const& e) noexcept {
  bool const ours = e.category() == error_code(http_errc::body_too_large).category();
  return ours ? bound_of(static_cast<http_errc>(e.value())) : std::string_view();
}

}  // namespace mcpawl::http::detail
