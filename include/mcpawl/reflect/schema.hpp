// mcpawl/reflect/schema.hpp - the JSON Schema of a type
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/separate.hpp>
#include <mcpawl/reflect/descriptor.hpp>
#include <mcpawl/reflect/model.hpp>
#include <mcpawl/reflect/schema_type.hpp>

#include <string>
#include <type_traits>

namespace mcpawl::detail {

/** The JSON Schema of a described type. */
MCPAWL_DECL std::string schema_text(type_descriptor const& type);

/** The JSON Schema (2020-12, without `$schema`) of the values of `T`, as compact JSON text.

    Text and order of the keywords depend on the type and its docs only. Integers of 8 and 16 bits tell the
    ends of their type and unsigned ones their 0, but nothing tells those of wider types, though they are
    enforced; a field that may be left out is not in `required` and tells its `default` (initialisers.hpp has
    the rule); objects take no other members.

    https://json-schema.org/draft/2020-12
*/
template <schema_type T>
std::string schema_of() {
  return schema_text(descriptor_of<std::remove_cvref_t<T>>);
}

}  // namespace mcpawl::detail

#ifndef MCPAWL_SEPARATE_COMPILATION
#include <mcpawl/reflect/schema.ipp>
#endif
