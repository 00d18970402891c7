// mcpawl/mcp/call/call_notifications.hpp - the notifications a call may send, as JSON text
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/jsonrpc/write.hpp>
#include <mcpawl/mcp/types/message_level.hpp>
#include <mcpawl/mcp/types/revision.hpp>
#include <mcpawl/text/json_text.hpp>

#include <cmath>
#include <optional>
#include <string>
#include <string_view>

namespace mcpawl::detail {

/** `notifications/progress` for a token, which is JSON text; revision 2024-11-05 has no `message`. */
inline std::string progress_notification(revision protocol, std::string_view token, double done,
                                         std::optional<double> total, std::string_view message) {
  std::string params = R"({"progressToken":)";
  params += token;
  params += R"(,"progress":)";
  append_json_number(params, done);
  if (total && std::isfinite(*total)) {
    params += R"(,"total":)";
    append_json_number(params, *total);
  }
  if (!message.empty() && protocol >= revision::v2025_03_26) {
    params += R"(,"message":)";
    append_json_string(params, message);
  }
  params += '}';
  return write_notification("notifications/progress", params);
}

/** `notifications/message` with data that is JSON text; without a source it is of the whole server. */
inline std::string message_notification(message_level level, std::string_view data, std::string_view source) {
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
  return write_notification("notifications/message", params);
}

}  // namespace mcpawl::detail
