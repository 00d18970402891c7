// mcpawl/http/form_errc.hpp - why a form was not accepted
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>

namespace mcpawl::http {

/** Why a form was not accepted. */
enum class form_errc {
  bad_escape = 1,   ///< A `%` that two hexadecimal digits do not follow.
  bad_character,    ///< A byte that is never written plainly: control, space, quote, or not ASCII.
  too_large,        ///< More bytes than the limit.
  too_many_fields,  ///< More fields than the limit.
};

constexpr error_entry describe(form_errc e) noexcept {
  switch (e) {
    case form_errc::bad_escape: return {"malformed percent-escape in a form", condition::malformed};
    case form_errc::bad_character: return {"character that a form must escape", condition::malformed};
    case form_errc::too_large: return {"form too large", condition::too_large};
    case form_errc::too_many_fields: return {"too many fields in a form", condition::too_large};
  }
  return {"unknown form error", condition::malformed};
}
constexpr char const* category_name(form_errc) noexcept { return "mcpawl.form"; }
inline error_code make_error_code(form_errc e) noexcept { return code_of(e); }

}  // namespace mcpawl::http

template <>
struct boost::system::is_error_code_enum<mcpawl::http::form_errc> : std::true_type {};
