// mcpawl/text/any_integer.hpp - an integer of any width up to 64 bits, signed or not
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/text/json_text.hpp>

#include <concepts>
#include <cstdint>
#include <limits>
#include <string>

namespace mcpawl::detail {

/** Sign and magnitude: every `std::int64_t` and every `std::uint64_t`, compared by value. */
class any_integer {
public:
  constexpr any_integer() = default;
  template <std::integral T>
  explicit constexpr any_integer(T value) noexcept
      : negative_(value < T{}),
        magnitude_(negative_ ? ~static_cast<std::uint64_t>(value) + 1 : static_cast<std::uint64_t>(value)) {}

  /** An integral `value` whose absolute value is below 2^64. */
  static constexpr any_integer of_double(double value) noexcept {
    any_integer result;
    result.negative_ = value < 0;
    result.magnitude_ = static_cast<std::uint64_t>(value < 0 ? -value : value);
    return result;
  }

  /** The value as a `T`, which must be able to hold it. */
  template <std::integral T>
  constexpr T as() const noexcept {
    return static_cast<T>(negative_ ? ~magnitude_ + 1 : magnitude_);
  }

  friend constexpr bool operator==(any_integer, any_integer) = default;
  friend constexpr bool operator<(any_integer a, any_integer b) noexcept {
    if (a.negative_ != b.negative_) return a.negative_;
    return a.negative_ ? b.magnitude_ < a.magnitude_ : a.magnitude_ < b.magnitude_;
  }

  void append_to(std::string& out) const {
    if (negative_) out += '-';
    append_json_number(out, magnitude_);
  }

private:
  bool negative_ = false;  // never with the magnitude 0
  std::uint64_t magnitude_ = 0;
};

/** The ends of an integer type. */
template <std::integral T>
inline constexpr any_integer least_of{std::numeric_limits<T>::min()};
template <std::integral T>
inline constexpr any_integer most_of{std::numeric_limits<T>::max()};

}  // namespace mcpawl::detail
