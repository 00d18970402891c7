// mcpawl/observe/observer.hpp - what a server tells of its work to those who count, log or trace it
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mcpawl {

/** A request's place in a distributed trace (W3C Trace Context), in lower-case hexadecimal digits; empty where it is part of none. */
struct trace_ids {
  std::string_view trace_id;   ///< 32 digits: that of the caller, or a new one if an observer wants traces.
  std::string_view span_id;    ///< 16 digits, of this call; made only if an observer wants traces.
  std::string_view parent_id;  ///< 16 digits, of the caller's span.
  bool sampled = false;  ///< As the caller said; or if an observer wants traces, as `observer::samples` says.
  /** Another place that the request belongs to: that of the HTTP request, where its `_meta` names a parent of its own. */
  std::string_view link_trace_id = {}, link_span_id = {};
};

/** Who called, for all records that have a caller.

    `principal` and `email` tell who it is: only a sink whose operator has asked for it may write them down. */
struct caller_record {
  std::string_view principal;     ///< As the policy names the caller; empty for nobody.
  std::string_view email;         ///< Where the identity has one.
  std::string_view user_hash;     ///< HMAC of the principal, 16 hexadecimal digits; empty for nobody.
  std::string_view session_hash;  ///< The same of the session's id; empty where there is no session.
  std::string_view client;        ///< The address of the client, as `trusted_proxies` tells it.
};

/** What a message asked for. All but `request_id` are of closed sets. */
struct operation_record {
  std::string_view method;  ///< Of MCP; `_other` for one that is not known, empty where there was no request.
  std::string_view tool;    ///< The registered name of the tool; empty if there is none, or it is not known.
  std::string_view prompt;  ///< The same of a prompt.
  std::string_view protocol_version;  ///< The revision; empty where it is not known yet.
  std::string_view request_id;  ///< JSON text of the id, 64 bytes of it at most: what a client has written.
  /** Empty if all went well; else the code of JSON-RPC (`-32602`), `tool_error` for a result with `isError`, `cancelled`,
      `insufficient_scope`, `timeout`, or `internal`. */
  std::string_view error_type;
  std::string_view bound;  ///< The field of `limits` that refused it, if one did.
};

/** An HTTP request that has ended, with its response. */
struct request_record {
  std::chrono::system_clock::time_point began;
  std::chrono::nanoseconds duration{};
  std::string_view http_method;  ///< `_OTHER` for one that is not of RFC 9110 and RFC 5789.
  /** The endpoint, the path of HTTP+SSE (for its messages, too), a path that the policy answers, or `_other`; never a query. */
  std::string_view route;
  int status = 0;                                       ///< 0 where the client left before there was one.
  std::uint64_t request_bytes = 0, response_bytes = 0;  ///< Of the bodies.
  std::string_view listener;                            ///< Its address, as in the options.
  std::string_view peer;                                ///< The address that the connection comes from.
  bool of_policy = false;  ///< The policy has answered it: a login, for instance.
  caller_record caller;
  operation_record operation;  ///< Empty for a batch.
  trace_ids trace;
};

/** A request of JSON-RPC that has been answered, or was cancelled; several of one HTTP request if that was a batch. */
struct call_record {
  std::chrono::system_clock::time_point began;
  std::chrono::nanoseconds duration{};
  caller_record caller;
  operation_record operation;
  trace_ids trace;
};

/** A caller whom the policy did not let in. */
struct denial_record {
  std::string_view policy;
  std::string_view code;    ///< As the client is told it, `invalid_token` say: a literal of the policy.
  std::string_view reason;  ///< As the log has it; never a credential.
  std::string_view client;  ///< The address of the client.
  int status = 0;
};

/** A request or connection that met a bound. */
struct refusal_record {
  std::string_view bound;  ///< The field of `limits`.
};

/** What became of connections. */
struct connection_record {
  enum class event {
    opened,
    closed,
    shed
  } what = event::opened;  ///< A connection that was shed is also closed.
  std::string_view listener;
  std::size_t count = 1;
};

/** The end of a TLS handshake. */
struct handshake_record {
  std::string_view listener;
  std::string_view result;  ///< `done`, `failed`, `timed_out`, `closed` (by the client).
};

/** A session that has begun or ended. */
struct session_record {
  enum class event { opened, ended } what = event::opened;
  caller_record caller;  ///< Where the client did not end it, no address and no email.
  std::string_view protocol_version;
  /** Why it has ended: `client` (a DELETE), `idle`, `expired` (its lifetime), or `evicted` to make room: then it goes on if its client
      comes back. */
  std::string_view reason = {};
  std::chrono::seconds duration{};  ///< Of one that has ended, since it was opened.
};

/** A message that is no request: those are told by `call_record`. */
struct message_record {
  std::string_view kind;  ///< `notification`, `response`, or `invalid` for what is no message of JSON-RPC.
  std::string_view protocol_version;  ///< Empty where it is not known.
};

/** A call of a blocking function that has got its thread. */
struct call_wait_record {
  std::chrono::nanoseconds duration{};  ///< How long it had to wait for one.
};

/** A request of ours to another server that has ended: one that a tool has sent by `http_client` or `downstream`. */
struct client_request_record {
  std::chrono::system_clock::time_point began;
  std::chrono::nanoseconds duration{};
  std::string_view http_method;  ///< `_OTHER` for one that is not of RFC 9110 and RFC 5789.
  std::string_view host;         ///< Of the URL; neither path nor query are here.
  std::uint16_t port = 0;
  bool of_options = false;  ///< Whether the host is one of the client's options; a request may bring any.
  int status = 0;           ///< 0 where there was no response.
  std::string_view
      error_type;  ///< Empty below 400; else the status, or of a closed set: `connect_timed_out` say.
  /** Its own place in the trace: `parent_id` is the call. Empty where the request was not made a part of one. */
  trace_ids trace;
};

/** Something was read anew. */
struct reload_record {
  std::string_view what;   ///< `certificates`, `policy`, `log_files`.
  std::size_t errors = 0;  ///< What went wrong, in sentences for the log; 0: all is new.
};

/** The end of a fetch of an issuer's keys. */
struct key_fetch_record {
  std::string_view issuer;  ///< The URL of the keys, without a query.
  enum class outcome { changed, unchanged, failed } result = outcome::failed;
  std::size_t usable = 0;  ///< Keys that are in use now; 0 after a failure.
};

/** Whether a token was known again, or had to be verified. */
struct token_cache_record {
  bool hit = false;
};

/** An operation on a store that has ended. */
struct store_record {
  std::string_view operation;  ///< `get`, `put` and so on: a literal.
  std::string_view result;     ///< `ok`, `absent`, `changed`, `failed`.
  std::chrono::nanoseconds duration{};
};

/** Something that the authorization server did, or refused. */
struct grant_record {
  /** Of a closed set: `client_registered`; `consent_shown`, `consent_given`, `consent_refused`; `grant_issued`, `grant_refreshed`;
      `grant_reused` (a code or a refresh token came again, long after it was replaced); `grant_ended`, since that happened or Access
      lets the person in no more; `token_revoked`. */
  std::string_view event;
  std::string_view client_id;
  std::string_view user_hash;
};

/** The states of a server. */
enum class server_phase { starting, ready, draining, stopped };

/** The phase as metrics and logs have it. */
constexpr std::string_view to_string(server_phase p) noexcept {
  switch (p) {
    case server_phase::starting: return "starting";
    case server_phase::ready: return "ready";
    case server_phase::draining: return "draining";
    case server_phase::stopped: return "stopped";
  }
  return "?";
}

/** What a server holds at the moment. */
struct server_gauges {
  std::size_t connections = 0, handshakes = 0;
  std::size_t sessions = 0, subscriptions = 0;
  std::size_t streams = 0, calls = 0;  ///< Of calls, those that are coroutines or block.
  std::size_t calls_waiting = 0;       ///< Of these, blocking ones that wait for a thread.
  std::size_t requests = 0;            ///< HTTP requests that are being answered, event streams included.
  std::size_t principals = 0;          ///< Callers that hold something: a call, a stream, a session.
  /** Threads for blocking calls: at work, without work, and at work for calls that are over (timed out, or cancelled). */
  std::size_t workers_busy = 0, workers_idle = 0, workers_abandoned = 0;
  server_phase phase = server_phase::starting;
};

/** The certificate that a listener shows. */
struct certificate_gauge {
  std::string listener;
  std::int64_t not_after = 0;  ///< When it ends, in seconds since 1970.
};

/** A server that runs, for who asks it. It may outlive the server.

    @par Thread safety
    Any thread. */
class server_view {
public:
  virtual ~server_view() = default;
  virtual server_gauges gauges() const = 0;
  /** For each I/O thread, how late its event loop was at worst since this was last asked. */
  virtual std::vector<std::chrono::nanoseconds> take_loop_lags() const { return {}; }
  /** Of each listener with TLS. */
  virtual std::vector<certificate_gauge> certificates() const { return {}; }
};

/** Records that a sink could not keep. */
struct lost_records {
  std::string_view sink;       ///< `log`, `audit`, `spans`; empty: it keeps all.
  std::uint64_t dropped = 0;   ///< There was no room.
  std::uint64_t failures = 0;  ///< Writing them failed, once for each attempt.
};

class observer;

/** What is known of a server before it serves: the closed sets of names that records have. The views are copied by who needs them. */
struct server_record {
  std::string_view name, version;  ///< Of the server.
  std::string_view policy;
  std::vector<std::string_view> tools, prompts;  ///< The registered names.
  std::vector<std::string_view> routes;  ///< What `request_record::route` may be, those of the policy apart.
  std::vector<std::string_view> listeners;
  std::shared_ptr<server_view const> view;
  std::vector<observer*> observers;  ///< All of them, this one included.
};

/** Is told what a server does: derive from it, or use `prometheus`, `json_log`, `audit_log`.

    Every function does nothing unless it is overridden. A server without observers makes no records.

    @code
    struct slow_calls : mcpawl::observer {
      void on_call(mcpawl::call_record const& call) override {
        if (call.duration > std::chrono::seconds(1)) ++count;
      }
      std::atomic<int> count{0};
    };
    slow_calls slow;
    mcpawl::serve_http(srv, {.observers = {&slow}});
    @endcode

    @par Errors
    What is thrown is caught and ignored.
    @par Lifetime
    Must outlive the server it is given to. All views of a record end when the function returns.
    @par Thread safety
    Called on all I/O threads at once, so it must allow that, and it must not wait: a lock that is held for a moment is
    no harm, a descriptor that may block is.
*/
class observer {
public:
  virtual ~observer() = default;

  /** A server is about to serve. Called once for each, before anything else of it. */
  virtual void on_server(server_record const&) {}
  virtual void on_phase(server_phase /*from*/, server_phase /*to*/) {}
  virtual void on_request(request_record const&) {}
  virtual void on_call(call_record const&) {}
  virtual void on_denial(denial_record const&) {}
  virtual void on_refusal(refusal_record const&) {}
  virtual void on_connection(connection_record const&) {}
  virtual void on_handshake(handshake_record const&) {}
  virtual void on_session(session_record const&) {}
  virtual void on_key_fetch(key_fetch_record const&) {}
  virtual void on_token_cache(token_cache_record const&) {}
  virtual void on_store(store_record const&) {}
  virtual void on_grant(grant_record const&) {}
  virtual void on_message(message_record const&) {}
  virtual void on_call_wait(call_wait_record const&) {}
  virtual void on_reload(reload_record const&) {}
  /** Of clients whose options name this observer. */
  virtual void on_client_request(client_request_record const&) {}

  /** Whether each request is to have ids of a trace and a span, made where the caller has sent none. Asked once. */
  virtual bool wants_traces() const { return false; }
  /** Whether it writes to files that may be renamed, and are opened anew on SIGHUP. */
  virtual bool reopens() const { return false; }
  /** Go on in the files that have the names now. Any thread.

      @par Errors
      Throws what is derived from `std::exception` if one cannot be opened; the old one stays in use then. */
  virtual void reopen() {}
  /** Whether a call is to be told by spans; asked once for each call, if it wants traces. One yes is enough, and what the call asks of
      others says so, too.

      @param trace  its `sampled` is what the caller said; without a `parent_id` the caller has said nothing. */
  virtual bool samples(trace_ids const& trace) const { return trace.sampled; }
  /** What it had to give up. Any thread. */
  virtual lost_records lost() const { return {}; }
  /** Append metrics in Prometheus' text format; false if it has none. Any thread. */
  virtual bool append_metrics(std::string& /*text*/) { return false; }
};

}  // namespace mcpawl
