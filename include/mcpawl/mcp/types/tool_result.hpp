// mcpawl/mcp/types/tool_result.hpp - what a tool returns, and how each revision writes it
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <mcpawl/core/separate.hpp>
#include <mcpawl/mcp/types/content.hpp>
#include <mcpawl/mcp/types/revision.hpp>
#include <mcpawl/text/json_text.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl {

namespace detail {

/** Append the members of a result that consists of a value; it goes out as text, too, for models and for clients of
    older revisions.

    @param json        of the value
    @param structured  the same, or what clients want in its place */
MCPAWL_DECL void append_structured_result(std::string& out, std::string_view json,
                                          std::string_view structured, revision r);

}  // namespace detail

/** The result of a tool (MCP `CallToolResult`), built block by block; the raw level beside plain return values.

    @code
    mcpawl::tool_result r;
    r.text("two charts").image(png, "image/png").link({"file:///chart.csv", "the numbers"});
    return r;
    @endcode
*/
class tool_result {
public:
  tool_result& text(std::string words) { return add(text_content(std::move(words))); }
  tool_result& image(std::string bytes, std::string mime_type) {
    return add(image_content(std::move(bytes), std::move(mime_type)));
  }
  tool_result& audio(std::string bytes, std::string mime_type) {
    return add(audio_content(std::move(bytes), std::move(mime_type)));
  }
  tool_result& link(resource_link to) { return add(std::move(to)); }
  tool_result& embed(std::string uri, resource_contents contents) {
    return add(embedded_resource(std::move(uri), std::move(contents)));
  }
  tool_result& add(content_block block) {
    content_.push_back(std::move(block));
    return *this;
  }

  /** Set `structuredContent`; revisions before 2025-06-18 have none, those before 2026-07-28 only objects: what
      is none is then left out. */
  tool_result& structured(boost::json::value const& v) {
    structured_.clear();
    append_json(structured_, v);
    return *this;
  }
  /** The same from JSON text, which the caller vouches for. */
  tool_result& structured_json(std::string text) {
    structured_ = std::move(text);
    return *this;
  }

  std::string const& structured_json() const noexcept { return structured_; }

  /** Set what goes into the `_meta` of the result. */
  tool_result& meta(boost::json::object members) {
    meta_ = std::move(members);
    return *this;
  }
  boost::json::object const& meta() const noexcept { return meta_; }

  /** Mark the result as a failure the model should read. */
  tool_result& error() noexcept {
    error_ = true;
    return *this;
  }
  bool is_error() const noexcept { return error_; }

  static tool_result failure(std::string words) {
    tool_result r;
    r.text(std::move(words)).error();
    return r;
  }

  /** Append the members of a CallToolResult but `_meta`, without braces, as the revision knows them. */
  MCPAWL_DECL void append_members(std::string& out, revision r) const;

private:
  std::vector<content_block> content_;
  std::string structured_;  // JSON text, empty for none
  boost::json::object meta_;
  bool error_ = false;
};

}  // namespace mcpawl

#ifndef MCPAWL_SEPARATE_COMPILATION
#include <mcpawl/mcp/types/tool_result.ipp>
#endif
