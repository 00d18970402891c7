// mcpawl/observe/record_line.hpp - one record as one line of JSON
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/text/json_text.hpp>

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace mcpawl::detail {

/** Whether a JSON string has `text` as it is: ASCII without quotes, backslashes and control characters. Looks at eight bytes at a
    time, since nearly all texts of records are. */
inline bool is_plain(std::string_view text) noexcept {
  constexpr std::uint64_t ones = 0x0101010101010101u, highs = 0x8080808080808080u;
  std::size_t at = 0;
  for (; text.size() - at >= sizeof(std::uint64_t); at += sizeof(std::uint64_t)) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + at, sizeof word);
    std::uint64_t const quote = word ^ ones * '"', backslash = word ^ ones * '\\';
    // a subtraction borrows into the high bit of each byte that is too small; a byte behind one of these may be wrong, which is no harm
    std::uint64_t const found = (word - ones * 0x20) | (quote - ones) | (backslash - ones) | word;
    if ((found & highs) != 0) return false;
  }
  for (; at != text.size(); ++at) {
    auto const byte = static_cast<unsigned char>(text[at]);
    if (byte < 0x20 || byte >= 0x80 || byte == '"' || byte == '\\') return false;
  }
  return true;
}

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
    value = value.substr(0, longest);
    if (is_plain(value))
      out_.append(1, '"').append(value).append(1, '"');
    else
      append_json_string(out_, value);
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
    auto const micros =
        std::chrono::duration_cast<std::chrono::microseconds>(std::max(value, value.zero())).count();
    append_json_number(out_, micros / 1'000'000);
    out_ += '.';
    append_digits(out_, static_cast<unsigned long>(micros % 1'000'000), 6);
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
    thread_local std::string text;  // of the second that was written last
    thread_local sys_seconds written{std::chrono::seconds{-1}};
    auto const second = floor<std::chrono::seconds>(at);
    if (second != written || text.empty()) {
      auto const day = floor<days>(second);
      year_month_day const date(day);
      hh_mm_ss const time(second - day);
      text.clear();
      append_digits(text, static_cast<unsigned long>(static_cast<int>(date.year())), 4);
      text += '-';
      append_digits(text, static_cast<unsigned>(date.month()), 2);
      text += '-';
      append_digits(text, static_cast<unsigned>(date.day()), 2);
      text += 'T';
      append_digits(text, static_cast<unsigned long>(time.hours().count()), 2);
      text += ':';
      append_digits(text, static_cast<unsigned long>(time.minutes().count()), 2);
      text += ':';
      append_digits(text, static_cast<unsigned long>(time.seconds().count()), 2);
      text += '.';
      written = second;
    }
    out += text;
    append_digits(out, static_cast<unsigned long>(duration_cast<microseconds>(at - second).count()), 6);
    out += 'Z';
  }

private:
  static void append_digits(std::string& out, unsigned long value, std::size_t count) {
    char digits[8];
    for (std::size_t i = count; i-- != 0; value /= 10) digits[i] = static_cast<char>('0' + value % 10);
    out.append(digits, count);
  }
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
