// mcpawl/reflect/schema.hpp - the JSON Schema of a type
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/reflect/descriptor.hpp>
#include <mcpawl/reflect/model.hpp>
#include <mcpawl/reflect/schema_type.hpp>
#include <mcpawl/text/json_text.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace mcpawl::detail {

/** Writes descriptors as JSON Schema, always in the same order. */
class schema_writer {
public:
  explicit schema_writer(std::string& out) : out_(out) {}

  /** Write the schema of a value of `type`, with the rules of the field it is in. */
  void write(type_descriptor const& type, field_rules const& rules = {}, std::string_view default_json = {}) {
    out_ += '{';
    first_ = true;
    write_type(type, rules);
    if (!rules.description.empty()) append_json_string(keyword("description"), rules.description);
    if (!rules.header.empty()) append_json_string(keyword("x-mcp-header"), rules.header);
    if (!default_json.empty()) keyword("default") += default_json;
    out_ += '}';
    first_ = false;
  }

private:
  std::string& keyword(std::string_view name) {
    if (!first_) out_ += ',';
    first_ = false;
    append_json_string(out_, name);
    return out_ += ':';
  }
  void count(std::string_view name, std::size_t value, std::size_t unless) {
    if (value != unless) append_json_number(keyword(name), value);
  }

  void write_type(type_descriptor const& type, field_rules const& rules) {
    switch (type.kind) {
      case json_kind::boolean: keyword("type") += "\"boolean\""; return;
      case json_kind::integer: {
        auto const& integer = static_cast<integer_descriptor const&>(type);
        keyword("type") += "\"integer\"";
        // the ends of `int` and wider types go untold: noise in every schema, and nobody sends such numbers
        // unmeant
        bool const narrow = integer.most < most_of<std::int32_t>;
        if (rules.least || narrow || integer.least == any_integer(0)) {
          rules.least.value_or(integer.least).append_to(keyword("minimum"));
        }
        if (rules.most || narrow) rules.most.value_or(integer.most).append_to(keyword("maximum"));
        return;
      }
      case json_kind::number:
        keyword("type") += "\"number\"";
        if (rules.minimum) append_json_number(keyword("minimum"), *rules.minimum);
        if (rules.maximum) append_json_number(keyword("maximum"), *rules.maximum);
        return;
      case json_kind::string:
        keyword("type") += "\"string\"";
        count("minLength", rules.min_length, 0);
        count("maxLength", rules.max_length, field_rules::unlimited);
        if (!rules.pattern.empty()) append_json_string(keyword("pattern"), rules.pattern);
        if (!rules.format.empty()) append_json_string(keyword("format"), rules.format);
        return;
      case json_kind::enumeration: {
        keyword("type") += "\"string\"";
        keyword("enum") += '[';
        char const* separator = "";
        for (auto name : static_cast<enumeration_descriptor const&>(type).names) {
          out_ += separator;
          append_json_string(out_, name);
          separator = ",";
        }
        out_ += ']';
        return;
      }
      case json_kind::optional:
        keyword("anyOf") += '[';
        write(*static_cast<optional_descriptor const&>(type).item);
        out_ += ",{\"type\":\"null\"}]";
        return;
      case json_kind::array:
        keyword("type") += "\"array\"";
        keyword("items");
        write(*static_cast<array_descriptor const&>(type).item);
        count("minItems", rules.min_items, 0);
        count("maxItems", rules.max_items, field_rules::unlimited);
        return;
      case json_kind::map:
        keyword("type") += "\"object\"";
        keyword("additionalProperties");
        write(*static_cast<map_descriptor const&>(type).item);
        count("minProperties", rules.min_items, 0);
        count("maxProperties", rules.max_items, field_rules::unlimited);
        return;
      case json_kind::variant: {
        keyword("anyOf") += '[';
        char const* separator = "";
        for (auto const* alternative : static_cast<variant_descriptor const&>(type).alternatives) {
          out_ += separator;
          write(*alternative);
          separator = ",";
        }
        out_ += ']';
        return;
      }
      case json_kind::object: write_object(static_cast<object_descriptor const&>(type)); return;
    }
  }

  void write_object(object_descriptor const& type) {
    auto const states = type.states();
    keyword("type") += "\"object\"";
    keyword("properties") += '{';
    std::string required;
    for (std::size_t i = 0; i != type.fields.size(); ++i) {
      auto const& field = type.fields[i];
      if (i != 0) out_ += ',';
      append_json_string(out_, field.rules.name);
      out_ += ':';
      // that an optional member also takes null is not told: one way to say nothing is enough for a model
      write(without_optional_of(*field.type), field.rules, states[i].default_json);
      if (states[i].required) {
        required += required.empty() ? '[' : ',';
        append_json_string(required, field.rules.name);
      }
    }
    out_ += '}';
    if (!required.empty()) (keyword("required") += required) += ']';
    keyword("additionalProperties") += "false";
  }

  std::string& out_;
  bool first_ = true;
};

/** The JSON Schema (2020-12, without `$schema`) of the values of `T`, as compact JSON text.

    Text and order of the keywords depend on the type and its docs only. Integers of 8 and 16 bits tell the
    ends of their type and unsigned ones their 0, but nothing tells those of wider types, though they are
    enforced; a field that may be left out is not in `required` and tells its `default` (initialisers.hpp has
    the rule); objects take no other members.

    https://json-schema.org/draft/2020-12
*/
template <schema_type T>
std::string schema_of() {
  std::string text;
  schema_writer(text).write(descriptor_of<std::remove_cvref_t<T>>);
  return text;
}

}  // namespace mcpawl::detail
