// mcpawl/mcp/uri_template/uri_template.ipp - the bodies of uri_template.hpp
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/mcp/uri_template/uri_characters.hpp>
#include <mcpawl/mcp/uri_template/uri_expander.hpp>
#include <mcpawl/mcp/uri_template/uri_matcher.hpp>
#include <mcpawl/mcp/uri_template/uri_template.hpp>
#include <mcpawl/mcp/uri_template/uri_template_parser.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

inline std::string encode_beyond_ascii(std::string_view uri) {
  std::string out;
  for (char c : uri) {
    if (static_cast<unsigned char>(c) < 0x80)
      out += c;
    else
      append_uri_escape(out, c);
  }
  return out;
}

MCPAWL_DECL result<uri_template> uri_template::parse(std::string_view text) {
  if (text.size() > max_size) return make_error_code(uri_template_errc::too_large);
  auto parts = uri_template_parser(text).parse(max_variables);
  if (!parts) return parts.error();
  return uri_template(text, *std::move(parts));
}

MCPAWL_DECL result<std::string> uri_template::expand(uri_variables const& variables) const {
  std::string out;
  for (auto const& part : parts_) {
    out += part.literal;
    if (part.variables.empty()) continue;
    if (auto const error = uri_expander(part, out).expand(variables)) return error;
  }
  return out;
}

MCPAWL_DECL std::optional<uri_variables> uri_template::match(std::string_view uri) const {
  if (uri.size() > max_uri_size) return {};
  if (!is_uri_text(uri)) {
    auto const encoded = encode_beyond_ascii(uri);
    return encoded.size() <= max_uri_size && is_uri_text(encoded) ? match_uri(encoded) : std::nullopt;
  }
  return match_uri(uri);
}

MCPAWL_DECL uri_template::uri_template(std::string_view text, std::vector<uri_template_part> parts)
    : text_(text), parts_(std::move(parts)) {
  for (auto const& part : parts_) {
    for (auto const& variable : part.variables) {
      if (std::find(names_.begin(), names_.end(), variable.name) == names_.end())
        names_.push_back(variable.name);
    }
  }
}

MCPAWL_DECL std::optional<uri_variables> uri_template::match_uri(std::string_view uri) const {
  uri_matcher matcher(parts_, uri);
  uri_assignment found;
  if (!matcher.run() || !matcher.collect(found)) return {};
  return found.take();
}

}  // namespace mcpawl::detail
