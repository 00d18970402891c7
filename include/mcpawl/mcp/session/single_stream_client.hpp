// mcpawl/mcp/session/single_stream_client.hpp - one client on a channel of its own: a pair of pipes, or an old pair of
// endpoints
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/mcp/session/call_table.hpp>
#include <mcpawl/mcp/session/event_log.hpp>
#include <mcpawl/mcp/session/session.hpp>

#include <memory>
#include <mutex>
#include <utility>

namespace mcpawl::detail {

/** One client on a channel of its own, such as a pair of pipes: it has at most one session, without an id.

    @par Thread safety
    Any thread.
*/
class single_stream_client {
public:
  explicit single_stream_client(std::shared_ptr<event_log> to_client)
      : out(std::move(to_client)), calls(std::make_shared<call_table>()) {}

  std::shared_ptr<event_log> const out;     ///< Everything for the client.
  std::shared_ptr<call_table> const calls;  ///< Those of the stateless protocol.

  std::shared_ptr<mcpawl::detail::session> session() const {
    std::lock_guard const lock{mutex_};
    return session_;
  }
  /** Begin a session; one that was there before ends. */
  void begin(std::shared_ptr<mcpawl::detail::session> session) {
    {
      std::lock_guard const lock{mutex_};
      std::swap(session_, session);
    }
    if (session) session->end();
  }
  /** Cancel what runs, tell who waits. */
  void end() {
    calls->cancel_all();
    if (auto const current = session()) current->end();
  }

private:
  mutable std::mutex mutex_;
  std::shared_ptr<mcpawl::detail::session> session_;
};

}  // namespace mcpawl::detail
