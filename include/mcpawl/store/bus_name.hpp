// mcpawl/store/bus_name.hpp - what engines call the messages for all and those for one instance
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/store/bus_channel.hpp>
#include <mcpawl/text/fixed_number.hpp>

#include <string>

namespace mcpawl::detail {

/** `all` for 0, else the 16 hexadecimal digits of an instance. */
inline std::string bus_name(instance_id of) { return of == 0 ? "all" : hex_number(of); }

}  // namespace mcpawl::detail
