// mcpawl/auth/static_tokens.hpp - reads the list of tokens that static_bearer takes
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/secret.hpp>
#include <mcpawl/crypto/hex.hpp>
#include <mcpawl/oauth/common/scopes.hpp>
#include <mcpawl/text/format.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** One token, of which only the digest is known. */
struct static_token {
  std::string name;
  secret digest;  ///< SHA-256, 32 bytes.
  std::vector<std::string> scopes;
  std::optional<unix_seconds> expires_at;
};

/** The time that a text of RFC 3339 section 5.6 (`date-time`) means, without a fraction; nothing if it is none. */
inline std::optional<unix_seconds> time_of(std::string_view text) noexcept {
  if (!is_date_time(text)) return std::nullopt;
  auto const number = [&text](std::size_t at, std::size_t digits) {
    int value = 0;
    for (char const c : text.substr(at, digits)) value = value * 10 + (c - '0');
    return value;
  };
  using namespace std::chrono;
  year_month_day const day(year(number(0, 4)), month(static_cast<unsigned>(number(5, 2))),
                           std::chrono::day(static_cast<unsigned>(number(8, 2))));
  unix_seconds at = sys_days(day).time_since_epoch().count() * 86400LL;
  at += number(11, 2) * 3600 + number(14, 2) * 60 + number(17, 2);
  if (text.back() == 'Z' || text.back() == 'z') return at;
  std::size_t const zone = text.size() - 6;  // +hh:mm
  int const offset = number(zone + 1, 2) * 3600 + number(zone + 4, 2) * 60;
  return text[zone] == '-' ? at + offset : at - offset;
}

/** Reads a list of tokens, in which a line or a semicolon ends an entry:

        name digest [scope=SCOPE]... [expires=TIME]

    Empty entries and lines that begin with `#` are passed over. A `-` behind the digest is what `sha256sum` prints.

    Nothing of an entry but its name, once that is known to be one, is ever in an error: who mistook the token for the digest must
    not find it in a log. */
class static_token_reader {
public:
  static constexpr std::size_t max_tokens = 256, max_name = 64;

  /** @param errors  what is wrong is appended, in sentences */
  explicit static_token_reader(std::vector<std::string>& errors) noexcept : errors_(&errors) {}

  std::vector<static_token> read(std::string_view text) {
    std::size_t const before = errors_->size();
    for (line_ = 1; !text.empty(); ++line_) {
      auto const end = text.find('\n');
      line(text.substr(0, end));
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    if (tokens_.size() > max_tokens)
      errors_->push_back("there are more than " + std::to_string(max_tokens) + " tokens");
    if (tokens_.empty() && errors_->size() == before) errors_->emplace_back("there is no token");
    return std::move(tokens_);
  }

private:
  static constexpr std::string_view blanks = " \t\r";

  /** Take the next word off a text; empty at its end. */
  static std::string_view next_word(std::string_view& text) noexcept {
    auto const begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos) return {};
    text.remove_prefix(begin);
    auto const word = text.substr(0, text.find_first_of(blanks));
    text.remove_prefix(word.size());
    return word;
  }

  void line(std::string_view text) {
    auto const begin = text.find_first_not_of(blanks);
    if (begin != std::string_view::npos && text[begin] == '#') return;
    while (true) {
      auto const end = text.find(';');
      entry(text.substr(0, end));
      if (end == std::string_view::npos) return;
      text.remove_prefix(end + 1);
    }
  }

  void entry(std::string_view text) {
    auto const name = next_word(text);
    if (name.empty()) return;
    ++entries_;
    static_token made;
    std::string where = "entry " + std::to_string(entries_) + " (line " + std::to_string(line_) + ')';
    if (is_name(name)) {
      made.name = name;
      where += ", \"" + made.name + '"';
    } else {
      errors_->push_back(where + ": a name has 1 to 64 of A-Z a-z 0-9 . _ - @ + /");
    }
    where += ": ";
    if (auto digest = decode_hex(next_word(text), 32))
      made.digest = *std::move(digest);
    else
      errors_->push_back(where +
                         "behind the name must be 64 hexadecimal digits, the SHA-256 of the token, "
                         "as printf %s \"$token\" | sha256sum prints it");
    attributes(text, made, where);
    compare_with_others(made, where);
    tokens_.push_back(std::move(made));
  }

  void attributes(std::string_view text, static_token& made, std::string const& where) {
    bool first = true;
    for (auto word = next_word(text); !word.empty(); word = next_word(text), first = false) {
      constexpr std::string_view scope = "scope=", expires = "expires=";
      if (word.starts_with(scope)) {
        word.remove_prefix(scope.size());
        if (!oauth::is_scope(word) || word.find(',') != std::string_view::npos)
          errors_->push_back(where + "a scope has no comma, quote or backslash; write scope= before each");
        else if (std::find(made.scopes.begin(), made.scopes.end(), word) == made.scopes.end())
          made.scopes.emplace_back(word);
      } else if (word.starts_with(expires)) {
        if (made.expires_at) errors_->push_back(where + "expires= is there twice");
        made.expires_at = time_of(word.substr(expires.size()));
        if (!made.expires_at)
          errors_->push_back(where +
                             "behind expires= must be a time of RFC 3339, such as 2027-01-31T00:00:00Z");
      } else if (word != "-" || !first) {
        errors_->push_back(where + "behind the digest may be scope=... and expires=... alone");
      }
    }
  }

  void compare_with_others(static_token const& made, std::string const& where) {
    // what is no token is sent by scripts whose variable is not set
    constexpr std::string_view of_nothing =
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    if (made.digest == *decode_hex(of_nothing, 32))
      errors_->push_back(where + "this is the digest of an empty text");
    for (auto const& other : tokens_) {
      if (!made.name.empty() && other.name == made.name)
        errors_->push_back(where + "the name is there twice");
      if (!made.digest.empty() && other.digest == made.digest)
        errors_->push_back(where + "another entry has the same token");
    }
  }

  static bool is_name(std::string_view text) noexcept {
    return text.size() <= max_name && std::all_of(text.begin(), text.end(), [](char c) {
             return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    std::string_view("._-@+/").find(c) != std::string_view::npos;
           });
  }

  std::vector<std::string>* errors_;
  std::vector<static_token> tokens_;
  std::size_t line_ = 1, entries_ = 0;
};

}  // namespace mcpawl::detail
