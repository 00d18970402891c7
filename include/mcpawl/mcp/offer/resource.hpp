// mcpawl/mcp/offer/resource.hpp - a registered resource, its types erased
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/mcp/call/handler_result.hpp>
#include <mcpawl/mcp/offer/entry.hpp>
#include <mcpawl/mcp/types/annotations.hpp>
#include <mcpawl/mcp/types/cache_hint.hpp>
#include <mcpawl/mcp/types/revision.hpp>
#include <mcpawl/text/json_text.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl::detail {

/** What resources and templates of resources have in common: they can be read. */
struct readable : entry, handler {
  using entry::entry;

  std::string mime_type;  ///< Of contents that name none; empty if it differs or is not known.
  mcpawl::annotations annotations;
  cache_hint cache;  ///< Of what is read.

protected:
  void append_readable(std::string& out, revision r) const {
    append_text(out, R"(,"mimeType":)", mime_type);
    annotations.append_member(out, r);
  }
};

/** A resource with a URI of its own. */
struct resource final : readable {
  resource(std::string uri_, std::string name_) : readable(std::move(name_)), uri(std::move(uri_)) {}

  std::string const uri;
  std::optional<std::uint64_t> size;  ///< Bytes, before any encoding.

  std::string_view key() const override { return uri; }
  void append_listing(std::string& out, revision r) const override {
    append_names(out, r);
    append_text(out, R"(,"uri":)", uri);
    append_readable(out, r);
    if (size) {
      out += R"(,"size":)";
      append_json_number(out, *size);
    }
    append_rest(out, r);
  }
};

}  // namespace mcpawl::detail
