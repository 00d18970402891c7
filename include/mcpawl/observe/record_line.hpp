// mcpawl/observe/record_line.hpp - one record as one line of JSON
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/text/json_text.hpp>

#include <charconv>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>

namespace mcpawl::detail {

/** Writes the members of one line; what is empty is left out, what is long is cut.

    @par Thread safety
    One thread; the text is reused by its next line. */
class record_line {
public:
  static constexpr std::size_t longest = 256;  ///< Bytes of a text, before it is escaped.

  record_line(std::chrono::system_clock::time_point at, std::string_view level, std::string_view event)
      : out_(buffer()) {
    out_.assign(R"({"time":")");
    append_time(out_, at);
    out_.append(R"(","level":")").append(level).append(R"(","event":")").append(event).append(1, '"');
  }

  /** @param key  of ours: it is written as it is */
  record_line& text(std::string_view key, std::string_view value) {
    if (value.empty()) return *this;
    begin(key);
    append_json_string(out_, value.substr(0, longest));
    return *this;
  }
  template <std::integral Number>
  record_line& number(std::string_view key, Number value) {
    begin(key);
    append_json_number(out_, value);
    return *this;
  }
  record_line& seconds(std::string_view key, std::chrono::nanoseconds value) {
    begin(key);
    char digits[32];
    auto const micros = std::chrono::duration_cast<std::chrono::microseconds>(value).count();
    auto const end = std::to_chars(digits, digits + sizeof digits, static_cast<double>(micros) / 1e6,
                                   std::chars_format::fixed, 6)
                         .ptr;
    out_.append(digits, end);
    return *this;
  }

  /** The whole line. It holds until the thread begins another one. */
  std::string_view done() {
    out_ += "}\n";
    return out_;
  }

  /** `2026-11-30T01:02:03.456789Z` */
  static void append_time(std::string& out, std::chrono::system_clock::time_point at) {
    using namespace std::chrono;
    auto const day = floor<days>(at);
    year_month_day const date(day);
    auto const since = floor<microseconds>(at - day);
    hh_mm_ss const time(since);
    auto const digits = [&out](auto value, int count) {
      char text[8];
      auto rest = static_cast<unsigned long>(value);
      for (int i = count; i-- != 0; rest /= 10) text[i] = static_cast<char>('0' + rest % 10);
      out.append(text, static_cast<std::size_t>(count));
    };
    digits(static_cast<int>(date.year()), 4);
    out += '-';
    digits(static_cast<unsigned>(date.month()), 2);
    out += '-';
    digits(static_cast<unsigned>(date.day()), 2);
    out += 'T';
    digits(time.hours().count(), 2);
    out += ':';
    digits(time.minutes().count(), 2);
    out += ':';
    digits(time.seconds().count(), 2);
    out += '.';
    digits(time.subseconds().count(), 6);
    out += 'Z';
  }

private:
  void begin(std::string_view key) { out_.append(",\"").append(key).append("\":"); }

  static std::string& buffer() {
    thread_local std::string kept;
    return kept;
  }

  std::string& out_;
};

/** The line that tells of lines for which there was no room. */
inline std::string records_lost_line(std::uint64_t count) {
  record_line line(std::chrono::system_clock::now(), "warning", "records_lost");
  line.number("dropped", count);
  return std::string(line.done());
}

}  // namespace mcpawl::detail
