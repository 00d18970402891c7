// mcpawl/reflect/decode_problem.hpp - what is wrong with a JSON value, and where in it
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/text/json_pointer.hpp>

#include <string>

namespace mcpawl::detail {

/** Why a JSON value was refused. */
struct decode_problem {
  /** Where it is, as a JSON Pointer (RFC 6901) from the value that was decoded; empty for that value itself.
      A name of more than 64 bytes that the client made up is cut and ends in `...`. */
  std::string pointer;
  /** What is wrong, in a few words for a person or a model: `must be at least 1`. Never the value itself. */
  std::string message;
};

}  // namespace mcpawl::detail
