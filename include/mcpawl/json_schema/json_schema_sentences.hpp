// mcpawl/json_schema/json_schema_sentences.hpp - what a JSON Schema demands, in words for a person or a model
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/json_schema/json_schema_node.hpp>
#include <mcpawl/reflect/decode_problem.hpp>
#include <mcpawl/text/json_number.hpp>
#include <mcpawl/text/json_text.hpp>

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mcpawl::detail {

inline constexpr std::size_t shown_in_sentence = 20;

/** The type of a value as a bit of `schema_node::types`. */
inline std::uint8_t type_of(boost::json::value const& value) noexcept {
  switch (value.kind()) {
    case boost::json::kind::null: return null_type;
    case boost::json::kind::bool_: return boolean_type;
    case boost::json::kind::string: return string_type;
    case boost::json::kind::array: return array_type;
    case boost::json::kind::object: return object_type;
    default: return is_json_integer(value) ? integral_type : number_type;
  }
}

/** `a string or null` */
inline std::string types_sentence(std::uint8_t types) {
  struct name {
    std::uint8_t type;
    std::string_view text;
  };
  constexpr name names[] = {{boolean_type, "a boolean"}, {integral_type, "an integer"},
                            {number_type, "a number"},   {string_type, "a string"},
                            {array_type, "an array"},    {object_type, "an object"},
                            {null_type, "null"}};
  // a number may be an integer, which need not be said
  if ((types & number_type) != 0) types = static_cast<std::uint8_t>(types & ~integral_type);
  std::string out;
  for (auto const& [type, text] : names) {
    if ((types & type) == 0) continue;
    if (!out.empty()) out += " or ";
    out += text;
  }
  return out;
}

/** A value of the schema as JSON, cut where it is long. */
inline std::string short_json(boost::json::value const& value) {
  std::string out;
  append_json(out, value);
  return shortened(out, 200);
}

/** `one of "a", "b"` */
inline std::string values_sentence(boost::json::array const& values) {
  if (values.empty()) return "nothing: no value is allowed";
  std::string out = values.size() == 1 ? "" : "one of ";
  for (std::size_t i = 0; i != values.size() && i != shown_in_sentence; ++i) {
    if (i != 0) out += ", ";
    out += short_json(values[i]);
  }
  if (values.size() > shown_in_sentence) out += ", ...";
  return out;
}

/** `must have at least 1 item` */
inline std::string count_sentence(std::string_view before, std::size_t count, std::string_view after) {
  std::string out(before);
  append_json_number(out, count);
  auto const noun = after.find(' ', 1) == std::string_view::npos ? after.size() : after.find(' ', 1);
  // "1 items" would read badly
  out += after.substr(0, count == 1 ? noun - 1 : noun);
  out += after.substr(noun);
  return out;
}

/** What to say of a member that is none of those allowed.

    @param lists  whether to say which ones are. */
inline std::string members_sentence(object_rules const& rules, bool lists) {
  if (!lists) return "is not a member here";
  std::string out = "is not a member here; ";
  out += rules.properties.empty() ? "there are none" : "the members are ";
  for (std::size_t i = 0; i != rules.properties.size() && i != shown_in_sentence; ++i) {
    if (i != 0) out += ", ";
    out += shortened(rules.properties[i].first, 64);
  }
  if (rules.properties.size() > shown_in_sentence) out += ", ...";
  if (!rules.patterns.empty())
    out += rules.properties.empty() ? " by name, only by pattern" : ", and some by pattern";
  return out;
}

}  // namespace mcpawl::detail
