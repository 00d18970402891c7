// mcpawl/mcp/context.hpp - what a tool may ask of the call it is in
#pragma once

#include <boost/json/object.hpp>

#include <mcpawl/core/task.hpp>
#include <mcpawl/jsonrpc/write.hpp>
#include <mcpawl/mcp/call_details.hpp>
#include <mcpawl/mcp/message_level.hpp>
#include <mcpawl/mcp/revision.hpp>
#include <mcpawl/mcp/trace_context.hpp>
#include <mcpawl/reflect/json_text.hpp>

#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl {

/** Where messages go that a call sends before its answer. */
class outbound {
public:
  virtual ~outbound() = default;
  /** Send one message. It may wait for a slow peer; what can no longer be delivered is dropped. */
  virtual task<> send(std::string message) = 0;
};

/** A transport's promise to take messages for a call, asked for only by calls that can send some. */
class outbound_source {
public:
  virtual std::shared_ptr<outbound> open() = 0;

protected:
  ~outbound_source() = default;
};

/** The call a tool is running in; take it as `mcpawl::context&`, anywhere in the parameter list.

    @par Lifetime
    Ends with the call. A tool that hands work to others must not let them keep the reference.
    @par Thread safety
    Belongs to the thread the call runs on.
    @par Cancellation
    When the client cancels, the tool's pending `co_await` ends with `operation_aborted`.
*/
class context {
public:
  /** @param out  may be null: then nothing can be sent, as in a plain function, which cannot wait either. */
  context(revision protocol, std::string progress_token, std::shared_ptr<outbound> out)
      : protocol_(protocol), progress_token_(std::move(progress_token)), out_(std::move(out)) {}
  context(context const&) = delete;
  context& operator=(context const&) = delete;

  /** The revision this call is answered in. */
  revision protocol() const noexcept { return protocol_; }

  /** Tell the client how far the work has come (`notifications/progress`).

      Nothing is sent if the client did not ask for progress, nor if `done` has not grown since the last
      time, as the specification demands. Revision 2024-11-05 has no `message`.
  */
  task<> progress(double done, std::optional<double> total = {}, std::string message = {}) {
    if (!out_ || progress_token_.empty() || !(done > last_progress_) || !std::isfinite(done)) co_return;
    last_progress_ = done;
    std::string params = R"({"progressToken":)";
    params += progress_token_;
    params += R"(,"progress":)";
    append_json_number(params, done);
    if (total && std::isfinite(*total)) {
      params += R"(,"total":)";
      append_json_number(params, *total);
    }
    if (!message.empty() && protocol_ >= revision::v2025_03_26) {
      params += R"(,"message":)";
      append_json_string(params, message);
    }
    params += '}';
    std::string notification = write_notification("notifications/progress", params);
    co_await out_->send(std::move(notification));
  }

  /** The trace this call is part of, to be sent on with calls to others. */
  trace_context const& trace() const noexcept { return details_.trace; }

  /** The URI a resource is being read by; empty in other calls. */
  std::string const& uri() const noexcept { return details_.uri; }

  /** Send the client a message to show or keep (`notifications/message`).

      Nothing is sent below the level the client asked for, nor, since 2026-07-28, if it did not ask.
      The client sees what is sent: no secrets, nothing about others. For the server's own log see `logger`.
      @param source  which part of the server speaks; empty for the whole.
  */
  task<> log(message_level level, std::string text, std::string source = {}) {
    if (!sends(level)) co_return;
    std::string data;
    append_json_string(data, text);
    co_await send_message(level, std::move(data), std::move(source));
  }
  /** The same with structured data. */
  task<> log(message_level level, boost::json::object data, std::string source = {}) {
    if (!sends(level)) co_return;
    std::string text;
    append_json(text, data);
    co_await send_message(level, std::move(text), std::move(source));
  }

  /** Tell the context about its call; for the framework. */
  void describe(call_details details) { details_ = std::move(details); }

private:
  bool sends(message_level level) const noexcept {
    return out_ && details_.least_level && level >= *details_.least_level;
  }

  task<> send_message(message_level level, std::string data, std::string source) {
    std::string params = R"({"level":")";
    params += to_string(level);
    params += '"';
    if (!source.empty()) {
      params += R"(,"logger":)";
      append_json_string(params, source);
    }
    params += R"(,"data":)";
    params += data;
    params += '}';
    std::string notification = write_notification("notifications/message", params);
    co_await out_->send(std::move(notification));
  }

  call_details details_;
  revision protocol_;
  std::string progress_token_;  // JSON text, empty if the client gave none
  std::shared_ptr<outbound> out_;
  double last_progress_ = -std::numeric_limits<double>::infinity();
};

}  // namespace mcpawl
