// mcpawl/mcp/call/reporter.hpp - what blocking work may say to the client, and how it learns that it is not wanted
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/requirements.hpp>

#include <boost/json/object.hpp>

#include <mcpawl/mcp/call/call_reports.hpp>
#include <mcpawl/mcp/types/message_level.hpp>
#include <mcpawl/text/json_text.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mcpawl {

/** Speaks for work that blocks; a function that is passed to `context::offload` takes it first if it wants it.

    Nothing here waits. Of messages that the client has not read the oldest are dropped, over 64.

    @par Lifetime
    Its own: copies may outlive the call. Then nobody listens, and `cancelled` is true.
    @par Thread safety
    Any thread.
*/
class reporter {
public:
  /** For the framework. */
  reporter(std::shared_ptr<detail::call_reports> to, std::shared_ptr<std::atomic<bool> const> stop)
      : to_(std::move(to)), stop_(std::move(stop)) {}

  /** Tell the client how far the work has come, as `context::progress` does. */
  void progress(double done, std::optional<double> total = {}, std::string_view message = {}) const {
    if (!cancelled()) to_->progress(done, total, message);
  }

  /** Send the client a message to show or keep, as `context::log` does. */
  void log(message_level level, std::string_view text, std::string_view source = {}) const {
    if (cancelled() || !to_->wants(level)) return;
    std::string data;
    append_json_string(data, text);
    to_->message(level, data, source);
  }
  /** The same with structured data. */
  void log(message_level level, boost::json::object const& data, std::string_view source = {}) const {
    if (cancelled() || !to_->wants(level)) return;
    std::string text;
    append_json(text, data);
    to_->message(level, text, source);
  }

  /** Whether nobody waits for the result any more: the client has cancelled or left, or the server stops. Work
      that takes long asks now and then, and returns early. */
  bool cancelled() const noexcept { return stop_->load(std::memory_order_relaxed); }

private:
  std::shared_ptr<detail::call_reports> to_;
  std::shared_ptr<std::atomic<bool> const> stop_;
};

}  // namespace mcpawl
