// mcpawl/text/json_text.hpp - JSON text written straight into a string
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/text/utf8.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include <charconv>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>

namespace mcpawl {

/** Append `text` as a JSON string with its quotes.

    The output is always valid UTF-8 and valid JSON: each broken sequence becomes U+FFFD.
*/
inline void append_json_string(std::string& out, std::string_view text) {
  constexpr char hex[] = "0123456789abcdef";
  out += '"';
  std::size_t clean = 0;  // bytes from here on are copied in one go
  std::size_t at = 0;
  auto const flush = [&] { out.append(text, clean, at - clean); };
  while (at != text.size()) {
    auto const byte = static_cast<unsigned char>(text[at]);
    if (byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\') {
      ++at;
      continue;
    }
    if (byte >= 0x80) {
      auto const point = detail::first_code_point(text.substr(at));
      if (!point.valid) {
        flush();
        out += "\xef\xbf\xbd";
        clean = at + point.size;
      }
      at += point.size;
      continue;
    }
    flush();
    switch (byte) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\b': out += "\\b"; break;
      case '\f': out += "\\f"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        out += "\\u00";
        out += hex[byte >> 4];
        out += hex[byte & 15];
    }
    clean = ++at;
  }
  flush();
  out += '"';
}

/** Append an integer. */
template <std::integral Number>
requires(!std::same_as<Number, bool>)
void append_json_number(std::string& out, Number value) {
  char digits[24];
  auto const end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, end);
}

/** Append a floating point number in the fewest digits that read back as the same value.

    An integral value below 10^15 has neither a point nor an exponent, since models misread `4.2E1`.
    NaN and the infinities, which JSON cannot say, become `null`.
*/
template <std::floating_point Number>
void append_json_number(std::string& out, Number value) {
  if (!std::isfinite(value)) {
    out += "null";
    return;
  }
  char digits[64];
  bool const integral = std::fabs(value) < Number(1e15) && std::trunc(value) == value;
  auto const end = integral ? std::to_chars(digits, digits + sizeof digits, value, std::chars_format::fixed)
                            : std::to_chars(digits, digits + sizeof digits, value);
  out.append(digits, end.ptr);
  // "-0" would be read back as the integer 0
  if (integral && value == 0 && std::signbit(value)) out += ".0";
}

/** Append a JSON document.

    It recurses as deep as the value is nested, like the destructor of the value itself.

    @par Errors
    Throws only `std::bad_alloc`.
*/
inline void append_json(std::string& out, boost::json::value const& value) {
  switch (value.kind()) {
    case boost::json::kind::null: out += "null"; return;
    case boost::json::kind::bool_: out += *value.if_bool() ? "true" : "false"; return;
    case boost::json::kind::int64: append_json_number(out, *value.if_int64()); return;
    case boost::json::kind::uint64: append_json_number(out, *value.if_uint64()); return;
    case boost::json::kind::double_: append_json_number(out, *value.if_double()); return;
    case boost::json::kind::string: {
      auto const& text = *value.if_string();
      append_json_string(out, {text.data(), text.size()});
      return;
    }
    case boost::json::kind::array: {
      char separator = '[';
      for (auto const& item : *value.if_array()) {
        out += separator;
        append_json(out, item);
        separator = ',';
      }
      out += separator == '[' ? "[]" : "]";
      return;
    }
    case boost::json::kind::object: {
      char separator = '{';
      for (auto const& member : *value.if_object()) {
        out += separator;
        append_json_string(out, {member.key().data(), member.key().size()});
        out += ':';
        append_json(out, member.value());
        separator = ',';
      }
      out += separator == '{' ? "{}" : "}";
      return;
    }
  }
}

}  // namespace mcpawl
