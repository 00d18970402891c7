// mcpawl/mcp/session/shared_sessions.hpp - sessions that any of several instances may serve
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include <mcpawl/core/log.hpp>
#include <mcpawl/core/separate.hpp>
#include <mcpawl/core/task.hpp>
#include <mcpawl/crypto/seal.hpp>
#include <mcpawl/mcp/offer/server_state.hpp>
#include <mcpawl/mcp/session/session.hpp>
#include <mcpawl/mcp/session/session_table.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace mcpawl::detail {

class forwarded_messages;

/** Shares between the instances of a server what they have to know of each other's sessions.

    What must be true is in the store: the record of a session (`shared_state`), an answer until the call that
    waits for it has taken it, events of a stream that its client reads elsewhere. The bus tells only that there is
    something new; who may have missed that looks into the store.

    Keys in the store, where NAME is a digest of the session's id: `session/NAME` is the record, `answer/NAME/ID` an
    answer, `say/NAME/N` a message for the stream of the session, `event/NAME/STREAM/N` an event of a stream of a call and
    `event/NAME/STREAM` how far that is; `stream/NAME` and `message/NAME/N` are of `forwarded_messages`. All values are sealed.

    While the store cannot be reached, sessions that are known go on, those that are seen for the first time are served as their ids
    say, and what would have to be told is refused.

    @par Lifetime
    Coroutines of it keep it alive; `close` comes before its executor dies.
    @par Thread safety
    Any thread. */
class shared_sessions final : public session_peers {
public:
  /** @param scope  of the server, as its sessions have it
      @pre the store makes channels */
  MCPAWL_DECL shared_sessions(server_state const& of, std::shared_ptr<session_table> table, sealer seal,
                              std::string const& scope, logger log);
  MCPAWL_DECL ~shared_sessions();
  shared_sessions(shared_sessions const&) = delete;
  shared_sessions& operator=(shared_sessions const&) = delete;

  /** Begin, with an executor of one thread for what is not part of a request. */
  MCPAWL_DECL void attach(boost::asio::any_io_executor executor);

  /** Hear and tell nothing any more: when it returns, nothing is posted to the executor. From any thread but those of
      the store. */
  MCPAWL_DECL void close() noexcept;

  /** Whether what others know of a session was read since it may have changed. */
  MCPAWL_DECL bool is_current(session const& of) const noexcept;

  MCPAWL_DECL task<bool> refresh(std::shared_ptr<session> of) override;

  MCPAWL_DECL task<bool> tell(std::shared_ptr<session> of) override;

  /** A client has cancelled a call that is not known here, by the JSON text of its id. */
  MCPAWL_DECL void cancelled(session const& of, std::string_view id);

  /** Have a session ended everywhere; false if the store cannot be reached. */
  MCPAWL_DECL task<bool> end(std::shared_ptr<session> of);

  /** The client has opened the stream of its session here.

      @param comes_back  with the id of an event that is not known here */
  MCPAWL_DECL task<> begin_listening(std::shared_ptr<session> of, bool comes_back);
  /** And it is gone again. */
  MCPAWL_DECL void end_listening(std::shared_ptr<session> of);

  /** Fetch a stream of a call from the instance where the call is, if there is one; then it is one of the
      session. */
  MCPAWL_DECL task<> fetch_stream(std::shared_ptr<session> of, std::string name, std::uint64_t after);

  /** Messages of HTTP+SSE that come to other instances than the ones with their streams. */
  MCPAWL_DECL forwarded_messages& forwarded() const noexcept;

private:
  class impl;
  std::shared_ptr<impl> impl_;
};

}  // namespace mcpawl::detail

#ifndef MCPAWL_SEPARATE_COMPILATION
#include <mcpawl/mcp/session/shared_sessions.ipp>
#endif
