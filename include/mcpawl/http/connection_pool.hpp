// mcpawl/http/connection_pool.hpp - fetches over connections that are kept for the next request to the same origin
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/error.hpp>
#include <mcpawl/core/separate.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/http/fetch_request.hpp>
#include <mcpawl/http/fetch_response.hpp>
#include <mcpawl/http/tls.hpp>

#include <chrono>
#include <cstddef>
#include <memory>

namespace mcpawl::http::detail {

/** What bounds a pool. */
struct pool_limits {
  std::chrono::milliseconds connect_timeout =
      std::chrono::milliseconds::max();  ///< At most that of the request.
  std::size_t max_idle_per_origin = 8;
  std::size_t max_idle = 32;  ///< Of all origins, in one execution context.
  std::chrono::milliseconds max_idle_time{30'000};
};

/** Fetches over connections that stay open. A connection belongs to the execution context that it was made in, so each I/O thread has its
    own, and to the rule for addresses that it was made under.

    A server may close an idle connection at the moment in which a request is sent over it. Where that happens before a byte of the
    response, a request whose method is idempotent (RFC 9110 section 9.2.2) is sent once more, over a connection of its own.

    @par Lifetime
    Fetches keep what they need of it. Idle connections are closed once the last copy and the last fetch are gone.
    @par Thread safety
    All functions may be called from any thread.
*/
class connection_pool {
public:
  explicit connection_pool(tls_trust trust, pool_limits limits = {});

  /** The same as `http::fetch`, with the errors of that and `http_errc::connect_timed_out`. */
  task<result<fetch_response>> fetch(fetch_request request) const;

private:
  struct state;
  static task<result<fetch_response>> run(std::shared_ptr<state const> with, fetch_request request);

  std::shared_ptr<state const> state_;
};

}  // namespace mcpawl::http::detail

#ifndef MCPAWL_SEPARATE_COMPILATION
#include <mcpawl/http/connection_pool.ipp>
#endif
