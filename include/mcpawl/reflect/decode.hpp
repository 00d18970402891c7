// mcpawl/reflect/decode.hpp - reads a value from JSON, or tells what is wrong with it
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/separate.hpp>
#include <mcpawl/reflect/decode_options.hpp>
#include <mcpawl/reflect/decode_problem.hpp>
#include <mcpawl/reflect/model.hpp>
#include <mcpawl/reflect/schema_type.hpp>

#include <boost/json/value.hpp>

#include <optional>
#include <type_traits>

namespace mcpawl::detail {

/** Read a value of a described type into `to`; what is wrong, or nothing. */
MCPAWL_DECL decode_problems read_value(type_descriptor const& type, boost::json::value const& json, void* to,
                                       decode_options options, problem_search search);

/** Read `to` from JSON that `schema_of<T>()` must describe; nothing if it does, else the first problem.

    Members that may be left out and are keep the value they have in `to`: pass a fresh `T{}`. A member that
    is a std::optional also takes `null`. `3.0` is an integer, `3.5` and `"3"` are not. Members that `T` does
    not have are refused, unless `options` say otherwise. A std::variant becomes the first of its alternatives
    that can be read. After a problem `to` is filled in part and should be thrown away.

    @par Errors
    None is thrown for any input; only `std::bad_alloc` can come out. The pointer and the message of a problem
    are short, however long the input is, and can be sent back to the client.
*/
template <schema_type T>
requires(!std::is_const_v<T>)
std::optional<decode_problem> decode(boost::json::value const& json, T& to, decode_options options = {}) {
  auto problems = read_value(descriptor_of<T>, json, &to, options, problem_search::first);
  if (!problems) return {};
  return problems.take_first();
}

/** The same, but tells everything that is wrong, of much the first problems: for who can mend it at once. */
template <schema_type T>
requires(!std::is_const_v<T>)
decode_problems decode_all(boost::json::value const& json, T& to, decode_options options = {}) {
  return read_value(descriptor_of<T>, json, &to, options, problem_search::all);
}

/** The same as `decode`, but members that `T` does not have, at any depth, are passed over: for what others write, such
    as the claims of a token, to which they may add at any time. */
template <schema_type T>
requires(!std::is_const_v<T>)
std::optional<decode_problem> decode_known(boost::json::value const& json, T& to) {
  return decode(json, to, {.ignore_unknown = true});
}

}  // namespace mcpawl::detail

#ifndef MCPAWL_SEPARATE_COMPILATION
#include <mcpawl/reflect/decode.ipp>
#endif
