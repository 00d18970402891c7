// mcpawl/oauth/client/client_fetch_lifetime.hpp - how long a client's document may be kept, by its own account
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/http/fetch_response.hpp>
#include <mcpawl/http/fields.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <string_view>

namespace mcpawl::oauth {

/** Bounds of the time for which a document is kept.

    At least a minute, whatever it says: one flow needs it three or four times (the page, the decision, the
    token), and must find the same. At most a day, so that a redirect URI that a client withdrew dies.
*/
inline constexpr std::chrono::seconds least_document_lifetime{60};
inline constexpr std::chrono::seconds usual_document_lifetime{300};
inline constexpr std::chrono::seconds max_document_lifetime{24 * 3600};

namespace detail {

/** A count of seconds (RFC 9111 section 1.2.2); what is too large is as large as can be. */
inline std::optional<std::chrono::seconds> read_delta_seconds(std::string_view text) noexcept {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  long value = 0;
  auto const [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  constexpr long most = 0x7fffffff;
  return std::chrono::seconds{ec == std::errc{} ? std::min(value, most) : most};
}

}  // namespace detail

/** How long to keep a document (RFC 9111 section 4.2): by `s-maxage`, else `max-age`, less the `Age` it has
    already. `no-store` and `no-cache` mean the least; nothing, or nonsense, means the usual. */
inline std::chrono::seconds document_lifetime(http::fetch_response const& answer) noexcept {
  std::optional<std::chrono::seconds> shared, any, age;
  bool never = false;
  for (auto const& field : answer.fields) {
    if (http::iequals(field.name, "age")) age = detail::read_delta_seconds(field.value);
    if (!http::iequals(field.name, "cache-control")) continue;
    std::string_view rest = field.value;
    while (!rest.empty()) {
      std::size_t const comma = rest.find(',');
      std::string_view const one = http::trim(rest.substr(0, comma));
      rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
      std::size_t const equals = std::min(one.find('='), one.size());
      std::string_view const name = one.substr(0, equals);
      std::string_view const value = one.substr(std::min(equals + 1, one.size()));
      if (http::iequals(name, "no-store") || http::iequals(name, "no-cache")) never = true;
      if (http::iequals(name, "s-maxage")) shared = detail::read_delta_seconds(value);
      if (http::iequals(name, "max-age")) any = detail::read_delta_seconds(value);
    }
  }
  if (never) return least_document_lifetime;
  auto const said = shared ? shared : any;
  if (!said) return usual_document_lifetime;
  return std::clamp(*said - age.value_or(std::chrono::seconds{0}), least_document_lifetime,
                    max_document_lifetime);
}

}  // namespace mcpawl::oauth
