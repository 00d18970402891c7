// mcpawl/observe/record_line.hpp - one record as one line of JSON
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/text/json_text.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

namespace mcpawl::detail {

/** Copy a text if a JSON string has it as it is: ASCII without quotes, backslashes and control characters; false if it has not. Looks
    at eight bytes at a time, since nearly all texts of records are. */
inline bool copy_plain(char* to, std::string_view text) noexcept {
  constexpr std::uint64_t ones = 0x0101010101010101u, highs = 0x8080808080808080u;
  std::uint64_t wrong = 0;
  std::size_t const size = text.size();
  char const* const from = text.data();
  auto const look = [&](std::uint64_t word) {
    std::uint64_t const quote = word ^ ones * '"', backslash = word ^ ones * '\\';
    // a subtraction borrows into the high bit of each byte that is too small; a byte behind one of these may be wrong, which is no harm
    wrong |= (word - ones * 0x20) | (quote - ones) | (backslash - ones) | word;
  };
  auto const step = [&](std::size_t at) {
    std::uint64_t word;
    std::memcpy(&word, from + at, sizeof word);
    std::memcpy(to + at, &word, sizeof word);
    look(word);
  };
  if (size >= sizeof(std::uint64_t)) {
    std::size_t at = 0;
    for (; size - at >= sizeof(std::uint64_t); at += sizeof(std::uint64_t)) step(at);
    // the last bytes once more, with some before them
    if (at != size) step(size - sizeof(std::uint64_t));
    return (wrong & highs) == 0;
  }
  if (size >= sizeof(std::uint32_t)) {
    std::uint32_t first, last;
    std::memcpy(&first, from, sizeof first);
    std::memcpy(&last, from + size - sizeof last, sizeof last);
    std::memcpy(to, &first, sizeof first);
    std::memcpy(to + size - sizeof last, &last, sizeof last);
    look(std::uint64_t(first) << 32 | last);
    return (wrong & highs) == 0;
  }
  for (std::size_t i = 0; i != size; ++i) {
    auto const byte = static_cast<unsigned char>(from[i]);
    if (byte < 0x20 || byte >= 0x80 || byte == '"' || byte == '\\') return false;
    to[i] = from[i];
  }
  return true;
}

/** Writes the members of one line; what is empty is left out, what is long is cut.

    It is written for each request, so the bytes go straight into memory of the thread that is large enough for any line of ours.
    @par Thread safety
    One thread; the text is reused by its next line. */
class record_line {
public:
  static constexpr std::size_t longest = 256;  ///< Bytes of a text, before it is escaped.

  record_line(std::chrono::system_clock::time_point at, std::string_view level, std::string_view event)
      : begin_(buffer()), at_(begin_) {
    put(R"({"time":")");
    put_time(at);
    put(R"(","level":")");
    put(level.substr(0, longest));
    put(R"(","event":")");
    put(event.substr(0, longest));
    *at_++ = '"';
  }

  /** @param key  of ours: it is written as it is */
  template <std::size_t N>
  record_line& text(char const (&key)[N], std::string_view value) {
    if (value.empty() || !has_room()) return *this;
    put_key(key);
    if (value.size() > longest) value.remove_suffix(value.size() - longest);
    *at_ = '"';
    if (copy_plain(at_ + 1, value)) {
      at_ += value.size() + 1;
      *at_++ = '"';
    } else {
      put_escaped(value);
    }
    return *this;
  }
  template <std::size_t N, std::integral Number>
  record_line& number(char const (&key)[N], Number value) {
    if (!has_room()) return *this;
    put_key(key);
    at_ = std::to_chars(at_, at_ + 24, value).ptr;
    return *this;
  }
  template <std::size_t N>
  record_line& seconds(char const (&key)[N], std::chrono::nanoseconds value) {
    if (!has_room()) return *this;
    put_key(key);
    auto const micros =
        std::chrono::duration_cast<std::chrono::microseconds>(std::max(value, value.zero())).count();
    at_ = std::to_chars(at_, at_ + 24, micros / 1'000'000).ptr;
    *at_++ = '.';
    put_digits<6>(static_cast<unsigned>(micros % 1'000'000));
    return *this;
  }

  /** The whole line. It holds until the thread begins another one. */
  std::string_view done() {
    put("}\n");
    return {begin_, static_cast<std::size_t>(at_ - begin_)};
  }

private:
  static constexpr std::size_t room = 64 * 1024;
  /** No member is longer: its key, its text with six bytes for each byte, and what is around them. */
  static constexpr std::size_t longest_member = 6 * longest + 128;

  /** Beyond 39 members there is none, which no record of ours has. */
  bool has_room() const noexcept {
    return room - static_cast<std::size_t>(at_ - begin_) > longest_member + 64;
  }

  template <std::size_t N>
  void put(char const (&literal)[N]) noexcept {
    std::memcpy(at_, literal, N - 1);
    at_ += N - 1;
  }
  void put(std::string_view text) noexcept {
    std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }
  template <std::size_t N>
  void put_key(char const (&key)[N]) noexcept {
    static_assert(N <= 64);
    put(",\"");
    put(key);
    put("\":");
  }
  void put_escaped(std::string_view value) {
    std::string text;
    append_json_string(text, value);
    put(std::string_view(text));
  }
  template <std::size_t Count>
  void put_digits(unsigned value) noexcept {
    static_assert(Count % 2 == 0);
    for (std::size_t i = Count; i != 0; value /= 100) std::memcpy(at_ + (i -= 2), &pairs[value % 100], 2);
    at_ += Count;
  }

  /** `2026-11-30T01:02:03.456789Z` */
  void put_time(std::chrono::system_clock::time_point at) {
    using namespace std::chrono;
    /** The text of the second that was written last. */
    struct written_second {
      sys_seconds second{std::chrono::seconds{-1}};
      char text[20]{};
    };
    thread_local written_second last;
    auto const second = floor<std::chrono::seconds>(at);
    if (second != last.second) {
      char* const before = at_;
      auto const day = floor<days>(second);
      year_month_day const date(day);
      hh_mm_ss const time(second - day);
      put_digits<4>(static_cast<unsigned>(static_cast<int>(date.year())));
      *at_++ = '-';
      put_digits<2>(static_cast<unsigned>(date.month()));
      *at_++ = '-';
      put_digits<2>(static_cast<unsigned>(date.day()));
      *at_++ = 'T';
      put_digits<2>(static_cast<unsigned>(time.hours().count()));
      *at_++ = ':';
      put_digits<2>(static_cast<unsigned>(time.minutes().count()));
      *at_++ = ':';
      put_digits<2>(static_cast<unsigned>(time.seconds().count()));
      *at_++ = '.';
      std::memcpy(last.text, before, sizeof last.text);
      last.second = second;
      at_ = before;
    }
    std::memcpy(at_, last.text, sizeof last.text);
    at_ += sizeof last.text;
    put_digits<6>(static_cast<unsigned>(duration_cast<microseconds>(at - second).count()));
    *at_++ = 'Z';
  }

  /** The digits of the numbers below 100. */
  static constexpr auto pairs = [] {
    std::array<std::array<char, 2>, 100> all{};
    for (std::size_t i = 0; i != all.size(); ++i)
      all[i] = {static_cast<char>('0' + i / 10), static_cast<char>('0' + i % 10)};
    return all;
  }();

  static char* buffer() {
    thread_local std::unique_ptr<char[]> kept;
    if (!kept) kept.reset(new char[room]);  // not cleared: only what is written is touched
    return kept.get();
  }

  char* const begin_;
  char* at_;
};

/** The line that tells of lines for which there was no room. */
inline std::string records_lost_line(std::uint64_t count) {
  record_line line(std::chrono::system_clock::now(), "warning", "records_lost");
  line.number("dropped", count);
  return std::string(line.done());
}

}  // namespace mcpawl::detail
