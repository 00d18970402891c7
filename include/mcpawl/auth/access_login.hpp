// mcpawl/auth/access_login.hpp - recognises a response that means: Access wants a login first
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/http/fetch_response.hpp>
#include <mcpawl/http/url.hpp>

#include <string_view>

namespace mcpawl::detail {

/** Whether a response is a redirect to the login of Cloudflare Access: what callers get whom Access does not
    let in, where Managed OAuth is off. */
inline bool is_access_login(http::fetch_response const& answer) {
  if (answer.status != 302 && answer.status != 303 && answer.status != 307) return false;
  std::string_view const where = answer.find("location").value_or(std::string_view());
  auto const whole = http::origin_url::parse(where);
  std::string_view const target = whole ? std::string_view(whole->target()) : where;
  constexpr std::string_view login = "/cdn-cgi/access/login";
  if (!target.starts_with(login)) return false;
  std::string_view const rest = target.substr(login.size());
  return rest.empty() || rest.front() == '/' || rest.front() == '?';
}

/** Whether Access, or the application behind it, did not let the caller in. */
inline bool turns_away(http::fetch_response const& answer) {
  return answer.status == 401 || answer.status == 403 || is_access_login(answer);
}

}  // namespace mcpawl::detail
