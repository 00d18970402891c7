// mcpawl/reflect/encode.hpp - writes a value as JSON text
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/separate.hpp>
#include <mcpawl/reflect/encode_problem.hpp>
#include <mcpawl/reflect/model.hpp>
#include <mcpawl/reflect/schema_type.hpp>
#include <mcpawl/reflect/written_bounds.hpp>

#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>

namespace mcpawl::detail {

/** Append a value of a described type as JSON; the first part of it that has none, or nothing. */
[[nodiscard]] MCPAWL_DECL std::optional<encode_problem> write_value(type_descriptor const& type,
                                                                    void const* value, std::string& out,
                                                                    written_bounds bounds);

/** Append `value` to `out` as JSON that `schema_of<T>()` describes; nothing if it has such JSON, else the
    first part that has none.

    Members come in their order; one that is an empty std::optional is left out (elsewhere an empty optional
    is `null`). Bytes of a string that are not UTF-8 become U+FFFD. NaN and the infinities, and a value of an
    enumeration that has no name, have no JSON: what may be absent should be a std::optional. `out` then has
    `null` in their place and should be thrown away. The same holds for what is outside of the bounds of its docs, unless
    they are ignored.

    @par Errors
    None is thrown for any value; only `std::bad_alloc` can come out.
*/
template <schema_type T>
[[nodiscard]] std::optional<encode_problem> encode(T const& value, std::string& out,
                                                   written_bounds bounds = written_bounds::checked) {
  return write_value(descriptor_of<T>, &value, out, bounds);
}

/** Append what a function of the user returned; throws what the log is to say if it has no JSON.

    @param what  names the value in the log: `the result`. */
template <schema_type T>
void encode_or_throw(T const& value, std::string& out, char const* what) {
  if (auto const problem = encode(value, out)) throw std::logic_error(sentence_of(*problem, what));
}

}  // namespace mcpawl::detail

#ifndef MCPAWL_SEPARATE_COMPILATION
#include <mcpawl/reflect/encode.ipp>
#endif
