// mcpawl/core/error.hpp - error codes, result<T>, and the conditions callers compare against
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#include <boost/system/error_category.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/error_condition.hpp>
#include <boost/system/result.hpp>

#include <concepts>
#include <string>
#include <type_traits>

namespace mcpawl {

/** What went wrong: a value of one of the enumerations `x_errc`, or of another category. */
using error_code = boost::system::error_code;

/** Holds a value or an `error_code`: what every pure layer returns instead of throwing. */
template <class T>
using result = boost::system::result<T>;

/** What a caller can do about an error, whatever layer it comes from.

    Every error enumeration of mcpawl maps each of its values to one condition, so code that only
    decides between "refuse", "try later" and "fix the settings" compares an `error_code` with these:

    @code
    if (r.error() == mcpawl::condition::unavailable) retry_later();
    @endcode
*/
enum class condition {
  malformed = 1,  ///< The bytes do not follow the format they claim to be in.
  too_large,      ///< A size, depth or count is over its limit.
  refused,        ///< Well-formed, but not acceptable: wrong signature, wrong audience, wrong type.
  expired,        ///< It was acceptable, or will be, at another time.
  unavailable,    ///< A peer did not answer, or not usefully; trying later may help.
  timed_out,      ///< A deadline of ours passed.
  configuration,  ///< A setting is missing or wrong; trying again will not help.
  internal,       ///< A library or the operating system failed us.
};

/** One line of an error enumeration's table: its text and its condition. */
struct error_entry {
  char const* text;
  condition kind;
};

namespace detail {

class condition_category final : public boost::system::error_category {
public:
  char const* name() const noexcept override { return "mcpawl"; }
  std::string message(int value) const override {
    switch (static_cast<condition>(value)) {
      case condition::malformed: return "malformed input";
      case condition::too_large: return "input over a limit";
      case condition::refused: return "refused";
      case condition::expired: return "not valid at this time";
      case condition::unavailable: return "temporarily unavailable";
      case condition::timed_out: return "timed out";
      case condition::configuration: return "configuration error";
      case condition::internal: return "internal failure";
    }
    return "unknown condition";
  }
};

inline boost::system::error_category const& condition_category_instance() noexcept {
  static condition_category const instance;
  return instance;
}

}  // namespace detail

inline boost::system::error_condition make_error_condition(condition c) noexcept {
  return {static_cast<int>(c), detail::condition_category_instance()};
}

/** An enumeration with a table: `describe(e)` and `category_name(e)` are found by ADL and never throw. */
template <class E>
concept error_enum = std::is_enum_v<E> && requires(E e) {
  { describe(e) } noexcept -> std::convertible_to<error_entry>;
  { category_name(e) } noexcept -> std::convertible_to<char const*>;
};

namespace detail {

template <error_enum E>
class enum_category final : public boost::system::error_category {
public:
  char const* name() const noexcept override { return category_name(E{}); }
  std::string message(int value) const override { return describe(static_cast<E>(value)).text; }
  boost::system::error_condition default_error_condition(int value) const noexcept override {
    return make_error_condition(describe(static_cast<E>(value)).kind);
  }
};

}  // namespace detail

/** Make an `error_code` of an enumeration that follows `error_enum`. */
template <error_enum E>
error_code code_of(E e) noexcept {
  static detail::enum_category<E> const category;
  return {static_cast<int>(e), category};
}

}  // namespace mcpawl

template <>
struct boost::system::is_error_condition_enum<mcpawl::condition> : std::true_type {};
