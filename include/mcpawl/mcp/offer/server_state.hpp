// mcpawl/mcp/offer/server_state.hpp - what all threads of a server share: who it is and what it offers
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <mcpawl/core/limits.hpp>
#include <mcpawl/core/log.hpp>
#include <mcpawl/core/separate.hpp>
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

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mcpawl::detail {

/** A resource that was found by its URI, and what its template's variables are there. */
struct found_resource {
  readable const* what;
  boost::json::value variables;  ///< An object.
};

/** The protocol side of a server, read by all threads once it runs. */
struct server_state {
  MCPAWL_DECL server_state(implementation who, server_options settings);
  MCPAWL_DECL ~server_state();

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
  MCPAWL_DECL bool offers_completion() const noexcept;

  /** A resource the caller may see by its URI: one of its own before those of templates, and of these the
      first that fits. Nothing if there is none. */
  MCPAWL_DECL std::optional<found_resource> find_resource(std::string_view uri, void const* identity) const;

  /** Whether a URI is that of a resource, whoever may see it. */
  MCPAWL_DECL bool names_resource(std::string_view uri) const;

  /** Tell those who subscribed to a resource that it has changed, and of them only who may see it now.

      What is no resource of its own is part of the one that was subscribed to. A resource is told to those alone
      who subscribed to it, since others might learn of URIs that are not theirs.
      @param allowed  who else is to be left out; may be empty. */
  MCPAWL_DECL void tell_updated(std::string_view uri,
                                std::function<bool(void const* identity)> const& allowed = {}) const;
  /** The same to some of those who subscribed. */
  MCPAWL_DECL void tell_updated(change_feed& to, std::string_view uri,
                                std::function<bool(void const* identity)> const& allowed = {}) const;

  /** The capabilities as JSON text: nothing is advertised that was not registered, nor what the revision
      does not know. */
  MCPAWL_DECL std::string capabilities_json(revision r) const;
};

}  // namespace mcpawl::detail

#ifndef MCPAWL_SEPARATE_COMPILATION
#include <mcpawl/mcp/offer/server_state.ipp>
#endif
