// mcpawl/reflect/schema.ipp - the body of schema.hpp
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/reflect/schema.hpp>
#include <mcpawl/reflect/schema_writer.hpp>

#include <string>

namespace mcpawl::detail {

MCPAWL_DECL std::string schema_text(type_descriptor const& type) {
  std::string text;
  schema_writer(text).write_root(type);
  return text;
}

}  // namespace mcpawl::detail
