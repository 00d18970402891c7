// mcpawl/observe/json_log.hpp - the access log: each request as one line of JSON
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/observe/observer.hpp>
#include <mcpawl/observe/record_file.hpp>
#include <mcpawl/observe/record_line.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl {

/** Where the access log goes, and what it says. */
struct json_log_options {
  int descriptor = 1;                     ///< Standard output; it must stay open.
  std::string file = {};                  ///< In its place: opened to append, made with mode 0600.
  std::size_t queue_bytes = 1024 * 1024;  ///< Lines that wait to be written; beyond, the newest are dropped.
  /** Write principal and email of callers too, as `user.id` and `user.email`. */
  bool identity_in_log = false;
};

/** Writes a line of JSON for each request when it has ended, for each caller whom the policy does not let in, for what the
    authorization server does, for sessions that end by themselves, for what is read anew, and for the states of the server. The names of members are those of OpenTelemetry: docs/operations.md lists them.

    No line has a token, a cookie, a query, an argument, a result or the text of an exception. Callers are in it by a keyed hash.

    Lines are written by a thread of its own, up to 20 ms after their request. Whoever reads them too slowly, or not at all, holds
    nobody up: what there is no room for is dropped, and the next line says how many. A full disk or a pipe without a reader is
    tried again each second. At the end it waits 2 seconds for what is queued.

    @par Errors
    The constructor throws `std::system_error` if the file cannot be opened.
    @par Lifetime
    As of an observer.
    @par Thread safety
    Any thread. */
class json_log final : public observer {
public:
  explicit json_log(json_log_options options = {})
      : identities_(options.identity_in_log),
        to_(options.descriptor, std::move(options.file), options.queue_bytes) {}

  void on_request(request_record const& r) override {
    auto const level = r.status >= 500 ? "error" : r.status >= 400 || r.status == 0 ? "warning" : "info";
    detail::record_line line(r.began, level, "request");
    line.text("request.id", unquoted(r.operation.request_id))
        .text("trace_id", r.trace.trace_id)
        .text("span_id", r.trace.span_id)
        .text("http.request.method", r.http_method)
        .text("http.route", r.route)
        .number("http.response.status_code", r.status)
        .seconds("duration", r.duration)
        .number("http.request.body.size", r.request_bytes)
        .number("http.response.body.size", r.response_bytes)
        .text("client.address", r.caller.client)
        .text("network.peer.address", r.peer)
        .text("listener", r.listener)
        .text("user.hash", r.caller.user_hash);
    if (identities_) line.text("user.id", r.caller.principal).text("user.email", r.caller.email);
    line.text("mcp.method.name", r.operation.method)
        .text("gen_ai.tool.name", r.operation.tool)
        .text("gen_ai.prompt.name", r.operation.prompt)
        .text("mcp.protocol.version", r.operation.protocol_version)
        .text("mcp.session.hash", r.caller.session_hash)
        .text("error.type", r.operation.error_type)
        .text("bound", r.operation.bound);
    to_.write(line.done());
  }

  void on_denial(denial_record const& d) override {
    detail::record_line line(std::chrono::system_clock::now(), "warning", "denied");
    line.text("policy", d.policy)
        .text("code", d.code)
        .text("reason", d.reason)
        .number("http.response.status_code", d.status)
        .text("client.address", d.client);
    to_.write(line.done());
  }

  void on_session(session_record const& s) override {
    // what its client has opened or ended is told by the request
    if (s.what != session_record::event::ended || s.reason == "client") return;
    detail::record_line line(std::chrono::system_clock::now(), "info", "session_ended");
    line.text("reason", s.reason).seconds("duration", s.duration).text("user.hash", s.caller.user_hash);
    if (identities_) line.text("user.id", s.caller.principal);
    line.text("mcp.protocol.version", s.protocol_version).text("mcp.session.hash", s.caller.session_hash);
    to_.write(line.done());
  }

  void on_grant(grant_record const& g) override {
    detail::record_line line(std::chrono::system_clock::now(), g.event == "grant_reused" ? "warning" : "info",
                             g.event);
    line.text("client.id", g.client_id).text("user.hash", g.user_hash);
    to_.write(line.done());
  }

  void on_reload(reload_record const& r) override {
    detail::record_line line(std::chrono::system_clock::now(), r.errors == 0 ? "info" : "error", "reloaded");
    line.text("what", r.what).text("outcome", r.errors == 0 ? "ok" : "failed");
    to_.write(line.done());
  }

  void on_phase(server_phase from, server_phase to) override {
    detail::record_line line(std::chrono::system_clock::now(), "info", "state");
    line.text("from", to_string(from)).text("to", to_string(to));
    to_.write(line.done());
  }

  lost_records lost() const override { return {"log", to_.dropped(), to_.failures()}; }

  /** Wait until what is queued was written, 2 seconds at most; tells whether it was. */
  bool flush() { return to_.flush(); }

  /** Go on in the file that has the name now, after the old one was renamed.

      @par Errors
      Throws `std::system_error` if it cannot be opened; the old one stays in use. */
  void reopen() override { to_.reopen(); }
  bool reopens() const override { return to_.has_name(); }

private:
  static std::string_view unquoted(std::string_view json) noexcept {
    if (json.size() >= 2 && json.front() == '"' && json.back() == '"') return json.substr(1, json.size() - 2);
    return json;
  }

  bool identities_;
  detail::record_file to_;
};

}  // namespace mcpawl
