// mcpawl/reflect/type_shape.hpp - what JSON a described type looks like from outside: in words, and by the shape of a value
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/reflect/descriptor.hpp>
#include <mcpawl/text/json_text.hpp>
#include <mcpawl/text/number_text.hpp>

#include <boost/json/value.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace mcpawl::detail {

/** Say what a value of `type` looks like: `an integer`. */
inline void append_expectation(std::string& out, type_descriptor const& type) {
  constexpr std::size_t shown = 20;
  switch (type.kind) {
    case json_kind::boolean: out += "a boolean"; return;
    case json_kind::integer: out += "an integer"; return;
    case json_kind::number: out += "a number"; return;
    case json_kind::string: out += "a string"; return;
    case json_kind::array:
    case json_kind::tuple: out += "an array"; return;
    case json_kind::converted:
      append_expectation(out, *static_cast<converted_descriptor const&>(type).item);
      return;
    case json_kind::any: {
      auto const shape = static_cast<any_descriptor const&>(type).shape;
      out += shape == json_kind::object ? "an object" : shape == json_kind::array ? "an array" : "any JSON";
      return;
    }
    case json_kind::map:
    case json_kind::object: out += "an object"; return;
    case json_kind::optional:
      append_expectation(out, *static_cast<optional_descriptor const&>(type).item);
      out += " or null";
      return;
    case json_kind::enumeration: {
      auto const names = static_cast<enumeration_descriptor const&>(type).names;
      out += names.size() == 1 ? "" : "one of ";
      for (std::size_t i = 0; i != names.size() && i != shown; ++i) {
        if (i != 0) out += ", ";
        append_json_string(out, names[i]);
      }
      if (names.size() > shown) out += ", ...";
      return;
    }
    case json_kind::variant: {
      char const* separator = "";
      for (auto const* alternative : static_cast<variant_descriptor const&>(type).alternatives) {
        out += separator;
        append_expectation(out, *alternative);
        separator = " or ";
      }
      return;
    }
  }
}

/** Whether the JSON value has the right shape for the type, whatever is inside. */
inline bool has_shape(type_descriptor const& type, boost::json::value const& value) {
  switch (type.kind) {
    case json_kind::boolean: return value.is_bool();
    case json_kind::integer:
    case json_kind::number: return value.is_number();
    case json_kind::string:
    case json_kind::enumeration: return value.is_string();
    case json_kind::array:
    case json_kind::tuple: return value.is_array();
    case json_kind::converted: return has_shape(*static_cast<converted_descriptor const&>(type).item, value);
    case json_kind::any: {
      auto const shape = static_cast<any_descriptor const&>(type).shape;
      return shape == json_kind::any || (shape == json_kind::object ? value.is_object() : value.is_array());
    }
    case json_kind::map:
    case json_kind::object: return value.is_object();
    default: return true;
  }
}

/** The number or the boolean that a text spells, if the type is one. */
inline std::optional<boost::json::value> spelled_value(type_descriptor const& type, std::string_view text) {
  if (type.kind == json_kind::integer || type.kind == json_kind::number) return number_of_text(text);
  if (type.kind == json_kind::boolean && text == "true") return boost::json::value(true);
  if (type.kind == json_kind::boolean && text == "false") return boost::json::value(false);
  return std::nullopt;
}

}  // namespace mcpawl::detail
