// tests/unit/text/date_time.cpp - dates and times of RFC 3339 are read and written exactly
// SPDX-License-Identifier: BSL-1.0
#include <mcpawl/text/date_time.hpp>

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <string>
#include <string_view>

BOOST_AUTO_TEST_SUITE(text_date_time)

using mcpawl::detail::calendar_day;
using mcpawl::detail::date_time_errc;
using mcpawl::detail::day_of;
using mcpawl::detail::days_since_epoch;
using mcpawl::detail::format_date;
using mcpawl::detail::format_date_time;
using mcpawl::detail::parse_date;
using mcpawl::detail::parse_date_time;
using mcpawl::detail::utc_moment;

namespace {

constexpr utc_moment moment_of(std::string_view text) {
  utc_moment moment{-1, -1};
  return parse_date_time(text, moment) == date_time_errc::none ? moment : utc_moment{-1, -1};
}
constexpr date_time_errc problem_of(std::string_view text) {
  utc_moment moment;
  return parse_date_time(text, moment);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_day_has_its_number) {
  static_assert(days_since_epoch({1970, 1, 1}) == 0 && days_since_epoch({1969, 12, 31}) == -1);
  static_assert(days_since_epoch({2000, 3, 1}) == 11'017 && days_since_epoch({2024, 2, 29}) == 19'782);
  static_assert(days_since_epoch({0, 1, 1}) == -719'528 && days_since_epoch({9999, 12, 31}) == 2'932'896);
  for (std::int64_t day = -719'900; day < 2'933'300; day += 17)
    BOOST_REQUIRE(days_since_epoch(day_of(day)) == day);
}

BOOST_AUTO_TEST_CASE(only_days_that_exist_are_read) {
  BOOST_TEST((parse_date("2024-02-29") == calendar_day{2024, 2, 29}));
  BOOST_TEST((parse_date("0000-02-29") == calendar_day{0, 2, 29}));
  for (auto bad : {"2023-02-29", "1900-02-29", "2024-04-31", "2024-00-01", "2024-13-01", "2024-01-00",
                   "2024-1-01", "24-01-01", "2024-01-01 ", "+2024-01-01", "2024/01/01", ""})
    BOOST_TEST(!parse_date(bad), bad);
}

BOOST_AUTO_TEST_CASE(times_are_read_with_any_offset) {
  static_assert(moment_of("1970-01-01T00:00:00Z") == utc_moment{0, 0});
  BOOST_TEST((moment_of("1970-01-01t00:00:01z") == utc_moment{1, 0}));
  BOOST_TEST((moment_of("2024-02-29T12:00:00+01:00") == moment_of("2024-02-29T11:00:00Z")));
  BOOST_TEST((moment_of("1970-01-01T23:59:00+23:59") == utc_moment{0, 0}));
  BOOST_TEST((moment_of("1970-01-01T00:00:00-23:59") == utc_moment{86'340, 0}));
  BOOST_TEST((moment_of("0000-01-01T00:00:00Z") == utc_moment{-62'167'219'200, 0}));
  BOOST_TEST((moment_of("9999-12-31T23:59:59Z") == utc_moment{253'402'300'799, 0}));
}

BOOST_AUTO_TEST_CASE(a_fraction_is_exact_to_the_nanosecond) {
  BOOST_TEST((moment_of("1970-01-01T00:00:00.5Z") == utc_moment{0, 500'000'000}));
  BOOST_TEST((moment_of("1969-12-31T23:59:59.000000001Z") == utc_moment{-1, 1}));
  BOOST_TEST((moment_of("1970-01-01T00:00:00.123456789000Z") == utc_moment{0, 123'456'789}));
  BOOST_TEST((problem_of("1970-01-01T00:00:00.1234567891Z") == date_time_errc::too_exact));
}

BOOST_AUTO_TEST_CASE(what_is_no_time_is_refused) {
  for (auto bad :
       {"1970-01-01", "1970-01-01T00:00:00", "1970-01-01 00:00:00Z", "1970-01-01T24:00:00Z",
        "1970-01-01T00:60:00Z", "1970-01-01T00:00:61Z", "1970-01-01T00:00:00.Z", "1970-01-01T00:00:00+24:00",
        "1970-01-01T00:00:00+00:60", "1970-01-01T00:00:00+0100", "1970-01-01T00:00Z", "1970-02-30T00:00:00Z",
        "1970-01-01T00:00:00Zz", "1970-01-01T12:00:60Z", ""})
    BOOST_TEST((problem_of(bad) == date_time_errc::malformed), bad);
  BOOST_TEST((problem_of("2016-12-31T23:59:60Z") == date_time_errc::leap_second));
}

BOOST_AUTO_TEST_CASE(moments_are_written_in_utc) {
  BOOST_TEST(*format_date_time({0, 0}) == "1970-01-01T00:00:00Z");
  BOOST_TEST(*format_date_time({-1, 500'000'000}) == "1969-12-31T23:59:59.500Z");
  BOOST_TEST(*format_date_time({1, 1000}) == "1970-01-01T00:00:01.000001Z");
  BOOST_TEST(*format_date_time({1, 1}) == "1970-01-01T00:00:01.000000001Z");
  BOOST_TEST(*format_date_time({253'402'300'799, 0}) == "9999-12-31T23:59:59Z");
  BOOST_TEST(*format_date_time({-62'167'219'200, 0}) == "0000-01-01T00:00:00Z");
  BOOST_TEST(!format_date_time({253'402'300'800, 0}));
  BOOST_TEST(!format_date_time({-62'167'219'201, 0}));
  BOOST_TEST(*format_date({987, 6, 5}) == "0987-06-05");
  BOOST_TEST(!format_date({10'000, 1, 1}));
  BOOST_TEST(!format_date({-1, 1, 1}));
}

BOOST_AUTO_TEST_SUITE_END()
