// mcpawl/transport/http_server_impl.hpp - the threads, sockets and connections of a server, whatever its policy
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/separate.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/transport/endpoint_source.hpp>
#include <mcpawl/transport/http_options.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace mcpawl::detail {

/** What `http_server` is made of: everything about serving that does not depend on the policy's type.

    @par Lifetime, Thread safety
    As `http_server`.
*/
class http_server_impl {
public:
  /** @param servers  those that are served; one that is alone is where the options say. */
  MCPAWL_DECL http_server_impl(std::vector<endpoint_source> servers, http_options options);
  MCPAWL_DECL ~http_server_impl();
  http_server_impl(http_server_impl const&) = delete;
  http_server_impl& operator=(http_server_impl const&) = delete;

  MCPAWL_DECL std::uint16_t port() const noexcept;
  MCPAWL_DECL std::string url() const;
  MCPAWL_DECL std::vector<std::string> urls() const;
  MCPAWL_DECL std::uint16_t admin_port() const noexcept;
  MCPAWL_DECL std::vector<std::string> reload();
  MCPAWL_DECL void run();
  MCPAWL_DECL task<> serve();
  MCPAWL_DECL bool finished() const noexcept;
  MCPAWL_DECL void stop();
  MCPAWL_DECL void stop_on_signals();

private:
  class impl;
  std::shared_ptr<impl> impl_;  // a server on a foreign executor may have something left to end
};

}  // namespace mcpawl::detail

#ifndef MCPAWL_SEPARATE_COMPILATION
#include <mcpawl/transport/http_server_impl.ipp>
#endif
