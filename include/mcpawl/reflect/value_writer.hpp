// mcpawl/reflect/value_writer.hpp - values of described types as JSON text
#pragma once

#include <mcpawl/reflect/descriptor.hpp>
#include <mcpawl/reflect/json_text.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace mcpawl::detail {

inline void write_value(std::string& out, type_descriptor const& type, void const* value);

inline void write_object(std::string& out, object_descriptor const& type, void const* value) {
  void* members[max_members];
  type.addresses(const_cast<void*>(value), members);  // they are only read
  char separator = '{';
  for (std::size_t i = 0; i != type.fields.size(); ++i) {
    auto const& field = type.fields[i];
    void const* member = members[i];
    if (field.type->kind == json_kind::optional) {
      member = static_cast<optional_descriptor const&>(*field.type).get(member);
      if (member == nullptr) continue;
    }
    out += separator;
    separator = ',';
    append_json_string(out, field.rules.name);
    out += ':';
    write_value(out, without_optional_of(*field.type), member);
  }
  out += separator == '{' ? "{}" : "}";
}

inline void write_value(std::string& out, type_descriptor const& type, void const* value) {
  switch (type.kind) {
    case json_kind::boolean: out += *static_cast<bool const*>(value) ? "true" : "false"; return;
    case json_kind::integer: static_cast<integer_descriptor const&>(type).load(value).append_to(out); return;
    case json_kind::number:
      if (static_cast<number_descriptor const&>(type).single) {
        append_json_number(out, *static_cast<float const*>(value));
      } else {
        append_json_number(out, *static_cast<double const*>(value));
      }
      return;
    case json_kind::string: append_json_string(out, *static_cast<std::string const*>(value)); return;
    case json_kind::enumeration: {
      auto const& enumeration = static_cast<enumeration_descriptor const&>(type);
      std::size_t const index = enumeration.load(value);
      if (index == enumeration.names.size()) {
        out += "null";
      } else {
        append_json_string(out, enumeration.names[index]);
      }
      return;
    }
    case json_kind::optional: {
      auto const& optional = static_cast<optional_descriptor const&>(type);
      void const* const item = optional.get(value);
      if (item == nullptr) {
        out += "null";
      } else {
        write_value(out, *optional.item, item);
      }
      return;
    }
    case json_kind::array: {
      auto const& array = static_cast<array_descriptor const&>(type);
      char separator = '[';
      array.each(value, [&](void const* item) {
        out += separator;
        separator = ',';
        write_value(out, *array.item, item);
      });
      out += separator == '[' ? "[]" : "]";
      return;
    }
    case json_kind::map: {
      auto const& map = static_cast<map_descriptor const&>(type);
      char separator = '{';
      map.each(value, [&](std::string_view key, void const* item) {
        out += separator;
        separator = ',';
        append_json_string(out, key);
        out += ':';
        write_value(out, *map.item, item);
      });
      out += separator == '{' ? "{}" : "}";
      return;
    }
    case json_kind::variant: {
      auto const& variant = static_cast<variant_descriptor const&>(type);
      std::size_t const alternative = variant.alternative(value);
      if (alternative < variant.alternatives.size()) {
        write_value(out, *variant.alternatives[alternative], variant.get(value));
      } else {
        out += "null";  // valueless by an exception
      }
      return;
    }
    case json_kind::object: write_object(out, static_cast<object_descriptor const&>(type), value); return;
  }
}

}  // namespace mcpawl::detail
