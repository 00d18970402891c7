// mcpawl/transport/streamable_http_settings.hpp - what all threads know of the transport that they serve
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/limits.hpp>
#include <mcpawl/core/log.hpp>
#include <mcpawl/observe/observation.hpp>
#include <mcpawl/transport/guard.hpp>
#include <mcpawl/transport/legacy_sse.hpp>
#include <mcpawl/transport/unauthenticated_route.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace mcpawl::detail {

/** What all threads share; it must outlive every transport. */
struct streamable_http_settings {
  std::string path;
  std::vector<guard> guards;  ///< One for each listener.
  limits bounds;
  logger log;
  std::chrono::milliseconds retry = std::chrono::milliseconds(1000);  ///< For clients whose stream ended.
  std::vector<std::string> allowed_headers = {};    ///< That pages may send besides those of the protocol.
  std::shared_ptr<legacy_sse> legacy_clients = {};  ///< The endpoints of 2024-11-05; null for none.
  bool loopback_only = false;                       ///< Serve programs of this machine alone.
  observation const* observed = nullptr;            ///< Null where nobody observes.
  std::vector<std::string> listener_names = {};     ///< For observers: of each, its address.
  std::vector<unauthenticated_route> routes = {};   ///< The user's own, which nobody is asked for.
  bool shares_listeners = false;                    ///< Other servers are behind the same listeners.
};

}  // namespace mcpawl::detail
