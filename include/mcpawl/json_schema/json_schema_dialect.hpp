// mcpawl/json_schema/json_schema_dialect.hpp - the vocabularies of JSON Schema 2020-12 and where schemas hold
// schemas
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/json_schema/json_schema_library.hpp>
#include <mcpawl/json_schema/json_schema_metaschema.hpp>
#include <mcpawl/reflect/decode_problem.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace mcpawl::detail {

/** The vocabularies that decide something, as bits. Those that only annotate are known, but need no bit. */
enum schema_vocabulary : std::uint8_t {
  core_vocabulary = 1,
  applicator_vocabulary = 2,
  validation_vocabulary = 4,
  unevaluated_vocabulary = 8,
  annotation_vocabulary = 16,
  all_vocabularies = 31
};

inline constexpr std::string_view schema_2020_12 = "https://json-schema.org/draft/2020-12/schema";

/** How the value of a keyword holds schemas. */
enum class subschemas { one, list, map };

struct subschema_keyword {
  std::string_view name;
  schema_vocabulary vocabulary;
  subschemas shape;
};

inline constexpr subschema_keyword subschema_keywords[] = {
    {"$defs", core_vocabulary, subschemas::map},
    {"definitions", core_vocabulary, subschemas::map},
    {"properties", applicator_vocabulary, subschemas::map},
    {"patternProperties", applicator_vocabulary, subschemas::map},
    {"dependentSchemas", applicator_vocabulary, subschemas::map},
    {"allOf", applicator_vocabulary, subschemas::list},
    {"anyOf", applicator_vocabulary, subschemas::list},
    {"oneOf", applicator_vocabulary, subschemas::list},
    {"prefixItems", applicator_vocabulary, subschemas::list},
    {"additionalProperties", applicator_vocabulary, subschemas::one},
    {"propertyNames", applicator_vocabulary, subschemas::one},
    {"items", applicator_vocabulary, subschemas::one},
    {"contains", applicator_vocabulary, subschemas::one},
    {"not", applicator_vocabulary, subschemas::one},
    {"if", applicator_vocabulary, subschemas::one},
    {"then", applicator_vocabulary, subschemas::one},
    {"else", applicator_vocabulary, subschemas::one},
    {"unevaluatedItems", unevaluated_vocabulary, subschemas::one},
    {"unevaluatedProperties", unevaluated_vocabulary, subschemas::one},
    {"contentSchema", annotation_vocabulary, subschemas::one},
};

/** What a `$schema` stands for: its vocabularies, or a sentence about why it cannot be used. */
struct schema_dialect {
  std::uint8_t vocabularies = all_vocabularies;
  std::string refusal;
};

inline schema_dialect find_dialect(std::string_view uri, json_schema_library const& library) {
  if (uri.ends_with('#')) uri.remove_suffix(1);
  if (uri == schema_2020_12) return {};
  auto const* const document = library.find(uri);
  if (document == nullptr || !document->is_object())
    return {0, "names a dialect that is not known: " + shortened(uri, 200) + "; known is " +
                   std::string(schema_2020_12)};
  auto const* const listed = document->get_object().if_contains("$vocabulary");
  if (listed == nullptr || !listed->is_object()) return {};
  constexpr std::string_view prefix = "https://json-schema.org/draft/2020-12/vocab/";
  schema_dialect out{core_vocabulary, {}};
  for (auto const& member : listed->get_object()) {
    std::string_view const name(member.key().data(), member.key().size());
    std::string_view const own = name.starts_with(prefix) ? name.substr(prefix.size()) : std::string_view();
    bool const required = member.value().is_bool() && member.value().get_bool();
    if (own == "applicator")
      out.vocabularies |= applicator_vocabulary;
    else if (own == "validation")
      out.vocabularies |= validation_vocabulary;
    else if (own == "unevaluated")
      out.vocabularies |= unevaluated_vocabulary;
    else if (own == "content" || own == "meta-data" || own == "format-annotation")
      out.vocabularies |= annotation_vocabulary;
    else if (own != "core" && required)
      return {0, "requires a vocabulary that is not known: " + shortened(name, 200)};
  }
  return out;
}

}  // namespace mcpawl::detail
