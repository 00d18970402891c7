// mcpawl/mcp/content.hpp - the blocks of content a tool may return
#pragma once

#include <mcpawl/crypto/base64.hpp>
#include <mcpawl/reflect/json_text.hpp>

#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace mcpawl {

/** Text for the model. */
struct text_content {
  explicit text_content(std::string text_) : text(std::move(text_)) {}
  std::string text;
};

/** An image; `bytes` are the file's raw bytes, encoded as Base64 when they are sent. */
struct image_content {
  image_content(std::string bytes_, std::string mime_type_)
      : bytes(std::move(bytes_)), mime_type(std::move(mime_type_)) {}
  std::string bytes;
  std::string mime_type;  ///< Such as `image/png`.
};

/** One block of content. Audio, resource links and embedded resources join here. */
using content_block = std::variant<text_content, image_content>;

inline void append_content(std::string& out, text_content const& block) {
  out += R"({"type":"text","text":)";
  append_json_string(out, block.text);
  out += '}';
}

inline void append_content(std::string& out, image_content const& block) {
  out += R"({"type":"image","data":")";
  out += encode_base64(block.bytes);
  out += R"(","mimeType":)";
  append_json_string(out, block.mime_type);
  out += '}';
}

inline void append_content(std::string& out, content_block const& block) {
  std::visit([&out](auto const& kind) { append_content(out, kind); }, block);
}

}  // namespace mcpawl
