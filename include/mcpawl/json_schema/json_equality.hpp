// mcpawl/json_schema/json_equality.hpp - whether JSON values are the same value
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/text/json_number.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** Whether two values are equal as JSON Schema has it: 1 is 1.0, and the order of members says nothing.

    `work` is called with a count for what was looked at; false from it ends the comparison as unequal.
    Recurses as deep as the values are nested.
*/
template <class Work>
bool json_equal(boost::json::value const& a, boost::json::value const& b, Work const& work) {
  if (!work(1)) return false;
  if (a.is_number() && b.is_number()) return compare_numbers(a, b) == 0;
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case boost::json::kind::bool_: return *a.if_bool() == *b.if_bool();
    case boost::json::kind::string:
      return work(a.if_string()->size() / 16) && *a.if_string() == *b.if_string();
    case boost::json::kind::array: {
      auto const &x = *a.if_array(), &y = *b.if_array();
      return x.size() == y.size() &&
             std::equal(x.begin(), x.end(), y.begin(),
                        [&work](auto const& i, auto const& j) { return json_equal(i, j, work); });
    }
    case boost::json::kind::object: {
      auto const &x = *a.if_object(), &y = *b.if_object();
      if (x.size() != y.size()) return false;
      for (auto const& member : x) {
        auto const* const other = y.if_contains(member.key());
        if (other == nullptr || !json_equal(member.value(), *other, work)) return false;
      }
      return true;
    }
    default: return true;
  }
}

/** A hash that equal values share. */
template <class Work>
std::size_t json_hash(boost::json::value const& value, Work const& work) {
  if (!work(1)) return 0;
  auto const mixed = [](std::size_t h) { return (h ^ (h >> 29)) * 0x9e3779b97f4a7c15U; };
  switch (value.kind()) {
    case boost::json::kind::null: return 1;
    case boost::json::kind::bool_: return *value.if_bool() ? 2 : 3;
    case boost::json::kind::string: {
      auto const& text = *value.if_string();
      work(text.size() / 16);
      return std::hash<std::string_view>{}({text.data(), text.size()});
    }
    case boost::json::kind::array: {
      std::size_t hash = 4;
      for (auto const& item : *value.if_array()) hash = mixed(hash + json_hash(item, work));
      return hash;
    }
    case boost::json::kind::object: {
      std::size_t hash = 5;
      for (auto const& member : *value.if_object()) {
        auto const key = std::hash<std::string_view>{}({member.key().data(), member.key().size()});
        hash += mixed(mixed(key) + json_hash(member.value(), work));
      }
      return hash;
    }
    default: {
      auto const integer = as_integer(value);
      return integer ? mixed(integer->as<std::uint64_t>()) : std::hash<double>{}(*value.if_double());
    }
  }
}

/** The places of two equal items of an array, the later one first found; equal places if there are none. */
template <class Work>
std::pair<std::size_t, std::size_t> equal_items(boost::json::array const& items, Work const& work) {
  if (items.size() < 2) return {};
  std::vector<std::pair<std::size_t, std::size_t>> hashes;
  hashes.reserve(items.size());
  for (std::size_t i = 0; i != items.size(); ++i) hashes.emplace_back(json_hash(items[i], work), i);
  std::sort(hashes.begin(), hashes.end());
  for (std::size_t i = 0; i != hashes.size(); ++i) {
    for (std::size_t j = i + 1; j != hashes.size() && hashes[i].first == hashes[j].first; ++j) {
      if (json_equal(items[hashes[i].second], items[hashes[j].second], work))
        return {hashes[i].second, hashes[j].second};
      if (!work(0)) return {};
    }
  }
  return {};
}

}  // namespace mcpawl::detail
