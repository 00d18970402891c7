// mcpawl/text/json_pointer.hpp - the way to a part of a JSON value, and its JSON Pointer
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/text/json_text.hpp>
#include <mcpawl/text/utf8.hpp>

#include <boost/json/object.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace mcpawl::detail {

/** Cut a text to `limit` bytes at the end of a code point. */
inline std::string shortened(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return std::string(text);
  std::size_t size = 0;
  for (;;) {
    std::size_t const next = size + first_code_point(text.substr(size)).size;
    if (next > limit) break;
    size = next;
  }
  return std::string(text.substr(0, size)) + "...";
}

/** One step of the way from the root of a JSON value to a value inside, on the stack. */
struct json_step {
  json_step const* before;
  std::string_view name;
  std::size_t index;  ///< Where `name` has no data.
  std::size_t depth = before == nullptr ? 1 : before->depth + 1;
};

/** Append `/` and a name, escaped (RFC 6901 section 3). */
inline void append_pointer_name(std::string& out, std::string_view name) {
  out += '/';
  for (char c : name) {
    if (c == '~')
      out += "~0";
    else if (c == '/')
      out += "~1";
    else
      out += c;
  }
}

/** Append the JSON Pointer of a step. */
inline void append_pointer(std::string& out, json_step const* at) {
  if (at == nullptr) return;
  append_pointer(out, at->before);
  if (at->name.data() == nullptr) {
    out += '/';
    append_json_number(out, at->index);
  } else {
    append_pointer_name(out, shortened(at->name, 64));
  }
}

/** The name of a member. */
inline std::string_view key_of(boost::json::key_value_pair const& member) noexcept {
  // an empty key must not look like an index
  return member.key().empty() ? std::string_view("")
                              : std::string_view(member.key().data(), member.key().size());
}

}  // namespace mcpawl::detail
