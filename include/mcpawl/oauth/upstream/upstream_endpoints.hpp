// mcpawl/oauth/upstream/upstream_endpoints.hpp - where the upstream sends browsers to and gives tokens out, as its
// metadata says
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/http/url.hpp>
#include <mcpawl/jose/json_events.hpp>
#include <mcpawl/keys/auth_errc.hpp>
#include <mcpawl/oauth/common/json_members.hpp>

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::oauth {

/** The endpoints of an OpenID provider that a client of it needs, beside its keys. */
struct upstream_endpoints {
  upstream_endpoints(http::origin_url authorize, http::origin_url exchange)
      : authorization(std::move(authorize)), token(std::move(exchange)) {}

  http::origin_url authorization;
  http::origin_url token;
  bool names_itself = false;  ///< Its authorization responses have `iss` (RFC 9207 section 3).
};

/** Read them from the metadata of an issuer (OpenID Connect Discovery 1.0 section 3).

    The document must name exactly the issuer it was asked of; the endpoints must be at https URLs, those of
    an issuer on loopback may be on loopback.

    @par Errors
    `auth_errc::bad_discovery_document`, `auth_errc::discovery_of_another_issuer`,
    `auth_errc::no_endpoint_address`. Throws only `std::bad_alloc`.
*/
inline result<upstream_endpoints> read_upstream_endpoints(std::string_view document,
                                                          std::string_view issuer) {
  using detail::json_member;
  auto const members =
      detail::read_json_members(jose::detail::without_byte_order_mark(document), document.size());
  if (!members) return mcpawl::detail::auth_errc::bad_discovery_document;
  auto const text = [&](std::string_view name) noexcept -> std::string_view {
    for (json_member const& each : *members)
      if (each.name == name && each.type == json_member::kind::string) return each.text;
    return {};
  };
  if (text("issuer") != issuer) return mcpawl::detail::auth_errc::discovery_of_another_issuer;
  auto const from = http::origin_url::parse(issuer);
  auto const authorization = http::origin_url::parse(text("authorization_endpoint"));
  auto const token = http::origin_url::parse(text("token_endpoint"));
  if (!from || !authorization || !token) return mcpawl::detail::auth_errc::no_endpoint_address;
  for (auto const* url : {&*authorization, &*token})
    if (!url->is_secure() && !(url->is_loopback() && from->is_loopback()))
      return mcpawl::detail::auth_errc::no_endpoint_address;
  upstream_endpoints out(*authorization, *token);
  for (json_member const& each : *members)
    if (each.name == "authorization_response_iss_parameter_supported") out.names_itself = each.text == "true";
  return out;
}

/** What was discovered, for all threads.

    @par Thread safety
    All functions may be called from several threads.
*/
class upstream_directory {
public:
  using steady_time = clock::steady_time;

  /** The endpoints, unless it is time to ask for them again. */
  std::optional<upstream_endpoints> fresh(steady_time now) const {
    std::lock_guard const lock(mutex_);
    return now < due_ ? known_ : std::nullopt;
  }
  /** The endpoints as they were last. */
  std::optional<upstream_endpoints> last() const {
    std::lock_guard const lock(mutex_);
    return known_;
  }

  void found(upstream_endpoints endpoints, steady_time now) {
    std::lock_guard const lock(mutex_);
    known_ = std::move(endpoints);
    due_ = now + std::chrono::hours{1};
  }
  /** Go on with what is known, for a while; an upstream that was never asked with success is asked at once.
   */
  void not_found(steady_time now) {
    std::lock_guard const lock(mutex_);
    due_ = now + std::chrono::minutes{1};
  }

private:
  mutable std::mutex mutex_;
  std::optional<upstream_endpoints> known_;
  steady_time due_{};
};

}  // namespace mcpawl::oauth
