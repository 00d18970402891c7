// mcpawl/observe/audit_log.hpp - who did what: the events that matter to who has to account for them
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/observe/observer.hpp>
#include <mcpawl/observe/record_file.hpp>
#include <mcpawl/observe/record_line.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace mcpawl {

/** Where the audit log goes, and what it says. */
struct audit_log_options {
  std::string file = {};                  ///< Opened to append, made with mode 0600.
  int descriptor = 1;                     ///< Where there is no file; it must stay open.
  std::size_t queue_bytes = 1024 * 1024;  ///< Lines that wait to be written; beyond, the newest are dropped.
  bool identity_in_log = false;           ///< Write principal and email of callers too.
};

/** Writes a line of JSON for each event that matters later: who was let in (once in an hour) or not, which tool was called with which
    outcome, sessions, grants, new keys, states of the server.

    Each line has `seq`, one more than the line before: a gap shows that lines were dropped, and `records_lost` how many. What is
    never written is what `json_log` never writes.

    @par Errors
    The constructor throws `std::system_error` if the file cannot be opened.
    @par Lifetime
    As of an observer.
    @par Thread safety
    Any thread. */
class audit_log final : public observer {
public:
  explicit audit_log(audit_log_options options)
      : identities_(options.identity_in_log),
        to_(options.descriptor, std::move(options.file), options.queue_bytes) {}

  void on_request(request_record const& r) override {
    if (r.caller.user_hash.empty() || !first_in_hour(r.caller.user_hash, r.began)) return;
    detail::record_line line(r.began, "info", "admitted");
    begin(line, "ok");
    note(line, r.caller);
    to_.write(line.done());
  }
  void on_call(call_record const& c) override {
    if (c.operation.tool.empty()) return;
    bool const refused = c.operation.error_type == "insufficient_scope" || !c.operation.bound.empty();
    detail::record_line line(c.began, "info", refused ? "tool_refused" : "tool_called");
    begin(line, c.operation.error_type.empty() ? "ok" : "failed");
    line.text("reason", c.operation.error_type).text("bound", c.operation.bound);
    note(line, c.caller);
    line.text("gen_ai.tool.name", c.operation.tool).text("trace_id", c.trace.trace_id);
    to_.write(line.done());
  }
  void on_denial(denial_record const& d) override {
    detail::record_line line(std::chrono::system_clock::now(), "warning", "denied");
    begin(line, "refused");
    line.text("policy", d.policy)
        .text("code", d.code)
        .text("reason", d.reason)
        .text("client.address", d.client);
    to_.write(line.done());
  }
  void on_session(session_record const& s) override {
    bool const opened = s.what == session_record::event::opened;
    detail::record_line line(std::chrono::system_clock::now(), "info",
                             opened ? "session_opened" : "session_ended");
    begin(line, "ok");
    line.text("reason", s.reason);
    note(line, s.caller);
    to_.write(line.done());
  }
  void on_reload(reload_record const& r) override {
    detail::record_line line(std::chrono::system_clock::now(), "info", "settings_reloaded");
    begin(line, r.errors == 0 ? "ok" : "failed");
    line.text("what", r.what);
    to_.write(line.done());
  }
  void on_grant(grant_record const& g) override {
    detail::record_line line(std::chrono::system_clock::now(), "info", g.event);
    bool const refused = g.event == "consent_refused" || g.event == "grant_reused";
    begin(line, refused ? "refused" : "ok");
    line.text("client.id", g.client_id).text("user.hash", g.user_hash);
    to_.write(line.done());
  }
  void on_key_fetch(key_fetch_record const& k) override {
    if (k.result != key_fetch_record::outcome::changed) return;
    detail::record_line line(std::chrono::system_clock::now(), "info", "keys_changed");
    begin(line, "ok");
    line.text("issuer", k.issuer).number("usable", k.usable);
    to_.write(line.done());
  }
  void on_phase(server_phase from, server_phase to) override {
    detail::record_line line(std::chrono::system_clock::now(), "info", "state");
    begin(line, "ok");
    line.text("from", to_string(from)).text("to", to_string(to));
    to_.write(line.done());
  }

  lost_records lost() const override { return {"audit", to_.dropped(), to_.failures()}; }

  /** Wait until what is queued was written, 2 seconds at most; tells whether it was. */
  bool flush() { return to_.flush(); }
  /** As `json_log::reopen`. */
  void reopen() override { to_.reopen(); }
  bool reopens() const override { return to_.has_name(); }

private:
  /** Callers that are remembered; beyond, all are forgotten, and said once more. */
  static constexpr std::size_t max_callers = 10'000;

  void begin(detail::record_line& line, std::string_view outcome) {
    line.number("seq", ++seq_).text("outcome", outcome);
  }
  void note(detail::record_line& line, caller_record const& who) const {
    line.text("user.hash", who.user_hash);
    if (identities_) line.text("user.id", who.principal).text("user.email", who.email);
    line.text("client.address", who.client).text("mcp.session.hash", who.session_hash);
  }

  bool first_in_hour(std::string_view user, std::chrono::system_clock::time_point at) {
    auto const hour = std::chrono::floor<std::chrono::hours>(at);
    std::lock_guard const lock{mutex_};
    if (seen_.size() >= max_callers) seen_.clear();
    auto const [found, made] = seen_.try_emplace(std::string(user), hour);
    return made || std::exchange(found->second, hour) != hour;
  }

  bool identities_;
  std::atomic<std::uint64_t> seq_ = 0;
  std::mutex mutex_;
  std::unordered_map<std::string, std::chrono::time_point<std::chrono::system_clock, std::chrono::hours>>
      seen_;
  detail::record_file to_;
};

}  // namespace mcpawl
