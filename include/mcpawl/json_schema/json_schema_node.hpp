// mcpawl/json_schema/json_schema_node.hpp - a compiled JSON Schema: what each of its schemas demands
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/text/pattern.hpp>

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** The place of a schema among those of a program. */
using schema_place = std::uint32_t;
inline constexpr schema_place no_schema = std::numeric_limits<schema_place>::max();

/** The types of JSON Schema, as bits; an integer is a number, too. */
enum json_type : std::uint8_t {
  null_type = 1,
  boolean_type = 2,
  integral_type = 4,
  number_type = 8,
  string_type = 16,
  array_type = 32,
  object_type = 64,
  any_type = 127
};

struct number_rules {
  std::optional<boost::json::value> multiple_of, minimum, maximum, exclusive_minimum, exclusive_maximum;
};

struct schema_pattern {
  std::string text;
  pattern compiled;
};

struct string_rules {
  std::size_t min_length = 0, max_length = std::numeric_limits<std::size_t>::max();
  std::optional<schema_pattern> matches;
};

struct array_rules {
  std::size_t min_items = 0, max_items = std::numeric_limits<std::size_t>::max();
  std::size_t min_contains = 1, max_contains = std::numeric_limits<std::size_t>::max();
  bool unique = false;
  std::vector<schema_place> prefix;
  schema_place items = no_schema, contains = no_schema, unevaluated = no_schema;
};

struct object_rules {
  std::size_t min_properties = 0, max_properties = std::numeric_limits<std::size_t>::max();
  std::vector<std::string> required;
  std::vector<std::pair<std::string, std::vector<std::string>>> dependent_required;
  std::vector<std::pair<std::string, schema_place>> properties;  ///< Sorted by name.
  std::vector<std::pair<schema_pattern, schema_place>> patterns;
  std::vector<std::pair<std::string, schema_place>> dependent;
  schema_place additional = no_schema, names = no_schema, unevaluated = no_schema;
};

/** Schemas for the same value. */
struct combined_rules {
  schema_place reference = no_schema;
  schema_place dynamic_reference = no_schema;
  std::string dynamic_anchor;  ///< Empty where `dynamic_reference` cannot lead anywhere else.
  std::vector<schema_place> all_of, any_of, one_of;
  schema_place negated = no_schema, condition = no_schema, consequence = no_schema, alternative = no_schema;
};

/** One schema; a null pointer is "no rules of this kind". */
struct schema_node {
  bool nothing = false;  ///< The schema `false`.
  std::uint8_t types = any_type;
  std::uint32_t resource = 0;
  std::optional<boost::json::value> constant;
  std::optional<boost::json::array> values;
  std::unique_ptr<number_rules> number;
  std::unique_ptr<string_rules> string;
  std::unique_ptr<array_rules> array;
  std::unique_ptr<object_rules> object;
  std::unique_ptr<combined_rules> combined;
};

/** The rules of one kind of a schema, made when the first of them is met. */
template <class Rules>
Rules& made(std::unique_ptr<Rules>& rules) {
  if (!rules) rules = std::make_unique<Rules>();
  return *rules;
}

/** All schemas that a schema can lead to. The first is where validation begins. */
struct schema_program {
  std::vector<schema_node> nodes;
  /** For each resource its `$dynamicAnchor`s. */
  std::vector<std::vector<std::pair<std::string, schema_place>>> dynamic_anchors;
};

}  // namespace mcpawl::detail
