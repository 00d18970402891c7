// mcpawl/store/store_repeat.hpp - what an operation risks whose answer was lost
// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace mcpawl::detail {

/** What it means for an operation to be sent again, after an attempt whose answer never came. */
enum class store_repeat : unsigned char {
  harmless,  ///< It only reads.
  known,     ///< It finds itself if it was done: a version, or a number of its own, is in it.
  never,     ///< It could undo what others have done in between.
};

}  // namespace mcpawl::detail
