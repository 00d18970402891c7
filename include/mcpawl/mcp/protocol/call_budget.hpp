// mcpawl/mcp/protocol/call_budget.hpp - refuses messages and calls that are beyond what their caller may hold
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/jsonrpc/message.hpp>
#include <mcpawl/mcp/protocol/request_env.hpp>
#include <mcpawl/mcp/protocol/response.hpp>
#include <mcpawl/mcp/session/budget.hpp>
#include <mcpawl/mcp/types/meta_keys.hpp>
#include <mcpawl/mcp/types/request.hpp>

#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace mcpawl::detail {

/** The refusal of a message whose id or progress token is longer than `limits::max_id_bytes`, or nothing. Such
    an id is not repeated in the response. */
inline std::optional<response> long_id_refusal(request_env const& parts, rpc_message const& m) {
  std::size_t const most = parts.known.table().bounds().each.max_id_bytes;
  auto const refuse = [most](std::optional<request_id> const& id, char const* what) {
    std::string why = what;
    why += " is longer than " + std::to_string(most) + " bytes (max_id_bytes)";
    return response::of_error(response::outcome::malformed, id, {rpc_code::invalid_request, std::move(why)});
  };
  // the text of an id has quotes
  if (m.id && m.id->json().size() > most + 2) return refuse({}, "the id");
  auto const* token = member(m.meta, "progressToken");
  if (token && token->is_string() && token->get_string().size() > most)
    return refuse(m.id, "the progressToken");
  return std::nullopt;
}

/** Charge the caller for a call that is to run. Where there is no room it is never begun, and the response
    says which bound it met. */
inline dispatch_result within_budget(request_env const& parts, rpc_message const& m, caller const& who,
                                     dispatch_result r) {
  auto* pending = std::get_if<pending_response>(&r);
  if (!pending) return r;
  budgets& all = parts.known.table().budget();
  pending->held = all.open(who.account(), pending->listens ? budget_item::streams : budget_item::calls);
  if (!pending->held.grow(1))
    return pending->listens ? too_many(m.id, "event streams", "max_streams")
                            : too_many(m.id, "running calls", "max_calls");
  pending->retained = all.open(who.account(), budget_item::bytes);
  if (!pending->retained.grow(parts.message_bytes))
    return too_many(m.id, "bytes of running calls", "max_retained_bytes");
  return r;
}

}  // namespace mcpawl::detail
