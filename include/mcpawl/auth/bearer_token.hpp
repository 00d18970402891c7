// mcpawl/auth/bearer_token.hpp - finds the one bearer token of a request
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/http/fields.hpp>
#include <mcpawl/http/request_head.hpp>
#include <mcpawl/keys/auth_errc.hpp>

#include <array>
#include <cstddef>
#include <string_view>

namespace mcpawl::detail {

/** Whether a query has a parameter `access_token`, spelled out or with percent signs, with a value or none.
 */
inline bool names_access_token(std::string_view query) noexcept {
  auto const nibble = [](char c) noexcept {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
  };
  constexpr std::string_view name = "access_token";
  std::size_t matched = 0;
  bool in_name = true;
  for (std::size_t i = 0; i <= query.size(); ++i) {
    char c = i == query.size() ? '&' : query[i];
    if (c == '&' || c == ';' || c == '=') {
      if (in_name && matched == name.size()) return true;
      in_name = c != '=';
      matched = 0;
      continue;
    }
    if (c == '%' && i + 2 < query.size() && nibble(query[i + 1]) >= 0 && nibble(query[i + 2]) >= 0) {
      c = static_cast<char>(nibble(query[i + 1]) * 16 + nibble(query[i + 2]));
      i += 2;
    }
    if (in_name) matched = matched < name.size() && c == name[matched] ? matched + 1 : name.size() + 1;
  }
  return false;
}

inline constexpr auto token68_characters = [] {
  std::array<bool, 256> known{};
  for (char const c :
       std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/"))
    known[static_cast<unsigned char>(c)] = true;
  return known;
}();

/** Whether all characters may be in a token before its padding (RFC 6750 section 2.1, `b64token`). */
constexpr bool is_token68(std::string_view text) noexcept {
  bool good = true;
  for (char const c : text) good &= token68_characters[static_cast<unsigned char>(c)];
  return good;
}

/** What stands behind the scheme `Bearer`, whatever it is: see `find_bearer_token`. */
inline result<std::string_view> find_bearer_text(http::request_head const& head) noexcept {
  if (head.count("authorization") > 1) return auth_errc::several_tokens;
  std::string_view value = head.find("authorization").value_or(std::string_view());
  constexpr std::string_view scheme = "Bearer";
  auto const end = value.find(' ');
  if (!http::iequals(value.substr(0, end), scheme)) return auth_errc::missing_token;
  value.remove_prefix(scheme.size());
  while (value.starts_with(' ')) value.remove_prefix(1);
  if (value.empty()) return auth_errc::missing_token;
  return value;
}

/** Check what `find_bearer_text` found, as `find_bearer_token` says. */
inline result<std::string_view> checked_bearer_token(result<std::string_view> const& text,
                                                     http::request_head const& head) noexcept {
  if (!text) return text;
  if (text->find(',') != std::string_view::npos) return auth_errc::several_tokens;
  std::string_view body = *text;
  while (body.ends_with('=')) body.remove_suffix(1);
  if (body.empty() || !is_token68(body)) return auth_errc::malformed_authorization;
  if (names_access_token(head.query())) return auth_errc::token_in_query;
  return text;
}

/** Find the token in `Authorization: Bearer` (RFC 6750 section 2.1).

    The field must be there exactly once. The scheme is compared without regard to case; behind it come
    spaces and the token, whose characters are those of RFC 6750. The other ways of that document, a form or
    the query, are never looked at for a token; a request that uses the query as well as the field is refused.

    @par Errors
    `missing_token` (also for another scheme and for a scheme alone), `several_tokens`,
    `malformed_authorization`, `token_in_query`.
*/
inline result<std::string_view> find_bearer_token(http::request_head const& head) noexcept {
  return checked_bearer_token(find_bearer_text(head), head);
}

}  // namespace mcpawl::detail
