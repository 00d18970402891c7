// mcpawl/jsonrpc/json_reader.hpp - reads a JSON text into a value of Boost.JSON, its grammar and bounds checked
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/json/parse.hpp>
#include <boost/json/storage_ptr.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_stack.hpp>

#include <mcpawl/jsonrpc/errc.hpp>
#include <mcpawl/text/number_text.hpp>
#include <mcpawl/text/utf8.hpp>

#include <bit>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace mcpawl::detail {

/** The bounds of a JSON text. */
struct json_limits {
  constexpr json_limits(std::size_t max_depth,
                        std::size_t max_members = std::numeric_limits<std::size_t>::max()) noexcept
      : depth(max_depth), members(max_members) {}

  std::size_t depth;    ///< Nesting of arrays and objects.
  std::size_t members;  ///< Members of one object.
};

/** Reads one JSON text (RFC 8259) that is there as a whole.

    Of equal member names the value keeps one: who refuses them compares `members` with what was kept.

    @par Lifetime
    The text and the storage of the value outlive it.
*/
class json_reader {
public:
  json_reader(std::string_view text, json_limits const& bounds, boost::json::storage_ptr storage)
      : at_(text.data()), end_(text.data() + text.size()), bounds_(bounds), values_({}, room_, sizeof room_) {
    values_.reset(std::move(storage));
  }

  /** Read it; false if something is wrong. */
  bool run() {
    skip_space();
    if (!read_value(0)) return false;
    skip_space();
    return at_ == end_;
  }

  /** What is wrong; `json_errc::syntax` where nothing more is known. */
  json_errc wrong() const noexcept { return wrong_; }
  /** How many members were written, in all objects together. */
  std::size_t members() const noexcept { return members_; }
  /** The value that was read; once. */
  boost::json::value release() { return values_.release(); }

private:
  static constexpr bool is_plain(char c) noexcept {
    auto const byte = static_cast<unsigned char>(c);
    return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\';
  }
  static constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

  bool fail(json_errc why) noexcept {
    wrong_ = why;
    return false;
  }
  void skip_space() noexcept {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  }
  bool take(char c) noexcept {
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }
  std::string_view rest() const noexcept { return {at_, static_cast<std::size_t>(end_ - at_)}; }

  // `depth` is that of what surrounds the value, and bounds the recursion
  bool read_value(std::size_t depth) {
    if (at_ == end_) return false;
    switch (*at_) {
      case '{': return enter(depth) && read_object(depth + 1);
      case '[': return enter(depth) && read_array(depth + 1);
      case '"': {
        std::string_view text;
        if (!read_string(text)) return false;
        values_.push_string({text.data(), text.size()});
        return true;
      }
      case 'n':
        if (!take_word("null")) return false;
        values_.push_null();
        return true;
      case 't':
        if (!take_word("true")) return false;
        values_.push_bool(true);
        return true;
      case 'f':
        if (!take_word("false")) return false;
        values_.push_bool(false);
        return true;
      default: return read_number();
    }
  }

  bool enter(std::size_t depth) noexcept {
    if (depth == bounds_.depth) return fail(json_errc::too_deep);
    ++at_;
    return true;
  }

  bool take_word(std::string_view word) noexcept {
    if (!rest().starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  bool read_object(std::size_t depth) {
    std::size_t count = 0;
    skip_space();
    if (!take('}')) {
      do {
        std::string_view name;
        skip_space();
        if (at_ == end_ || *at_ != '"' || !read_string(name)) return false;
        skip_space();
        if (!take(':')) return false;
        if (++count > bounds_.members) return fail(json_errc::too_many_members);
        values_.push_key({name.data(), name.size()});
        skip_space();
        if (!read_value(depth)) return false;
        skip_space();
      } while (take(','));
      if (!take('}')) return false;
    }
    members_ += count;
    values_.push_object(count);
    return true;
  }

  bool read_array(std::size_t depth) {
    std::size_t count = 0;
    skip_space();
    if (!take(']')) {
      do {
        skip_space();
        if (!read_value(depth)) return false;
        ++count;
        skip_space();
      } while (take(','));
      if (!take(']')) return false;
    }
    values_.push_array(count);
    return true;
  }

  /** Read a string behind its first quotation mark; the text without its escapes holds until the next one. */
  bool read_string(std::string_view& text) {
    char const* const begin = ++at_;
    skip_plain();
    text = {begin, static_cast<std::size_t>(at_ - begin)};
    if (take('"')) return true;
    // what has to be looked at one by one: escapes, and what must be UTF-8
    unescaped_ = text;
    while (!take('"')) {
      if (at_ == end_) return false;
      if (*at_ == '\\') {
        ++at_;
        if (!read_escape()) return false;
      } else {
        auto const point = first_code_point(rest());
        if (!point.valid || point.value < 0x20) return false;
        unescaped_.append(at_, point.size);
        at_ += point.size;
      }
      char const* const from = at_;
      skip_plain();
      unescaped_.append(from, at_);
    }
    text = unescaped_;
    return true;
  }

  /** Skip the bytes that stand for themselves. */
  void skip_plain() noexcept {
    char const* at = at_;
#ifdef __SSE2__
    // sixteen at once: as signed numbers, control characters and what is no ASCII are less than a space
    for (; end_ - at >= 16; at += 16) {
      __m128i const bytes = _mm_loadu_si128(reinterpret_cast<__m128i const*>(at));
      __m128i const quotes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
      __m128i const escapes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
      __m128i const others = _mm_cmplt_epi8(bytes, _mm_set1_epi8(' '));
      int const found = _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quotes, escapes), others));
      if (found == 0) continue;
      at_ = at + std::countr_zero(static_cast<unsigned>(found));
      return;
    }
#endif
    while (at != end_ && is_plain(*at)) ++at;
    at_ = at;
  }

  bool read_escape() {
    if (at_ == end_) return false;
    char const name = *at_++;
    switch (name) {
      case '"':
      case '\\':
      case '/': unescaped_ += name; return true;
      case 'b': unescaped_ += '\b'; return true;
      case 'f': unescaped_ += '\f'; return true;
      case 'n': unescaped_ += '\n'; return true;
      case 'r': unescaped_ += '\r'; return true;
      case 't': unescaped_ += '\t'; return true;
      case 'u': return read_code_point();
      default: return false;
    }
  }

  bool read_code_point() {
    char32_t point = 0, low = 0;
    if (!read_unit(point) || in(0xdc00, point)) return false;
    if (in(0xd800, point)) {
      if (!take('\\') || !take('u') || !read_unit(low) || !in(0xdc00, low)) return false;
      point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
    }
    append_utf8(unescaped_, point);
    return true;
  }
  bool read_unit(char32_t& unit) noexcept {
    for (int i = 0; i != 4; ++i) {
      unsigned digit = 0;
      if (at_ == end_ || std::from_chars(at_, at_ + 1, digit, 16).ec != std::errc{}) return false;
      ++at_;
      unit = unit << 4 | digit;
    }
    return true;
  }
  /** Whether a unit of UTF-16 is one of the 1024 surrogates that begin with `first`. */
  static constexpr bool in(char32_t first, char32_t unit) noexcept { return unit >> 10 == first >> 10; }

  bool skip_digits() noexcept {
    char const* const begin = at_;
    while (at_ != end_ && is_digit(*at_)) ++at_;
    return at_ != begin;
  }

  bool read_number() {
    char const* const begin = at_;
    take('-');
    if (!take('0') && !skip_digits()) return false;
    bool integer = true;
    if (take('.')) {
      integer = false;
      if (!skip_digits()) return false;
    }
    if (take('e') || take('E')) {
      integer = false;
      if (!take('+')) take('-');
      if (!skip_digits()) return false;
    }
    return push_number({begin, static_cast<std::size_t>(at_ - begin)}, integer);
  }

  bool push_number(std::string_view text, bool integer) {
    std::int64_t small = 0;
    std::uint64_t large = 0;
    if (integer && mcpawl::detail::read_number(text, small)) {
      values_.push_int64(small);
      return true;
    }
    if (integer && mcpawl::detail::read_number(text, large)) {
      values_.push_uint64(large);
      return true;
    }
    double number = 0;
    if (!mcpawl::detail::read_number(text, number)) {
      // too large, or so small that it is zero; which of them, Boost knows
      error_code ec;
      auto const read = boost::json::parse({text.data(), text.size()}, ec);
      if (ec) return fail(json_errc::number_range);
      number = read.to_number<double>();
    }
    if (!std::isfinite(number)) return fail(json_errc::number_range);
    values_.push_double(number);
    return true;
  }

  char const* at_;
  char const* end_;
  json_limits bounds_;
  std::size_t members_ = 0;
  json_errc wrong_ = json_errc::syntax;
  std::string unescaped_;
  unsigned char room_[2048];
  boost::json::value_stack values_;  // in the room, as long as there is enough of it
};

}  // namespace mcpawl::detail
