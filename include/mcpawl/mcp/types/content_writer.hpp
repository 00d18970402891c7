// mcpawl/mcp/types/content_writer.hpp - blocks of content as each revision writes them
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/crypto/base64.hpp>
#include <mcpawl/mcp/types/content.hpp>
#include <mcpawl/mcp/types/meta.hpp>
#include <mcpawl/mcp/types/revision.hpp>
#include <mcpawl/text/json_text.hpp>

#include <string>
#include <string_view>
#include <variant>

namespace mcpawl::detail {

/** Appends one block; what its revision does not know becomes text, so that nothing is lost unseen. */
class content_writer {
public:
  content_writer(std::string& out, revision r) noexcept : out_(out), revision_(r) {}

  /** Append a block of text and nothing else. */
  void text(std::string_view words) {
    out_ += std::string_view(R"({"type":"text","text":)");
    append_json_string(out_, words);
    out_ += '}';
  }

  void operator()(text_content const& block) { text(block.text, block); }
  void operator()(image_content const& block) { media("image", block.bytes, block.mime_type, block); }
  void operator()(audio_content const& block) {
    if (revision_ >= revision::v2025_03_26) return media("audio", block.bytes, block.mime_type, block);
    std::string words = "[audio, " + block.mime_type + ", ";
    append_json_number(words, block.bytes.size());
    text(words + " bytes: this revision of MCP cannot carry it]", block);
  }
  void operator()(embedded_resource const& block) {
    out_ += R"({"type":"resource","resource":)";
    block.contents.append(out_, revision_, {}, {});
    finish(block);
  }
  void operator()(resource_link const& block) {
    if (revision_ < revision::v2025_06_18) {
      std::string words = (block.title.empty() ? block.name : block.title) + ": " + block.uri;
      if (!block.description.empty()) words += "\n" + block.description;
      return text(words, block);
    }
    out_ += R"({"type":"resource_link","uri":)";
    append_json_string(out_, block.uri);
    member(R"(,"name":)", block.name);
    member(R"(,"title":)", block.title);
    member(R"(,"description":)", block.description);
    member(R"(,"mimeType":)", block.mime_type);
    if (block.size) {
      out_ += R"(,"size":)";
      append_json_number(out_, *block.size);
    }
    append_icons(out_, block.icons, revision_);
    finish(block);
  }

private:
  void text(std::string_view words, content_extras const& extras) {
    out_ += R"({"type":"text","text":)";
    append_json_string(out_, words);
    finish(extras);
  }
  void media(std::string_view type, std::string_view bytes, std::string_view mime_type,
             content_extras const& extras) {
    out_ += R"({"type":")";
    out_ += type;
    out_ += R"(","data":")";
    out_ += encode_base64(bytes);
    out_ += R"(","mimeType":)";
    append_json_string(out_, mime_type);
    finish(extras);
  }
  void member(std::string_view key, std::string_view value) {
    if (value.empty()) return;
    out_ += key;
    append_json_string(out_, value);
  }
  void finish(content_extras const& extras) {
    extras.annotations.append_member(out_, revision_);
    append_meta(out_, extras.meta, revision_);
    out_ += '}';
  }

  std::string& out_;
  revision revision_;
};

/** Append a block as a revision writes it. */
inline void append_content(std::string& out, content_block const& block, revision r) {
  std::visit(content_writer(out, r), block);
}

}  // namespace mcpawl::detail
