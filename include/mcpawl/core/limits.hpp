// mcpawl/core/limits.hpp - every bound a peer can run into, in one place
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#include <chrono>
#include <cstddef>

namespace mcpawl {

/** The bounds of a server. The defaults suit a server on the open internet; sizes are bytes. */
struct limits {
  std::size_t header_bytes = 32 * 1024;      ///< Request line and header fields together (431).
  std::size_t header_fields = 100;           ///< Number of header fields (431).
  std::size_t body_bytes = 4 * 1024 * 1024;  ///< Request body (413).
  std::size_t json_depth = 64;               ///< Nesting of arrays and objects in a message.
  std::size_t json_members = 256;            ///< Members of one object in a message.
  std::size_t connections = 10'000;  ///< Open connections, all threads together; more wait in the backlog.
  /** TLS handshakes under way, all threads together; more wait in the backlog, and the oldest is closed for them
      once it has lasted a second. */
  std::size_t max_handshakes = 256;
  /** Messages of one caller in a round of a thread while nobody else calls it; of several callers each has
      one. More wait for the next round. Asio reads 128 of epoll at once: the next round begins in time. */
  std::size_t max_requests_per_round = 256;
  std::size_t max_id_bytes = 8 * 1024;   ///< The id of a request, a progress token: kept with the call.
  std::size_t max_uri_bytes = 8 * 1024;  ///< The URI of a resource: it is kept with a subscription.

  // What one caller may hold at once, counted by principal, an anonymous one by network address; and all
  // callers together. A caller beyond it gets 429, or in a batch the error of JSON-RPC.
  std::size_t max_sessions = 1'000;  ///< Of one caller in memory; the longest idle goes for a new one.
  std::size_t max_calls = 256;       ///< Calls of coroutines that run.
  std::size_t max_streams = 128;     ///< Event streams of clients that listen.
  std::size_t max_retained_bytes = 64 * 1024 * 1024;  ///< Arguments of calls, subscriptions, kept events.
  std::size_t max_calls_in_process = 8'192;
  std::size_t max_streams_in_process = 8'192;
  std::size_t max_retained_bytes_in_process = 512 * 1024 * 1024;

  // Functions that block (`offload`, `blocking()`) run on threads of their own, which start when they are needed.
  std::size_t max_work_threads = 16;  ///< Of the process; 0 for none, then nothing may block.
  std::size_t max_running_work = 12;  ///< Threads of one caller, and one less than there are; more jobs wait.
  std::size_t max_queued_work = 64;   ///< Functions of one caller that have no thread yet ("busy").
  std::size_t max_queued_work_in_process = 1'024;

  // What one event stream or one session may hold, which no client is refused for: who reads too slowly waits or
  // misses the oldest.
  std::size_t max_unread_messages = 64;        ///< Of running calls of one POST; beyond, their tools wait.
  std::size_t max_unread_bytes = 1024 * 1024;  ///< The same in bytes, the last message apart.
  std::size_t max_kept_events = 256;           ///< Of one stream, for clients that come back; the oldest go.
  std::size_t max_kept_bytes = 256 * 1024;     ///< The same in bytes; the newest event stays however long.
  std::size_t max_kept_streams = 16;           ///< Of calls of one session, likewise; the oldest goes.
  std::size_t max_pages = 64;                  ///< Of one session, of whose end the client is told.
  std::size_t max_subscribed_uris = 1024;      ///< Resources, of one session or one `subscriptions/listen`.
  std::size_t max_sse_clients = 10'000;        ///< With the event stream of 2024-11-05, all callers (503).
  std::size_t max_sse_unread_messages = 1024;  ///< Of one of them; beyond, its stream ends.
  std::size_t max_sse_unread_bytes = 4 * 1024 * 1024;  ///< The same in bytes, the last message apart.

  /** How long the function of a call may work, where its handle has no `timeout()`; zero for any time. For
      coroutines and functions that block; the time its client takes to answer a question does not count. */
  std::chrono::milliseconds max_call_time{10 * 60 * 1000};

  std::chrono::milliseconds handshake_timeout{10'000};  ///< Of TLS, from the first byte to the last.
  std::chrono::milliseconds header_timeout{
      10'000};  ///< From the first byte of a request to its last header byte.
  std::chrono::milliseconds body_timeout{30'000};  ///< From the last header byte to the last body byte.
  /** Between two requests on one connection. Longer than proxies keep their connections to a server (cloudflared
      90 s, Caddy 120 s): a request on one that has just been closed here fails, and is not sent again. */
  std::chrono::milliseconds idle_timeout{130'000};
  std::chrono::milliseconds write_timeout{30'000};  ///< For a peer that does not read, per write.
  std::chrono::milliseconds keep_alive{15'000};     ///< Between comments on a quiet event stream.
  /** How often it is asked again whether the token of an open event stream is good: so long may a stream
      outlive its token. */
  std::chrono::milliseconds stream_check{1'000};
  /** For requests in flight when the server stops; less than the 10 s after which containers are killed. */
  std::chrono::milliseconds drain_timeout{7'000};
  /** Before that: how long connections are still accepted once `/readyz` says no, for balancers to notice. */
  std::chrono::milliseconds drain_delay{0};
};

}  // namespace mcpawl
