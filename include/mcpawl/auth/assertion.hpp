// mcpawl/auth/assertion.hpp - finds the one token of Access in a request
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/http/cookie.hpp>
#include <mcpawl/http/request_head.hpp>
#include <mcpawl/keys/auth_errc.hpp>

#include <string_view>

namespace mcpawl::detail {

/** Find the token that Cloudflare Access adds to a request, in `Cf-Access-Jwt-Assertion`.

    It must be there exactly once: a request with two tokens was put together by somebody who hopes that
    two programs read it differently. No other `Cf-Access-*` field is ever looked at, since clients can
    send them too.

    @param cookie whether the cookie `CF_Authorization` counts as well: if there is no field, its token is
           taken; if there are both, they must be the same token.

    @par Errors
    `missing_token` (also for an empty field), `several_tokens`, `bearer_prefix`, `cookie_differs`,
    `ambiguous_cookie`.
*/
inline result<std::string_view> find_assertion(http::request_head const& head, bool cookie) noexcept {
  constexpr std::string_view name = "Cf-Access-Jwt-Assertion";
  if (head.count(name) > 1) return auth_errc::several_tokens;
  std::string_view token = head.find(name).value_or(std::string_view());
  if (token.find(',') != std::string_view::npos) return auth_errc::several_tokens;
  if (token.find(' ') != std::string_view::npos) return auth_errc::bearer_prefix;
  if (cookie) {
    auto const found = http::find_cookie(head, "CF_Authorization");
    if (found.ambiguous) return auth_errc::ambiguous_cookie;
    if (found.value && !found.value->empty()) {
      if (!token.empty() && token != *found.value) return auth_errc::cookie_differs;
      token = *found.value;
    }
  }
  if (token.empty()) return auth_errc::missing_token;
  return token;
}

}  // namespace mcpawl::detail
