// mcpawl/mcp/types/content.hpp - the blocks of content that results and prompts are made of
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#include <boost/json/object.hpp>

#include <mcpawl/mcp/types/annotations.hpp>
#include <mcpawl/mcp/types/icon.hpp>
#include <mcpawl/mcp/types/resource_contents.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace mcpawl {

/** What every block may carry besides. */
struct content_extras {
  mcpawl::annotations annotations;
  boost::json::object meta;  ///< Sent as `_meta`, since 2025-06-18.
};

/** Text for the model (MCP `TextContent`). */
struct text_content : content_extras {
  explicit text_content(std::string text_) : text(std::move(text_)) {}
  std::string text;
};

/** An image (MCP `ImageContent`); `bytes` are the file's raw bytes, encoded as Base64 when they are sent. */
struct image_content : content_extras {
  image_content(std::string bytes_, std::string mime_type_)
      : bytes(std::move(bytes_)), mime_type(std::move(mime_type_)) {}
  std::string bytes;
  std::string mime_type;  ///< Such as `image/png`.
};

/** A sound (MCP `AudioContent`), its raw bytes likewise. Clients of 2024-11-05, who know none, are told in
    words that there is one. */
struct audio_content : content_extras {
  audio_content(std::string bytes_, std::string mime_type_)
      : bytes(std::move(bytes_)), mime_type(std::move(mime_type_)) {}
  std::string bytes;
  std::string mime_type;  ///< Such as `audio/wav`.
};

/** A pointer to a resource the client may read, listed or not (MCP `ResourceLink`). Before 2025-06-18 it is
    sent as text. */
struct resource_link : content_extras {
  resource_link(std::string uri_, std::string name_) : uri(std::move(uri_)), name(std::move(name_)) {}
  std::string uri;
  std::string name;
  std::string title;  ///< Empty for none, like what follows.
  std::string description;
  std::string mime_type;
  std::optional<std::uint64_t> size;  ///< Bytes.
  std::vector<icon> icons;
};

/** A resource sent along, so that the client need not read it (MCP `EmbeddedResource`). */
struct embedded_resource : content_extras {
  embedded_resource(std::string uri, resource_contents contents_) : contents(std::move(contents_)) {
    contents.uri = std::move(uri);
  }
  resource_contents contents;
};

/** One block of content of any kind. */
using content_block =
    std::variant<text_content, image_content, audio_content, resource_link, embedded_resource>;

}  // namespace mcpawl
