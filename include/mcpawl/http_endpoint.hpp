// mcpawl/http_endpoint.hpp - one of several servers behind the same listeners
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/auth/no_auth.hpp>
#include <mcpawl/auth/policy.hpp>
#include <mcpawl/server.hpp>
#include <mcpawl/transport/endpoint_source.hpp>
#include <mcpawl/transport/erased_policy.hpp>
#include <mcpawl/transport/http_options.hpp>

#include <concepts>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace mcpawl {

/** One of several servers that a process has behind the same listeners, and where it is.

    @code
    mcpawl::serve_http({{"/adder/mcp", adder}, {"/admin/mcp", admin}}, {.port = 8080});
    @endcode

    Each has its own policy, so a token for one is none for the other; its own sessions, which no other opens; its own callers, as
    they are counted for `limits`. Listeners, threads, the admin listener, observers, routes of the user's and the end of the process
    are common to all, and so is the check of `Host`. Where one lets everybody in, all must be reached by loopback or a name in
    `allowed_hosts`. Metadata for clients is at the paths with the endpoint's behind (RFC 9728 section 3.1), not at the root. A path
    that no server has is answered with 404.

    Servers must have different names and different paths, those that their policies answer included: two of `access_oauth` cannot be
    in one process.

    @par Lifetime
    The server object must outlive what is made of it.
    @see `http_server`, which lists what is wrong with them all */
class http_endpoint {
public:
  /** @param path  of the endpoint, `/mcp` say */
  template <auth_policy Auth>
  http_endpoint(std::string path, server<Auth> const& srv, endpoint_options own = {})
      : source_{&srv.protocol(), std::make_shared<detail::policy_adapter<Auth>>(srv.auth()),
                std::same_as<typename Auth::identity_type, anonymous>, std::move(path), std::move(own)} {}

  /** For `http_server`. */
  detail::endpoint_source const& source() const noexcept { return source_; }

private:
  detail::endpoint_source source_;
};

namespace detail {

/** A server that is alone is where the options say. */
template <auth_policy Auth>
std::vector<endpoint_source> endpoint_sources(server<Auth> const& srv, http_options const& options) {
  endpoint_options own;
  own.sse_path = options.sse_path;
  http_endpoint const only(options.path, srv, std::move(own));
  return {only.source()};
}
inline std::vector<endpoint_source> endpoint_sources(std::vector<http_endpoint> const& all,
                                                     http_options const&) {
  std::vector<endpoint_source> made;
  for (auto const& each : all) made.push_back(each.source());
  return made;
}

}  // namespace detail

}  // namespace mcpawl
