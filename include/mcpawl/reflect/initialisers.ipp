// mcpawl/reflect/initialisers.ipp - the bodies of initialisers.hpp
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/reflect/initialisers.hpp>
#include <mcpawl/reflect/value_writer.hpp>
#include <mcpawl/text/pattern_parser.hpp>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** The JSON of a value that its type alone initialised, where that type is no scalar. */
inline std::string initial_json(type_descriptor const& type) {
  std::string text;
  value_writer writer(text, written_bounds::ignored);
  auto const write = [&](void const* value) { writer.write(type, value); };
  switch (type.kind) {
    case json_kind::string: return "\"\"";
    case json_kind::array: return "[]";
    case json_kind::map: return "{}";
    case json_kind::object: static_cast<object_descriptor const&>(type).with_initial(write); break;
    case json_kind::variant: static_cast<variant_descriptor const&>(type).with_initial(write); break;
    case json_kind::tuple: static_cast<tuple_descriptor const&>(type).with_initial(write); break;
    case json_kind::converted: static_cast<converted_descriptor const&>(type).with_initial(write); break;
    case json_kind::any: {
      auto const shape = static_cast<any_descriptor const&>(type).shape;
      return shape == json_kind::object ? "{}" : shape == json_kind::array ? "[]" : "null";
    }
    case json_kind::boolean:
    case json_kind::integer:
    case json_kind::number:
    case json_kind::enumeration:
    case json_kind::optional: break;
  }
  return text;
}

constexpr bool is_scalar(type_descriptor const& type) noexcept {
  auto const kind = type.kind;
  if (kind == json_kind::converted) return static_cast<converted_descriptor const&>(type).scalar;
  return kind == json_kind::boolean || kind == json_kind::integer || kind == json_kind::number ||
         kind == json_kind::enumeration;
}

MCPAWL_DECL field_state make_type_state(field_rules const& rules) {
  field_state state;
  if (!rules.pattern.empty()) state.compiled = compile_pattern(rules.pattern);
  return state;
}

/** Apply the rule to one field, whose initial value is at `member`. */
inline field_state make_field_state(field_descriptor const& field, void const* member,
                                    bool initialised_scalar) {
  field_state state = make_type_state(field.rules);
  if (field.rules.required) return state;

  auto const& type = without_optional_of(*field.type);
  bool const optional = &type != field.type;
  if (optional) member = static_cast<optional_descriptor const&>(*field.type).get(member);
  std::string initial;
  value_writer writer(initial, written_bounds::ignored);
  if (member != nullptr) writer.write(type, member);

  bool const has_default = field.rules.defaulted || (optional          ? member != nullptr
                                                     : is_scalar(type) ? initialised_scalar
                                                                       : initial != initial_json(type));
  state.required = !has_default && !optional;
  // NaN and an enumeration's value without a name have no JSON
  if (has_default && member != nullptr && !writer.failed()) state.default_json = std::move(initial);
  return state;
}

MCPAWL_DECL std::vector<field_state> make_field_states(object_descriptor const& type,
                                                       bool const* initialised_scalars) {
  std::vector<field_state> states;
  type.with_initial([&](void const* initial) {
    void* members[max_fields];
    type.addresses(const_cast<void*>(initial), members);  // they are only read
    for (std::size_t i = 0; i != type.fields.size(); ++i) {
      states.push_back(make_field_state(type.fields[i], members[i], initialised_scalars[i]));
    }
  });
  return states;
}

}  // namespace mcpawl::detail
