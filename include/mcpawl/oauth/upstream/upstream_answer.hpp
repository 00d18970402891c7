// mcpawl/oauth/upstream/upstream_answer.hpp - what the upstream's token endpoint answered: tokens, or whose fault it
// is
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/error.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/http/fetch_response.hpp>
#include <mcpawl/http/fields.hpp>
#include <mcpawl/http/media_type.hpp>
#include <mcpawl/jose/json_events.hpp>
#include <mcpawl/jose/name_set.hpp>
#include <mcpawl/oauth/common/errc.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace mcpawl::oauth {

/** A good response (RFC 6749 section 5.1, OpenID Connect Core 1.0 section 3.1.3.3). */
struct upstream_tokens {
  secret access_token;
  secret refresh_token;  ///< Empty if there is none, like `id_token`.
  secret id_token;
  std::optional<unix_seconds> expires_in;
};

/** What to log about a response that was not good; nothing of it is for a client. */
struct upstream_report {
  std::string_view reason;  ///< A text of ours.
  std::string error;        ///< The `error` of OAuth, if there is one.
  std::string description;  ///< The upstream's words about it.
};

namespace detail {

/** Collects the members of a token response, as views: nothing of a token is copied. */
class upstream_answer_sink final : public jose::detail::json_sink {
public:
  enum member : std::size_t { access_token, token_type, refresh_token, id_token, error, description, count };

  std::array<std::string_view, count> texts;
  std::optional<unix_seconds> expires_in;

  bool on(jose::detail::json_event const& e) noexcept override {
    using token = jose::detail::json_token;
    if (e.depth == 0) return e.token == token::object_begin || e.token == token::object_end;
    if (e.depth != 1) return true;
    if (e.token == token::name) {
      static constexpr std::array<std::string_view, count> names{
          "access_token", "token_type", "refresh_token", "id_token", "error", "error_description"};
      at_ = static_cast<std::size_t>(std::find(names.begin(), names.end(), e.text) - names.begin());
      lifetime_ = e.text == "expires_in";
      return names_.insert(e.text) == jose::detail::name_outcome::added;
    }
    bool const null = e.token == token::literal && e.text == "null";
    std::size_t const at = std::exchange(at_, std::size_t{count});
    if (std::exchange(lifetime_, false) && !null) {
      expires_in = e.token == token::string ? number_of(e.text) : std::optional(e.integer);
      bool const is_number = e.token == token::integer || e.token == token::string;
      if (!is_number || !expires_in || *expires_in < 0 || *expires_in > longest) return false;
    }
    if (at == count || null) return true;
    texts[at] = e.text;
    return e.token == token::string;
  }

private:
  static constexpr unix_seconds longest = unix_seconds{100} * 366 * 24 * 3600;

  /** Some providers write the number as a text. */
  static std::optional<unix_seconds> number_of(std::string_view text) noexcept {
    unix_seconds value = 0;
    char const* const end = text.data() + text.size();
    auto const read = std::from_chars(text.data(), end, value);
    if (text.empty() || read.ec != std::errc() || read.ptr != end) return std::nullopt;
    return value;
  }

  jose::detail::name_set<256> names_;
  std::size_t at_ = count;
  bool lifetime_ = false;
};

/** A token that can be sent on in a header, or as a parameter (RFC 6749 appendices A.12, A.17). */
inline bool is_sendable(std::string_view token) noexcept {
  return !token.empty() &&
         std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c <= '~'; });
}

/** What a client of the upstream can do about an `error` (RFC 6749 section 5.2, OpenID Connect Core 1.0
    section 3.1.2.6). One that nobody knows must end no grant. */
inline oauth_errc upstream_errc_of(std::string_view error) noexcept {
  for (std::string_view final :
       {"invalid_grant", "access_denied", "login_required", "interaction_required", "consent_required"})
    if (error == final) return oauth_errc::upstream_denied;
  for (std::string_view ours : {"invalid_client", "unauthorized_client", "invalid_request", "invalid_scope",
                                "unsupported_grant_type", "unsupported_response_type"})
    if (error == ours) return oauth_errc::upstream_misconfigured;
  return oauth_errc::upstream_unavailable;
}

}  // namespace detail

/** Read a response of the token endpoint, strictly.

    @par Errors
    `oauth_errc::upstream_denied`, `oauth_errc::upstream_misconfigured` for an error of OAuth with one of the statuses
    that go with it; `oauth_errc::upstream_unavailable` for everything else that is no good response. `report` then
    says more.
*/
inline result<upstream_tokens> read_upstream_answer(http::fetch_response const& answer,
                                                    upstream_report& report) {
  using sink = detail::upstream_answer_sink;
  auto const useless = [&report](std::string_view why) {
    report.reason = why;
    return oauth_errc::upstream_unavailable;
  };
  int const status = answer.status;
  if (status >= 300 && status < 400) return useless("a redirect, which is not followed");
  bool const refusal = status == 400 || status == 401 || status == 403;
  if (status != 200 && !refusal) return useless("an error status");
  if (!http::is_json(answer.content_type)) return useless("no JSON: is something else in front of it?");
  jose::detail::json_reader reader(answer.body.size(), 16);
  sink found;
  if (reader.read(answer.body, found) != jose::detail::json_outcome::complete)
    return useless("not the JSON of a token endpoint");
  auto const& texts = found.texts;
  if (refusal) {
    report.reason = "refused";
    report.error = texts[sink::error].substr(0, 64);
    report.description = texts[sink::description].substr(0, 256);
    return detail::upstream_errc_of(texts[sink::error]);
  }
  if (!http::iequals(texts[sink::token_type], "Bearer")) return useless("token_type is not Bearer");
  if (!detail::is_sendable(texts[sink::access_token])) return useless("no usable access_token");
  upstream_tokens out;
  out.access_token = secret{std::string{texts[sink::access_token]}};
  out.refresh_token = secret{std::string{texts[sink::refresh_token]}};
  out.id_token = secret{std::string{texts[sink::id_token]}};
  out.expires_in = found.expires_in;
  return out;
}

}  // namespace mcpawl::oauth
