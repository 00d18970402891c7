// mcpawl/transport/validate_endpoints.hpp - checks where several servers of one process have their endpoints
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/transport/endpoint_source.hpp>
#include <mcpawl/transport/http_options.hpp>
#include <mcpawl/transport/user_routes.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace mcpawl::detail {

/** The paths of a server that is one of several: its endpoint's, those of HTTP+SSE, its policy's; without a slash at their ends.

    @return those that are known, and the policy's only if it lists them */
inline std::vector<std::string> paths_of(endpoint_source const& which) {
  std::vector<std::string> all{std::string(bare_path(which.path))};
  if (!which.options.sse_path.empty()) {
    all.emplace_back(bare_path(which.options.sse_path));
    all.push_back(which.options.sse_path + "/messages");
  }
  if (auto const listed = which.policy->public_paths(which.path))
    for (auto const& each : *listed) all.emplace_back(bare_path(each));
  return all;
}

/** What is wrong with servers that are to share listeners, in sentences. */
inline void note_errors_of_sharing(std::vector<endpoint_source> const& servers, http_options const& options,
                                   std::vector<std::string>& errors) {
  if (servers.size() < 2) return;
  if (options.path != http_options{}.path || !options.sse_path.empty())
    errors.emplace_back(
        "path and sse_path are each server's own: they belong into its http_endpoint, not into the options");
  std::vector<std::vector<std::string>> paths;
  for (auto const& each : servers) {
    paths.push_back(paths_of(each));
    if (!each.policy->public_paths(each.path))
      errors.push_back("the policy " + std::string(each.policy->name()) + " of " + each.path +
                       " answers paths itself and does not list them: it needs public_paths()");
  }
  for (std::size_t i = 0; i != servers.size(); ++i)
    for (std::size_t k = 0; k != i; ++k) {
      auto const& name = servers[i].protocol->info.name;
      if (name == servers[k].protocol->info.name)
        errors.push_back(servers[k].path + " and " + servers[i].path + " are both called \"" + name +
                         "\": their sessions are told apart by their names");
      std::string both;
      for (auto const& each : paths[i])
        if (std::find(paths[k].begin(), paths[k].end(), each) != paths[k].end())
          both.append(both.empty() ? "" : ", ").append(each);
      if (!both.empty())
        errors.push_back("\"" + servers[k].protocol->info.name + "\" and \"" + name +
                         "\" would both answer " + both +
                         ": give them other paths, or processes of their own");
    }
}

}  // namespace mcpawl::detail
