// mcpawl/mcp/offer/mark_finder.hpp - finds the arguments in the schema of a tool that headers repeat
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <mcpawl/jsonrpc/message.hpp>
#include <mcpawl/mcp/offer/mirrored_argument.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

constexpr bool is_header_token(std::string_view text) noexcept {
  for (char c : text) {
    bool const alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!alnum && std::string_view("!#$%&'*+-.^_`|~").find(c) == std::string_view::npos) return false;
  }
  return !text.empty();
}

/** Finds the marks in a schema; what clients would refuse is an error here. */
class mark_finder {
public:
  std::vector<mirrored_argument> found;
  std::vector<std::string> errors;

  void run(boost::json::object const& schema) {
    descend(schema);
    if (marks_in(schema) != reached_)
      errors.push_back("x-mcp-header may only mark what `properties` alone lead to");
  }

private:
  void descend(boost::json::object const& schema) {
    auto const* properties = schema.if_contains("properties");
    if (!properties || !properties->is_object()) return;
    for (auto const& property : properties->get_object()) {
      auto const* inner = property.value().if_object();
      if (!inner) continue;
      path_.emplace_back(property.key().data(), property.key().size());
      if (auto const* mark = inner->if_contains("x-mcp-header")) take(*inner, *mark);
      descend(*inner);
      path_.pop_back();
    }
  }

  void take(boost::json::object const& schema, boost::json::value const& mark) {
    if (mark.is_string()) ++reached_;
    auto const* type = schema.if_contains("type");
    auto const kind = type && type->is_string() ? view_of(type->get_string()) : std::string_view();
    if (!mark.is_string() || !is_header_token(view_of(mark.get_string())))
      return errors.push_back("x-mcp-header must be the end of a header's name");
    if (kind != "string" && kind != "integer" && kind != "boolean")
      return errors.push_back("x-mcp-header may only mark a string, an integer or a boolean");
    std::string header = "Mcp-Param-" + std::string(view_of(mark.get_string()));
    for (auto const& other : found)
      if (same_header(other.header, header)) return errors.push_back(header + " mirrors two arguments");
    found.push_back({std::move(header), path_});
  }

  static bool same_header(std::string_view a, std::string_view b) noexcept {
    if (a.size() != b.size()) return false;
    auto const lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    for (std::size_t i = 0; i != a.size(); ++i)
      if (lower(a[i]) != lower(b[i])) return false;
    return true;
  }

  static std::size_t marks_in(boost::json::value const& value) {
    if (auto const* object = value.if_object()) return marks_in(*object);
    std::size_t count = 0;
    if (auto const* array = value.if_array())
      for (auto const& item : *array) count += marks_in(item);
    return count;
  }
  static std::size_t marks_in(boost::json::object const& object) {
    std::size_t count = 0;
    for (auto const& member : object)
      count += member.key() == "x-mcp-header" && member.value().is_string() ? 1 : marks_in(member.value());
    return count;
  }

  std::vector<std::string> path_;
  std::size_t reached_ = 0;
};

}  // namespace mcpawl::detail
