// mcpawl/jsonrpc/strict_json.hpp - parse JSON that came from outside, refusing what is ambiguous
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/error.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parser.hpp>
#include <boost/json/storage_ptr.hpp>
#include <boost/json/value.hpp>

#include <mcpawl/jsonrpc/errc.hpp>

#include <cmath>
#include <cstddef>
#include <string_view>
#include <utility>

namespace mcpawl {

namespace detail {

/** Count the members written in a valid JSON text: its colons outside of strings. */
inline std::size_t members_written(std::string_view text) noexcept {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ':') {
      ++count;
    } else if (text[i] == '"') {
      for (++i; i < text.size() && text[i] != '"'; ++i) {
        if (text[i] == '\\') ++i;
      }
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

}  // namespace detail

/** Parse one whole JSON text (RFC 8259), strictly.

    Boost.JSON keeps the last of two equal member names without a word; two parsers that disagree about
    a message are how filters are bypassed, so this refuses it. Invalid UTF-8, a byte order mark,
    comments, trailing commas, numbers beyond a double and anything after the text are refused too.

    @param storage  where the value allocates; it must outlive the value.
    Errors: `json_errc`. Nothing but `std::bad_alloc` is thrown.
*/
inline result<boost::json::value> parse_strict_json(std::string_view text, std::size_t max_depth,
                                                    boost::json::storage_ptr storage = {}) {
  boost::json::parse_options options;
  options.max_depth = max_depth;
  unsigned char scratch[2048];
  boost::json::parser parser{{}, options, scratch, sizeof scratch};
  parser.reset(std::move(storage));
  error_code ec;
  parser.write(text.data(), text.size(), ec);
  if (ec) return ec == boost::json::error::too_deep ? json_errc::too_deep : detail::syntax_errc(text);
  boost::json::value value = parser.release();
  detail::json_census census;
  detail::take_census(value, census);
  if (!census.finite) return json_errc::number_range;
  // the parser silently drops all but the last of equal names: then more was written than was kept
  if (detail::members_written(text) != census.members) return json_errc::duplicate_member;
  return value;
}

}  // namespace mcpawl
