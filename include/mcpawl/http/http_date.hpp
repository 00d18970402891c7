// mcpawl/http/http_date.hpp - the text of the Date field, made once a second per thread
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctime>
#include <string_view>

namespace mcpawl::http::detail {

/** Format a time as IMF-fixdate (RFC 9110 section 5.6.7) into 29 characters. */
inline void write_http_date(std::time_t time, char* out) noexcept {
  constexpr std::string_view days = "SunMonTueWedThuFriSat";
  constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  std::tm utc{};
  ::gmtime_r(&time, &utc);
  auto const two = [](char* to, int n) {
    to[0] = static_cast<char>('0' + n / 10 % 10);
    to[1] = static_cast<char>('0' + n % 10);
  };
  std::string_view{"Sun, 00 Jan 0000 00:00:00 GMT"}.copy(out, 29);
  days.copy(out, 3, static_cast<std::size_t>(utc.tm_wday) * 3);
  two(out + 5, utc.tm_mday);
  months.copy(out + 8, 3, static_cast<std::size_t>(utc.tm_mon) * 3);
  int const year = utc.tm_year + 1900;
  two(out + 12, year / 100);
  two(out + 14, year);
  two(out + 17, utc.tm_hour);
  two(out + 20, utc.tm_min);
  two(out + 23, utc.tm_sec);
}

/** The current date; the view is valid until the next call on this thread. */
inline std::string_view http_date() noexcept {
  struct cache {
    std::time_t made = -1;
    char text[29];
  };
  thread_local cache last;
  std::time_t const now = std::time(nullptr);
  if (now != last.made) {
    write_http_date(now, last.text);
    last.made = now;
  }
  return {last.text, sizeof last.text};
}

}  // namespace mcpawl::http::detail
