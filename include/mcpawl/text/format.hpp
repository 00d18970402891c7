// mcpawl/text/format.hpp - strict checks of the string formats of JSON Schema
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace mcpawl::detail {

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_hex(char c) noexcept {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
constexpr bool is_one_of(char c, std::string_view set) noexcept { return set.find(c) != set.npos; }

/** The value of `count` digits at `at`, or -1. */
constexpr int digits_at(std::string_view text, std::size_t at, std::size_t count) noexcept {
  if (text.size() < at + count) return -1;
  int value = 0;
  for (char c : text.substr(at, count)) {
    if (!is_digit(c)) return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

/** `full-date` of RFC 3339 section 5.6, a day that exists. */
constexpr bool is_date(std::string_view text) noexcept {
  constexpr std::array<int, 12> days{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int const year = digits_at(text, 0, 4), month = digits_at(text, 5, 2), day = digits_at(text, 8, 2);
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  if (year < 0 || month < 1 || month > 12 || day < 1) return false;
  bool const leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return day <= days[static_cast<std::size_t>(month - 1)] + (month == 2 && leap ? 1 : 0);
}

/** `full-time` of RFC 3339 section 5.6; second 60 only where UTC has its leap seconds. */
constexpr bool is_time(std::string_view text) noexcept {
  int const hour = digits_at(text, 0, 2), minute = digits_at(text, 3, 2), second = digits_at(text, 6, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return false;
  if (text[2] != ':' || text[5] != ':') return false;
  text.remove_prefix(8);
  if (text.starts_with('.')) {
    std::size_t end = 1;
    while (end != text.size() && is_digit(text[end])) ++end;
    if (end == 1) return false;
    text.remove_prefix(end);
  }
  int offset = 0;
  if (text != "Z" && text != "z") {
    int const hours = digits_at(text, 1, 2), minutes = digits_at(text, 4, 2);
    if (text.size() != 6 || !is_one_of(text[0], "+-") || text[3] != ':') return false;
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return false;
    offset = (hours * 60 + minutes) * (text[0] == '-' ? -1 : 1);
  }
  constexpr int day = 24 * 60;
  return second != 60 || (hour * 60 + minute - offset + day) % day == day - 1;
}

/** `date-time` of RFC 3339 section 5.6. */
constexpr bool is_date_time(std::string_view text) noexcept {
  return text.size() > 11 && is_one_of(text[10], "Tt") && is_date(text.substr(0, 10)) &&
         is_time(text.substr(11));
}

constexpr bool is_uuid(std::string_view text) noexcept {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i != text.size(); ++i) {
    bool const dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !is_hex(text[i])) return false;
  }
  return true;
}

/** `dotted-quad` of RFC 2673 section 3.2, without leading zeros. */
constexpr bool is_ipv4(std::string_view text) noexcept {
  for (int part = 0; part != 4; ++part) {
    if (part != 0) {
      if (!text.starts_with('.')) return false;
      text.remove_prefix(1);
    }
    std::size_t size = 0;
    int value = 0;
    while (size != text.size() && size != 4 && is_digit(text[size]))
      value = value * 10 + (text[size++] - '0');
    if (size == 0 || value > 255 || (size > 1 && text[0] == '0')) return false;
    text.remove_prefix(size);
  }
  return text.empty();
}

/** An address of RFC 4291 section 2.2, without a zone. */
constexpr bool is_ipv6(std::string_view text) noexcept {
  int groups = 0;
  bool compressed = false;
  if (text.starts_with("::")) {
    compressed = true;
    text.remove_prefix(2);
  }
  while (!text.empty()) {
    std::size_t size = 0;
    while (size != text.size() && size != 5 && is_hex(text[size])) ++size;
    if (size != text.size() && text[size] == '.') {
      groups += 2;
      if (!is_ipv4(text)) return false;
      break;
    }
    if (size == 0 || size > 4) return false;
    ++groups;
    text.remove_prefix(size);
    if (text.empty()) break;
    if (text.starts_with("::")) {
      if (compressed) return false;
      compressed = true;
      text.remove_prefix(2);
    } else if (text.starts_with(':') && text.size() > 1) {
      text.remove_prefix(1);
    } else {
      return false;
    }
  }
  return compressed ? groups < 8 : groups == 8;
}

/** A host name of RFC 1123 section 2.1. */
constexpr bool is_hostname(std::string_view text) noexcept {
  if (text.empty() || text.size() > 253) return false;
  std::size_t label = 0;
  for (std::size_t i = 0; i != text.size(); ++i) {
    if (text[i] == '.') {
      if (label == 0 || text[i - 1] == '-') return false;
      label = 0;
      continue;
    }
    if (!is_letter(text[i]) && !is_digit(text[i]) && (text[i] != '-' || label == 0)) return false;
    if (++label > 63) return false;
  }
  return label != 0 && text.back() != '-';
}

/** The dot-atom form of RFC 5321's `Mailbox`: no quoted local part, no address literal, ASCII only. */
constexpr bool is_email(std::string_view text) noexcept {
  std::size_t const at = text.find('@');
  if (at == text.npos || at == 0 || at > 64 || text.size() > 254) return false;
  auto const local = text.substr(0, at);
  char before = '.';
  for (char c : local) {
    if (c == '.' ? before == '.' : !is_letter(c) && !is_digit(c) && !is_one_of(c, "!#$%&'*+-/=?^_`{|}~"))
      return false;
    before = c;
  }
  return before != '.' && is_hostname(text.substr(at + 1));
}

/** Whether each byte may stand in a part of an URI: unreserved, `%HH`, sub-delims or one of `more`. */
constexpr bool is_uri_part(std::string_view text, std::string_view more) noexcept {
  for (std::size_t i = 0; i != text.size(); ++i) {
    if (text[i] == '%') {
      if (text.size() - i < 3 || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) return false;
      i += 2;
    } else if (!is_letter(text[i]) && !is_digit(text[i]) && !is_one_of(text[i], "-._~!$&'()*+,;=") &&
               !is_one_of(text[i], more)) {
      return false;
    }
  }
  return true;
}

/** `authority` of RFC 3986 section 3.2. */
constexpr bool is_uri_authority(std::string_view text) noexcept {
  if (std::size_t const at = text.find('@'); at != text.npos) {
    if (!is_uri_part(text.substr(0, at), ":")) return false;
    text.remove_prefix(at + 1);
  }
  if (text.starts_with('[')) {
    std::size_t const end = text.find(']');
    if (end == text.npos || !is_ipv6(text.substr(1, end - 1))) return false;
    text.remove_prefix(end + 1);
    if (!text.empty() && text.front() != ':') return false;
  } else {
    std::size_t const end = text.find(':');
    if (!is_uri_part(text.substr(0, end), {})) return false;
    text.remove_prefix(end == text.npos ? text.size() : end);
  }
  if (text.empty()) return true;
  text.remove_prefix(1);
  for (char c : text) {
    if (!is_digit(c)) return false;
  }
  return true;
}

/** `URI` of RFC 3986 section 3: absolute, so with a scheme. */
constexpr bool is_uri(std::string_view text) noexcept {
  std::size_t const colon = text.find(':');
  if (colon == text.npos || colon == 0 || !is_letter(text[0])) return false;
  for (char c : text.substr(0, colon)) {
    if (!is_letter(c) && !is_digit(c) && !is_one_of(c, "+-.")) return false;
  }
  text.remove_prefix(colon + 1);
  if (std::size_t const hash = text.find('#'); hash != text.npos) {
    if (!is_uri_part(text.substr(hash + 1), ":@/?")) return false;
    text = text.substr(0, hash);
  }
  if (std::size_t const mark = text.find('?'); mark != text.npos) {
    if (!is_uri_part(text.substr(mark + 1), ":@/?")) return false;
    text = text.substr(0, mark);
  }
  if (text.starts_with("//")) {
    text.remove_prefix(2);
    std::size_t const slash = text.find('/');
    if (!is_uri_authority(text.substr(0, slash))) return false;
    text = slash == text.npos ? std::string_view{} : text.substr(slash);
  }
  return is_uri_part(text, ":@/");
}

/** Whether `text` has the format `name`; a format not known here is one that says nothing. */
constexpr bool has_format(std::string_view name, std::string_view text) noexcept {
  if (name == "date") return is_date(text);
  if (name == "time") return is_time(text);
  if (name == "date-time") return is_date_time(text);
  if (name == "uuid") return is_uuid(text);
  if (name == "ipv4") return is_ipv4(text);
  if (name == "ipv6") return is_ipv6(text);
  if (name == "hostname") return is_hostname(text);
  if (name == "email") return is_email(text);
  if (name == "uri") return is_uri(text);
  return true;
}

}  // namespace mcpawl::detail
