// mcpawl/transport/visitor_page.hpp - what a person sees who opens the endpoint in a browser
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <mcpawl/http/fields.hpp>
#include <mcpawl/http/request_head.hpp>
#include <mcpawl/http/response.hpp>
#include <mcpawl/transport/media.hpp>

#include <string>
#include <string_view>

namespace mcpawl::detail {

/** True for a GET by which a browser shows a page: no client of MCP asks for HTML before events, and none of
    them listens without a session. */
inline bool is_visit(http::request_head const& head) noexcept {
  if (head.method() != "GET" && head.method() != "HEAD") return false;
  if (head.find("mcp-session-id") || head.find("mcp-protocol-version")) return false;
  bool html = false;
  for (auto const& field : head.fields()) {
    if (!http::iequals(field.name, "accept")) continue;
    if (names_media_type(field.value, "text/event-stream")) return false;
    html = html || names_media_type(field.value, "text/html");
  }
  return html;
}

/** Turn a response into a short page that says what this URL is for.

    It is the same for everybody and holds nothing of the request, so it may be shown before anybody has
    logged in. */
inline http::response visitor_page(http::response response) {
  constexpr std::string_view page =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width\"><title>MCP server</title></head><body>\n"
      "<h1>This is an MCP server</h1>\n"
      "<p>Programs talk to it by the Model Context Protocol; there is nothing to see in a browser.</p>\n"
      "<p>To use it, add the address of this page to your MCP client as a remote server (transport: "
      "Streamable HTTP). If the server wants to know who you are, the client will ask you to log in.</p>\n"
      "<p><a href=\"https://modelcontextprotocol.io\">About the protocol</a></p>\n"
      "</body></html>\n";
  response.field("Content-Security-Policy",
                 "default-src 'none'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'");
  response.field("X-Content-Type-Options", "nosniff");
  response.field("Vary", "Accept");
  response.borrowed_body("text/html; charset=utf-8", page);
  return response;
}

}  // namespace mcpawl::detail
