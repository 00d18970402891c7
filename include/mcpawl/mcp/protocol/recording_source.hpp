// mcpawl/mcp/protocol/recording_source.hpp - remembers the way back that a call was given, so that the call can be
// cancelled
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/json/value.hpp>

#include <mcpawl/jsonrpc/id.hpp>
#include <mcpawl/jsonrpc/message.hpp>
#include <mcpawl/mcp/call/call_channel.hpp>

#include <memory>
#include <optional>

namespace mcpawl::detail {

/** Passes on what a transport opens, and remembers it. */
class recording_source final : public call_channel_source {
public:
  explicit recording_source(call_channel_source& inner) noexcept : inner_(inner) {}
  std::shared_ptr<call_channel> open() override {
    if (!opened) opened = inner_.open();
    return opened;
  }
  std::shared_ptr<call_channel> opened;

private:
  call_channel_source& inner_;
};

/** The request that a `notifications/cancelled` names; nothing if it names none. */
inline std::optional<request_id> cancelled_request(rpc_message const& m) {
  auto const* id = m.params ? m.params->if_contains("requestId") : nullptr;
  return id ? request_id::from(*id) : std::nullopt;
}

}  // namespace mcpawl::detail
