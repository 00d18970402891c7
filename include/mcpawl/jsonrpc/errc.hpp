// mcpawl/jsonrpc/errc.hpp - why a JSON text was not accepted
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>

namespace mcpawl::detail {

/** Errors of `parse_strict_json`. */
enum class json_errc {
  syntax = 1,        ///< Not JSON: RFC 8259 grammar, or invalid UTF-8.
  nothing,           ///< Nothing but white space.
  byte_order_mark,   ///< A byte order mark before the text, which RFC 8259 section 8.1 forbids to add.
  too_deep,          ///< Arrays and objects nested deeper than the limit.
  too_many_members,  ///< An object with more members than the limit.
  duplicate_member,  ///< An object names one member twice; RFC 8259 section 4 leaves its meaning open.
  number_range,      ///< A number too large for a double; it would become an infinity.
};

constexpr error_entry describe(json_errc e) noexcept {
  switch (e) {
    case json_errc::syntax: return {"not a JSON text", condition::malformed};
    case json_errc::nothing: return {"not a JSON text: it is empty", condition::malformed};
    case json_errc::byte_order_mark:
      return {"not a JSON text: it begins with a byte order mark", condition::malformed};
    case json_errc::too_deep: return {"JSON nested too deeply", condition::too_large};
    case json_errc::too_many_members:
      return {"more members in one JSON object than are allowed", condition::too_large};
    case json_errc::duplicate_member: return {"duplicate member name in a JSON object", condition::malformed};
    case json_errc::number_range: return {"JSON number out of range", condition::malformed};
  }
  return {"unknown JSON error", condition::malformed};
}
constexpr char const* category_name(json_errc) noexcept { return "mcpawl.json"; }
inline error_code make_error_code(json_errc e) noexcept { return code_of(e); }

}  // namespace mcpawl::detail

template <>
struct boost::system::is_error_code_enum<mcpawl::detail::json_errc> : std::true_type {};
