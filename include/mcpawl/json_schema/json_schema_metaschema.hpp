// mcpawl/json_schema/json_schema_metaschema.hpp - the schemas of JSON Schema 2020-12 itself
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/json_schema/json_schema_library.hpp>

#include <boost/json/parse.hpp>

#include <string>
#include <string_view>

namespace mcpawl::detail {

/** The documents that `https://json-schema.org/draft/2020-12/schema` consists of, without their annotations.
    Parsed when the first schema refers to one of them. */
inline json_schema_library const& metaschema_library() {
  static json_schema_library const library = [] {
    constexpr std::string_view documents[][2] = {
        {"schema",
         R"("allOf":[{"$ref":"meta/core"},{"$ref":"meta/applicator"},{"$ref":"meta/unevaluated"},
           {"$ref":"meta/validation"},{"$ref":"meta/meta-data"},{"$ref":"meta/format-annotation"},
           {"$ref":"meta/content"}],
           "properties":{"definitions":{"type":"object","additionalProperties":{"$dynamicRef":"#meta"}},
           "dependencies":{"type":"object","additionalProperties":{"anyOf":[{"$dynamicRef":"#meta"},
           {"$ref":"meta/validation#/$defs/stringArray"}]}},
           "$recursiveAnchor":{"$ref":"meta/core#/$defs/anchorString"},
           "$recursiveRef":{"$ref":"meta/core#/$defs/uriReferenceString"}})"},
        {"meta/core",
         R"("properties":{"$id":{"$ref":"#/$defs/uriReferenceString","pattern":"^[^#]*#?$"},
           "$schema":{"$ref":"#/$defs/uriString"},"$ref":{"$ref":"#/$defs/uriReferenceString"},
           "$anchor":{"$ref":"#/$defs/anchorString"},"$dynamicRef":{"$ref":"#/$defs/uriReferenceString"},
           "$dynamicAnchor":{"$ref":"#/$defs/anchorString"},"$comment":{"type":"string"},
           "$vocabulary":{"type":"object","propertyNames":{"$ref":"#/$defs/uriString"},
           "additionalProperties":{"type":"boolean"}},
           "$defs":{"type":"object","additionalProperties":{"$dynamicRef":"#meta"}}},
           "$defs":{"anchorString":{"type":"string","pattern":"^[A-Za-z_][-A-Za-z0-9._]*$"},
           "uriString":{"type":"string","format":"uri"},
           "uriReferenceString":{"type":"string","format":"uri-reference"}})"},
        {"meta/applicator",
         R"("properties":{"prefixItems":{"$ref":"#/$defs/schemaArray"},"items":{"$dynamicRef":"#meta"},
           "contains":{"$dynamicRef":"#meta"},"additionalProperties":{"$dynamicRef":"#meta"},
           "properties":{"$ref":"#/$defs/schemaMap"},
           "patternProperties":{"$ref":"#/$defs/schemaMap","propertyNames":{"format":"regex"}},
           "dependentSchemas":{"$ref":"#/$defs/schemaMap"},"propertyNames":{"$dynamicRef":"#meta"},
           "if":{"$dynamicRef":"#meta"},"then":{"$dynamicRef":"#meta"},"else":{"$dynamicRef":"#meta"},
           "allOf":{"$ref":"#/$defs/schemaArray"},"anyOf":{"$ref":"#/$defs/schemaArray"},
           "oneOf":{"$ref":"#/$defs/schemaArray"},"not":{"$dynamicRef":"#meta"}},
           "$defs":{"schemaArray":{"type":"array","minItems":1,"items":{"$dynamicRef":"#meta"}},
           "schemaMap":{"type":"object","additionalProperties":{"$dynamicRef":"#meta"}}})"},
        {"meta/unevaluated",
         R"("properties":{"unevaluatedItems":{"$dynamicRef":"#meta"},
           "unevaluatedProperties":{"$dynamicRef":"#meta"}})"},
        {"meta/validation",
         R"("properties":{"type":{"anyOf":[{"$ref":"#/$defs/simpleTypes"},{"type":"array",
           "items":{"$ref":"#/$defs/simpleTypes"},"minItems":1,"uniqueItems":true}]},
           "const":true,"enum":{"type":"array","items":true},
           "multipleOf":{"type":"number","exclusiveMinimum":0},
           "maximum":{"type":"number"},"exclusiveMaximum":{"type":"number"},
           "minimum":{"type":"number"},"exclusiveMinimum":{"type":"number"},
           "maxLength":{"$ref":"#/$defs/count"},"minLength":{"$ref":"#/$defs/count"},
           "pattern":{"type":"string","format":"regex"},
           "maxItems":{"$ref":"#/$defs/count"},"minItems":{"$ref":"#/$defs/count"},
           "uniqueItems":{"type":"boolean"},
           "maxContains":{"$ref":"#/$defs/count"},"minContains":{"$ref":"#/$defs/count"},
           "maxProperties":{"$ref":"#/$defs/count"},"minProperties":{"$ref":"#/$defs/count"},
           "required":{"$ref":"#/$defs/stringArray"},
           "dependentRequired":{"type":"object","additionalProperties":{"$ref":"#/$defs/stringArray"}}},
           "$defs":{"count":{"type":"integer","minimum":0},
           "simpleTypes":{"enum":["array","boolean","integer","null","number","object","string"]},
           "stringArray":{"type":"array","items":{"type":"string"},"uniqueItems":true}})"},
        {"meta/meta-data",
         R"("properties":{"title":{"type":"string"},"description":{"type":"string"},"default":true,
           "deprecated":{"type":"boolean"},"readOnly":{"type":"boolean"},"writeOnly":{"type":"boolean"},
           "examples":{"type":"array","items":true}})"},
        {"meta/format-annotation", R"("properties":{"format":{"type":"string"}})"},
        {"meta/content",
         R"("properties":{"contentEncoding":{"type":"string"},"contentMediaType":{"type":"string"},
           "contentSchema":{"$dynamicRef":"#meta"}})"},
    };
    json_schema_library all;
    for (auto const& [name, rest] : documents) {
      std::string const uri = "https://json-schema.org/draft/2020-12/" + std::string(name);
      std::string text = R"({"$id":")" + uri + R"(","$dynamicAnchor":"meta","type":["object","boolean"],)";
      (text += rest) += '}';
      all.add(uri, boost::json::parse(text));
    }
    return all;
  }();
  return library;
}

}  // namespace mcpawl::detail
