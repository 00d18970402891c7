// mcpawl/text/json_number.hpp - the numbers of JSON values compared and divided exactly
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/text/any_integer.hpp>

#include <boost/json/value.hpp>

#include <charconv>
#include <cmath>
#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

namespace mcpawl::detail {

/** Whether a number is an integer as JSON Schema has it: `3.0` is one. */
inline bool is_json_integer(boost::json::value const& value) noexcept {
  auto const* const d = value.if_double();
  return d != nullptr ? std::isfinite(*d) && std::trunc(*d) == *d : value.is_int64() || value.is_uint64();
}

/** A number of a JSON value as an integer of at most 64 bits, if it is one. */
inline std::optional<any_integer> as_integer(boost::json::value const& value) noexcept {
  if (auto const* const i = value.if_int64()) return any_integer(*i);
  if (auto const* const u = value.if_uint64()) return any_integer(*u);
  constexpr double limit = 18446744073709551616.0;  // 2^64
  auto const* const d = value.if_double();
  if (d == nullptr || !(std::fabs(*d) < limit) || std::trunc(*d) != *d) return {};
  return any_integer::of_double(*d);
}

/** Compare two numbers by value, whatever they are stored as; nothing is rounded. */
inline std::partial_ordering compare_numbers(boost::json::value const& a,
                                             boost::json::value const& b) noexcept {
  auto const x = as_integer(a), y = as_integer(b);
  if (x && y)
    return *x < *y   ? std::partial_ordering::less
           : *y < *x ? std::partial_ordering::greater
                     : std::partial_ordering::equivalent;
  auto const *const c = a.if_double(), *const d = b.if_double();
  if (c != nullptr && d != nullptr) return *c <=> *d;
  if (c == nullptr) return 0 <=> compare_numbers(b, a);
  // a double with a fraction, or beyond 64 bits, against an integer
  constexpr double limit = 18446744073709551616.0;
  if (!(std::fabs(*c) < limit)) return *c <=> 0.0;
  auto const below = any_integer::of_double(std::trunc(*c));
  if (below == *y) return *c <=> std::trunc(*c);
  return below < *y ? std::partial_ordering::less : std::partial_ordering::greater;
}

/** `digits` times ten to the `exponent`. */
struct decimal {
  std::uint64_t digits = 0;
  int exponent = 0;
};

/** The absolute value of a finite number, of a double in the fewest digits that read back as the same. */
inline decimal decimal_of(boost::json::value const& value) noexcept {
  if (auto const* const i = value.if_int64()) {
    auto const u = static_cast<std::uint64_t>(*i);
    return {*i < 0 ? ~u + 1 : u, 0};
  }
  if (auto const* const u = value.if_uint64()) return {*u, 0};
  char text[32];
  auto const end =
      std::to_chars(text, text + sizeof text, std::fabs(*value.if_double()), std::chars_format::scientific)
          .ptr;
  std::string_view const number(text, static_cast<std::size_t>(end - text));
  decimal out;
  auto const e = number.find('e');
  for (std::size_t i = 0; i != e; ++i) {
    if (number[i] == '.') continue;
    out.digits = out.digits * 10 + static_cast<std::uint64_t>(number[i] - '0');
    if (i > 1) --out.exponent;
  }
  int power = 0;
  std::size_t const sign = number[e + 1] == '+' ? 1 : 0;
  std::from_chars(text + e + 1 + sign, end, power);
  out.exponent += power;
  return out;
}

/** Whether `value` divided by `divisor`, which is finite and over 0, is an integer.

    Both are taken as the decimal numbers they were written as, not as the nearest doubles: 0.0075 is a
    multiple of 0.0001.
*/
inline bool is_multiple_of(boost::json::value const& value, boost::json::value const& divisor) noexcept {
  if (auto const* const d = value.if_double(); d != nullptr && !std::isfinite(*d)) return false;
  auto const number = decimal_of(value), by = decimal_of(divisor);
  if (number.digits == 0) return true;
  if (number.exponent < by.exponent) {
    constexpr auto most = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t scaled = by.digits;
    for (int i = number.exponent; i != by.exponent; ++i) {
      if (scaled > most / 10) return false;  // larger than the number itself
      scaled *= 10;
    }
    return number.digits % scaled == 0;
  }
  std::uint64_t rest = number.digits % by.digits;
  auto const doubled = [&by](std::uint64_t r) { return r >= by.digits - r ? r - (by.digits - r) : r + r; };
  auto const sum = [&by](std::uint64_t r, std::uint64_t s) {
    return r >= by.digits - s ? r - (by.digits - s) : r + s;
  };
  // ten times the rest, in steps that stay below the divisor
  for (int i = by.exponent; i != number.exponent && rest != 0; ++i) {
    auto const twice = doubled(rest);
    auto const ten = sum(doubled(doubled(twice)), twice);
    rest = ten;
  }
  return rest == 0;
}

}  // namespace mcpawl::detail
