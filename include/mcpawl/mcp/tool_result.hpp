// mcpawl/mcp/tool_result.hpp - what a call answers, and how each revision writes it
#pragma once

#include <boost/json/value.hpp>

#include <mcpawl/mcp/content.hpp>
#include <mcpawl/mcp/revision.hpp>
#include <mcpawl/reflect/json_text.hpp>

#include <string>
#include <string_view>

namespace mcpawl {

/** The answer of a tool, built block by block; the raw level beside plain return values.

    @code
    mcpawl::tool_result r;
    r.text("two charts").image(png, "image/png");
    return r;
    @endcode
*/
class tool_result {
public:
  tool_result& text(std::string_view words) {
    separate();
    content_ += R"({"type":"text","text":)";
    append_json_string(content_, words);
    content_ += '}';
    return *this;
  }
  tool_result& image(std::string bytes, std::string mime_type) {
    return add(image_content{std::move(bytes), std::move(mime_type)});
  }
  tool_result& add(content_block const& block) {
    separate();
    append_content(content_, block);
    return *this;
  }

  /** Set `structuredContent`; revisions before 2025-06-18 have none, those before 2026-07-28 only objects. */
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

  /** Mark the result as a failure the model should read. */
  tool_result& error() noexcept {
    error_ = true;
    return *this;
  }
  bool is_error() const noexcept { return error_; }

  static tool_result failure(std::string_view words) {
    tool_result r;
    r.text(words).error();
    return r;
  }

  /** Append the members of a CallToolResult, without braces, as the revision knows them. */
  void append_members(std::string& out, revision r) const {
    out += R"("content":[)";
    out += content_;
    out += ']';
    bool const fits = is_stateless(r) || (r >= revision::v2025_06_18 && structured_.starts_with('{'));
    if (!structured_.empty() && fits) {
      out += R"(,"structuredContent":)";
      out += structured_;
    }
    if (error_) out += R"(,"isError":true)";
  }

private:
  void separate() {
    if (!content_.empty()) content_ += ',';
  }

  std::string content_;     // JSON text of the blocks, separated by commas
  std::string structured_;  // JSON text, empty for none
  bool error_ = false;
};

}  // namespace mcpawl
