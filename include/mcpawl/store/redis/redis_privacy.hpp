// mcpawl/store/redis/redis_privacy.hpp - to which Redis servers a store may talk
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/store/redis/redis_options.hpp>
#include <mcpawl/store/this_machine.hpp>

namespace mcpawl::detail {

/** Whether nobody on the way could read or change what is said, or the options say that it does not matter. */
inline bool may_talk_to(redis_options const& with, redis_host const& where) {
  return with.tls || with.plain || is_this_machine(where.name);
}

}  // namespace mcpawl::detail
