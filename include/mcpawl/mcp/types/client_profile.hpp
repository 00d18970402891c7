// mcpawl/mcp/types/client_profile.hpp - what a client said of itself: its name and what it can be asked
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <mcpawl/jsonrpc/message.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl {

/** What a client can be asked to do (MCP `ClientCapabilities`), each a bit. */
enum class client_capability : unsigned char {
  form = 1,            ///< Fill in a form (`elicitation`, or `elicitation.form`).
  url = 2,             ///< Send the user to a page (`elicitation.url`).
  sampling = 4,        ///< Have a model say something.
  sampling_tools = 8,  ///< ... and offer it tools (`sampling.tools`).
  roots = 16,          ///< Name the folders it works in.
};

/** A client's own words. Nothing here is verified: it must not decide what the client may do. */
struct client_profile {
  static constexpr std::size_t max_text = 128;  ///< Longer names and versions are cut.

  unsigned char capabilities = 0;
  std::string name;
  std::string version;

  bool can(client_capability c) const noexcept { return (capabilities & static_cast<unsigned>(c)) != 0; }

  /** Read the `capabilities` and the `clientInfo` of a client; either may be null. */
  static client_profile of(boost::json::object const* declared, boost::json::object const* info) {
    client_profile out;
    auto const has = [](boost::json::object const* o, std::string_view key) {
      auto const* found = o ? o->if_contains({key.data(), key.size()}) : nullptr;
      return found ? found->if_object() : nullptr;
    };
    auto const add = [&out](client_capability c) {
      out.capabilities = static_cast<unsigned char>(out.capabilities | static_cast<unsigned char>(c));
    };
    if (auto const* elicitation = has(declared, "elicitation")) {
      bool const url = has(elicitation, "url") != nullptr;
      // nothing said means forms, as before there was anything else
      if (has(elicitation, "form") || !url) add(client_capability::form);
      if (url) add(client_capability::url);
    }
    if (auto const* sampling = has(declared, "sampling")) {
      add(client_capability::sampling);
      if (has(sampling, "tools")) add(client_capability::sampling_tools);
    }
    if (has(declared, "roots")) add(client_capability::roots);
    out.name = text_of(info, "name");
    out.version = text_of(info, "version");
    return out;
  }

private:
  static std::string text_of(boost::json::object const* info, char const* name) {
    auto const* value = info ? info->if_contains(name) : nullptr;
    auto const* text = value ? value->if_string() : nullptr;
    return text ? std::string(detail::view_of(*text).substr(0, max_text)) : std::string();
  }
};

/** The `requiredCapabilities` that name what is missing, as JSON text; `missing` are capability bits. */
inline std::string required_capabilities(unsigned missing) {
  auto const lacks = [missing](client_capability c) { return (missing & static_cast<unsigned>(c)) != 0; };
  std::string out = "{";
  auto const add = [&out](std::string_view member) {
    if (out.size() > 1) out += ',';
    out += member;
  };
  if (lacks(client_capability::form) && lacks(client_capability::url))
    add(R"("elicitation":{"form":{},"url":{}})");
  else if (lacks(client_capability::form))
    add(R"("elicitation":{})");
  else if (lacks(client_capability::url))
    add(R"("elicitation":{"url":{}})");
  if (lacks(client_capability::sampling_tools))
    add(R"("sampling":{"tools":{}})");
  else if (lacks(client_capability::sampling))
    add(R"("sampling":{})");
  if (lacks(client_capability::roots)) add(R"("roots":{})");
  return out += '}';
}

}  // namespace mcpawl
