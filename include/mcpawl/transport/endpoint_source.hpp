// mcpawl/transport/endpoint_source.hpp - a server that is to be served, its policy's type erased
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/mcp/offer/server_state.hpp>
#include <mcpawl/transport/erased_policy.hpp>
#include <mcpawl/transport/http_options.hpp>

#include <memory>
#include <string>

namespace mcpawl::detail {

/** One server of those that share listeners, or the only one. */
struct endpoint_source {
  server_state const* protocol = nullptr;  ///< Outlives the server that is made of it.
  std::shared_ptr<erased_policy const>
      policy;         ///< Never attached: it is copied, asked how it is, and told to reload.
  bool open = false;  ///< Whether everybody is let in.
  std::string path;
  endpoint_options options = {};
};

}  // namespace mcpawl::detail
