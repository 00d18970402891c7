// mcpawl/reflect/decode_options.hpp - what is let pass besides what a schema describes
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

namespace mcpawl {

/** What `decode` lets pass besides what the schema of the type describes; nothing, unless told. */
struct decode_options {
  /** Pass over members that their struct does not have, at any depth, instead of refusing them. */
  bool ignore_unknown = false;
  /** Take a null for a member that may be left out as if it had been left out. */
  bool ignore_null = false;
  /** Take a text for the number or the boolean that it spells in JSON, `"5"` or `"true"`, where one is wanted;
      not inside of a std::variant, whose alternatives may be texts. Bounds are enforced as ever. */
  bool coerce_text = false;
};

}  // namespace mcpawl
