// mcpawl/oauth/common/parameters.hpp - the parameters of a request to an endpoint, and what to call one that is
// wrong
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/http/form.hpp>
#include <mcpawl/oauth/common/errc.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mcpawl::oauth::detail {

/** A parameter's value. One that is empty counts as omitted (RFC 6749 sections 3.1, 3.2). */
inline std::optional<std::string_view> value_of(http::form const& form, std::string_view name) noexcept {
  auto const found = form.find(name);
  return found && found->empty() ? std::nullopt : found;
}

inline std::optional<std::string> text_of(http::form const& form, std::string_view name) {
  auto const found = value_of(form, name);
  return found ? std::optional<std::string>{*found} : std::nullopt;
}

/** The values of `resource`, which may come several times (RFC 8707 section 2). */
inline std::vector<std::string> resources_of(http::form const& form) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i != form.size(); ++i)
    if (form[i].name == "resource" && !form[i].value.empty()) all.emplace_back(form[i].value);
  return all;
}

/** What a response may call a parameter: its name if it is one of OAuth, and never what a stranger made up. */
constexpr std::string_view name_of_parameter(std::string_view name) noexcept {
  for (std::string_view const known :
       {"client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "code_challenge",
        "code_challenge_method", "grant_type", "code", "code_verifier", "refresh_token", "client_secret",
        "client_assertion", "client_assertion_type", "token", "token_type_hint", "nonce", "prompt"})
    if (name == known) return known;
  return "one that is not known here";
}

/** Read a query or a body. Nothing but `resource` may come twice (RFC 6749 sections 3.1, 3.2).

    @par Errors
    `oauth_errc::malformed_request`, `oauth_errc::parameter_too_long`, `oauth_errc::duplicate_parameter`; `detail` then says
    more, in words that may be told to whoever sent it.
*/
inline result<http::form> read_parameters(std::string_view text, std::string& detail) {
  auto form = http::form::parse(text);
  if (!form && form.error() == condition::too_large) {
    detail = "there may be 64 parameters, of 32 KiB in all";
    return oauth_errc::parameter_too_long;
  }
  if (!form) {
    detail = "names and values must be percent-encoded, with & and = between them";
    return oauth_errc::malformed_request;
  }
  for (std::size_t i = 1; i < form->size(); ++i) {
    std::string_view const name = (*form)[i].name;
    if (name == "resource") continue;
    for (std::size_t j = 0; j != i; ++j) {
      if ((*form)[j].name != name) continue;
      detail = name_of_parameter(name);
      return oauth_errc::duplicate_parameter;
    }
  }
  return form;
}

}  // namespace mcpawl::oauth::detail
