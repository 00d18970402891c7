// mcpawl/mcp/protocol/method_call.hpp - one request on its way to the method it names
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <mcpawl/core/log.hpp>
#include <mcpawl/core/work_pool.hpp>
#include <mcpawl/crypto/seal.hpp>
#include <mcpawl/jsonrpc/id.hpp>
#include <mcpawl/jsonrpc/message.hpp>
#include <mcpawl/mcp/call/context.hpp>
#include <mcpawl/mcp/offer/server_state.hpp>
#include <mcpawl/mcp/session/session.hpp>
#include <mcpawl/mcp/types/meta_keys.hpp>
#include <mcpawl/mcp/types/request.hpp>
#include <mcpawl/mcp/types/revision.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string_view>

namespace mcpawl::detail {

/** A request whose envelope has been checked; everything in it lives as long as the method needs to read it.
 */
struct method_call {
  server_state const& server;
  logger const& log;
  request_id const& id;
  boost::json::object const* params;  ///< Null if the request has none.
  boost::json::object const* meta;    ///< Their `_meta`; null if it is no object.
  revision protocol;
  caller who;
  call_channel_source& out;
  std::shared_ptr<mcpawl::detail::session> session = {};  ///< Null in the stateless protocol.
  sealer* seal = nullptr;                                 ///< Of its thread, for the state of calls that ask.
  std::string_view method_name = {};
  protocol_headers const* headers = nullptr;         ///< To be held against the body; null in sessions.
  std::shared_ptr<work_pool> const* work = nullptr;  ///< For what blocks; null where nothing may.
  std::chrono::milliseconds max_time{0};             ///< For a function that says nothing else; zero for any.

  /** A parameter; null if it is missing, or null itself. */
  boost::json::value const* param(std::string_view name) const { return present_member(params, name); }
  /** A parameter that is text; nothing if it is missing or something else. */
  std::optional<std::string_view> text_param(std::string_view name) const {
    auto const* value = param(name);
    if (!value || !value->is_string()) return std::nullopt;
    return view_of(value->get_string());
  }
};

}  // namespace mcpawl::detail
