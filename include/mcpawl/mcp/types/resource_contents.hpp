// mcpawl/mcp/types/resource_contents.hpp - what is in a resource: text or bytes
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#include <boost/json/object.hpp>

#include <mcpawl/crypto/base64.hpp>
#include <mcpawl/mcp/types/meta.hpp>
#include <mcpawl/mcp/types/revision.hpp>
#include <mcpawl/text/json_text.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace mcpawl {

/** One part of a resource (MCP `TextResourceContents`, `BlobResourceContents`).

    @code
    return mcpawl::resource_contents::text("# Notes", "text/markdown");
    return mcpawl::resource_contents::binary(png, "image/png");
    @endcode
*/
struct resource_contents {
  static resource_contents text(std::string text, std::string mime_type = {}, std::string uri = {}) {
    return {std::move(text), std::move(mime_type), std::move(uri), false};
  }
  /** @param bytes  the raw bytes; they are encoded as Base64 when they are sent. */
  static resource_contents binary(std::string bytes, std::string mime_type = {}, std::string uri = {}) {
    return {std::move(bytes), std::move(mime_type), std::move(uri), true};
  }

  std::string data;          ///< The text, or the raw bytes.
  std::string mime_type;     ///< Empty: that of the resource.
  std::string uri;           ///< Empty: the one that was asked for.
  bool is_binary = false;    ///< Whether `data` is bytes.
  boost::json::object meta;  ///< Sent as `_meta`, since 2025-06-18.

  /** Append the object; `uri_asked` and `usual_type` stand in for what is empty here. */
  void append(std::string& out, revision r, std::string_view uri_asked, std::string_view usual_type) const {
    out += R"({"uri":)";
    append_json_string(out, uri.empty() ? uri_asked : std::string_view(uri));
    std::string_view const type = mime_type.empty() ? usual_type : std::string_view(mime_type);
    if (!type.empty()) {
      out += R"(,"mimeType":)";
      append_json_string(out, type);
    }
    if (is_binary) {
      out += R"(,"blob":")";
      out += encode_base64(data);
      out += '"';
    } else {
      out += R"(,"text":)";
      append_json_string(out, data);
    }
    detail::append_meta(out, meta, r);
    out += '}';
  }

private:
  resource_contents(std::string data_, std::string mime_type_, std::string uri_, bool is_binary_)
      : data(std::move(data_)),
        mime_type(std::move(mime_type_)),
        uri(std::move(uri_)),
        is_binary(is_binary_) {}
};

}  // namespace mcpawl
