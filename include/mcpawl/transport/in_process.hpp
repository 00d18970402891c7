// mcpawl/transport/in_process.hpp - MCP without a stream: messages go in and come out in the same thread
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/limits.hpp>
#include <mcpawl/core/log.hpp>
#include <mcpawl/core/separate.hpp>
#include <mcpawl/mcp/offer/server_state.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace mcpawl::detail {

/** Serves one client as stdio does, but for the streams: what would be a line is passed by a function.

    Calls run only while a function of it runs, on its thread.
    @par Lifetime
    The server state must outlive it. Destroying it cancels the calls that run, and waits for blocking functions
    that have begun, at most `limits::drain_timeout`; then they keep what they need.
    @par Thread safety
    One thread at a time.
*/
class in_process_link {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /** @param identity   of the server's identity type.
      @param principal  names the caller, as the server's policy does.

      @par Errors
      Throws `configuration_error` if the keys of the server are wrong. */
  MCPAWL_DECL in_process_link(server_state const& protocol, limits const& bounds, logger log,
                              std::shared_ptr<void const> identity, std::string principal);
  MCPAWL_DECL ~in_process_link();
  in_process_link(in_process_link const&) = delete;
  in_process_link& operator=(in_process_link const&) = delete;

  /** Hand a message of the client to the server; what can be answered at once is answered. */
  MCPAWL_DECL void send(std::string_view message);
  /** Take the next message for the client; false if there is none yet. */
  MCPAWL_DECL bool take(std::string& message);
  /** Let the calls go on by one step, waiting for it; false if there was none until then. */
  MCPAWL_DECL bool step(time_point deadline);
  /** Let the calls go on as far as they can without waiting. */
  MCPAWL_DECL void poll();
  /** Calls that are not over. */
  MCPAWL_DECL std::size_t running() const noexcept;
  /** Whether a blocking function runs or waits for its thread. */
  MCPAWL_DECL bool blocked() const;

private:
  class impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace mcpawl::detail

#ifndef MCPAWL_SEPARATE_COMPILATION
#include <mcpawl/transport/in_process.ipp>
#endif
