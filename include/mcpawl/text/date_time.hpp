// mcpawl/text/date_time.hpp - dates and times of RFC 3339 as numbers, and back
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/text/format.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mcpawl::detail {

/** A day of the Gregorian calendar, also for the time before it. */
struct calendar_day {
  int year;
  unsigned month, day;
  friend constexpr bool operator==(calendar_day const&, calendar_day const&) = default;
};

/** Days since 1970-01-01. */
constexpr std::int64_t days_since_epoch(calendar_day const& of) noexcept {
  // years that begin in March, so that the leap day is the last
  std::int64_t const year = of.year - (of.month <= 2 ? 1 : 0);
  std::int64_t const era = (year >= 0 ? year : year - 399) / 400;
  std::int64_t const year_of_era = year - era * 400;
  std::int64_t const day_of_year = (153 * ((of.month + 9) % 12) + 2) / 5 + of.day - 1;
  return era * 146'097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719'468;
}

/** The day that is so many days after 1970-01-01. */
constexpr calendar_day day_of(std::int64_t days) noexcept {
  days += 719'468;
  std::int64_t const era = (days >= 0 ? days : days - 146'096) / 146'097;
  std::int64_t const day_of_era = days - era * 146'097;
  std::int64_t const year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  std::int64_t const day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  std::int64_t const shifted = (5 * day_of_year + 2) / 153;
  std::int64_t const month = shifted < 10 ? shifted + 3 : shifted - 9;
  return {static_cast<int>(year_of_era + era * 400 + (month <= 2 ? 1 : 0)), static_cast<unsigned>(month),
          static_cast<unsigned>(day_of_year - (153 * shifted + 2) / 5 + 1)};
}

/** A moment: whole seconds since 1970-01-01T00:00:00Z, not counting leap seconds, and what is on top of them. */
struct utc_moment {
  std::int64_t seconds = 0;
  std::int32_t nanoseconds = 0;  ///< 0 to 999'999'999, before 1970 as well.
  friend constexpr bool operator==(utc_moment const&, utc_moment const&) = default;
};

enum class date_time_errc { none, malformed, leap_second, too_exact };

/** Read `full-date` of RFC 3339. */
constexpr std::optional<calendar_day> parse_date(std::string_view text) noexcept {
  if (!is_date(text)) return std::nullopt;
  return calendar_day{digits_at(text, 0, 4), static_cast<unsigned>(digits_at(text, 5, 2)),
                      static_cast<unsigned>(digits_at(text, 8, 2))};
}

/** Read `date-time` of RFC 3339 section 5.6, with any offset.

    @par Errors
    `malformed`; `leap_second` for second 60, which no count of seconds has; `too_exact` for digits behind the
    nanoseconds that are not zero. */
constexpr date_time_errc parse_date_time(std::string_view text, utc_moment& to) noexcept {
  if (!is_date_time(text)) return date_time_errc::malformed;
  int const hour = digits_at(text, 11, 2), minute = digits_at(text, 14, 2), second = digits_at(text, 17, 2);
  if (second == 60) return date_time_errc::leap_second;

  std::size_t at = 19;
  std::int32_t nanoseconds = 0;
  if (text[at] == '.') {
    std::int32_t worth = 100'000'000;
    for (++at; is_digit(text[at]); ++at, worth /= 10) {
      if (worth == 0 && text[at] != '0') return date_time_errc::too_exact;
      nanoseconds += (text[at] - '0') * worth;
    }
  }
  std::int64_t offset = 0;
  if (text[at] == '+' || text[at] == '-') {
    offset = digits_at(text, at + 1, 2) * 3600 + digits_at(text, at + 4, 2) * 60;
    if (text[at] == '-') offset = -offset;
  }
  std::int64_t const days = days_since_epoch(*parse_date(text.substr(0, 10)));
  to = {days * 86'400 + hour * 3600 + minute * 60 + second - offset, nanoseconds};
  return date_time_errc::none;
}

inline void append_digits(std::string& out, std::int64_t value, int width) {
  std::size_t const begin = out.size();
  out.append(static_cast<std::size_t>(width), '0');
  for (std::size_t i = out.size(); i != begin; value /= 10) out[--i] = static_cast<char>('0' + value % 10);
}

/** A day as `full-date`; nothing if its year has not four digits. */
inline std::optional<std::string> format_date(calendar_day const& day) {
  if (day.year < 0 || day.year > 9999) return std::nullopt;
  std::string text;
  append_digits(text, day.year, 4);
  append_digits(text += '-', day.month, 2);
  append_digits(text += '-', day.day, 2);
  return text;
}

/** A moment as `date-time` in UTC, with 0, 3, 6 or 9 digits of a second; nothing if its year has not four digits. */
inline std::optional<std::string> format_date_time(utc_moment const& moment) {
  std::int64_t const second_of_day = (moment.seconds % 86'400 + 86'400) % 86'400;
  auto text = format_date(day_of((moment.seconds - second_of_day) / 86'400));
  if (!text) return std::nullopt;
  append_digits(*text += 'T', second_of_day / 3600, 2);
  append_digits(*text += ':', second_of_day / 60 % 60, 2);
  append_digits(*text += ':', second_of_day % 60, 2);
  if (std::int32_t const n = moment.nanoseconds; n % 1'000'000 == 0) {
    if (n != 0) append_digits(*text += '.', n / 1'000'000, 3);
  } else if (n % 1000 == 0) {
    append_digits(*text += '.', n / 1000, 6);
  } else {
    append_digits(*text += '.', n, 9);
  }
  return *text += 'Z';
}

}  // namespace mcpawl::detail
