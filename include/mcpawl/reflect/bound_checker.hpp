// mcpawl/reflect/bound_checker.hpp - whether a value is within the bounds of its docs, and the words for one that is not
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/reflect/descriptor.hpp>
#include <mcpawl/text/format.hpp>
#include <mcpawl/text/json_text.hpp>
#include <mcpawl/text/utf8.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace mcpawl::detail {

/** Compares values with the rules of their docs: what is read and what is written, by the same words.

    Each check returns what is wrong, `must be at least 1`, or an empty text. A pattern may cost the length of a text times the
    size of the pattern, so the sum of that is bounded for all values of one checker, by `pattern::max_work`.
*/
class bound_checker {
public:
  static std::string too_small(any_integer least) {
    std::string message = "must be at least ";
    least.append_to(message);
    return message;
  }
  static std::string too_large(any_integer most) {
    std::string message = "must be at most ";
    most.append_to(message);
    return message;
  }

  /** Of a float the bounds are those that a float has: 0.1f is within a maximum of 0.1. */
  template <class Number>
  static std::string number(Number value, field_rules const& rules) {
    if (rules.minimum && value < static_cast<Number>(*rules.minimum)) {
      std::string message = "must be at least ";
      append_json_number(message, *rules.minimum);
      return message;
    }
    if (rules.maximum && value > static_cast<Number>(*rules.maximum)) {
      std::string message = "must be at most ";
      append_json_number(message, *rules.maximum);
      return message;
    }
    return {};
  }

  /** @param state  that of the field, for its pattern; null if there is none. */
  std::string text(std::string_view value, field_rules const& rules, field_state const* state) {
    // bytes bound code points from above and below, so that long texts are mostly refused unread
    if (rules.min_length != 0 &&
        (value.size() < rules.min_length || count_code_points(value) < rules.min_length)) {
      return counted("must have at least ", rules.min_length, " characters");
    }
    if (rules.max_length < value.size() &&
        (rules.max_length < value.size() / 4 || rules.max_length < count_code_points(value))) {
      return counted("must have at most ", rules.max_length, " characters");
    }
    if (state != nullptr && state->compiled) {
      pattern_work_ += state->compiled->work_for(value.size());
      if (pattern_work_ > pattern::max_work)
        return "is too long for a text that is compared with the pattern " + std::string(rules.pattern);
      if (!state->compiled->matches(value)) return "must match the pattern " + std::string(rules.pattern);
    }
    if (!has_format(rules.format, value)) return "must have the format " + std::string(rules.format);
    return {};
  }

  /** @param what  ` items` of an array, ` members` of a map. */
  static std::string count(std::size_t count, field_rules const& rules, std::string_view what) {
    if (count < rules.min_items) return counted("must have at least ", rules.min_items, what);
    if (count > rules.max_items) return counted("must have at most ", rules.max_items, what);
    return {};
  }

  static std::string counted(std::string_view before, std::size_t count, std::string_view after) {
    std::string message(before);
    append_json_number(message, count);
    // "1 characters" would read badly
    message += count == 1 && after.ends_with('s') ? after.substr(0, after.size() - 1) : after;
    return message;
  }

private:
  std::size_t pattern_work_ = 0;
};

}  // namespace mcpawl::detail
