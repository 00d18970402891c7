// mcpawl/transport/scope_response.hpp - what a caller is told who has to authorize anew for more scopes
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/auth/policy.hpp>
#include <mcpawl/core/log.hpp>
#include <mcpawl/http/request_head.hpp>
#include <mcpawl/http/response.hpp>
#include <mcpawl/mcp/protocol/required_scopes.hpp>
#include <mcpawl/mcp/types/request.hpp>
#include <mcpawl/transport/cors.hpp>
#include <mcpawl/transport/denied.hpp>
#include <mcpawl/transport/erased_policy.hpp>
#include <mcpawl/transport/streamable_http_settings.hpp>

#include <string>
#include <utility>

namespace mcpawl::detail {

/** The challenge of the policy for the scopes that an entry needs and the caller lacks (RFC 6750 section 3.1); it is logged. */
inline http::response scope_response(erased_policy const& auth, streamable_http_settings const& at,
                                     http::request_head const& head, caller const& who,
                                     scope_refusal const& refused) {
  std::string missing;
  for (auto const& scope : refused.missing) missing.append(missing.empty() ? "" : " ").append(scope);
  at.log.write_limited(log_level::info, "scope_missing",
                       {{"principal", who.principal},
                        {refused.kind, refused.name},
                        {"scope", missing},
                        {"endpoint", at.path}});
  std::string operation = "the ";
  operation.append(refused.kind).append(1, ' ').append(refused.name);
  scope_demand const demand{std::move(operation), refused.scopes, refused.missing};
  http::response response = denied(auth.insufficient_scope(who.identity, demand));
  allow_reading(response, head);
  return response;
}

}  // namespace mcpawl::detail
