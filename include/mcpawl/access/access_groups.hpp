// mcpawl/access/access_groups.hpp - the groups of a person, as identity providers put them into a token
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/jose/claims.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <vector>

namespace mcpawl::detail {

inline void append_strings(boost::json::value const& list, std::vector<std::string>& out) {
  auto const* const items = list.if_array();
  if (!items) return;
  for (auto const& item : *items)
    if (auto const* const text = item.if_string()) out.emplace_back(*text);
}

/** The strings of the claim `groups`, or else those of `groups` in the text of the claim `custom`. */
inline std::vector<std::string> read_access_groups(jose::claim_value const& groups,
                                                   std::string const& custom_json) {
  std::vector<std::string> out;
  boost::system::error_code error;
  if (groups.is == jose::claim_value::kind::json) {
    append_strings(boost::json::parse(groups.text, error), out);
  } else if (custom_json.find("\"groups\"") != std::string::npos) {
    auto const custom = boost::json::parse(custom_json, error);
    auto const* const members = error ? nullptr : custom.if_object();
    if (auto const* const list = members ? members->if_contains("groups") : nullptr)
      append_strings(*list, out);
  }
  return out;
}

}  // namespace mcpawl::detail
