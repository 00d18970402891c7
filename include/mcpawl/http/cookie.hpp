// mcpawl/http/cookie.hpp - one cookie out of the Cookie fields of a request
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/http/request_head.hpp>

#include <optional>
#include <string_view>

namespace mcpawl::http {

/** What was found under a cookie's name. */
struct found_cookie {
  std::optional<std::string_view> value;  ///< Set if the cookie was sent exactly once.
  bool ambiguous = false;                 ///< It was sent more than once; nobody can tell which one counts.
};

/** Look a cookie up by its exact name (RFC 6265 section 4.2), over all Cookie fields.

    What it does not do: decode or unquote the value.
*/
inline found_cookie find_cookie(request_head const& head, std::string_view name) noexcept {
  found_cookie found;
  for (field_view const& field : head.fields()) {
    if (!iequals(field.name, "cookie")) continue;
    std::string_view rest = field.value;
    while (!rest.empty()) {
      std::size_t const semicolon = rest.find(';');
      std::string_view const pair = trim(rest.substr(0, semicolon));
      rest = semicolon == std::string_view::npos ? std::string_view{} : rest.substr(semicolon + 1);
      std::size_t const equals = pair.find('=');
      if (equals == std::string_view::npos || trim(pair.substr(0, equals)) != name) continue;
      if (found.value || found.ambiguous) {
        found.ambiguous = true;
        found.value.reset();
      } else {
        found.value = trim(pair.substr(equals + 1));
      }
    }
  }
  return found;
}

}  // namespace mcpawl::http
