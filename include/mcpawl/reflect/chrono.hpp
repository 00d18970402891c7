// mcpawl/reflect/chrono.hpp - points in time, days and durations as JSON
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/reflect/as.hpp>
#include <mcpawl/reflect/value_docs.hpp>
#include <mcpawl/text/date_time.hpp>

#include <chrono>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <ratio>
#include <stdexcept>
#include <string>
#include <type_traits>

namespace mcpawl {

namespace detail {

/** Durations that count whole seconds or more, or whole parts of a second. */
template <class Rep, class Period>
concept counts_ticks = std::integral<Rep> && sizeof(Rep) <= sizeof(std::int64_t) &&
                       (Period::num == 1 || Period::den == 1) && 1'000'000'000 % Period::den == 0;

/** `seconds` and `nanoseconds` in ticks of `Period`; nothing, and why, if they are not a whole number of them or too
    many. */
template <class Rep, class Period>
std::optional<Rep> ticks_of(utc_moment const& moment, std::string& why) {
  constexpr std::int64_t num = Period::num, den = Period::den;
  constexpr std::int64_t part = 1'000'000'000 / den;  // nanoseconds of a tick
  Rep ticks{}, rest{};
  if (moment.seconds % num != 0 || moment.nanoseconds % (den == 1 ? 1'000'000'000 : part) != 0) {
    why = "is more exact than can be kept here";
    return std::nullopt;
  }
  // from the nearer side, since the second that the least value is in begins before it
  bool const below = moment.seconds < 0 && moment.nanoseconds != 0;
  std::int64_t const whole = below ? moment.seconds + 1 : moment.seconds;
  std::int64_t const on_top = moment.nanoseconds / part - (below ? den : 0);
  if (__builtin_mul_overflow(whole / num, den, &ticks) || __builtin_add_overflow(ticks, on_top, &rest)) {
    why = "is outside of the range of time that can be kept here";
    return std::nullopt;
  }
  return rest;
}

/** The moment that is so many ticks after 1970; nothing if it is out of all range. */
template <class Period, class Rep>
std::optional<utc_moment> moment_of(Rep ticks) {
  constexpr std::int64_t num = Period::num, den = Period::den;
  std::int64_t count = 0, seconds = 0;
  if (__builtin_add_overflow(ticks, 0, &count)) return std::nullopt;
  std::int64_t const rest = (count % den + den) % den;
  if (__builtin_mul_overflow(count / den - (count % den < 0 ? 1 : 0), num, &seconds)) return std::nullopt;
  return utc_moment{seconds, static_cast<std::int32_t>(rest * (1'000'000'000 / den))};
}

}  // namespace detail

/** A point in time, as `date-time` of RFC 3339; written in UTC, read with any offset.

    Refused are second 60, what is more exact than `Duration`, and what is outside of its range: nothing is rounded. */
template <class Rep, class Period>
requires detail::counts_ticks<Rep, Period>
struct as<std::chrono::time_point<std::chrono::system_clock, std::chrono::duration<Rep, Period>>> {
  using time_point = std::chrono::time_point<std::chrono::system_clock, std::chrono::duration<Rep, Period>>;
  using type = std::string;
  static time_point from(std::string const& text) {
    detail::utc_moment moment;
    switch (detail::parse_date_time(text, moment)) {
      case detail::date_time_errc::none: break;
      case detail::date_time_errc::malformed: throw invalid_value("must have the format date-time");
      case detail::date_time_errc::leap_second:
        throw invalid_value("is in a leap second; give the second before or after it");
      case detail::date_time_errc::too_exact: throw invalid_value("is more exact than can be kept here");
    }
    std::string why;
    auto const ticks = detail::ticks_of<Rep, Period>(moment, why);
    if (!ticks) throw invalid_value(why);
    return time_point(std::chrono::duration<Rep, Period>(*ticks));
  }
  static std::optional<std::string> to(time_point at) {
    auto const moment = detail::moment_of<Period>(at.time_since_epoch().count());
    auto text = moment ? detail::format_date_time(*moment) : std::nullopt;
    if (!text) throw std::range_error("a date-time has a year from 0 to 9999");
    return text;
  }
  static constexpr auto docs = value_docs<std::string>().format("date-time");
};

/** A day, as `full-date` of RFC 3339. */
template <>
struct as<std::chrono::year_month_day> {
  using type = std::string;
  static std::optional<std::chrono::year_month_day> from(std::string const& text) {
    auto const day = detail::parse_date(text);
    if (!day) return std::nullopt;
    return std::chrono::year_month_day(std::chrono::year(day->year), std::chrono::month(day->month),
                                       std::chrono::day(day->day));
  }
  static std::optional<std::string> to(std::chrono::year_month_day const& day) {
    auto text = day.ok()
                    ? detail::format_date({static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                                           static_cast<unsigned>(day.day())})
                    : std::nullopt;
    if (!text) throw std::range_error("a date is a day that exists, of a year from 0 to 9999");
    return text;
  }
  static constexpr auto docs = value_docs<std::string>().format("date");
};

/** A day, as `full-date` of RFC 3339. */
template <>
struct as<std::chrono::sys_days> {
  using type = std::chrono::year_month_day;
  static std::chrono::sys_days from(std::chrono::year_month_day const& day) { return day; }
  static std::chrono::year_month_day to(std::chrono::sys_days day) { return day; }
};

/** A duration, as a number of seconds: whole ones if it counts seconds, minutes or more, else with a fraction.

    Not as `duration` of ISO 8601: a schema can bound a number, every client can make one, and none has a month of
    unknown length. What is not a whole number of ticks is refused, but for the error of a binary fraction. */
template <class Rep, class Period>
requires(detail::counts_ticks<Rep, Period> || std::floating_point<Rep>)
struct as<std::chrono::duration<Rep, Period>> {
  using duration = std::chrono::duration<Rep, Period>;
  static constexpr bool whole = std::integral<Rep> && Period::den == 1;
  using type = std::conditional_t<whole, std::int64_t, double>;

  static duration from(type seconds) {
    if constexpr (whole) {
      std::string why;
      if (seconds % Period::num != 0)
        throw invalid_value("must be a multiple of " + std::to_string(Period::num));
      auto const ticks = detail::ticks_of<Rep, Period>({seconds, 0}, why);
      if (!ticks) throw invalid_value("is too long a time");
      return duration(*ticks);
    } else {
      constexpr double in_a_second = static_cast<double>(Period::den) / static_cast<double>(Period::num);
      double const ticks = seconds * in_a_second;
      if constexpr (std::floating_point<Rep>) {
        return duration(static_cast<Rep>(ticks));
      } else {
        double const nearest = std::nearbyint(ticks);
        // 2^63 as a double is one more than the most
        constexpr double limit = static_cast<double>(std::numeric_limits<Rep>::max());
        if (!(std::fabs(nearest) < limit)) throw invalid_value("is too long a time");
        if (std::fabs(ticks - nearest) > std::fmax(1e-6, std::fabs(ticks) * 1e-15))
          throw invalid_value("is more exact than can be kept here");
        return duration(static_cast<Rep>(nearest));
      }
    }
  }
  static type to(duration d) {
    if constexpr (whole) {
      std::int64_t seconds = 0;
      if (__builtin_mul_overflow(d.count(), static_cast<std::int64_t>(Period::num), &seconds))
        throw std::range_error("too long a time to be told in seconds");
      return seconds;
    } else {
      // one division of whole numbers, so that 100 milliseconds are 0.1
      return static_cast<double>(d.count()) * static_cast<double>(Period::num) /
             static_cast<double>(Period::den);
    }
  }
  static constexpr auto docs = value_docs<type>("In seconds.");
};

}  // namespace mcpawl
