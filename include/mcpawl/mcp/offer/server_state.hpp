// mcpawl/mcp/offer/server_state.hpp - what all threads of a server share: who it is and what it offers
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <mcpawl/core/limits.hpp>
#include <mcpawl/core/log.hpp>
#include <mcpawl/mcp/call/call_hook.hpp>
#include <mcpawl/mcp/offer/change_feed.hpp>
#include <mcpawl/mcp/offer/prompt.hpp>
#include <mcpawl/mcp/offer/registry.hpp>
#include <mcpawl/mcp/offer/resource.hpp>
#include <mcpawl/mcp/offer/resource_template.hpp>
#include <mcpawl/mcp/offer/server_options.hpp>
#include <mcpawl/mcp/offer/tool.hpp>
#include <mcpawl/mcp/types/implementation.hpp>
#include <mcpawl/mcp/types/revision.hpp>
#include <mcpawl/text/json_text.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mcpawl::detail {

/** A resource that was found by its URI, and what its template's variables are there. */
struct found_resource {
  readable const* what;
  boost::json::value variables;  ///< An object.
};

/** The protocol side of a server, read by all threads once it runs. */
struct server_state {
  server_state(implementation who, server_options settings)
      : info(std::move(who)), options(std::move(settings)), info_json(info.json(revision::v2026_07_28)) {}

  implementation info;
  server_options options;
  registry<tool> tools;
  registry<prompt> prompts;
  registry<resource> resources;
  registry<resource_template> templates;
  boost::json::object extensions;    ///< Advertised since 2026-07-28: identifier to settings.
  boost::json::object experimental;  ///< Advertised in all revisions.
  bool can_log = false;              ///< Whether some handler may send messages.
  std::vector<std::string> errors;   ///< What was wrong with a registration when it was made.
  std::string info_json;             ///< As the newest revision writes it.
  std::shared_ptr<change_feed> changes = std::make_shared<change_feed>();
  std::vector<call_hook> hooks;  ///< Round every call; the first is the outermost.
  /** The scopes that an identity was granted; null where no entry requires one. */
  std::vector<std::string> const& (*granted_scopes)(void const* identity) = nullptr;

  bool offers_resources() const noexcept { return !resources.empty() || !templates.empty(); }
  bool offers_completion() const noexcept {
    for (std::size_t i = 0; i != prompts.size(); ++i)
      if (!prompts[i].completers.empty()) return true;
    for (std::size_t i = 0; i != templates.size(); ++i)
      if (!templates[i].completers.empty()) return true;
    return false;
  }

  /** A resource the caller may see by its URI: one of its own before those of templates, and of these the
      first that fits. Nothing if there is none. */
  std::optional<found_resource> find_resource(std::string_view uri, void const* identity) const {
    static boost::json::value const none(boost::json::object_kind);
    if (auto const* r = resources.find(uri, identity)) return found_resource{r, none};
    for (std::size_t i = 0; i != templates.size(); ++i) {
      auto const& t = templates[i];
      auto variables = t.match(uri);
      if (variables && t.visible_to(identity)) return found_resource{&t, std::move(*variables)};
    }
    return std::nullopt;
  }

  /** Whether a URI is that of a resource, whoever may see it. */
  bool names_resource(std::string_view uri) const {
    if (resources.contains(uri)) return true;
    for (std::size_t i = 0; i != templates.size(); ++i)
      if (templates[i].match(uri)) return true;
    return false;
  }

  /** Tell those who subscribed to a resource that it has changed, and of them only who may see it now.

      What is no resource of its own is part of the one that was subscribed to. A resource is told to those alone
      who subscribed to it, since others might learn of URIs that are not theirs.
      @param allowed  who else is to be left out; may be empty. */
  void tell_updated(std::string_view uri,
                    std::function<bool(void const* identity)> const& allowed = {}) const {
    change::gate const may_hear = [&](std::string_view subscribed, void const* identity) {
      if (allowed && !allowed(identity)) return false;
      if (subscribed != uri && names_resource(uri)) return false;
      return find_resource(subscribed, identity).has_value();
    };
    changes->tell({change::kind::resource, uri, &may_hear});
  }

  /** The capabilities as JSON text: nothing is advertised that was not registered, nor what the revision
      does not know. */
  std::string capabilities_json(revision r) const {
    std::string out;
    auto const add = [&out](std::string_view key, std::string_view value) {
      out += out.empty() ? '{' : ',';
      out += key;
      out += value;
    };
    auto const add_object = [&](std::string_view key, boost::json::object const& value) {
      std::string text;
      append_json(text, value);
      add(key, text);
    };
    if (offers_completion() && r >= revision::v2025_03_26) add(R"("completions":)", "{}");
    if (!experimental.empty()) add_object(R"("experimental":)", experimental);
    if (!extensions.empty() && is_stateless(r)) add_object(R"("extensions":)", extensions);
    if (can_log) add(R"("logging":)", "{}");
    if (!prompts.empty()) add(R"("prompts":)", R"({"listChanged":true})");
    if (offers_resources()) add(R"("resources":)", R"({"listChanged":true,"subscribe":true})");
    if (!tools.empty()) add(R"("tools":)", R"({"listChanged":true})");
    return out.empty() ? "{}" : out + '}';
  }
};

}  // namespace mcpawl::detail
