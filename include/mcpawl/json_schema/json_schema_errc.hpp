// mcpawl/json_schema/json_schema_errc.hpp - what is wrong with a JSON Schema
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>

namespace mcpawl::detail {

/** Errors of `json_schema::compile`. */
enum class json_schema_errc {
  not_json = 1,     ///< The text is not JSON.
  bad_schema,       ///< A schema that is neither an object nor a boolean.
  bad_keyword,      ///< A keyword with a value of the wrong kind or out of its range.
  bad_pattern,      ///< Not a regular expression, or one outside of the subset that takes linear time.
  bad_identifier,   ///< An `$id` or anchor that is none.
  duplicate,        ///< Two schemas with the same `$id` or anchor.
  unknown_dialect,  ///< A `$schema` other than 2020-12, or one that requires an unknown vocabulary.
  unresolved,       ///< A reference to something that is not at hand; nothing is ever fetched.
  endless,          ///< References that lead back to themselves for the same value.
  too_large,        ///< Over `json_schema::max_schemas` or `json_schema::max_depth`.
};

constexpr error_entry describe(json_schema_errc e) noexcept {
  switch (e) {
    case json_schema_errc::not_json: return {"the JSON Schema is not JSON", condition::malformed};
    case json_schema_errc::bad_schema:
      return {"a JSON Schema must be an object or a boolean", condition::malformed};
    case json_schema_errc::bad_keyword: return {"bad value of a JSON Schema keyword", condition::malformed};
    case json_schema_errc::bad_pattern: return {"bad pattern in a JSON Schema", condition::malformed};
    case json_schema_errc::bad_identifier: return {"bad identifier in a JSON Schema", condition::malformed};
    case json_schema_errc::duplicate: return {"duplicate identifier in a JSON Schema", condition::malformed};
    case json_schema_errc::unknown_dialect: return {"unknown dialect of JSON Schema", condition::refused};
    case json_schema_errc::unresolved: return {"unresolved reference in a JSON Schema", condition::refused};
    case json_schema_errc::endless: return {"endless references in a JSON Schema", condition::refused};
    case json_schema_errc::too_large: return {"JSON Schema over a limit", condition::too_large};
  }
  return {"unknown JSON Schema error", condition::malformed};
}
constexpr char const* category_name(json_schema_errc) noexcept { return "mcpawl.json_schema"; }
inline error_code make_error_code(json_schema_errc e) noexcept { return code_of(e); }

}  // namespace mcpawl::detail

template <>
struct boost::system::is_error_code_enum<mcpawl::detail::json_schema_errc> : std::true_type {};
