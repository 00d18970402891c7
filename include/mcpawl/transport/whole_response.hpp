// mcpawl/transport/whole_response.hpp - a response that is complete, as HTTP has it
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/core/task.hpp>
#include <mcpawl/http/exchange.hpp>
#include <mcpawl/http/request_head.hpp>
#include <mcpawl/http/response.hpp>
#include <mcpawl/mcp/protocol/response.hpp>
#include <mcpawl/transport/cors.hpp>
#include <mcpawl/transport/response_status.hpp>

#include <string>
#include <utility>

namespace mcpawl::detail {

/** Status and fields of a response that is complete. */
inline http::response head_of(response const& a, http::request_head const& asked) {
  http::response whole{status_of(a.what)};
  allow_reading(whole, asked);
  if (a.what == response::outcome::not_allowed) whole.field("Allow", "POST");
  if (a.what == response::outcome::too_many) whole.field("Retry-After", "1");
  if (!a.session_id.empty()) whole.field("Mcp-Session-Id", a.session_id);
  return whole;
}

/** The whole of it.

    @par Lifetime
    The body is that of `a`. */
inline http::response http_response(response const& a, http::request_head const& asked) {
  http::response whole = head_of(a, asked);
  if (!a.body.empty()) whole.borrowed_body("application/json", a.body);
  return whole;
}

/** Some clients prefer an event stream even for one event. */
inline task<> write_as_event(http::exchange& ex, http::response head, std::string body) {
  bool const open = co_await ex.start_events(std::move(head));
  if (!open) co_return;
  co_await ex.event(body);
  co_await ex.end_events();
}

}  // namespace mcpawl::detail
