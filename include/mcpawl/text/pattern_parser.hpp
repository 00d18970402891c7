// mcpawl/text/pattern_parser.hpp - from a regular expression to a compiled pattern
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/text/pattern.hpp>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

enum class pattern_errc {
  none,
  malformed,    ///< Not a regular expression.
  unsupported,  ///< Outside of the subset below.
  too_large,    ///< More than `pattern::max_steps` steps, or nested too deep.
};

/** Compile the part of ECMA-262 regular expressions (with the `u` flag) that needs no backtracking:

    - literals, `.`, classes `[a-z_]` and `[^...]`, `\d \D \w \W \s \S`,
    - letters of any script: `\p{L}` and `\p{Letter}`, all else: `\P{L}` and `\P{Letter}`,
    - `\t \n \v \f \r`, `\xHH`, `\uHHHH`, `\u{H...}`, and `\` before any of ``^$\.*+?()[]{}|/-``,
    - groups `(...)` and `(?:...)`, alternatives `|`, the anchors `^` and `$`,
    - `*`, `+`, `?`, `{n}`, `{n,}`, `{n,m}`, also lazy, which changes nothing for a yes or no.

    What it refuses: back references, lookaround, named groups, `\b`, `\c`, every other `\p`, empty classes, a
    class such as `\D` or `\W` or `\P{L}` inside of brackets.
*/
class pattern_parser {
public:
  constexpr explicit pattern_parser(std::string_view text) : rest_(text) {}

  /** Parse everything; `take()` is what came out if there was no fault. */
  constexpr pattern_errc parse() {
    alternatives(0);
    if (fault_ == pattern_errc::none && !rest_.empty()) fail(pattern_errc::malformed);
    emit({pattern_step::action::matched});
    return fault_;
  }
  constexpr pattern take() { return {std::move(steps_), std::move(ranges_)}; }

private:
  using action = pattern_step::action;
  using range_list = std::initializer_list<code_point_range>;
  static constexpr int max_depth = 50;
  static constexpr std::size_t max_ranges = 1000;

  constexpr bool failed() const { return fault_ != pattern_errc::none; }
  constexpr void fail(pattern_errc fault) {
    if (!failed()) fault_ = fault;
  }
  constexpr bool accept(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  constexpr void emit(pattern_step step) {
    if (steps_.size() == pattern::max_steps) return fail(pattern_errc::too_large);
    steps_.push_back(step);
  }
  constexpr std::int32_t distance(std::size_t from, std::size_t to) const {
    return static_cast<std::int32_t>(to) - static_cast<std::int32_t>(from);
  }

  constexpr void alternatives(int depth) {
    if (depth > max_depth) return fail(pattern_errc::too_large);
    std::vector<std::size_t> ends;
    for (;;) {
      std::size_t const begin = steps_.size();
      sequence(depth);
      if (failed() || !accept('|')) break;
      // split to this alternative or to the next; its last step jumps behind them all
      insert(begin, {action::split});
      ends.push_back(steps_.size());
      emit({action::jump});
      if (failed()) return;
      steps_[begin].first = 1;
      steps_[begin].second = distance(begin, steps_.size());
    }
    for (std::size_t const at : ends) steps_[at].first = distance(at, steps_.size());
  }

  // Only at the beginning of a block that nothing outside of it jumps into: relative jumps stay right.
  constexpr void insert(std::size_t at, pattern_step step) {
    emit(step);
    if (failed()) return;
    for (std::size_t i = steps_.size() - 1; i != at; --i) steps_[i] = steps_[i - 1];
    steps_[at] = step;
  }

  constexpr void sequence(int depth) {
    while (!failed() && !rest_.empty() && rest_.front() != '|' && rest_.front() != ')') {
      if (accept('^')) {
        emit({action::begin});
      } else if (accept('$')) {
        emit({action::end});
      } else {
        std::size_t const begin = steps_.size();
        atom(depth);
        if (!failed()) quantifier(begin);
        continue;
      }
      if (at_quantifier()) fail(pattern_errc::malformed);
    }
  }

  constexpr bool at_quantifier() const {
    return !rest_.empty() &&
           (rest_.front() == '*' || rest_.front() == '+' || rest_.front() == '?' || rest_.front() == '{');
  }

  constexpr void atom(int depth) {
    if (accept('(')) {
      if (accept('?') && !accept(':')) return fail(pattern_errc::unsupported);
      alternatives(depth + 1);
      if (!failed() && !accept(')')) fail(pattern_errc::malformed);
    } else if (accept('[')) {
      bracket();
    } else if (accept('.')) {
      take_of({{'\n', '\n'}, {'\r', '\r'}, {0x2028, 0x2029}}, true);
    } else if (rest_.front() == '\\') {
      bool negated = false;
      std::size_t const begin = ranges_.size();
      if (shorthand(negated)) return take_since(begin, negated);
      char32_t const point = escape();
      take_of({{point, point}}, false);
    } else if (std::string_view("*+?{}]").find(rest_.front()) != std::string_view::npos) {
      fail(pattern_errc::malformed);
    } else {
      char32_t const point = literal();
      take_of({{point, point}}, false);
    }
  }

  constexpr void bracket() {
    bool const negated = accept('^');
    std::size_t const begin = ranges_.size();
    if (accept(']')) return fail(pattern_errc::unsupported);
    while (!failed() && !accept(']')) {
      bool outside = false;
      if (rest_.empty()) return fail(pattern_errc::malformed);
      if (shorthand(outside)) {
        if (outside) return fail(pattern_errc::unsupported);
        if (rest_.starts_with('-') && !rest_.starts_with("-]")) return fail(pattern_errc::malformed);
        continue;
      }
      char32_t const first = rest_.front() == '\\' ? escape() : literal();
      char32_t last = first;
      if (rest_.starts_with('-') && rest_.size() > 1 && rest_[1] != ']') {
        rest_.remove_prefix(1);
        last = rest_.front() == '\\' ? escape() : literal();
      }
      if (last < first) return fail(pattern_errc::malformed);
      add({{first, last}});
    }
    take_since(begin, negated);
  }

  // `\d`, `\w`, `\s`, `\p{L}` and their opposites; leaves anything else alone.
  constexpr bool shorthand(bool& negated) {
    if (rest_.size() < 2 || rest_.front() != '\\') return false;
    char const letter = rest_[1];
    for (std::string_view const name : {"{L}", "{Letter}"}) {
      if ((letter != 'p' && letter != 'P') || !rest_.substr(2).starts_with(name)) continue;
      add({any_letter});
      negated = letter == 'P';
      rest_.remove_prefix(2 + name.size());
      return true;
    }
    switch (letter) {
      case 'd':
      case 'D': add({{'0', '9'}}); break;
      case 'w':
      case 'W': add({{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}}); break;
      case 's':
      case 'S':
        add({{9, 13},
             {' ', ' '},
             {0xa0, 0xa0},
             {0x1680, 0x1680},
             {0x2000, 0x200a},
             {0x2028, 0x2029},
             {0x202f, 0x202f},
             {0x205f, 0x205f},
             {0x3000, 0x3000},
             {0xfeff, 0xfeff}});
        break;
      default: return false;
    }
    negated = letter < 'a';
    rest_.remove_prefix(2);
    return true;
  }

  constexpr char32_t literal() {
    auto const point = first_code_point(rest_);
    if (!point.valid) fail(pattern_errc::malformed);
    rest_.remove_prefix(point.size);
    return point.value;
  }

  constexpr char32_t escape() {
    rest_.remove_prefix(1);
    if (rest_.empty()) {
      fail(pattern_errc::malformed);
      return 0;
    }
    char const c = rest_.front();
    rest_.remove_prefix(1);
    switch (c) {
      case 't': return '\t';
      case 'n': return '\n';
      case 'v': return '\v';
      case 'f': return '\f';
      case 'r': return '\r';
      case 'x': return hex(2);
      case 'u': {
        if (!accept('{')) return scalar(hex(4));
        std::size_t const digits = rest_.find('}');
        if (digits == 0 || digits > 6) {
          fail(pattern_errc::malformed);
          return 0;
        }
        char32_t const point = hex(digits);
        accept('}');
        return scalar(point);
      }
      default:
        if (std::string_view("^$\\.*+?()[]{}|/-").find(c) == std::string_view::npos)
          fail(pattern_errc::unsupported);
        return static_cast<unsigned char>(c);
    }
  }

  // A surrogate never stands alone in UTF-8, so a pattern with one could not match what it says.
  constexpr char32_t scalar(char32_t point) {
    if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) fail(pattern_errc::unsupported);
    return point;
  }

  constexpr char32_t hex(std::size_t digits) {
    char32_t value = 0;
    for (; digits != 0; --digits) {
      char const c = rest_.empty() ? '?' : rest_.front();
      int const digit = c >= '0' && c <= '9'   ? c - '0'
                        : c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                               : -1;
      if (digit < 0) {
        fail(pattern_errc::malformed);
        return 0;
      }
      value = value * 16 + static_cast<char32_t>(digit);
      rest_.remove_prefix(1);
    }
    return value;
  }

  constexpr void add(range_list ranges) {
    if (ranges_.size() + ranges.size() > max_ranges) return fail(pattern_errc::too_large);
    ranges_.insert(ranges_.end(), ranges.begin(), ranges.end());
  }
  constexpr void take_of(range_list ranges, bool negated) {
    std::size_t const begin = ranges_.size();
    add(ranges);
    take_since(begin, negated);
  }
  constexpr void take_since(std::size_t begin, bool negated) {
    emit(
        {action::take, negated, static_cast<std::int32_t>(begin), static_cast<std::int32_t>(ranges_.size())});
  }

  constexpr void quantifier(std::size_t begin) {
    constexpr std::size_t unbounded = static_cast<std::size_t>(-1);
    if (!at_quantifier()) return;
    std::size_t least = 0, most = unbounded;
    if (accept('+')) {
      least = 1;
    } else if (accept('?')) {
      most = 1;
    } else if (!accept('*')) {
      rest_.remove_prefix(1);
      most = least = number();
      if (accept(',')) most = !rest_.empty() && rest_.front() == '}' ? unbounded : number();
      if (!accept('}') || most < least) fail(pattern_errc::malformed);
    }
    accept('?');
    if (at_quantifier()) fail(pattern_errc::malformed);
    if (!failed()) repeat(begin, least, most, most == unbounded);
  }

  constexpr std::size_t number() {
    std::size_t value = 0;
    bool any = false;
    while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
      // more would be too large in any case
      if (value <= pattern::max_steps) value = value * 10 + static_cast<std::size_t>(rest_.front() - '0');
      rest_.remove_prefix(1);
      any = true;
    }
    if (!any) fail(pattern_errc::malformed);
    return value;
  }

  constexpr void repeat(std::size_t begin, std::size_t least, std::size_t most, bool unbounded) {
    if (least > pattern::max_steps || (!unbounded && most > pattern::max_steps)) {
      return fail(pattern_errc::too_large);
    }
    std::vector<pattern_step> const block(steps_.begin() + static_cast<std::ptrdiff_t>(begin), steps_.end());
    auto const size = static_cast<std::int32_t>(block.size());
    auto const copy = [&] {
      for (auto const& step : block) emit(step);
    };
    steps_.resize(begin);
    for (std::size_t i = 0; i != least && !failed(); ++i) copy();
    if (unbounded) {
      emit({action::split, false, 1, size + 2});
      copy();
      emit({action::jump, false, -size - 1});
      return;
    }
    for (std::size_t i = least; i != most && !failed(); ++i) {
      // each further one leads out to the same end
      auto const left = static_cast<std::int32_t>(most - i);
      emit({action::split, false, 1, left * (size + 1)});
      copy();
    }
  }

  std::string_view rest_;
  pattern_errc fault_ = pattern_errc::none;
  std::vector<pattern_step> steps_;
  std::vector<code_point_range> ranges_;
};

constexpr pattern_errc check_pattern(std::string_view text) { return pattern_parser(text).parse(); }

/** Compile a pattern that `check_pattern` found nothing wrong with. */
inline pattern compile_pattern(std::string_view text) {
  pattern_parser parser(text);
  parser.parse();
  return parser.take();
}

}  // namespace mcpawl::detail
