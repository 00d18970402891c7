// mcpawl/mcp/types/implementation.hpp - who a server says it is
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/mcp/types/icon.hpp>
#include <mcpawl/mcp/types/revision.hpp>
#include <mcpawl/text/json_text.hpp>

#include <string>
#include <utility>
#include <vector>

namespace mcpawl {

/** The server's name and version (MCP `Implementation`). For people to read: nothing may depend on it. */
struct implementation {
  implementation(std::string name_, std::string version_)
      : name(std::move(name_)), version(std::move(version_)) {}

  std::string name;
  std::string version;
  std::string title;        ///< For display; empty for none.
  std::string description;  ///< One or two sentences; empty for none.
  std::string website_url;  ///< Empty for none.

  std::vector<icon> icons;

  /** The value of `serverInfo` as JSON text, with the members its revision knows. */
  std::string json(revision r) const {
    std::string out = R"({"name":)";
    append_json_string(out, name);
    out += R"(,"version":)";
    append_json_string(out, version);
    auto const add = [&out](char const* key, std::string const& value) {
      if (value.empty()) return;
      out += key;
      append_json_string(out, value);
    };
    if (r >= revision::v2025_06_18) add(R"(,"title":)", title);
    if (r >= revision::v2025_11_25) {
      add(R"(,"description":)", description);
      add(R"(,"websiteUrl":)", website_url);
    }
    append_icons(out, icons, r);
    out += '}';
    return out;
  }
};

}  // namespace mcpawl
