// mcpawl/mcp/offer/entry.hpp - what all things a server lists have in common
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/json/object.hpp>

#include <mcpawl/mcp/types/icon.hpp>
#include <mcpawl/mcp/types/meta.hpp>
#include <mcpawl/mcp/types/revision.hpp>
#include <mcpawl/text/json_text.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mcpawl::detail {

/** A tool, a prompt, a resource or a template of resources, as lists see it.

    @par Lifetime
    Ends with the server, or with the last blocking call of it that still runs.
    @par Thread safety
    Registered before the server starts, then only read, from all threads.
*/
struct entry : std::enable_shared_from_this<entry> {
  explicit entry(std::string name_) : name(std::move(name_)) {}
  virtual ~entry() = default;
  entry(entry const&) = delete;
  entry& operator=(entry const&) = delete;

  std::string name;
  std::string title;
  std::string description;
  std::vector<icon> icons;
  boost::json::object meta;                           ///< Sent as `_meta` of the entry.
  std::function<bool(void const* identity)> allowed;  ///< Empty: everybody who is let in.
  std::vector<std::string> scopes;  ///< What a caller's token must have been granted to use it.

  /** What the entry is found by, unique among its kind. */
  virtual std::string_view key() const { return name; }
  /** Append the object that a list shows, with the members its revision knows. */
  virtual void append_listing(std::string& out, revision r) const = 0;

  bool visible_to(void const* identity) const { return !allowed || allowed(identity); }

protected:
  static void append_text(std::string& out, std::string_view key, std::string_view value) {
    if (value.empty()) return;
    out += key;
    append_json_string(out, value);
  }
  /** Begin the object with the names. */
  void append_names(std::string& out, revision r) const {
    out += R"({"name":)";
    append_json_string(out, name);
    if (r >= revision::v2025_06_18) append_text(out, R"(,"title":)", title);
    append_text(out, R"(,"description":)", description);
  }
  /** End the object with the icons and `_meta`. */
  void append_rest(std::string& out, revision r) const {
    append_icons(out, icons, r);
    append_meta(out, meta, r);
    out += '}';
  }
};

}  // namespace mcpawl::detail
