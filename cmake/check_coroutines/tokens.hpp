// cmake/check_coroutines/tokens.hpp - cut C++ source into tokens, good enough to find brackets and keywords
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cctype>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace check_coroutines {

enum class token_kind { word, literal, symbol };

struct token {
  token_kind kind;
  std::string_view text;
  int line;
  std::size_t partner;  ///< Of a bracket: the index of the other one; else the token's own index.
};

inline bool is_word_character(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/** Cut `source` into tokens; comments and preprocessor lines are dropped. The views end with `source`. */
class tokenizer {
public:
  explicit tokenizer(std::string_view source) : source_(source) {}

  std::vector<token> run() {
    bool line_start = true;
    while (at_ < source_.size()) {
      char const c = source_[at_];
      if (c == '\n') {
        line_start = true;
        advance(1);
      } else if (std::isspace(static_cast<unsigned char>(c)) != 0) {
        advance(1);
      } else if (starts("//") || (c == '#' && line_start)) {
        skip_line();
      } else if (starts("/*")) {
        std::size_t const end = source_.find("*/", at_ + 2);
        advance(end == source_.npos ? source_.size() - at_ : end + 2 - at_);
      } else {
        line_start = false;
        read_token(c);
      }
    }
    for (std::size_t open : open_) tokens_[open].partner = tokens_.size();
    return std::move(tokens_);
  }

private:
  bool starts(std::string_view text) const { return source_.substr(at_).starts_with(text); }

  void advance(std::size_t count) {
    for (; count != 0 && at_ < source_.size(); --count) line_ += source_[at_++] == '\n' ? 1 : 0;
  }

  void skip_line() {
    while (at_ < source_.size() && source_[at_] != '\n') advance(source_[at_] == '\\' ? 2 : 1);
  }

  void push(token_kind kind, std::size_t size) {
    tokens_.push_back({kind, source_.substr(at_, size), line_, tokens_.size()});
    advance(size);
  }

  void read_token(char c) {
    if (c == '"' || c == '\'') return push(token_kind::literal, quoted_size(at_, c));
    if (std::isdigit(static_cast<unsigned char>(c)) != 0) return push(token_kind::literal, number_size());
    if (is_word_character(c)) return read_word();
    for (std::string_view symbol : {"->", "::", "&&"}) {
      if (starts(symbol)) return push(token_kind::symbol, symbol.size());
    }
    if (c == '(' || c == '[' || c == '{') open_.push_back(tokens_.size());
    if ((c == ')' || c == ']' || c == '}') && !open_.empty()) {
      std::size_t const open = open_.back();
      open_.pop_back();
      tokens_[open].partner = tokens_.size();
      push(token_kind::symbol, 1);
      tokens_.back().partner = open;
      return;
    }
    push(token_kind::symbol, 1);
  }

  void read_word() {
    std::size_t size = 0;
    while (at_ + size < source_.size() && is_word_character(source_[at_ + size])) ++size;
    std::size_t const next = at_ + size;
    bool const quote_follows = next < source_.size() && source_[next] == '"';
    std::string_view const word = source_.substr(at_, size);
    if (quote_follows && word.ends_with('R')) return push(token_kind::literal, raw_string_end(next) - at_);
    if (quote_follows && (word == "u8" || word == "u" || word == "U" || word == "L")) {
      return push(token_kind::literal, size + quoted_size(next, '"'));
    }
    push(token_kind::word, size);
  }

  std::size_t quoted_size(std::size_t from, char quote) const {
    std::size_t end = from + 1;
    while (end < source_.size() && source_[end] != quote) end += source_[end] == '\\' ? 2 : 1;
    return end + 1 - from;
  }

  std::size_t raw_string_end(std::size_t quote) const {
    std::size_t const open = source_.find('(', quote);
    if (open == source_.npos) return source_.size();
    std::string const close = ")" + std::string(source_.substr(quote + 1, open - quote - 1)) + "\"";
    std::size_t const end = source_.find(close, open);
    return end == source_.npos ? source_.size() : end + close.size();
  }

  // digit separators are why a number is not simply a word
  std::size_t number_size() const {
    std::size_t end = at_;
    while (end < source_.size() &&
           (is_word_character(source_[end]) || source_[end] == '.' || source_[end] == '\'')) {
      ++end;
    }
    return end - at_;
  }

  std::string_view source_;
  std::size_t at_ = 0;
  int line_ = 1;
  std::vector<token> tokens_;
  std::vector<std::size_t> open_;
};

}  // namespace check_coroutines
