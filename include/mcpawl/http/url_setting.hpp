// mcpawl/http/url_setting.hpp - what can be wrong with a URL in the settings
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/settings.hpp>
#include <mcpawl/http/url.hpp>

#include <string>
#include <string_view>

namespace mcpawl::detail {

/** Say what is wrong with a URL that must be https, or http on loopback; empty if nothing is. */
inline std::string validate_url(std::string_view text) {
  if (is_placeholder(text)) return "is still a placeholder";
  auto const url = http::origin_url::parse(text);
  if (!url) return "is not an https:// URL";
  if (!url->is_secure() && !url->is_loopback())
    return "must begin with https:// (http:// is for loopback addresses alone)";
  return {};
}

/** The same for the URL that a server is reached by, which has no query. */
inline std::string validate_public_url(std::string_view text) {
  if (auto wrong = validate_url(text); !wrong.empty()) return wrong;
  return text.find('?') == std::string_view::npos ? "" : "must have no query";
}

}  // namespace mcpawl::detail
