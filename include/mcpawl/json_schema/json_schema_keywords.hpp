// mcpawl/json_schema/json_schema_keywords.hpp - what each keyword of JSON Schema demands of its value, and means
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/json_schema/json_equality.hpp>
#include <mcpawl/json_schema/json_schema_dialect.hpp>
#include <mcpawl/json_schema/json_schema_errc.hpp>
#include <mcpawl/json_schema/json_schema_node.hpp>
#include <mcpawl/reflect/decode_problem.hpp>
#include <mcpawl/text/json_number.hpp>
#include <mcpawl/text/pattern_parser.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** What a keyword is read with: the schema it stands in, and the compiler. */
class keyword_reader {
public:
  explicit keyword_reader(schema_node& read) noexcept : node(read) {}
  virtual ~keyword_reader() = default;

  /** Report an error in the value of the keyword, or in a part of it. */
  virtual void refuse(json_schema_errc code, std::string_view message, std::string const& part = {}) = 0;
  /** The place of a schema inside of the value. */
  virtual schema_place schema(boost::json::value const& value) = 0;
  /** Set a reference, now or later. */
  virtual void reference(std::string_view uri, bool dynamic) = 0;

  schema_node& node;
};

inline void bad(keyword_reader& in, std::string_view message, std::string const& part = {}) {
  in.refuse(json_schema_errc::bad_keyword, message, part);
}

inline std::string part_name(std::string_view name) {
  std::string out;
  append_pointer_name(out, name);
  return out;
}

inline std::optional<schema_pattern> read_pattern(keyword_reader& in, std::string_view text,
                                                  std::string const& part = {}) {
  auto const code = json_schema_errc::bad_pattern;
  switch (check_pattern(text)) {
    case pattern_errc::none: return schema_pattern{std::string(text), compile_pattern(text)};
    case pattern_errc::malformed: in.refuse(code, "must be a regular expression", part); break;
    case pattern_errc::unsupported:
      in.refuse(code,
                "must be a regular expression without back references, lookaround, named groups, \\b, and "
                "\\p other than \\p{L}",
                part);
      break;
    case pattern_errc::too_large: in.refuse(code, "must be a smaller regular expression", part); break;
  }
  return {};
}

inline void read_count(keyword_reader& in, boost::json::value const& value, std::size_t& to) {
  auto const integer = value.is_number() ? as_integer(value) : std::nullopt;
  if (integer && !(*integer < any_integer(0))) {
    auto const count = integer->as<std::uint64_t>();
    to = static_cast<std::size_t>(std::min<std::uint64_t>(count, std::numeric_limits<std::size_t>::max()));
  } else {
    bad(in, "must be an integer of at least 0");
  }
}

/** Whether a keyword's value is a number; an infinity is what parsers make of 1e999. */
inline bool is_number_rule(keyword_reader& in, boost::json::value const& value) {
  bool const finite = value.is_number() && (!value.is_double() || std::isfinite(value.get_double()));
  if (!finite) bad(in, value.is_number() ? "is too large a number" : "must be a number");
  return finite;
}

inline void read_number_rule(keyword_reader& in, boost::json::value const& value,
                             std::optional<boost::json::value>& to) {
  if (is_number_rule(in, value)) to.emplace(value, boost::json::storage_ptr{});
}

inline std::vector<std::string> read_names(keyword_reader& in, boost::json::value const& value,
                                           std::string const& part = {}) {
  std::vector<std::string> out;
  auto const* const array = value.if_array();
  bool good = array != nullptr;
  for (std::size_t i = 0; good && i != array->size(); ++i) {
    good = (*array)[i].is_string();
    if (good) out.emplace_back((*array)[i].get_string());
  }
  auto sorted = out;
  std::sort(sorted.begin(), sorted.end());
  if (!good || std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end())
    bad(in, "must be an array of different strings", part);
  return out;
}

inline void read_schemas(keyword_reader& in, boost::json::value const& value, std::vector<schema_place>& to) {
  auto const* const array = value.if_array();
  if (array == nullptr || array->empty()) return bad(in, "must be an array of schemas that is not empty");
  for (auto const& item : *array) to.push_back(in.schema(item));
}

template <class To>
void read_schema_map(keyword_reader& in, boost::json::value const& value, To const& to) {
  auto const* const object = value.if_object();
  if (object == nullptr) return bad(in, "must be an object of schemas");
  for (auto const& member : *object) to(key_of(member), in.schema(member.value()));
}

inline std::uint8_t type_named(std::string_view name) noexcept {
  if (name == "null") return null_type;
  if (name == "boolean") return boolean_type;
  if (name == "integer") return integral_type;
  if (name == "number") return number_type | integral_type;
  if (name == "string") return string_type;
  if (name == "array") return array_type;
  return name == "object" ? object_type : 0;
}

inline void read_type(keyword_reader& in, boost::json::value const& value) {
  constexpr auto sentence =
      "must be null, boolean, integer, number, string, array or object, or an array of these";
  std::uint8_t types = 0;
  if (auto const* const name = value.if_string()) {
    types = type_named(*name);
  } else if (auto const* const names = value.if_array()) {
    for (auto const& item : *names) {
      auto const type = item.is_string() ? type_named(item.get_string()) : std::uint8_t{0};
      if (type == 0) return bad(in, sentence);
      types |= type;
    }
    read_names(in, value);
  }
  if (types == 0) return bad(in, sentence);
  in.node.types = types;
}

inline void read_enum(keyword_reader& in, boost::json::value const& value) {
  if (auto const* const values = value.if_array())
    in.node.values.emplace(*values, boost::json::storage_ptr{});
  else
    bad(in, "must be an array");
}

inline void read_multiple_of(keyword_reader& in, boost::json::value const& value) {
  if (!is_number_rule(in, value)) return;
  if (!(compare_numbers(value, boost::json::value(0)) > 0)) return bad(in, "must be over 0");
  made(in.node.number).multiple_of.emplace(value, boost::json::storage_ptr{});
}

inline void read_pattern_properties(keyword_reader& in, boost::json::value const& value) {
  read_schema_map(in, value, [&in](std::string_view text, schema_place schema) {
    if (auto compiled = read_pattern(in, text, part_name(text)))
      made(in.node.object).patterns.emplace_back(std::move(*compiled), schema);
  });
}

inline void read_dependent_required(keyword_reader& in, boost::json::value const& value) {
  auto const* const object = value.if_object();
  if (object == nullptr) return bad(in, "must be an object");
  for (auto const& member : *object) {
    auto const key = key_of(member);
    made(in.node.object).dependent_required.emplace_back(key, read_names(in, member.value(), part_name(key)));
  }
}

inline void read_properties(keyword_reader& in, boost::json::value const& value) {
  auto& to = made(in.node.object).properties;
  read_schema_map(in, value,
                  [&to](std::string_view name, schema_place schema) { to.emplace_back(name, schema); });
  std::sort(to.begin(), to.end());
}

inline void read_items(keyword_reader& in, boost::json::value const& value) {
  if (value.is_array()) return bad(in, "must be a schema; an array of schemas is prefixItems");
  made(in.node.array).items = in.schema(value);
}

template <boost::json::kind Kind>
void check_kind(keyword_reader& in, boost::json::value const& value) {
  if (value.kind() == Kind) return;
  bad(in, Kind == boost::json::kind::string  ? "must be a string"
          : Kind == boost::json::kind::bool_ ? "must be true or false"
          : Kind == boost::json::kind::array ? "must be an array"
                                             : "must be an object");
}

struct schema_keyword {
  std::string_view name;
  schema_vocabulary vocabulary;
  void (*read)(keyword_reader& in, boost::json::value const& value);
};

using json_in = boost::json::value const&;

/** All keywords of 2020-12 but those that schema_index reads; one that is not here is an annotation. */
inline constexpr schema_keyword schema_keywords[] = {
    {"$ref", core_vocabulary,
     [](keyword_reader& in, json_in v) {
       v.is_string() ? in.reference(v.get_string(), false) : bad(in, "must be a URI reference");
     }},
    {"$dynamicRef", core_vocabulary,
     [](keyword_reader& in, json_in v) {
       v.is_string() ? in.reference(v.get_string(), true) : bad(in, "must be a URI reference");
     }},
    {"$defs", core_vocabulary,
     [](keyword_reader& in, json_in v) { read_schema_map(in, v, [](auto, auto) {}); }},
    {"definitions", core_vocabulary,
     [](keyword_reader& in, json_in v) { read_schema_map(in, v, [](auto, auto) {}); }},
    {"$comment", core_vocabulary, check_kind<boost::json::kind::string>},
    {"$vocabulary", core_vocabulary, check_kind<boost::json::kind::object>},
    {"type", validation_vocabulary, read_type},
    {"const", validation_vocabulary,
     [](keyword_reader& in, json_in v) { in.node.constant.emplace(v, boost::json::storage_ptr{}); }},
    {"enum", validation_vocabulary, read_enum},
    {"multipleOf", validation_vocabulary, read_multiple_of},
    {"minimum", validation_vocabulary,
     [](keyword_reader& in, json_in v) { read_number_rule(in, v, made(in.node.number).minimum); }},
    {"maximum", validation_vocabulary,
     [](keyword_reader& in, json_in v) { read_number_rule(in, v, made(in.node.number).maximum); }},
    {"exclusiveMinimum", validation_vocabulary,
     [](keyword_reader& in, json_in v) { read_number_rule(in, v, made(in.node.number).exclusive_minimum); }},
    {"exclusiveMaximum", validation_vocabulary,
     [](keyword_reader& in, json_in v) { read_number_rule(in, v, made(in.node.number).exclusive_maximum); }},
    {"minLength", validation_vocabulary,
     [](keyword_reader& in, json_in v) { read_count(in, v, made(in.node.string).min_length); }},
    {"maxLength", validation_vocabulary,
     [](keyword_reader& in, json_in v) { read_count(in, v, made(in.node.string).max_length); }},
    {"pattern", validation_vocabulary,
     [](keyword_reader& in, json_in v) {
       if (v.is_string())
         made(in.node.string).matches = read_pattern(in, v.get_string());
       else
         bad(in, "must be a regular expression");
     }},
    {"minItems", validation_vocabulary,
     [](keyword_reader& in, json_in v) { read_count(in, v, made(in.node.array).min_items); }},
    {"maxItems", validation_vocabulary,
     [](keyword_reader& in, json_in v) { read_count(in, v, made(in.node.array).max_items); }},
    {"uniqueItems", validation_vocabulary,
     [](keyword_reader& in, json_in v) {
       if (v.is_bool())
         made(in.node.array).unique = v.get_bool();
       else
         bad(in, "must be true or false");
     }},
    {"minContains", validation_vocabulary,
     [](keyword_reader& in, json_in v) { read_count(in, v, made(in.node.array).min_contains); }},
    {"maxContains", validation_vocabulary,
     [](keyword_reader& in, json_in v) { read_count(in, v, made(in.node.array).max_contains); }},
    {"minProperties", validation_vocabulary,
     [](keyword_reader& in, json_in v) { read_count(in, v, made(in.node.object).min_properties); }},
    {"maxProperties", validation_vocabulary,
     [](keyword_reader& in, json_in v) { read_count(in, v, made(in.node.object).max_properties); }},
    {"required", validation_vocabulary,
     [](keyword_reader& in, json_in v) { made(in.node.object).required = read_names(in, v); }},
    {"dependentRequired", validation_vocabulary, read_dependent_required},
    {"prefixItems", applicator_vocabulary,
     [](keyword_reader& in, json_in v) { read_schemas(in, v, made(in.node.array).prefix); }},
    {"items", applicator_vocabulary, read_items},
    {"contains", applicator_vocabulary,
     [](keyword_reader& in, json_in v) { made(in.node.array).contains = in.schema(v); }},
    {"properties", applicator_vocabulary, read_properties},
    {"patternProperties", applicator_vocabulary, read_pattern_properties},
    {"additionalProperties", applicator_vocabulary,
     [](keyword_reader& in, json_in v) { made(in.node.object).additional = in.schema(v); }},
    {"propertyNames", applicator_vocabulary,
     [](keyword_reader& in, json_in v) { made(in.node.object).names = in.schema(v); }},
    {"dependentSchemas", applicator_vocabulary,
     [](keyword_reader& in, json_in v) {
       auto& to = made(in.node.object).dependent;
       read_schema_map(in, v,
                       [&to](std::string_view name, schema_place schema) { to.emplace_back(name, schema); });
     }},
    {"allOf", applicator_vocabulary,
     [](keyword_reader& in, json_in v) { read_schemas(in, v, made(in.node.combined).all_of); }},
    {"anyOf", applicator_vocabulary,
     [](keyword_reader& in, json_in v) { read_schemas(in, v, made(in.node.combined).any_of); }},
    {"oneOf", applicator_vocabulary,
     [](keyword_reader& in, json_in v) { read_schemas(in, v, made(in.node.combined).one_of); }},
    {"not", applicator_vocabulary,
     [](keyword_reader& in, json_in v) { made(in.node.combined).negated = in.schema(v); }},
    {"if", applicator_vocabulary,
     [](keyword_reader& in, json_in v) { made(in.node.combined).condition = in.schema(v); }},
    {"then", applicator_vocabulary,
     [](keyword_reader& in, json_in v) { made(in.node.combined).consequence = in.schema(v); }},
    {"else", applicator_vocabulary,
     [](keyword_reader& in, json_in v) { made(in.node.combined).alternative = in.schema(v); }},
    {"unevaluatedItems", unevaluated_vocabulary,
     [](keyword_reader& in, json_in v) { made(in.node.array).unevaluated = in.schema(v); }},
    {"unevaluatedProperties", unevaluated_vocabulary,
     [](keyword_reader& in, json_in v) { made(in.node.object).unevaluated = in.schema(v); }},
    {"title", annotation_vocabulary, check_kind<boost::json::kind::string>},
    {"description", annotation_vocabulary, check_kind<boost::json::kind::string>},
    {"format", annotation_vocabulary, check_kind<boost::json::kind::string>},
    {"contentEncoding", annotation_vocabulary, check_kind<boost::json::kind::string>},
    {"contentMediaType", annotation_vocabulary, check_kind<boost::json::kind::string>},
    {"contentSchema", annotation_vocabulary, [](keyword_reader& in, json_in v) { in.schema(v); }},
    {"deprecated", annotation_vocabulary, check_kind<boost::json::kind::bool_>},
    {"readOnly", annotation_vocabulary, check_kind<boost::json::kind::bool_>},
    {"writeOnly", annotation_vocabulary, check_kind<boost::json::kind::bool_>},
    {"examples", annotation_vocabulary, check_kind<boost::json::kind::array>},
};

}  // namespace mcpawl::detail
