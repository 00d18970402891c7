// mcpawl/reflect/schema_writer.hpp - described types as JSON Schema
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/reflect/descriptor.hpp>
#include <mcpawl/text/json_text.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mcpawl::detail {

/** Writes descriptors as JSON Schema, always in the same order. */
class schema_writer {
public:
  explicit schema_writer(std::string& out) : out_(out) {}

  /** Write the schema of the values of a type, with those of the types it contains in `$defs` that contain
      themselves. */
  void write_root(type_descriptor const& type) {
    root_ = &known_of(type);
    find_recursive(type);
    write(type, own_rules(type), {}, true);
    if (std::ranges::none_of(recursive_, [this](auto const* one) { return one != root_; })) return;
    out_.pop_back();
    char const* separator = R"(,"$defs":{)";
    for (std::size_t i = 0; i != recursive_.size(); ++i) {
      if (recursive_[i] == root_) continue;
      out_ += separator;
      separator = ",";
      append_json_string(out_, definition_name(i));
      out_ += ':';
      write(*recursive_[i], own_rules(*recursive_[i]), {}, true);
    }
    out_ += "}}";
  }

private:
  /** Write the schema of a value of `type`, with the rules of the field it is in.

      @param definition  write what the type is, though it has a name to refer to. */
  void write(type_descriptor const& type, field_rules const& rules, std::string_view default_json,
             bool definition = false) {
    out_ += '{';
    first_ = true;
    if (!definition && std::ranges::find(recursive_, &type) != recursive_.end())
      write_reference(type);
    else
      write_type(type, rules);
    if (!rules.description.empty() || !rules.type_description.empty()) {
      std::string text(rules.description);
      if (!text.empty() && !rules.type_description.empty()) text += ' ';
      append_json_string(keyword("description"), text.append(rules.type_description));
    }
    if (!rules.header.empty()) append_json_string(keyword("x-mcp-header"), rules.header);
    if (!default_json.empty()) keyword("default") += default_json;
    out_ += '}';
    first_ = false;
  }
  void write(type_descriptor const& type) { write(type, own_rules(type), {}); }

  void write_reference(type_descriptor const& type) {
    if (&type == root_) {
      keyword("$ref") += "\"#\"";
      return;
    }
    auto const place = std::ranges::find(recursive_, &type) - recursive_.begin();
    std::string pointer = "#/$defs/";
    append_json_string(keyword("$ref"), pointer += definition_name(static_cast<std::size_t>(place)));
  }

  static std::string_view name_of(type_descriptor const& type) {
    return type.kind == json_kind::object ? static_cast<object_descriptor const&>(type).name()
                                          : static_cast<converted_descriptor const&>(type).name();
  }
  /** The name of the type, with a number if another has the same. */
  std::string definition_name(std::size_t index) const {
    std::string name;
    for (char c : name_of(*recursive_[index])) name += is_name_character(c) && c > 0 ? c : '_';
    std::size_t same = 0;
    for (std::size_t i = 0; i != index; ++i) same += name_of(*recursive_[i]) == name_of(*recursive_[index]);
    return same == 0 ? name : name + '_' + std::to_string(same + 1);
  }

  /** Note the types that contain themselves. */
  void find_recursive(type_descriptor const& type) {
    if (std::ranges::find(inside_, &type) != inside_.end()) {
      if (std::ranges::find(recursive_, &type) == recursive_.end()) recursive_.push_back(&type);
      return;
    }
    bool const named = type.kind == json_kind::object || type.kind == json_kind::converted;
    if (named) {
      if (std::ranges::find(seen_, &type) != seen_.end()) return;
      seen_.push_back(&type);
      inside_.push_back(&type);
    }
    for_each_part(type, [this](type_descriptor const& part) { find_recursive(part); });
    if (named) inside_.pop_back();
  }

  template <class F>
  static void for_each_part(type_descriptor const& type, F f) {
    switch (type.kind) {
      case json_kind::optional: return f(*static_cast<optional_descriptor const&>(type).item);
      case json_kind::array: return f(*static_cast<array_descriptor const&>(type).item);
      case json_kind::map: return f(*static_cast<map_descriptor const&>(type).item);
      case json_kind::converted: return f(*static_cast<converted_descriptor const&>(type).item);
      case json_kind::variant:
        for (auto const* one : static_cast<variant_descriptor const&>(type).alternatives) f(*one);
        return;
      case json_kind::tuple:
        for (auto const* one : static_cast<tuple_descriptor const&>(type).items) f(*one);
        return;
      case json_kind::object:
        for (auto const& field : static_cast<object_descriptor const&>(type).fields) f(*field.type);
        return;
      case json_kind::boolean:
      case json_kind::integer:
      case json_kind::number:
      case json_kind::string:
      case json_kind::enumeration:
      case json_kind::any: return;
    }
  }

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
        if (static_cast<array_descriptor const&>(type).unique) keyword("uniqueItems") += "true";
        count("minItems", rules.min_items, 0);
        count("maxItems", rules.max_items, field_rules::unlimited);
        return;
      case json_kind::map:
        keyword("type") += "\"object\"";
        if (auto const* key = static_cast<map_descriptor const&>(type).key) {
          keyword("propertyNames");
          write(*key);
        }
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
      case json_kind::tuple: write_tuple(static_cast<tuple_descriptor const&>(type)); return;
      case json_kind::converted:
        write_type(*static_cast<converted_descriptor const&>(type).item, rules);
        return;
      case json_kind::any: {
        auto const shape = static_cast<any_descriptor const&>(type).shape;
        if (shape == json_kind::object) keyword("type") += "\"object\"";
        if (shape == json_kind::array) keyword("type") += "\"array\"";
        return;
      }
    }
  }

  void write_tuple(tuple_descriptor const& type) {
    keyword("type") += "\"array\"";
    if (type.uniform()) {
      keyword("items");
      write(type.type_of(0));
    } else if (type.count != 0) {
      keyword("prefixItems") += '[';
      for (std::size_t i = 0; i != type.count; ++i) {
        if (i != 0) out_ += ',';
        write(type.type_of(i));
      }
      out_ += ']';
      keyword("items") += "false";
    }
    append_json_number(keyword("minItems"), type.count);
    append_json_number(keyword("maxItems"), type.count);
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
  type_descriptor const* root_ = nullptr;
  std::vector<type_descriptor const*> recursive_, inside_, seen_;
};

}  // namespace mcpawl::detail
