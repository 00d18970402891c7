// mcpawl/jsonrpc/strict_json.hpp - parse JSON that came from outside, refusing what is ambiguous
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/storage_ptr.hpp>
#include <boost/json/value.hpp>

#include <mcpawl/jsonrpc/errc.hpp>
#include <mcpawl/jsonrpc/json_reader.hpp>

#include <cstddef>
#include <string_view>
#include <utility>

namespace mcpawl::detail {

/** Why a text is no JSON, where that can be said shortly. */
inline json_errc syntax_errc(std::string_view text) noexcept {
  if (text.starts_with("\xef\xbb\xbf")) return json_errc::byte_order_mark;
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos ? json_errc::nothing : json_errc::syntax;
}

/** Count the members of all objects in a value; the recursion is bounded by the depth of its text. */
inline std::size_t count_members(boost::json::value const& v) noexcept {
  std::size_t count = 0;
  if (auto const* object = v.if_object()) {
    count = object->size();
    for (auto const& member : *object)
      if (member.value().is_structured()) count += count_members(member.value());
  } else if (auto const* array = v.if_array()) {
    for (auto const& element : *array)
      if (element.is_structured()) count += count_members(element);
  }
  return count;
}

/** Parse one whole JSON text (RFC 8259), strictly.

    Of two equal member names Boost.JSON keeps the last without a word; two parsers that disagree about
    a message are how filters are bypassed, so this refuses it. Invalid UTF-8, a byte order mark,
    comments, trailing commas, numbers beyond a double and anything after the text are refused too. An integer is
    exact as far as 64 bits reach; any other number becomes the nearest double.

    Its tables of members hash with a function whose collisions anybody can compute, so that one object with many
    names costs the square of their number: for texts of strangers, bound the members.

    @param storage  where the value allocates; it must outlive the value.

    @par Errors
    `json_errc`. Nothing but `std::bad_alloc` is thrown.
*/
inline result<boost::json::value> parse_strict_json(std::string_view text, json_limits const& bounds,
                                                    boost::json::storage_ptr storage = {}) {
  json_reader reader(text, bounds, std::move(storage));
  if (!reader.run()) return reader.wrong() == json_errc::syntax ? syntax_errc(text) : reader.wrong();
  boost::json::value value = reader.release();
  // of equal names all but the last are dropped: then more was written than was kept
  if (count_members(value) != reader.members()) return json_errc::duplicate_member;
  return value;
}

}  // namespace mcpawl::detail
