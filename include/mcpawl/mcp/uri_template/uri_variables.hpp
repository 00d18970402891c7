// mcpawl/mcp/uri_template/uri_variables.hpp - the variables of a URI template and their values
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace mcpawl::detail {

using uri_list = std::vector<std::string>;
using uri_pairs = std::vector<std::pair<std::string, std::string>>;

/** A string, a list, or an associative array in its order (RFC 6570 section 2.3); decoded, UTF-8. */
using uri_value = std::variant<std::string, uri_list, uri_pairs>;

struct uri_variable {
  std::string name;  ///< As the template spells it.
  uri_value value;

  bool operator==(uri_variable const&) const = default;
};

/** The defined variables, in the order they were set; there are few, so finding one is a linear search. */
class uri_variables {
public:
  /** The value of a variable, or null where it is undefined. */
  uri_value const* find(std::string_view name) const noexcept {
    for (auto const& variable : all_) {
      if (variable.name == name) return &variable.value;
    }
    return nullptr;
  }
  uri_value* find(std::string_view name) noexcept {
    return const_cast<uri_value*>(std::as_const(*this).find(name));
  }

  /** The value of a variable that is a string, or null where it is undefined or of another kind. */
  std::string const* find_text(std::string_view name) const noexcept {
    return std::get_if<std::string>(find(name));
  }

  /** Define a variable, or give it another value. */
  void set(std::string_view name, uri_value value) {
    if (auto* const old = find(name))
      *old = std::move(value);
    else
      all_.push_back({std::string(name), std::move(value)});
  }

  bool empty() const noexcept { return all_.empty(); }
  std::size_t size() const noexcept { return all_.size(); }
  auto begin() const noexcept { return all_.begin(); }
  auto end() const noexcept { return all_.end(); }

  bool operator==(uri_variables const&) const = default;

private:
  std::vector<uri_variable> all_;
};

}  // namespace mcpawl::detail
