// mcpawl/reflect/written_bounds.hpp - whether what is written must be within the bounds of its docs
// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace mcpawl::detail {

/** Whether values outside of the bounds of their docs are written. */
enum class written_bounds : unsigned char { checked, ignored };

}  // namespace mcpawl::detail
