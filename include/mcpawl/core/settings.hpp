// mcpawl/core/settings.hpp - reads settings by name and collects every error before it throws
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/configuration_error.hpp>

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace mcpawl {

/** Whether a value is still the text of a guide that somebody meant to replace.

    `<...>`, `${...}`, `{{...}}`, `your-team` and its relatives, `changeme`, `placeholder`: a server that
    started with one of these would refuse every caller without saying why.
*/
inline bool is_placeholder(std::string_view value) {
  std::string plain;
  for (char c : value) {
    if (c == '<' || c == '>' || c == '{' || c == '}') return true;
    if (c == '-' || c == '_' || c == ' ') continue;
    plain += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  for (std::string_view word : {"yourteam", "yourdomain", "youraud", "yourpolicy", "yourapp", "yourclient",
                                "addteamdomain", "addpolicyaud", "changeme", "replaceme", "placeholder"})
    if (plain.find(word) != std::string::npos) return true;
  return plain == "todo" || plain == "xxx" || plain == "...";
}

/** Read settings by name, collecting what is wrong.

    @code
    mcpawl::settings s;
    auto team = s.required("TEAM_DOMAIN");
    auto verbose = s.flag("VERBOSE");
    s.throw_if_invalid();   // throws configuration_error with all errors, if there are any
    @endcode

    White space around a value is dropped: it comes from env files and is never meant.

    @par Errors
    The getters throw nothing but `std::bad_alloc`: they note what is wrong (a value that is missing, empty, a
    placeholder of a guide or of another form) and return an empty value, so that reading can go on.
    `throw_if_invalid` throws it all.
*/
class settings {
public:
  /** Look a name up; no value means it is not set. */
  using source = std::function<std::optional<std::string>(std::string const& name)>;

  /** Read the environment of the process. */
  settings() : settings(source(&settings::environment)) {}
  explicit settings(source from) : source_(std::move(from)) {}

  /** A value as it stands, for who checks it; empty if it is missing or blank. Notes nothing. */
  std::string unchecked(std::string const& name) const {
    auto const found = source_(name);
    return std::string(found ? trimmed(*found) : std::string_view());
  }

  /** A value that must be there. */
  std::string required(std::string const& name) { return checked(name, true); }

  /** A value that may be missing or empty; empty then. */
  std::string optional(std::string const& name) { return checked(name, false); }

  /** A switch: `1`, `true`, `yes`, `on` or `0`, `false`, `no`, `off`; missing or empty is off. */
  bool flag(std::string const& name) {
    std::string const value = checked(name, false);
    for (auto const* yes : {"1", "true", "yes", "on"})
      if (value == yes) return true;
    for (auto const* no : {"", "0", "false", "no", "off"})
      if (value == no) return false;
    add_error(name, "must be true or false, not \"" + value + '"');
    return false;
  }

  /** A whole number from `least` to `most`, in decimal digits; `fallback` if it is not set. */
  std::uint64_t number(std::string const& name, std::uint64_t fallback, std::uint64_t least,
                       std::uint64_t most) {
    std::string const value = checked(name, false);
    if (value.empty()) return fallback;
    std::uint64_t found = 0;
    char const* const end = value.data() + value.size();
    auto const [stopped, error] = std::from_chars(value.data(), end, found);
    if (error == std::errc() && stopped == end && found >= least && found <= most) return found;
    add_error(name, "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    return fallback;
  }

  /** One or several values with commas between them; none of them may be empty. */
  std::vector<std::string> required_list(std::string const& name) {
    std::vector<std::string> items;
    std::string const value = checked(name, true);
    if (value.empty()) return items;
    for (std::string_view rest = value;;) {
      auto const comma = rest.find(',');
      items.emplace_back(trimmed(rest.substr(0, comma)));
      if (items.back().empty()) add_error(name, "has an empty item between its commas");
      if (comma == std::string_view::npos) return items;
      rest.remove_prefix(comma + 1);
    }
  }

  /** Note an error in a setting; `text` continues the sentence that its name begins. */
  void add_error(std::string const& name, std::string const& text) { errors_.push_back(name + ' ' + text); }

  /** End the reading.

      @par Errors
      Throws `configuration_error` with everything that was noted, if there is anything. */
  void throw_if_invalid() const {
    if (!errors_.empty()) throw configuration_error(errors_);
  }

private:
  static std::optional<std::string> environment(std::string const& name) {
    char const* const value = std::getenv(name.c_str());
    return value ? std::optional<std::string>(value) : std::nullopt;
  }

  static std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blank = " \t\r\n";
    auto const first = text.find_first_not_of(blank);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blank) - first + 1);
  }

  std::string checked(std::string const& name, bool must_be_there) {
    auto const found = source_(name);
    std::string value(found ? trimmed(*found) : std::string_view());
    if (value.empty()) {
      if (must_be_there) add_error(name, found ? "is empty" : "is not set");
    } else if (is_placeholder(value)) {
      add_error(name, "is still the placeholder \"" + value + '"');
      value.clear();
    }
    return value;
  }

  source source_;
  std::vector<std::string> errors_;
};

}  // namespace mcpawl
