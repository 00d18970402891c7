// mcpawl/store/bus_name.hpp - what engines call the messages for all and those for one instance
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/store/bus_channel.hpp>

#include <cstddef>
#include <string>

namespace mcpawl::detail {

/** `all` for 0, else the 16 hexadecimal digits of an instance. */
inline std::string bus_name(instance_id of) {
  if (of == 0) return "all";
  std::string out(16, '0');
  for (std::size_t i = out.size(); i != 0; of >>= 4) out[--i] = "0123456789abcdef"[of & 15];
  return out;
}

}  // namespace mcpawl::detail
