// mcpawl/reflect/filesystem_path.hpp - paths of files as JSON; not in mcpawl.hpp, since <filesystem> takes long to compile
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/reflect/as.hpp>
#include <mcpawl/text/utf8.hpp>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

namespace mcpawl {

/** A path, as a string in UTF-8. It is any path: whether a caller may have the file is for the tool to decide. */
template <>
struct as<std::filesystem::path> {
  using type = std::string;
  static std::filesystem::path from(std::string const& text) {
    if (text.find('\0') != text.npos) throw invalid_value("must not contain U+0000");
    return std::filesystem::path(std::u8string(text.begin(), text.end()));
  }
  static std::string to(std::filesystem::path const& path) {
    std::u8string const text = path.u8string();
    std::string said(text.begin(), text.end());
    for (std::string_view rest = said; !rest.empty();) {
      auto const first = detail::first_code_point(rest);
      if (!first.valid) throw std::range_error("a path that is not UTF-8");
      rest.remove_prefix(first.size);
    }
    return said;
  }
};

}  // namespace mcpawl
