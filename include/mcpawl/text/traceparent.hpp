// mcpawl/text/traceparent.hpp - the form of the header that says to which trace a request belongs
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string_view>

namespace mcpawl::detail {

/** True for `version-traceid-parentid-flags`; a version we do not know may have more behind it (W3C Trace Context section 3.2). */
inline bool is_traceparent(std::string_view text) noexcept {
  if (text.size() < 55 || text.substr(0, 2) == "ff") return false;
  if (text.size() > 55 && (text.substr(0, 2) == "00" || text[55] != '-')) return false;
  bool trace = false, parent = false;
  for (std::size_t i = 0; i != 55; ++i) {
    char const c = text[i];
    bool const dash = i == 2 || i == 35 || i == 52;
    bool const hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    if (dash ? c != '-' : !hex) return false;
    trace = trace || (i > 2 && i < 35 && c != '0');
    parent = parent || (i > 35 && i < 52 && c != '0');
  }
  return trace && parent;
}

}  // namespace mcpawl::detail
