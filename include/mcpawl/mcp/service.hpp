// mcpawl/mcp/service.hpp - what all threads of a server share: who it is and what it offers
#pragma once

#include <mcpawl/core/clock.hpp>
#include <mcpawl/core/limits.hpp>
#include <mcpawl/core/log.hpp>
#include <mcpawl/mcp/implementation.hpp>
#include <mcpawl/mcp/registry.hpp>

#include <chrono>
#include <cstddef>
#include <string>

namespace mcpawl {

/** The settings of a server that concern the protocol, not the transport. */
struct server_options {
  std::string instructions;   ///< For the model: how to use this server. Empty for none.
  std::size_t page_size = 0;  ///< Entries per page of a list; 0 for all on one page.
  std::chrono::seconds session_lifetime{24 * 60 * 60};  ///< After which a client must open a new session.
  clock const* time = &clock::system();
};

/** The protocol side of a server, read by all threads once it runs. */
struct service {
  service(implementation who, server_options settings)
      : info(std::move(who)), options(std::move(settings)), info_json(info.json()) {}

  implementation info;
  server_options options;
  registry tools;
  std::string info_json;

  /** The capabilities as JSON text: nothing is advertised that was not registered. */
  std::string capabilities_json() const { return tools.empty() ? "{}" : R"({"tools":{}})"; }
};

}  // namespace mcpawl
