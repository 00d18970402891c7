// mcpawl/transport/cors.hpp - what a browser is told about requests from allowed origins
#pragma once

#include <mcpawl/auth/policy.hpp>
#include <mcpawl/http/request_head.hpp>
#include <mcpawl/http/response.hpp>

#include <string_view>

namespace mcpawl {

/** True for the question a browser asks before a request of its own (Fetch standard, "CORS-preflight"). */
inline bool is_preflight(http::request_head const& head) {
  return head.method() == "OPTIONS" && head.count("origin") == 1 &&
         head.count("access-control-request-method") == 1;
}

/** Let the page of an allowed origin read an answer; does nothing for requests that come from no page. */
inline void allow_reading(http::response& answer, http::request_head const& head) {
  auto const origin = head.find("origin");
  if (!origin) return;
  answer.field("Access-Control-Allow-Origin", *origin);
  answer.field("Access-Control-Expose-Headers", "Mcp-Session-Id, WWW-Authenticate, Retry-After");
  answer.field("Vary", "Origin");
}

/** Answer a preflight. It is asked without credentials, so it is answered before authentication. */
inline http::response preflight_answer(http::request_head const& head) {
  http::response answer{204};
  allow_reading(answer, head);
  answer.field("Access-Control-Allow-Methods", "GET, POST, DELETE");
  answer.field(
      "Access-Control-Allow-Headers",
      "Authorization, Content-Type, Accept, Mcp-Protocol-Version, Mcp-Method, Mcp-Name, Mcp-Session-Id, "
      "Last-Event-ID");
  answer.field("Access-Control-Max-Age", "600");
  return answer;
}

/** Answer a preflight for a path that every page may use. */
inline http::response preflight_answer_to_any_page() {
  http::response answer{204};
  open_to_any_page(answer);
  answer.field("Access-Control-Allow-Methods", "GET, POST");
  // clients name the protocol's version when they ask for metadata, too; "*" would not cover Authorization
  answer.field("Access-Control-Allow-Headers", "Authorization, Content-Type, Accept, Mcp-Protocol-Version");
  answer.field("Access-Control-Max-Age", "600");
  return answer;
}

}  // namespace mcpawl
