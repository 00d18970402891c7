// mcpawl/http/media_type.hpp - the type of a body, without its parameters
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/http/fields.hpp>

#include <string_view>

namespace mcpawl::http {

/** A media type without its parameters (RFC 9110 section 8.3.1). */
constexpr std::string_view bare_media_type(std::string_view text) noexcept {
  return trim(text.substr(0, text.find(';')));
}

/** True for `application/json`, whatever its parameters. */
constexpr bool is_json(std::string_view content_type) noexcept {
  constexpr std::string_view json = "application/json";  // as nearly everybody writes it
  return content_type == json || iequals(bare_media_type(content_type), json);
}

}  // namespace mcpawl::http
