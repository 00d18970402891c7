// mcpawl/http/html.hpp - text from others, fit to stand in a page of ours
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/text/utf8.hpp>

#include <string>
#include <string_view>

namespace mcpawl::http {

/** Append text so that it is text in HTML, between tags and in a quoted attribute.

    The output is valid UTF-8: each broken sequence becomes U+FFFD, and so does each control character and
    each of the characters that turn the direction of what follows, which could make the rest of the page read
    differently. What it does not do: make a link safe to follow, or a script.
*/
inline void append_html(std::string& out, std::string_view text) {
  constexpr std::string_view replacement = "\xef\xbf\xbd";
  while (!text.empty()) {
    auto const point = mcpawl::detail::first_code_point(text);
    std::string_view const bytes = text.substr(0, point.size);
    text.remove_prefix(point.size);
    char32_t const c = point.value;
    bool const control = (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7f && c < 0xa0);
    bool const turns = (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
    if (!point.valid || control || turns) {
      out += replacement;
      continue;
    }
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += bytes;
    }
  }
}

}  // namespace mcpawl::http
