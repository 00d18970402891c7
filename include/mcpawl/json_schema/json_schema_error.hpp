// mcpawl/json_schema/json_schema_error.hpp - errors in a JSON Schema and where they are
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/json_schema/json_schema_errc.hpp>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** One error in a hand-written schema. */
struct json_schema_error {
  json_schema_errc code;
  /** The JSON Pointer of what is wrong; in another document, its URI, `#` and the pointer there. */
  std::string pointer;
  std::string message;  ///< `must be a number over 0`.
};

/** Collects errors, of which a person reads the first ones. */
class schema_errors {
public:
  static constexpr std::size_t max_kept = 20;

  void add(json_schema_errc code, std::string pointer, std::string message) {
    if (all_.size() < max_kept) all_.push_back({code, std::move(pointer), std::move(message)});
  }
  bool empty() const noexcept { return all_.empty(); }
  std::vector<json_schema_error> const& all() const noexcept { return all_; }

private:
  std::vector<json_schema_error> all_;
};

}  // namespace mcpawl::detail
