// mcpawl/mcp/offer/mirrored_arguments.hpp - arguments of tools that headers repeat, for what stands in between
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/json/value.hpp>

#include <mcpawl/jsonrpc/fault.hpp>
#include <mcpawl/jsonrpc/message.hpp>
#include <mcpawl/mcp/offer/mirrored_argument.hpp>
#include <mcpawl/mcp/types/header_value.hpp>
#include <mcpawl/mcp/types/request.hpp>
#include <mcpawl/text/number_text.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mcpawl::detail {

/** Whether a decoded header says what an argument says; of other types the schema has to complain. */
inline bool mirrors(std::string_view header, boost::json::value const& argument) {
  if (auto const* text = argument.if_string()) return header == view_of(*text);
  if (auto const* boolean = argument.if_bool()) return header == (*boolean ? "true" : "false");
  if (!argument.is_number()) return true;
  std::int64_t integer = 0;
  if (auto const* expected = argument.if_int64(); expected && read_number(header, integer))
    return integer == *expected;
  double number = 0;
  bool const reads = read_number(header, number);
  boost::system::error_code ignored;
  constexpr double largest = 9007199254740991.0;  // beyond it two integers may be one double
  return reads && number >= -largest && number <= largest && number == argument.to_number<double>(ignored);
}

/** What is wrong with the headers that mirror arguments, or nothing.

    An argument that is missing or null has no header; one that is there must have it, once, and the same. */
inline std::optional<rpc_error> mirror_fault(std::vector<mirrored_argument> const& mirrored,
                                             boost::json::value const& arguments, protocol_headers const& h) {
  for (auto const& one : mirrored) {
    auto const fault = [&one](char const* why) {
      return rpc_error{rpc_code::header_mismatch, one.header + why};
    };
    boost::json::value const* value = &arguments;
    for (auto const& name : one.path) {
      auto const* object = value ? value->if_object() : nullptr;
      value = object ? object->if_contains(name) : nullptr;
    }
    mirror_header const header = h.find(one.header);
    if (!value || value->is_null()) {
      if (header.present()) return fault(" has no argument");
      continue;
    }
    if (!header.present()) return fault(" is missing");
    if (header.count != 1) return fault(" is repeated");
    auto const text = decode_header_value(header.value);
    if (!text) return fault(" is not valid Base64");
    if (!mirrors(*text, *value)) return fault(" differs from the message");
  }
  return std::nullopt;
}

}  // namespace mcpawl::detail
