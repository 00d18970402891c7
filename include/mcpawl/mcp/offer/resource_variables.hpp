// mcpawl/mcp/offer/resource_variables.hpp - the variables of a URI as a typed struct wants them
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include <mcpawl/mcp/offer/bind_completion.hpp>
#include <mcpawl/mcp/offer/resource_template.hpp>
#include <mcpawl/reflect/descriptor.hpp>
#include <mcpawl/text/number_text.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** A text of a URI as the JSON value a type is decoded from; what does not fit stays text, which then does
    not decode. */
inline boost::json::value typed_variable(type_descriptor const& wanted, boost::json::value const& given) {
  auto const& type = known_of(without_optional_of(wanted));
  if (type.kind == json_kind::array) {
    auto const& item = *static_cast<array_descriptor const&>(type).item;
    boost::json::array out;
    if (auto const* list = given.if_array())
      for (auto const& one : *list) out.push_back(typed_variable(item, one));
    else
      out.push_back(typed_variable(item, given));
    return out;
  }
  auto const* string = given.if_string();
  if (!string) return given;
  std::string_view const text{string->data(), string->size()};
  std::int64_t integer = 0;
  std::uint64_t natural = 0;
  double number = 0;
  switch (type.kind) {
    case json_kind::boolean:
      if (text == "true" || text == "false") return text == "true";
      break;
    case json_kind::integer:
      if (read_number(text, integer)) return integer;
      if (read_number(text, natural)) return natural;
      break;
    case json_kind::number:
      if (read_number(text, number)) return number;
      break;
    default: break;
  }
  return given;
}

/** All variables as the members of a struct are decoded from. */
inline boost::json::value typed_variables(object_descriptor const& type, boost::json::value const& given) {
  boost::json::object out;
  for (auto const& variable : given.get_object()) {
    std::string_view const name{variable.key().data(), variable.key().size()};
    auto const* field = type.fields.data();
    auto const* const end = field + type.fields.size();
    while (field != end && field->rules.name != name) ++field;
    out[variable.key()] = field == end ? variable.value() : typed_variable(*field->type, variable.value());
  }
  return out;
}

/** Tell what of a struct does not fit its template; names of enumerations complete by themselves. */
inline void check_variables(resource_template& to, object_descriptor const& type,
                            std::vector<std::string>& errors) {
  auto const states = type.states();
  std::size_t known = 0;
  for (std::size_t i = 0; i != type.fields.size(); ++i) {
    auto const& field = type.fields[i];
    std::string const name(field.rules.name);
    bool const there = to.has_variable(name);
    known += there ? 1 : 0;
    if (!there && states[i].required)
      errors.push_back("resource template \"" + to.text + "\" has no variable " + name +
                       ", which its function needs");
    auto const& bare = known_of(without_optional_of(*field.type));
    if (!there || bare.kind != json_kind::enumeration) continue;
    auto const names = static_cast<enumeration_descriptor const&>(bare).names;
    to.completers.emplace(name, word_completer(std::vector<std::string>(names.begin(), names.end())));
  }
  if (known != to.variables().size())
    errors.push_back("resource template \"" + to.text +
                     "\" has a variable that is no member of its function's struct");
}

}  // namespace mcpawl::detail
