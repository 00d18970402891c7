// mcpawl/transport/cors.hpp - what a browser is told about requests from allowed origins
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/http/cors.hpp>
#include <mcpawl/http/fields.hpp>
#include <mcpawl/http/request_head.hpp>
#include <mcpawl/http/response.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mcpawl::detail {

/** True for the preflight a browser sends before a request of its own (Fetch standard, "CORS-preflight"). */
inline bool is_preflight(http::request_head const& head) {
  return head.method() == "OPTIONS" && head.count("origin") == 1 &&
         head.count("access-control-request-method") == 1;
}

/** Let the page of an allowed origin read a response; does nothing for requests that come from no page. */
inline void allow_reading(http::response& response, http::request_head const& head) {
  auto const origin = head.find("origin");
  if (!origin) return;
  response.field("Access-Control-Allow-Origin", *origin);
  response.field("Access-Control-Expose-Headers", "Mcp-Session-Id, WWW-Authenticate, Retry-After");
  response.field("Vary", "Origin");
}

/** A response with a status that the page of an allowed origin may read. */
inline http::response readable_response(int status, http::request_head const& head) {
  http::response made{status};
  allow_reading(made, head);
  return made;
}

/** Append the requested headers that mirror arguments of tools; what they are called is for the tools to say
    (MCP 2026-07-28, "Custom Headers from Tool Parameters"). */
inline void append_requested_arguments(std::string& out, http::request_head const& head) {
  constexpr std::string_view prefix = "mcp-param-";
  for (auto const& field : head.fields()) {
    if (!http::iequals(field.name, "access-control-request-headers")) continue;
    std::string_view rest = field.value;
    while (!rest.empty()) {
      std::size_t const comma = rest.find(',');
      std::string_view const name = http::trim(rest.substr(0, comma));
      rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
      if (name.size() > prefix.size() && http::iequals(name.substr(0, prefix.size()), prefix) &&
          http::is_token(name))
        out.append(", ").append(name);
    }
  }
}

/** Answer a preflight from an allowed origin. It is asked without credentials, so it is answered before
    authentication.

    @param more_headers  that pages may send besides those of the protocol. */
inline http::response preflight_response(http::request_head const& head,
                                         std::vector<std::string> const& more_headers = {}) {
  http::response response{204};
  allow_reading(response, head);
  response.field("Access-Control-Allow-Methods", "GET, POST, DELETE");
  std::string allowed =
      "Authorization, Content-Type, Accept, Mcp-Protocol-Version, Mcp-Method, Mcp-Name, Mcp-Session-Id, "
      "Last-Event-ID";
  for (auto const& name : more_headers) allowed.append(", ").append(name);
  append_requested_arguments(allowed, head);
  response.field("Access-Control-Allow-Headers", allowed);
  // asked by browsers that hold a public page's request to a private address back until they are told
  if (head.find("access-control-request-private-network") == "true")
    response.field("Access-Control-Allow-Private-Network", "true");
  response.field("Access-Control-Max-Age", "600");
  return response;
}

/** Answer a preflight for a path that every page may use. */
inline http::response preflight_response_to_any_origin() {
  http::response response{204};
  allow_any_origin(response);
  response.field("Access-Control-Allow-Methods", "GET, POST");
  // clients name the protocol's version when they ask for metadata, too; "*" would not cover Authorization
  response.field("Access-Control-Allow-Headers", "Authorization, Content-Type, Accept, Mcp-Protocol-Version");
  response.field("Access-Control-Max-Age", "600");
  return response;
}

}  // namespace mcpawl::detail
