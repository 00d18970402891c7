// mcpawl/mcp/call/returns.hpp - turn what a tool function returns into a tool_result
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/json/value.hpp>

#include <mcpawl/mcp/types/content.hpp>
#include <mcpawl/mcp/types/revision.hpp>
#include <mcpawl/mcp/types/tool_result.hpp>
#include <mcpawl/reflect/encode.hpp>
#include <mcpawl/reflect/schema.hpp>
#include <mcpawl/reflect/schema_type.hpp>
#include <mcpawl/reflect/type_kinds.hpp>
#include <mcpawl/text/json_text.hpp>

#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace mcpawl::detail {

template <class R>
concept text_like = std::convertible_to<R const&, std::string_view>;
template <class R>
concept content_like = std::constructible_from<content_block, R>;

/** Return types that need no output schema: they are content already, or say their schema elsewhere. */
template <class R>
concept returns_content = std::is_void_v<R> || text_like<R> || content_like<R> ||
                          std::same_as<R, tool_result> || std::same_as<R, std::vector<content_block>> ||
                          std::same_as<R, boost::json::value> || std::same_as<R, boost::json::object>;
template <class R>
concept returns_structured = !returns_content<R> && schema_type<R>;
template <class R>
concept returnable = returns_content<R> || returns_structured<R>;

template <class R>
struct returns {
  static tool_result wrap(R value) {
    tool_result out;
    if constexpr (std::same_as<R, tool_result>) {
      out = std::move(value);
    } else if constexpr (std::same_as<R, std::string>) {
      out.text(std::move(value));
    } else if constexpr (text_like<R>) {
      out.text(std::string(std::string_view(value)));
    } else if constexpr (std::same_as<R, std::vector<content_block>>) {
      for (auto& block : value) out.add(std::move(block));
    } else if constexpr (content_like<R>) {
      out.add(content_block{std::move(value)});
    } else {
      // structured output also goes out as text, for models and for clients of older revisions
      std::string json = text(value);
      out.text(json).structured_json(std::move(json));
    }
    return out;
  }

  /** A value as JSON; throws what the log is to say if it has none. */
  static std::string text(R const& value) {
    std::string json;
    if constexpr (std::same_as<R, boost::json::value> || std::same_as<R, boost::json::object>)
      append_json(json, value);
    else
      encode_or_throw(value, json, "the result");
    return json;
  }

  static constexpr bool object = schema_struct<R> || is_map<known_t<R>>;
};

/** Whether structured content must be an object: a result that is none is then the member `result` of one. */
constexpr bool wants_objects(revision r) noexcept { return r >= revision::v2025_06_18 && !is_stateless(r); }

inline std::string wrapped_result(std::string_view json) {
  std::string out = R"({"result":)";
  out += json;
  return out += '}';
}

/** The schema of a result that was wrapped, from the one of the result, which a descriptor made. */
inline std::string wrapped_result_schema(std::string_view schema) {
  constexpr std::string_view root = R"("$ref":"#)";
  std::string out = R"({"type":"object","properties":{"result":)";
  for (;;) {
    auto const found = schema.find(root);
    out += schema.substr(0, found);
    if (found == std::string_view::npos) break;
    // what refers to the root is to find it where it is now
    out.append(root).append("/properties/result");
    schema.remove_prefix(found + root.size());
  }
  return out += R"(},"required":["result"],"additionalProperties":false})";
}

}  // namespace mcpawl::detail
