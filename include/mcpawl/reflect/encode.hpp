// mcpawl/reflect/encode.hpp - writes a value as JSON text
#pragma once

#include <mcpawl/reflect/model.hpp>
#include <mcpawl/reflect/schema_type.hpp>
#include <mcpawl/reflect/value_writer.hpp>

#include <string>
#include <type_traits>

namespace mcpawl {

/** Append `value` to `out` as JSON that `schema_of<T>()` describes.

    Members come in their order; one that is an empty std::optional is left out (elsewhere an empty optional
   is `null`). NaN and the infinities, and a value of an enumeration that has no name, have no JSON and become
   `null`: a result that may be absent should be an optional. Bytes of a string that are not UTF-8 become
   U+FFFD.
*/
template <schema_type T>
void encode(T const& value, std::string& out) {
  detail::write_value(out, detail::descriptor_of<T>, &value);
}

}  // namespace mcpawl
