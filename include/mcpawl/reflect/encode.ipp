// mcpawl/reflect/encode.ipp - the body of encode.hpp
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/reflect/encode.hpp>
#include <mcpawl/reflect/value_writer.hpp>

#include <optional>
#include <string>

namespace mcpawl::detail {

MCPAWL_DECL std::optional<encode_problem> write_value(type_descriptor const& type, void const* value,
                                                      std::string& out, written_bounds bounds) {
  value_writer writer(out, bounds);
  writer.write(type, value);
  if (!writer.failed()) return std::nullopt;
  return writer.take_problem();
}

}  // namespace mcpawl::detail
