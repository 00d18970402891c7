// mcpawl/jsonrpc/strict_json.hpp - parse JSON that came from outside, refusing what is ambiguous
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/container/small_vector.hpp>
#include <boost/json/array.hpp>
#include <boost/json/error.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parser.hpp>
#include <boost/json/storage_ptr.hpp>
#include <boost/json/value.hpp>

#include <mcpawl/jsonrpc/errc.hpp>

#include <cmath>
#include <cstddef>
#include <limits>
#include <string_view>
#include <utility>

namespace mcpawl::detail {

/** The bounds of a JSON text. */
struct json_limits {
  constexpr json_limits(std::size_t max_depth,
                        std::size_t max_members = std::numeric_limits<std::size_t>::max()) noexcept
      : depth(max_depth), members(max_members) {}

  std::size_t depth;    ///< Nesting of arrays and objects.
  std::size_t members;  ///< Members of one object.
};

/** What is written in a JSON text: its colons outside of strings, and where they stand. */
struct members_written {
  std::size_t in_all = 0;
  bool too_many = false;  ///< One object has more of them than is allowed.
};

/** Where the string that begins at `quote` ends: at its last quotation mark, or at `npos`. */
constexpr std::size_t end_of_string(std::string_view text, std::size_t quote) noexcept {
  for (auto end = quote;;) {
    end = text.find('"', end + 1);
    if (end == std::string_view::npos) return end;
    auto escapes = end;
    while (text[escapes - 1] == '\\') --escapes;
    if ((end - escapes) % 2 == 0) return end;
  }
}

/** Count members in one look at a text, which need not be valid JSON. */
inline members_written count_members(std::string_view text, json_limits const& bounds) {
  members_written count;
  std::size_t here = 0;                                   // in the object that is open
  boost::container::small_vector<std::size_t, 64> outer;  // in those around it
  for (std::size_t i = 0; i < text.size(); ++i) {
    switch (text[i]) {
      case ':':
        ++count.in_all;
        if (++here > bounds.members) count.too_many = true;
        break;
      case '{':
      case '[':
        // deeper ones are the parser's to refuse
        if (outer.size() > bounds.depth) return count;
        outer.push_back(here);
        here = 0;
        break;
      case '}':
      case ']':
        if (outer.empty()) return count;
        here = outer.back();
        outer.pop_back();
        break;
      case '"':
        i = end_of_string(text, i);
        if (i == std::string_view::npos) return count;
        break;
      default: break;
    }
  }
  return count;
}

/** Why a text is no JSON, where that can be said shortly. */
inline json_errc syntax_errc(std::string_view text) noexcept {
  if (text.starts_with("\xef\xbb\xbf")) return json_errc::byte_order_mark;
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos ? json_errc::nothing : json_errc::syntax;
}

/** What a parsed value consists of. */
struct json_census {
  std::size_t members = 0;
  bool finite = true;
};

/** Look at every part of a value; the recursion is bounded by the parser's depth limit. */
inline void take_census(boost::json::value const& v, json_census& census) noexcept {
  if (auto const* object = v.if_object()) {
    census.members += object->size();
    for (auto const& member : *object) take_census(member.value(), census);
  } else if (auto const* array = v.if_array()) {
    for (auto const& element : *array) take_census(element, census);
  } else if (auto const* number = v.if_double()) {
    census.finite = census.finite && std::isfinite(*number);
  }
}

/** Parse one whole JSON text (RFC 8259), strictly.

    Boost.JSON keeps the last of two equal member names without a word; two parsers that disagree about
    a message are how filters are bypassed, so this refuses it. Invalid UTF-8, a byte order mark,
    comments, trailing commas, numbers beyond a double and anything after the text are refused too.

    Its tables of members hash with a function whose collisions anybody can compute, so that one object with many
    names costs the square of their number: for texts of strangers, bound the members.

    @param storage  where the value allocates; it must outlive the value.

    @par Errors
    `json_errc`. Nothing but `std::bad_alloc` is thrown.
*/
inline result<boost::json::value> parse_strict_json(std::string_view text, json_limits const& bounds,
                                                    boost::json::storage_ptr storage = {}) {
  auto const written = count_members(text, bounds);
  if (written.too_many) return json_errc::too_many_members;
  boost::json::parse_options options;
  options.max_depth = bounds.depth;
  unsigned char scratch[2048];
  boost::json::parser parser{{}, options, scratch, sizeof scratch};
  parser.reset(std::move(storage));
  error_code ec;
  parser.write(text.data(), text.size(), ec);
  if (ec == boost::json::error::too_deep) return json_errc::too_deep;
  // Boost 1.81 refuses an exponent that newer versions read as infinity
  if (ec == boost::json::error::exponent_overflow) return json_errc::number_range;
  if (ec) return syntax_errc(text);
  boost::json::value value = parser.release();
  json_census census;
  take_census(value, census);
  if (!census.finite) return json_errc::number_range;
  // the parser silently drops all but the last of equal names: then more was written than was kept
  if (written.in_all != census.members) return json_errc::duplicate_member;
  return value;
}

}  // namespace mcpawl::detail
