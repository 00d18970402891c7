// mcpawl/mcp/context.hpp - what a tool may ask of the call it is in
#pragma once

#include <mcpawl/core/task.hpp>
#include <mcpawl/jsonrpc/write.hpp>
#include <mcpawl/mcp/revision.hpp>
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

private:
  revision protocol_;
  std::string progress_token_;  // JSON text, empty if the client gave none
  std::shared_ptr<outbound> out_;
  double last_progress_ = -std::numeric_limits<double>::infinity();
};

}  // namespace mcpawl
