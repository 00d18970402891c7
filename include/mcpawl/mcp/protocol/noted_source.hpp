// mcpawl/mcp/protocol/noted_source.hpp - remembers the way back that a call was given, so that the call can be
// cancelled
#pragma once

#include <boost/json/value.hpp>

#include <mcpawl/jsonrpc/id.hpp>
#include <mcpawl/jsonrpc/message.hpp>
#include <mcpawl/mcp/call/outbound.hpp>

#include <memory>
#include <optional>

namespace mcpawl::detail {

/** Passes on what a transport opens, and remembers it. */
class noted_source final : public outbound_source {
public:
  explicit noted_source(outbound_source& inner) noexcept : inner_(inner) {}
  std::shared_ptr<outbound> open() override {
    if (!opened) opened = inner_.open();
    return opened;
  }
  std::shared_ptr<outbound> opened;

private:
  outbound_source& inner_;
};

/** The request that a `notifications/cancelled` names; nothing if it names none. */
inline std::optional<request_id> cancelled_request(rpc_message const& m) {
  auto const* id = m.params ? m.params->if_contains("requestId") : nullptr;
  return id ? request_id::from(*id) : std::nullopt;
}

}  // namespace mcpawl::detail
