// mcpawl/mcp/offer/resource_template.hpp - a registered family of resources, named by a URI template
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <mcpawl/mcp/call/completion.hpp>
#include <mcpawl/mcp/offer/resource.hpp>
#include <mcpawl/mcp/types/revision.hpp>
#include <mcpawl/mcp/uri_template/uri_template.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace mcpawl::detail {

inline boost::json::value variable_to_json(uri_value const& value) {
  if (auto const* text = std::get_if<std::string>(&value)) return boost::json::value(*text);
  if (auto const* list = std::get_if<uri_list>(&value)) {
    boost::json::array out;
    for (auto const& item : *list) out.emplace_back(item);
    return out;
  }
  boost::json::object out;
  for (auto const& [name, item] : std::get<uri_pairs>(value)) out[name] = item;
  return out;
}

/** A template as the protocol sees it (RFC 6570). */
struct resource_template final : readable {
  resource_template(std::string text_, std::string name_)
      : readable(std::move(name_)), text(std::move(text_)), parsed(uri_template::parse(text)) {}

  std::string const text;
  result<uri_template> const parsed;  ///< An error is reported when the server starts.
  mcpawl::completers completers;

  std::vector<std::string> const& variables() const {
    static std::vector<std::string> const none;
    return parsed ? parsed->names() : none;
  }
  bool has_variable(std::string_view wanted) const {
    auto const& all = variables();
    return std::find(all.begin(), all.end(), wanted) != all.end();
  }

  /** The variables of a URI as an object of texts, lists and objects; nothing if the template does not make
      it. */
  std::optional<boost::json::value> match(std::string_view uri) const {
    if (!parsed) return std::nullopt;
    auto const found = parsed->match(uri);
    if (!found) return std::nullopt;
    boost::json::object out;
    for (auto const& variable : *found) out[variable.name] = variable_to_json(variable.value);
    return boost::json::value(std::move(out));
  }

  std::string_view key() const override { return text; }
  void append_listing(std::string& out, revision r) const override {
    append_names(out, r);
    append_text(out, R"(,"uriTemplate":)", text);
    append_readable(out, r);
    append_rest(out, r);
  }
};

}  // namespace mcpawl::detail
