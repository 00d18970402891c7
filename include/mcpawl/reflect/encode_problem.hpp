// mcpawl/reflect/encode_problem.hpp - why a value has no JSON, and which part of it has none
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/text/json_pointer.hpp>

#include <string>

namespace mcpawl::detail {

/** Why a value has no JSON that its schema describes. */
struct encode_problem {
  /** The part that has none, as a JSON Pointer (RFC 6901) from the value; empty for the value itself. */
  std::string pointer;
  /** What it is, in words for a log: `is NaN, which JSON cannot say`. Never the value itself. */
  std::string message;
};

/** The problem as one sentence about `what`. */
inline std::string sentence_of(encode_problem const& problem, std::string what) {
  if (!problem.pointer.empty()) what += " at " + problem.pointer;
  return what + ' ' + problem.message;
}

}  // namespace mcpawl::detail
