// mcpawl/text/number_text.hpp - texts that are one number of JSON
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/json/value.hpp>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>

namespace mcpawl::detail {

/** True for a number as JSON spells it (RFC 8259 section 6), without white space around it. */
inline bool is_number_text(std::string_view text) noexcept {
  auto const skip_digits = [&text]() noexcept {
    std::size_t count = 0;
    while (count != text.size() && text[count] >= '0' && text[count] <= '9') ++count;
    text.remove_prefix(count);
    return count;
  };
  if (text.starts_with('-')) text.remove_prefix(1);
  bool const zero = text.starts_with('0');
  std::size_t const whole = skip_digits();
  if (whole == 0 || (zero && whole != 1)) return false;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (skip_digits() == 0) return false;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    if (skip_digits() == 0) return false;
  }
  return text.empty();
}

/** Read a text that is one number as `std::from_chars` takes it, and nothing else; false for any other, and for
    what the type cannot hold. */
template <class Number>
bool read_number(std::string_view text, Number& out) noexcept {
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

/** Read a text that is one number and nothing else; nothing for any other, and for numbers that a double
    cannot hold. An integer stays exact as far as 64 bits reach. */
inline std::optional<boost::json::value> number_of_text(std::string_view text) noexcept {
  if (!is_number_text(text)) return std::nullopt;
  auto const read = [text](auto number) -> std::optional<boost::json::value> {
    if (!read_number(text, number)) return std::nullopt;
    return boost::json::value(number);
  };
  if (auto const small = read(std::int64_t{})) return small;
  if (auto const large = read(std::uint64_t{})) return large;
  return read(double{});
}

}  // namespace mcpawl::detail
