// mcpawl/mcp/types/icon.hpp - a picture that a client may show beside a name
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/mcp/types/revision.hpp>
#include <mcpawl/text/json_text.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl {

/** The background an icon was drawn for. */
enum class icon_theme : unsigned char { any, light, dark };

/** An icon (MCP `Icon`, since 2025-11-25). */
struct icon {
  /** @param src_  an `https:` URL, or the picture itself as a `data:` URI. */
  explicit icon(std::string src_, std::string mime_type_ = {}, std::vector<std::string> sizes_ = {},
                icon_theme theme_ = icon_theme::any)
      : src(std::move(src_)), mime_type(std::move(mime_type_)), sizes(std::move(sizes_)), theme(theme_) {}

  std::string src;
  std::string mime_type;           ///< Empty: what the server of `src` says.
  std::vector<std::string> sizes;  ///< Such as `48x48`, or `any` for a drawing that scales.
  icon_theme theme;
};

/** Whether clients may load an icon from there: they must refuse all other schemes (MCP "Icons"). */
inline bool is_icon_source(std::string_view src) noexcept {
  return src.starts_with("https://") || src.starts_with("data:");
}

/** Append the member `icons` with a comma before it, or nothing: none is known before 2025-11-25. */
inline void append_icons(std::string& out, std::vector<icon> const& icons, revision r) {
  if (icons.empty() || r < revision::v2025_11_25) return;
  char const* separator = R"(,"icons":[)";
  for (auto const& i : icons) {
    out += separator;
    separator = ",";
    out += R"({"src":)";
    append_json_string(out, i.src);
    if (!i.mime_type.empty()) {
      out += R"(,"mimeType":)";
      append_json_string(out, i.mime_type);
    }
    char const* before = R"(,"sizes":[)";
    for (auto const& size : i.sizes) {
      out += before;
      append_json_string(out, size);
      before = ",";
    }
    if (!i.sizes.empty()) out += ']';
    if (i.theme != icon_theme::any)
      out += i.theme == icon_theme::light ? R"(,"theme":"light")" : R"(,"theme":"dark")";
    out += '}';
  }
  out += ']';
}

}  // namespace mcpawl
