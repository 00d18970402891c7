// mcpawl/mcp/elicit/form_schema.hpp - the restricted schema of a form, from a struct
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/reflect/schema.hpp>
#include <mcpawl/reflect/schema_type.hpp>
#include <mcpawl/reflect/type_kinds.hpp>

#include <string>
#include <string_view>

namespace mcpawl::detail {

/** Whether a form can have a field of this type (MCP `PrimitiveSchemaDefinition`). */
constexpr bool is_form_field(type_descriptor const& type) {
  switch (type.kind) {
    case json_kind::boolean:
    case json_kind::integer:
    case json_kind::number:
    case json_kind::string:
    case json_kind::enumeration: return true;
    case json_kind::optional: return is_form_field(*static_cast<optional_descriptor const&>(type).item);
    case json_kind::array: {
      auto const& array = static_cast<array_descriptor const&>(type);
      return array.item->kind == json_kind::enumeration && !array.unique;
    }
    case json_kind::converted: return is_form_field(known_of(type));
    case json_kind::map:
    case json_kind::variant:
    case json_kind::object:
    case json_kind::tuple:
    case json_kind::any: return false;
  }
  return false;
}

constexpr bool is_form(object_descriptor const& type) {
  for (auto const& field : type.fields)
    if (!is_form_field(*field.type)) return false;
  return true;
}

/** The `requestedSchema` of a form whose fields are the members of `T`, as JSON text. */
template <class T>
std::string form_schema() {
  static_assert(schema_type<T> && schema_struct<T>,
                "mcpawl: a form is asked for as a struct whose members are its fields");
  if constexpr (schema_type<T> && schema_struct<T>) {
    static_assert(
        is_form(static_cast<object_descriptor const&>(known_of(descriptor_of<T>))),
        "mcpawl: a form has flat fields only: text, numbers, bool, enumerations, times and dates, optionals of "
        "these, and vectors of enumerations");
    std::string schema = schema_of<T>();
    // the schema of a form has three members and no more
    constexpr std::string_view closing = R"(,"additionalProperties":false})";
    schema.erase(schema.size() - closing.size());
    return schema += '}';
  }
}

}  // namespace mcpawl::detail
