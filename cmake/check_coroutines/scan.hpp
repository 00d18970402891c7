// cmake/check_coroutines/scan.hpp - find the spellings of co_await that GCC 12 miscompiles
// SPDX-License-Identifier: BSL-1.0
//
// GCC 12 destroys twice, or frees what it never allocated, when the full expression that holds a co_await
// also makes a closure with captures, an aggregate in braces, or a value of class type by `?:`. The scan
// knows no types, so it refuses every such lambda, every brace and every `?:` there that does not choose one of
// two literals; a named local before the statement is always right.
//
// It also lays out the frame wrongly of a coroutine that declares nothing at all and awaits in the condition of `if`, `while`,
// `for` or `switch`: there, too, a named local is right.
#pragma once

#include "tokens.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

namespace check_coroutines {

struct finding {
  int line;
  std::string_view what;
  std::string_view instead;  ///< The right spelling.
};

class scanner {
public:
  explicit scanner(std::string_view source) : tokens_(tokenizer(source).run()) {}

  std::vector<finding> run() {
    for (std::size_t i = 0; i != tokens_.size(); ++i) {
      if (!is(i, "co_await")) continue;
      check_full_expression(i);
      check_condition(i);
    }
    return std::move(findings_);
  }

private:
  enum class brace_kind { block, lambda, initializer };
  static constexpr std::string_view value = "make a named local first, then co_await f(std::move(it))";
  static constexpr std::string_view condition = "make a named local first: auto it = co_await f(); if (it)";
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  bool is(std::size_t i, std::string_view text) const {
    return i < tokens_.size() && tokens_[i].text == text;
  }

  template <std::size_t N>
  bool is_one_of(std::size_t i, std::array<std::string_view, N> const& texts) const {
    return i < tokens_.size() && std::find(texts.begin(), texts.end(), tokens_[i].text) != texts.end();
  }

  bool is_word(std::size_t i) const { return i < tokens_.size() && tokens_[i].kind == token_kind::word; }

  bool opens_condition(std::size_t paren) const {
    constexpr std::array<std::string_view, 4> keywords{"if", "while", "for", "switch"};
    std::size_t before = paren - 1;
    if (is(before, "constexpr")) --before;
    return is_one_of(before, keywords);
  }

  // `auto& [a, b] = ...`
  bool opens_structured_binding(std::size_t bracket) const {
    constexpr std::array<std::string_view, 3> between{"&", "&&", "const"};
    std::size_t i = bracket - 1;
    while (is_one_of(i, between)) --i;
    return is(i, "auto");
  }

  bool opens_lambda(std::size_t bracket) const {
    constexpr std::array<std::string_view, 7> words_before_a_value{
        "return", "co_return", "co_await", "co_yield", "throw", "else", "case"};
    if (!is(bracket, "[") || is(bracket + 1, "[") || is(bracket - 1, "[")) return false;
    if (opens_structured_binding(bracket)) return false;
    bool const subscript = is(bracket - 1, ")") || is(bracket - 1, "]") ||
                           (bracket != 0 && tokens_[bracket - 1].kind == token_kind::literal) ||
                           (is_word(bracket - 1) && !is_one_of(bracket - 1, words_before_a_value));
    return !subscript;
  }

  // From the last token of `-> type`, back to the token before the arrow; `last + 1` when there is no arrow.
  std::size_t before_trailing_type(std::size_t last) const {
    int angles = 0;
    for (std::size_t i = last; i < tokens_.size(); --i) {
      if (is(i, "->")) return i - 1;
      if (is(i, ">"))
        ++angles;
      else if (is(i, "<"))
        --angles;
      else if (is(i, ")") && tokens_[i].partner < i)
        i = tokens_[i].partner;
      else if (is(i, ",") && angles > 0)
        continue;
      else if (!is_word(i) && !is(i, "::") && !is(i, "*") && !is(i, "&") &&
               tokens_[i].kind != token_kind::literal)
        break;
      if (is_word(i) && (is(i, "co_await") || is(i, "return") || is(i, "co_return"))) break;
    }
    return last + 1;
  }

  // From the last token before a lambda's body back to its `[`, or `none`.
  std::size_t lambda_of(std::size_t last) const {
    constexpr std::array<std::string_view, 4> specifiers{"mutable", "noexcept", "constexpr", "static"};
    while (is_one_of(last, specifiers)) --last;
    if (is(last, ")") && is(tokens_[last].partner - 1, "noexcept")) last = tokens_[last].partner - 2;
    while (is_one_of(last, specifiers)) --last;
    if (is(last, ")")) last = tokens_[last].partner - 1;
    if (is(last, ">")) {
      int angles = 0;
      for (; last < tokens_.size(); --last) {
        angles += is(last, ">") ? 1 : is(last, "<") ? -1 : 0;
        if (angles == 0) break;
      }
      --last;
    }
    if (!is(last, "]")) return none;
    std::size_t const bracket = tokens_[last].partner;
    return opens_lambda(bracket) ? bracket : none;
  }

  brace_kind kind_of(std::size_t brace) const {
    constexpr std::array<std::string_view, 14> before_a_block{
        ")",   ";",     "{",        "}",     ":",        "else",    "do",
        "try", "const", "noexcept", "final", "override", "mutable", "&&"};
    if (brace == 0) return brace_kind::block;
    std::size_t last = brace - 1;
    if (lambda_of(last) != none) return brace_kind::lambda;
    std::size_t const before_type = before_trailing_type(last);
    if (before_type != last + 1)
      return lambda_of(before_type) != none ? brace_kind::lambda : brace_kind::block;
    return is_one_of(last, before_a_block) ? brace_kind::block : brace_kind::initializer;
  }

  // The first token of the full expression around token `i`.
  std::size_t first_of(std::size_t i) const {
    while (i != 0) {
      std::size_t const before = i - 1;
      if (is(before, ";") || is(before, "else") || is(before, "do")) return i;
      if (is(before, ")") && tokens_[before].partner < before) {
        if (opens_condition(tokens_[before].partner)) return i;
        i = tokens_[before].partner;
      } else if (is(before, "]") && tokens_[before].partner < before) {
        i = tokens_[before].partner;
      } else if (is(before, "}") && tokens_[before].partner < before) {
        if (kind_of(tokens_[before].partner) == brace_kind::block) return i;
        i = tokens_[before].partner;
      } else if (is(before, "(") && opens_condition(before)) {
        return i;
      } else if (is(before, "{") && kind_of(before) != brace_kind::initializer) {
        return i;
      } else {
        i = before;
      }
    }
    return i;
  }

  // One past the last token of the full expression that begins at `first`.
  std::size_t end_of(std::size_t first, std::size_t await) const {
    std::size_t i = first;
    while (i < tokens_.size()) {
      if (is(i, ";") || is(i, ")") || is(i, "}")) return i;
      bool const opens = is(i, "(") || is(i, "[") || is(i, "{");
      // a block after the co_await begins another statement: `if (co_await f()) {`, `else {`
      if (is(i, "{") && i > await && kind_of(i) == brace_kind::block) return i;
      i = opens ? tokens_[i].partner + 1 : i + 1;
    }
    return tokens_.size();
  }

  bool makes_duration(std::size_t brace) const {
    constexpr std::array<std::string_view, 6> units{"hours",        "minutes",      "seconds",
                                                    "milliseconds", "microseconds", "nanoseconds"};
    return is_one_of(brace - 1, units);
  }

  // `? "one" : "other"`, where nothing is made that must be destroyed; `"one"s` is two tokens.
  bool chooses_literals(std::size_t question) const {
    constexpr std::array<std::string_view, 3> ends{")", ",", ";"};
    return question + 4 < tokens_.size() && tokens_[question + 1].kind == token_kind::literal &&
           is(question + 2, ":") && tokens_[question + 3].kind == token_kind::literal &&
           is_one_of(question + 4, ends);
  }

  void check_full_expression(std::size_t await) {
    std::size_t const first = first_of(await);
    if (first == checked_) return;
    checked_ = first;
    std::size_t const end = end_of(first, await);
    for (std::size_t i = first; i < end; ++i) {
      if (is(i, "?")) {
        if (!chooses_literals(i)) found(i, "?: in an expression that holds a co_await", value);
      } else if (is(i, "{")) {
        // the body of a lambda is no part of the expression around it
        if (kind_of(i) == brace_kind::lambda)
          i = tokens_[i].partner;
        else if (!makes_duration(i))
          found(i, "braces in an expression that holds a co_await", value);
      } else if (opens_lambda(i) && tokens_[i].partner != i + 1) {
        found(i, "a lambda with captures in an expression that holds a co_await", value);
        i = tokens_[i].partner;
      }
    }
  }

  // The bracket that opens around token `i`, or `none`.
  std::size_t opening_around(std::size_t i) const {
    while (i-- != 0) {
      if (is(i, "(") || is(i, "[") || is(i, "{")) return i;
      if ((is(i, ")") || is(i, "]") || is(i, "}")) && tokens_[i].partner < i) i = tokens_[i].partner;
    }
    return none;
  }

  // True for the braces of `if`, `for`, `else`, `try` and the like, and for those of a block alone.
  bool belongs_to_statement(std::size_t brace) const {
    constexpr std::array<std::string_view, 7> before_a_statement{";", "{", "}", ":", "else", "do", "try"};
    if (brace == 0 || is_one_of(brace - 1, before_a_statement)) return true;
    if (!is(brace - 1, ")")) return false;
    std::size_t const paren = tokens_[brace - 1].partner;
    return opens_condition(paren) || is(paren - 1, "catch");
  }

  // True if the statement, condition or initialization that begins at `i` declares something.
  bool declares(std::size_t i) const {
    constexpr std::array<std::string_view, 12> always{"auto",    "using",     "enum",  "struct",
                                                      "class",   "static",    "const", "try",
                                                      "typedef", "constexpr", "union", "unsigned"};
    constexpr std::array<std::string_view, 15> never{"co_await", "co_return", "co_yield", "return", "throw",
                                                     "delete",   "new",       "goto",     "if",     "while",
                                                     "for",      "switch",    "do",       "else",   "case"};
    constexpr std::array<std::string_view, 4> before_a_name{">", "&", "&&", "*"};
    if (is_one_of(i, always)) return true;
    if (!is_word(i) || is_one_of(i, never)) return false;
    int angles = 0;
    for (++i; i < tokens_.size(); ++i) {
      if (is(i, "<")) ++angles;
      if (is(i, ">")) --angles;
      if (angles > 0 && !is(i, ";")) continue;
      if (is_word(i) && !is(i - 1, "::") && (is_word(i - 1) || is_one_of(i - 1, before_a_name))) return true;
      if (!is_word(i) && !is(i, "::") && !is_one_of(i, before_a_name)) return false;
    }
    return false;
  }

  // True if the body that opens at `brace` declares something, lambdas in it left out.
  bool body_declares(std::size_t brace) const {
    constexpr std::array<std::string_view, 5> before_a_statement{";", "{", "}", "else", "do"};
    for (std::size_t i = brace + 1; i < tokens_[brace].partner && i < tokens_.size(); ++i) {
      if (is(i, "{") && kind_of(i) == brace_kind::lambda) i = tokens_[i].partner;
      bool const in_condition = is(i - 1, "(") && opens_condition(i - 1);
      bool const after_condition =
          is(i - 1, ")") && tokens_[i - 1].partner < i && opens_condition(tokens_[i - 1].partner);
      if ((in_condition || after_condition || is_one_of(i - 1, before_a_statement)) && declares(i))
        return true;
    }
    return false;
  }

  void check_condition(std::size_t await) {
    bool in_condition = false;
    for (std::size_t at = opening_around(await); at != none; at = opening_around(at)) {
      if (is(at, "(") && opens_condition(at)) in_condition = true;
      if (!is(at, "{")) continue;
      if (!in_condition) return;
      if (kind_of(at) == brace_kind::block && belongs_to_statement(at)) continue;
      if (kind_of(at) != brace_kind::initializer && !body_declares(at))
        found(await, "co_await in a condition of a function that declares nothing", condition);
      return;
    }
  }

  void found(std::size_t i, std::string_view what, std::string_view instead) {
    findings_.push_back({tokens_[i].line, what, instead});
  }

  std::vector<token> tokens_;
  std::vector<finding> findings_;
  std::size_t checked_ = none;
};

}  // namespace check_coroutines
