// mcpawl/oauth/server/authorization_response.hpp - where the browser goes with a code or an error
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/http/form.hpp>
#include <mcpawl/oauth/common/errc.hpp>
#include <mcpawl/oauth/common/redirect_uri.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::oauth {

namespace detail {

inline std::string answer_location(redirect_uri const& to, std::string query,
                                   std::optional<std::string> const& state, std::string_view issuer) {
  if (state) http::append_form_field(query, "state", *state);
  http::append_form_field(query, "iss", issuer);
  return to.with_query(query);
}

}  // namespace detail

/** The Location that carries a code to the client (RFC 6749 section 4.1.2), with the issuer (RFC 9207). */
inline std::string code_location(redirect_uri const& to, secret const& code,
                                 std::optional<std::string> const& state, std::string_view issuer) {
  std::string query;
  http::append_form_field(query, "code", code.reveal());
  return detail::answer_location(to, std::move(query), state, issuer);
}

/** The Location that carries an error to the client (RFC 6749 section 4.1.2.1), with the issuer (RFC 9207).
    What it says is ours: never what an upstream or a store said. `detail` as `error_text` has it. */
inline std::string error_location(redirect_uri const& to, error_code const& why,
                                  std::optional<std::string> const& state, std::string_view issuer,
                                  std::string_view detail = {}) {
  std::string query;
  http::append_form_field(query, "error", error_name(why));
  if (auto const text = error_text(why, detail); !text.empty())
    http::append_form_field(query, "error_description", text);
  return detail::answer_location(to, std::move(query), state, issuer);
}

}  // namespace mcpawl::oauth
