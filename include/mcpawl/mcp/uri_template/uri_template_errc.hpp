// mcpawl/mcp/uri_template/uri_template_errc.hpp - what is wrong with a URI template or with what it is given
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>

namespace mcpawl::detail {

/** Errors of `uri_template`. */
enum class uri_template_errc {
  bad_literal = 1,  ///< A character that RFC 6570 section 2.1 allows only when it is percent-encoded.
  bad_escape,       ///< A `%` without two hexadecimal digits, an escaped NUL, or escapes that are not UTF-8.
  unclosed,         ///< A `{` without its `}`.
  stray_brace,      ///< A `}` without its `{`.
  bad_operator,     ///< An operator that RFC 6570 section 2.2 keeps for later: `= , ! @ |`.
  bad_name,         ///< A variable without a name, or with a character that names do not have.
  bad_modifier,     ///< Neither `:` and 1 to 9999 nor `*`, or both.
  too_large,        ///< A template over `uri_template::max_size` bytes or `max_variables` variables.
  not_utf8,         ///< A value to expand that is not UTF-8.
  prefix_of_list,   ///< A prefix of a value to expand that is not a string (RFC 6570 section 2.4.1).
};

constexpr error_entry describe(uri_template_errc e) noexcept {
  switch (e) {
    case uri_template_errc::bad_literal:
      return {"a character that must be percent-encoded in a URI template", condition::malformed};
    case uri_template_errc::bad_escape:
      return {"a percent-encoding in a URI template that is not one of UTF-8 text", condition::malformed};
    case uri_template_errc::unclosed: return {"a { without } in a URI template", condition::malformed};
    case uri_template_errc::stray_brace: return {"a } without { in a URI template", condition::malformed};
    case uri_template_errc::bad_operator:
      return {"an operator that URI templates do not have", condition::malformed};
    case uri_template_errc::bad_name: return {"a bad variable name in a URI template", condition::malformed};
    case uri_template_errc::bad_modifier: return {"a bad modifier in a URI template", condition::malformed};
    case uri_template_errc::too_large: return {"URI template over a limit", condition::too_large};
    case uri_template_errc::not_utf8: return {"a URI template's value is not UTF-8", condition::malformed};
    case uri_template_errc::prefix_of_list:
      return {"a URI template asks for a prefix of a list", condition::refused};
  }
  return {"unknown URI template error", condition::malformed};
}
constexpr char const* category_name(uri_template_errc) noexcept { return "mcpawl.uri_template"; }
inline error_code make_error_code(uri_template_errc e) noexcept { return code_of(e); }

}  // namespace mcpawl::detail

template <>
struct boost::system::is_error_code_enum<mcpawl::detail::uri_template_errc> : std::true_type {};
