// mcpawl/text/pattern.hpp - regular expressions that match in linear time
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/text/unicode_letters.hpp>
#include <mcpawl/text/utf8.hpp>

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** A range that stands for all letters: nothing is in it as a range. */
inline constexpr code_point_range any_letter{0x110000, 0x110000};

/** One step of a compiled pattern. Jumps are relative, so that a block of steps can be copied. */
struct pattern_step {
  enum class action : unsigned char {
    take,     ///< Consume one code point of the ranges [first, second), or outside of them if `negated`.
    split,    ///< Go on at both `first` and `second`.
    jump,     ///< Go on at `first`.
    begin,    ///< Go on only before the first code point.
    end,      ///< Go on only after the last one.
    matched,  ///< The pattern was found.
  };
  action what;
  bool negated = false;
  std::int32_t first = 0;
  std::int32_t second = 0;
};

/** A compiled pattern; pattern_parser.hpp makes it and tells the syntax.

    All alternatives are simulated at once (Thompson's construction), so the time is at most the
    length of the text times the number of steps, whatever the pattern and the text are. Matching
    allocates nothing.
*/
class pattern {
public:
  static constexpr std::size_t max_steps = 1000;

  constexpr pattern(std::vector<pattern_step> steps, std::vector<code_point_range> ranges)
      : steps_(std::move(steps)), ranges_(std::move(ranges)) {}

  /** How many steps: what one character of a text may cost. */
  constexpr std::size_t size() const noexcept { return steps_.size(); }

  /** Units of work that checking one value may cost, be it typed or by a hand-written schema. */
  static constexpr std::size_t max_work = 4'000'000;

  /** What `matches` may cost for a text of so many bytes, in units of work of the validators. */
  constexpr std::size_t work_for(std::size_t bytes) const noexcept {
    return (bytes + 1) * (steps_.size() / 16 + 1) / 4;
  }

  /** Whether the pattern occurs anywhere in the text: JSON Schema has no anchors but `^` and `$`. */
  bool matches(std::string_view text) const noexcept {
    state_set sets[2];
    state_set* now = &sets[0];
    state_set* next = &sets[1];
    bool at_begin = true;
    for (;;) {
      // an occurrence may begin before any code point
      if (enter(*now, 0, at_begin, text.empty())) return true;
      if (text.empty()) return false;
      auto const point = first_code_point(text);
      text.remove_prefix(point.size);
      next->clear();
      for (std::size_t i = 0; i != now->size; ++i) {
        std::size_t const at = now->takes[i];
        if (!takes(steps_[at], point.value)) continue;
        if (enter(*next, at + 1, false, text.empty())) return true;
      }
      std::swap(now, next);
      at_begin = false;
    }
  }

private:
  struct state_set {
    std::array<std::uint16_t, max_steps> takes;  ///< The `take` steps that wait for a code point.
    std::size_t size = 0;
    std::bitset<max_steps> seen;

    void clear() noexcept {
      size = 0;
      seen.reset();
    }
  };

  bool takes(pattern_step const& step, char32_t point) const noexcept {
    for (auto i = step.first; i != step.second; ++i) {
      auto const& range = ranges_[static_cast<std::size_t>(i)];
      bool const in =
          range.first == any_letter.first ? is_letter(point) : range.first <= point && point <= range.last;
      if (in) return !step.negated;
    }
    return step.negated;
  }

  /** Follow every way from `start` that consumes nothing; true if one of them ends the pattern. */
  bool enter(state_set& set, std::size_t start, bool at_begin, bool at_end) const noexcept {
    using action = pattern_step::action;
    std::array<std::uint16_t, max_steps> waiting;
    std::size_t count = 0;
    auto const push = [&](std::size_t at) {
      if (set.seen[at]) return;
      set.seen.set(at);
      waiting[count++] = static_cast<std::uint16_t>(at);
    };
    push(start);
    while (count != 0) {
      std::size_t const at = waiting[--count];
      auto const& step = steps_[at];
      auto const target = [at](std::int32_t offset) {
        return static_cast<std::size_t>(static_cast<std::ptrdiff_t>(at) + offset);
      };
      switch (step.what) {
        case action::take: set.takes[set.size++] = static_cast<std::uint16_t>(at); break;
        case action::split:
          push(target(step.first));
          push(target(step.second));
          break;
        case action::jump: push(target(step.first)); break;
        case action::begin:
          if (at_begin) push(at + 1);
          break;
        case action::end:
          if (at_end) push(at + 1);
          break;
        case action::matched: return true;
      }
    }
    return false;
  }

  std::vector<pattern_step> steps_;
  std::vector<code_point_range> ranges_;
};

}  // namespace mcpawl::detail
