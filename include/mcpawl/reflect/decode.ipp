// mcpawl/reflect/decode.ipp - the body of decode.hpp
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/reflect/decode.hpp>
#include <mcpawl/reflect/value_reader.hpp>

namespace mcpawl::detail {

MCPAWL_DECL decode_problems read_value(type_descriptor const& type, boost::json::value const& json, void* to,
                                       decode_options options, problem_search search) {
  value_reader reader(options, search);
  if (reader.read(type, json, to)) return {};
  return reader.take_problems();
}

}  // namespace mcpawl::detail
