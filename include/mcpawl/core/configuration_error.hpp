// mcpawl/core/configuration_error.hpp - everything that is wrong with the settings of a program, at once
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl {

/** The settings, or what a server was told to offer, cannot work; thrown at start-up only, never while requests are served.

    It carries every error found, so that an operator mends them in one go. The texts name the
    setting and what is expected of it; a value is quoted only where it is no secret.

    `mcpawl::run` writes them to standard error and makes the exit status 2.
*/
class configuration_error : public std::runtime_error {
public:
  /** @param place  what is wrong, for the title: `1 error in the settings:`. */
  explicit configuration_error(std::vector<std::string> errors, std::string_view place = "the settings")
      : std::runtime_error(text_of(errors, place)), errors_(std::move(errors)) {}
  explicit configuration_error(std::string const& error)
      : configuration_error(std::vector<std::string>(1, error)) {}

  std::vector<std::string> const& errors() const noexcept { return errors_; }

private:
  static std::string text_of(std::vector<std::string> const& errors, std::string_view place) {
    std::string text = std::to_string(errors.size());
    text.append(errors.size() == 1 ? " error in " : " errors in ").append(place).append(":");
    for (auto const& error : errors) text.append("\n  ").append(error);
    return text;
  }

  std::vector<std::string> errors_;
};

namespace detail {

/** What is wrong with options, in sentences. */
struct option_errors {
  std::vector<std::string> all = {};

  /** Note what is wrong with one, such as "is missing"; nothing if the text is empty. */
  void note(std::string_view option, std::string_view wrong) {
    if (!wrong.empty()) all.push_back(std::string(option).append(1, ' ').append(wrong));
  }
};

/** Pass options on if nothing is wrong with them.

    @tparam Options  has `validate()`, which lists what is wrong.
    @par Errors
    Throws `configuration_error` with all of it. */
template <class Options>
Options validated(Options options) {
  std::vector<std::string> errors = options.validate();
  if (!errors.empty()) throw configuration_error(std::move(errors));
  return options;
}

}  // namespace detail

}  // namespace mcpawl
